"""Services that give whole files and take no query: Comexstat of Brazil, Comext of Eurostat.

Source of the addresses: the page "Base de dados bruta" of the Brazilian ministry; Eurostat's
file dissemination of ``comext/COMEXT_DATA/PRODUCTS``, where month 52 is the whole year.
"""

from itertools import product
from pathlib import Path

from calc.errors import DataRejectedError, UsageError
from pipelines.fetch.named import file_name
from pipelines.fetch.replies import AGAIN, head_of, not_shaped, refuse_page
from pipelines.fetch.services.service import FILE_BYTES, Asked, Part, Service

PREFIXES = {"import": "IMP", "export": "EXP"}
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
HEADER = b'"CO_ANO"'
BLOCK = 1 << 20
WHOLE_YEAR = "52"


def comexstat_parts(asked: Asked, has_key: bool) -> list[Part]:
    """One file a year and flow."""
    del has_key
    by_month = [period for period in asked.periods if "-" in period]
    if by_month:
        raise UsageError(
            f"Comexstat has files of years, not of {by_month[0]}",
            where="--period",
            hint=f"--period {by_month[0][:4]}; its rows are by month",
        )
    others = set(asked.flows) - set(PREFIXES)
    if others:
        raise UsageError(
            f"Comexstat has no flow {min(others)}", where="--flow", hint="import or export"
        )
    return [
        Part(
            name=file_name("comexstat", (PREFIXES[flow], period), ".csv"),
            question=f"{period} {flow}",
            path=f"/balanca/bd/comexstat-bd/ncm/{PREFIXES[flow]}_{period}.csv",
        )
        for period, flow in product(asked.periods, asked.flows or ("export",))
    ]


def comexstat_rows(path: Path, part: Part) -> int:
    """The lines below the header.

    Raises:
        DataRejectedError: It is a web page, has another header, or its last line is cut off.
    """
    head = head_of(path)
    if not head:
        return 0
    refuse_page(path, part.name)
    if not head.startswith(HEADER):
        raise not_shaped(part.name, f"its header does not begin {HEADER.decode()}")
    lines, last = 0, b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            lines, last = lines + block.count(b"\n"), block
    if not last.endswith(b"\n"):
        raise DataRejectedError(
            "the last line of the reply has no end: it is cut off", where=part.name, hint=AGAIN
        )
    return lines - 1


def comext_parts(asked: Asked, has_key: bool) -> list[Part]:
    """One archive a period."""
    del has_key
    return [
        Part(
            name=file_name("comext", (period,), ".7z"),
            question=period,
            path="/eurostat/api/dissemination/files",
            query=(("file", f"comext/COMEXT_DATA/PRODUCTS/full_v2_{_stamp(period)}.7z"),),
        )
        for period in asked.periods
    ]


def _stamp(period: str) -> str:
    return period.replace("-", "") if "-" in period else f"{period}{WHOLE_YEAR}"


def comext_rows(path: Path, part: Part) -> int:
    """1 for an archive: its rows are not counted before it is unpacked; 0 for nothing.

    Raises:
        DataRejectedError: It is a web page or no archive that is whole.
    """
    import py7zr

    head = head_of(path)
    if not head:
        return 0
    refuse_page(path, part.name)
    if not head.startswith(SEVEN_ZIP):
        raise not_shaped(part.name, "no 7-Zip archive")
    try:
        with py7zr.SevenZipFile(path) as archive:
            names = archive.getnames()
    except (py7zr.exceptions.ArchiveError, OSError, EOFError, ValueError) as err:
        raise DataRejectedError(
            f"the archive of {path.stat().st_size:,} bytes is cut off or damaged",
            where=part.name,
            hint=AGAIN,
        ) from err
    return len(names)


COMEXSTAT = Service(
    name="comexstat",
    title="Brazil, Comexstat, the whole file of a year by NCM",
    base="https://balanca.economia.gov.br",
    takes=("periods", "flows"),
    parts=comexstat_parts,
    rows_of=comexstat_rows,
    max_bytes=FILE_BYTES,
    documented="https://www.gov.br/mdic/pt-br/assuntos/comercio-exterior/estatisticas/"
    "base-de-dados-bruta",
    notes=(
        "a file that was cut off goes on where it stopped, where the server allows it",
        "countries are Brazil's own numbers: ingest needs its table with --partner-codes FILE",
    ),
)

COMEXT = Service(
    name="comext",
    title="Eurostat Comext, the whole archive of a month, or of a year (month 52)",
    base="https://ec.europa.eu",
    takes=("periods",),
    parts=comext_parts,
    rows_of=comext_rows,
    max_bytes=FILE_BYTES,
    documented="https://ec.europa.eu/eurostat/databrowser/bulk",
    notes=(
        "an archive that was cut off goes on where it stopped, where the server allows it",
        "values are EUR: ingest needs --rate EUR=...",
    ),
)
