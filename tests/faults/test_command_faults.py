"""Faulty files through the command line: exit code, position, and nothing written or altered.

A row a class of fault, in the order of the sections of faults: files and text (F), codes and
economies (C), values and units (V). Each is a lawful file with one thing done to it.
"""

import gzip
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.ingest.files import HEADER, LINES, text_of, write
from tests.run.tool import Place, contents, program
from tests.shortened import shorten

LAWFUL = text_of()
CANADA = "USA,CAN,2024,import,HTS2024,84713001,7"
REJECTED = 3


def line(**cells: str) -> str:
    """A row with other cells, after the lawful ones: row 5 of its file."""
    row = dict(zip(HEADER.split(","), CANADA.split(","), strict=True))
    return LAWFUL + ",".join((row | cells).values()) + "\n"


def parquet(**columns: list[object]) -> bytes:
    stream = io.BytesIO()
    pl.DataFrame(columns).write_parquet(stream)
    return stream.getvalue()


def zipped(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


FILES: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "F02 gzip cut": ("t.csv.gz", gzip.compress(LAWFUL.encode() * 9)[:-9], ("ends early, after",)),
    "F02 gzip header only": ("t.csv.gz", b"\x1f\x8b\x08", ("t.csv.gz",)),
    "F02 zip cut": ("t.xlsx", zipped(a="b" * 99)[:-30], ("t.xlsx",)),
    "F03 parquet without footer": ("t.parquet", parquet(a=[1])[:-8], ("t.parquet",)),
    "F03 parquet of the magic alone": ("t.parquet", b"PAR1", ("t.parquet",)),
    "F06 reply without rows": ("t.json", '{"count":0,"data":[]}', ("0 rows is not zero trade",)),
    "F06 reply with an error": ("t.json", '{"error":"quota exceeded"}', ("quota exceeded",)),
    "F06 reply cut": ("t.json", '{"data":[{"a":1},{"a"', ("t.json",)),
    "F06 page of a server": ("t.csv", "<!doctype html><html><p>busy</p></html>", ("t.csv",)),
    "F08 no byte": ("t.csv", "", ("t.csv",)),
    "F08 header only": ("t.csv", HEADER + "\n", ("t.csv",)),
    "F08 blanks only": ("t.csv", " \n\n  \n", ("t.csv",)),
    "F08 mark only": ("t.csv", "\ufeff", ("t.csv",)),
    "F10 workbook named csv": ("t.csv", zipped(**{"xl/workbook.xml": "<a/>"}), ("t.csv",)),
    "F10 text named parquet": ("t.parquet", LAWFUL, ("t.parquet",)),
    "F10 text named xlsx": ("t.xlsx", LAWFUL, ("t.xlsx",)),
    "F10 gzip named csv of a picture": ("t.csv", b"\x89PNG\r\n\x1a\n\0\0", ("t.csv",)),
    "F13 Latin-1": ("t.csv", line(partner="Côte d'Ivoire").encode("latin-1"), ("row 5", "cp1252")),
    "F13 UTF-16 with its mark": ("t.csv", LAWFUL.encode("utf-16"), ("utf-16",)),
    "F13 UTF-16 without mark": ("t.csv", LAWFUL.encode("utf-16-le"), ("row 1",)),
    "F13 zero byte": ("t.csv", line(code="8471\x003001"), ("zero byte", "row 5")),
    "F17 one column": ("t.csv", "code\n870323\n", ("t.csv", "row 1")),
    "F19 a field too many": ("t.csv", line(code="84713001,9"), ("row 5",)),
    "F19 a field too few": ("t.csv", LAWFUL + "USA,CAN,2024\n", ("row 5",)),
    "F19 quotation mark open": ("t.csv", line(partner='"CAN'), ("never closed", "row 5")),
    "F19 quotation mark in a header": ("t.csv", LAWFUL.replace("flow", 'flo"w', 1), ("row 1",)),
    "F19 old line ends": ("t.csv", LAWFUL.replace("\n", "\r"), ("carriage return", "row 1")),
    "F19 cut in the middle of a row": ("t.csv", LAWFUL + "USA,CAN,20", ("row 5",)),
    "F20 header twice": ("t.csv", LAWFUL.replace("flow", "code", 1), ("code",)),
    "F21 header unknown": ("t.csv", LAWFUL.replace("partner", "partnr", 1), ("partner",)),
    "F21 no header": ("t.csv", "\n".join(LINES) + "\n", ("t.csv",)),
    "F25 currency sign": ("t.csv", line(customs_value_usd="$5"), ("row 5", '"$5"')),
    "F25 brackets": ("t.csv", line(customs_value_usd="(12)"), ("row 5", '"(12)"')),
    "F25 minus behind": ("t.csv", line(customs_value_usd="12-"), ("row 5", '"12-"')),
    "F25 blank that does not break": ("t.csv", line(customs_value_usd="1\u00a0234"), ("row 5",)),
    "F25 percent": ("t.csv", line(customs_value_usd="12%"), ("row 5", '"12%"')),
    "F25 formula": ("t.csv", line(customs_value_usd="=1+1"), ("row 5", '"=1+1"')),
    "F25 Arabic digits": ("t.csv", line(customs_value_usd="١٢"), ("row 5",)),
    "F25 hexadecimal": ("t.csv", line(customs_value_usd="0x1F"), ("row 5", '"0x1F"')),
    "F25 underscore": ("t.csv", line(customs_value_usd="1_000"), ("row 5", '"1_000"')),
    "F27 text": ("t.csv", line(customs_value_usd="n.b."), ("row 5", "customs_value_usd", '"n.b."')),
    "F27 two points": ("t.csv", line(customs_value_usd="1.2.3"), ("row 5", '"1.2.3"')),
    "F27 true": ("t.csv", line(customs_value_usd="true"), ("row 5", '"true"')),
    "F27 footer": ("t.csv", LAWFUL + "Source: customs,,,,,,\n", ("row 5",)),
}
CODES: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "C01 zero lost": ("t.csv", line(code="1012100"), ("row 5", '"1012100"')),
    "C01 five digits": ("t.csv", line(code="87032"), ("row 5", '"87032"')),
    "C01 one digit": ("t.csv", line(code="8"), ("row 5", '"8"')),
    "C01 twelve digits": ("t.csv", line(code="870323010012"), ("row 5",)),
    "C01 letters": ("t.csv", line(code="87O32301"), ("row 5", '"87O32301"')),
    "C01 scientific": ("t.csv", line(code="8.70E+07"), ("row 5", '"8.70E+07"')),
    "C01 date of a spreadsheet": ("t.csv", line(code="01-Dec-00"), ("row 5", '"01-Dec-00"')),
    "C01 fraction": ("t.csv", line(code="84713001.5"), ("row 5",)),
    "C01 empty": ("t.csv", line(code=""), ("row 5", "code")),
    "C16 flow unknown": ("t.csv", line(flow="sideways"), ("row 5", "flow", '"sideways"')),
    "C16 flow empty": ("t.csv", line(flow=""), ("row 5", "flow")),
    "C17 unknown": ("t.csv", line(partner="Atlantis"), ("row 5", '"Atlantis"')),
    "C17 ambiguous": ("t.csv", line(partner="Korea"), ("row 5", '"Korea"')),
    "C17 two Congos": ("t.csv", line(partner="Congo"), ("row 5", '"Congo"')),
    "C17 importer unknown": ("t.csv", line(importer="XQX"), ("row 5", '"XQX"')),
    "C17 empty": ("t.csv", line(partner=""), ("row 5", "partner")),
    "C10 edition unknown": ("t.csv", line(nomenclature="HS1901"), ("row 5", "nomenclature")),
}
VALUES: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "V01 valuation not said": ("t.csv", LAWFUL.replace("customs_value_usd", "value"), ("t.csv",)),
    "V04 NaN": ("t.csv", line(customs_value_usd="NaN"), ("row 5", '"NaN"')),
    "V04 inf": ("t.csv", line(customs_value_usd="inf"), ("row 5", '"inf"')),
    "V04 minus infinity": ("t.csv", line(customs_value_usd="-Infinity"), ("row 5",)),
    "V04 beyond": ("t.csv", line(customs_value_usd="1e999"), ("row 5", '"1e999"')),
    "V10 day first": ("t.csv", line(period="01/10/1994"), ("row 5", '"01/10/1994"')),
    "V10 month without dash": ("t.csv", line(period="202407"), ("row 5", '"202407"')),
    "V10 month thirteen": ("t.csv", line(period="2024-13"), ("row 5", '"2024-13"')),
    "V10 quarter": ("t.csv", line(period="2024Q5"), ("row 5", '"2024Q5"')),
    "V10 two digits": ("t.csv", line(period="24"), ("row 5", '"24"')),
    "V10 empty": ("t.csv", line(period=""), ("row 5", "period")),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, dict[str, bytes]]:
    """A workspace with a table, made once, and what is in it."""
    place = Place(tmp_path_factory.mktemp("earlier"))
    good = write(place.root / "good.csv", LAWFUL)
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        done = place.do("ingest", good, "--name", "t", "-q")
    assert done.code == 0, done.err
    return place, contents(place.root / "data")


@pytest.fixture
def earlier(kept: tuple[Place, dict[str, bytes]]) -> Iterator[tuple[Place, dict[str, bytes]]]:
    """A workspace with an earlier table of the name that every faulty file asks for.

    What a test that fails did to it is undone, so that none fails for another.
    """
    place, before = kept
    yield kept
    if contents(place.root / "data") != before:
        shutil.rmtree(place.root / "data")
        for name, content in before.items():
            path = place.root / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def refused(
    earlier: tuple[Place, dict[str, bytes]],
    folder: Path,
    fault: tuple[str, str | bytes, tuple[str, ...]],
) -> str:
    """What is said of a file that is refused, the table that was there being as it was."""
    place, before = earlier
    name, content, said = fault
    done = place.do("ingest", write(folder / name, content), "--name", "t", "-q")
    assert (done.code, done.out) == (REJECTED, ""), done.err
    assert done.err.startswith("error: "), done.err
    assert "Traceback" not in done.err
    for text in (name, *said):
        assert text in done.err, done.err
    assert contents(place.root / "data") == before
    return done.err


Earlier = tuple[Place, dict[str, bytes]]


@pytest.mark.parametrize("fault", FILES)
def test_files_and_text(earlier: Earlier, tmp_path: Path, fault: str) -> None:
    refused(earlier, tmp_path, FILES[fault])


@pytest.mark.parametrize("fault", CODES)
def test_codes_and_economies(earlier: Earlier, tmp_path: Path, fault: str) -> None:
    refused(earlier, tmp_path, CODES[fault])


@pytest.mark.parametrize("fault", VALUES)
def test_values_and_units(earlier: Earlier, tmp_path: Path, fault: str) -> None:
    refused(earlier, tmp_path, VALUES[fault])


def test_the_program_itself_ends_with_the_exit_code(earlier: Earlier, tmp_path: Path) -> None:
    place, before = earlier
    path = write(tmp_path / "t.csv", line(customs_value_usd="n.b."))
    done = program("ingest", path, "--name", "t", "--workspace", place.root, folder=tmp_path)
    assert (done.code, done.out) == (REJECTED, "")
    assert "where: t.csv row 5" in done.err
    assert contents(place.root / "data") == before
    assert [found.name for found in tmp_path.iterdir()] == ["t.csv"]
