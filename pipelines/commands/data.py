"""``ingest`` and ``inspect``: files of trade as received, and what is made of them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import AsJson, MemoryLimit, Quiet, WorkspaceOption, show

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="CSV (also .gz), Parquet, XLSX or JSON.")
]
OneFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file to look at.")]
SourceName = Annotated[
    str | None, typer.Argument(metavar="SOURCE", help="One source; without it, all are listed.")
]
Name = Annotated[
    str,
    typer.Option("--name", help="Name of the table: small letters, digits, dashes."),
]
Quarantine = Annotated[
    bool, typer.Option("--quarantine", help="Set aside rows that cannot be read, and count them.")
]
Unit = Annotated[
    str | None,
    typer.Option("--unit", help="USD, thousand-USD, million-USD, or so of --rate's currency."),
]
Valuation = Annotated[
    str | None, typer.Option("--valuation", help="customs, cif or fob, if no header says it.")
]
Importer = Annotated[str | None, typer.Option("--importer", help="Importer of all rows.")]
Partner = Annotated[str | None, typer.Option("--partner", help="Partner of all rows.")]
Period = Annotated[str | None, typer.Option("--period", help="Year or month of all rows.")]
Flow = Annotated[str | None, typer.Option("--flow", help="Flow of all rows, such as import.")]
Nomenclature = Annotated[
    str | None, typer.Option("--nomenclature", help="Edition of the codes, such as HS2022.")
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of a text that is not UTF-8.")
]
Delimiter = Annotated[
    str | None, typer.Option("--delimiter", help="Delimiter of a text: , ; | or tab.")
]
Decimal = Annotated[
    str | None,
    typer.Option(
        "--decimal",
        metavar=". or ,",
        help="Decimal mark of numbers in text; the other then separates thousands.",
        show_default=False,
    ),
]
PadCodes = Annotated[
    bool, typer.Option("--pad-codes", help="Give codes of odd length their leading zero back.")
]
Source = Annotated[
    str | None,
    typer.Option("--source", help="What the file is (retorsion sources); else its content says."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook to read.")]
Level = Annotated[
    int | None,
    typer.Option("--level", help="Digits of the codes to keep, if there are several."),
]
Rate = Annotated[
    str | None,
    typer.Option("--rate", help="Dollars for one of the file's currency, such as EUR=1.08."),
]
PartnerCodes = Annotated[
    Path | None,
    typer.Option("--partner-codes", help="CSV of the file's own codes of economies: code, iso3."),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Exit 8 where a note may mean that a file is not whole.")
]
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="Accept a file without rows.")]


def ingest(
    files: Files,
    name: Name,
    quarantine: Quarantine = False,
    unit: Unit = None,
    valuation: Valuation = None,
    importer: Importer = None,
    partner: Partner = None,
    period: Period = None,
    flow: Flow = None,
    nomenclature: Nomenclature = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    pad_codes: PadCodes = False,
    allow_empty: AllowEmpty = False,
    source: Source = None,
    sheet: Sheet = None,
    level: Level = None,
    rate: Rate = None,
    partner_codes: PartnerCodes = None,
    strict: Strict = False,
    memory_limit: MemoryLimit = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read files of trade into one table; exit 3 if a cell cannot be read.

    \b
    Examples:
      retorsion ingest imports.csv --name my-trade
          a file that names importer, partner, period, flow, nomenclature, code, customs_value_usd
      retorsion ingest japan.json --name us-japan-2024
          the reply of the U.S. Census Bureau's interface
      retorsion ingest trade.csv --name eu-2023 --unit thousand-USD --valuation cif --flow import
          a column "value" whose unit and valuation the header does not say
    """  # noqa: D301
    from pipelines.ingest import step, tell
    from pipelines.ingest.settings import IngestSettings
    from pipelines.memory import limit_given
    from pipelines.progress import Talk
    from pipelines.workspace import open_workspace

    settings = IngestSettings(
        name=name,
        quarantine=quarantine,
        unit=unit,
        valuation=valuation,
        importer=importer,
        partner=partner,
        period=period,
        flow=flow,
        nomenclature=nomenclature,
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        pad_codes=pad_codes,
        allow_empty=allow_empty,
        source=source,
        sheet=sheet,
        level=level,
        rate=rate,
        partner_codes=partner_codes,
        memory_limit=limit_given(memory_limit),
        workspace=workspace,
    )
    place = open_workspace(workspace)
    record = step.ingest(place, files, settings, Talk(quiet=quiet))
    folder = place.relative(place.trade)
    show(_result(record, folder), tell.lines_of(record, folder), as_json=as_json)
    if strict and record.warnings:
        raise tell.not_strict(record)


def inspect(
    file: OneFile,
    unit: Unit = None,
    valuation: Valuation = None,
    importer: Importer = None,
    partner: Partner = None,
    period: Period = None,
    flow: Flow = None,
    nomenclature: Nomenclature = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    source: Source = None,
    sheet: Sheet = None,
    rate: Rate = None,
    partner_codes: PartnerCodes = None,
    memory_limit: MemoryLimit = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file is and how its columns would be read; nothing is written.

    \b
    Example:
      retorsion inspect imports.csv
          its format, what each column is read as, and what is missing
    """  # noqa: D301
    from pipelines.ingest.inspection import inspect_file
    from pipelines.ingest.settings import IngestSettings
    from pipelines.memory import limit_given

    settings = IngestSettings(
        name="inspect",
        unit=unit,
        valuation=valuation,
        importer=importer,
        partner=partner,
        period=period,
        flow=flow,
        nomenclature=nomenclature,
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        source=source,
        sheet=sheet,
        rate=rate,
        partner_codes=partner_codes,
        memory_limit=limit_given(memory_limit),
    )
    found = inspect_file(file, settings)
    show(found.as_dict(), found.lines(), as_json=as_json)


def sources(name: SourceName = None, as_json: AsJson = False) -> None:
    """List the sources of trade that are recognised, each with an example of its headers.

    \b
    Examples:
      retorsion sources
          all of them
      retorsion sources baci
          one, with its units, basis and traps
    """  # noqa: D301
    from pipelines.ingest.sources_told import objects_of, told_of

    show({"sources": objects_of(name)}, told_of(name), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("inspect")(inspect)
    app.command("ingest")(ingest)
    app.command("sources")(sources)


def _result(record: Any, folder: str) -> dict[str, Any]:
    """The record for ``--json``: as kept, with where it is kept."""
    result: dict[str, Any] = record.as_dict()
    return result | {"folder": folder}
