"""An Excel workbook as cells of text: the one sheet with content, or those that go together."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError, UsageError, did_you_mean
from pipelines.ingest.formulas import hidden_rows, with_errors, without_value
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.sniff import AGAIN
from pipelines.ingest.source import FIRST_ROW, ROW, Opened, cell, nothing
from pipelines.ingest.sources.declaration import Sheets
from pipelines.ingest.sources.registry import SOURCES
from pipelines.validation.words import counted


def workbook(path: Path, settings: IngestSettings) -> Opened:
    """The sheet of an Excel workbook to be read, as cells; dates as ISO 8601.

    It is the one named by an option, else the one that holds anything; sheets that a source
    declares to belong together are joined by their key.

    Raises:
        DataRejectedError: It cannot be read, or several sheets hold something.
        UsageError: There is no sheet of the name given.
    """
    filled = {name: sheet for name, sheet in _sheets(path).items() if sheet.height}
    if not filled:
        return nothing("an Excel workbook without rows")
    if settings.sheet is not None:
        if settings.sheet not in filled:
            raise UsageError(
                f"{path.name} has no sheet {settings.sheet!r} with content",
                where="--sheet",
                hint=did_you_mean(settings.sheet, list(filled)),
            )
        filled = {settings.sheet: filled[settings.sheet]}
    declared = _declared(filled)
    if declared is not None and len(filled) > 1:
        return _together(path.name, filled, declared)
    if len(filled) > 1:
        raise DataRejectedError(
            f"{path.name} has {len(filled)} sheets with content: {', '.join(filled)}",
            where=path.name,
            hint="name the one to read with --sheet: which is meant is not guessed",
        )
    name, sheet = next(iter(filled.items()))
    opened = table(f'Excel workbook, sheet "{name}"', sheet)
    told = tuple(f"{path.name}: {what}" for what in _unseen(path))
    return replace(opened, notes=told, warnings=told) if told else opened


def _unseen(path: Path) -> Iterator[str]:
    """What may be wrong with the cells though they can be read."""
    if empty := without_value(path):
        yield (
            f"{counted(empty, 'cell')} of the workbook "
            f"{'is a formula' if empty == 1 else 'are formulas'} without a stored value, read as "
            "empty: open it in a spreadsheet and save it"
        )
    if hidden := hidden_rows(path):
        yield (
            f"{counted(hidden, 'row')} of the workbook {'is' if hidden == 1 else 'are'} hidden, "
            "by a filter or by hand, and read like all others: delete what is not meant"
        )


def _sheets(path: Path) -> dict[str, pl.DataFrame]:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {
                name: with_errors(book.load_sheet(name, header_row=None, dtypes="string"))
                for name in book.sheet_names
            }
    except fastexcel.FastExcelError as err:
        raise DataRejectedError(
            f"{path.name} cannot be read as an Excel workbook: {str(err).splitlines()[0]}",
            where=path.name,
            hint=AGAIN,
        ) from err


def _declared(filled: dict[str, pl.DataFrame]) -> Sheets | None:
    """How the sheets belong together, where a source declares sheets of these names."""
    for source in SOURCES:
        sheets = source.sheets
        if sheets is not None and {sheets.first, *sheets.beside} <= set(filled):
            return sheets
    return None


def _together(name: str, filled: dict[str, pl.DataFrame], sheets: Sheets) -> Opened:
    """The sheets of a workbook joined by their key, in the order of the first."""
    rows = _with_header(filled[sheets.first])
    key = [header for header in sheets.key if header in rows.columns]
    rows = rows.with_columns(pl.col(key).fill_null(""))
    lost = 0
    for (sheet, header), made in sheets.measures.items():
        if sheet not in filled:
            continue
        other = _with_header(filled[sheet]).with_columns(pl.col(key).fill_null(""))
        if header not in other.columns or other.select(key).is_duplicated().any():
            continue
        lost += other.join(rows, on=key, how="anti").height
        column = other.select(*key, pl.col(header).alias(made))
        rows = rows.join(column, on=key, how="left", maintain_order="left", validate="1:1")
    opened = _opened(f"Excel workbook, {len(filled)} sheets joined by {', '.join(key)}", rows)
    notes = [f"{name}: {text}" for text in _told(filled, sheets)]
    if lost:
        notes.append(f"{name}: {lost:,} rows of other sheets have no row in {sheets.first}")
    return Opened(said=opened.said, headers=opened.headers, cells=opened.cells, notes=tuple(notes))


def _told(filled: dict[str, pl.DataFrame], sheets: Sheets) -> list[str]:
    """What the sheets without trade say of the query."""
    rows = [row for name in sheets.beside for row in filled[name].rows() if len(row) > 1]
    return [f"{row[0]}: {row[1]}" for row in rows if row[0] in sheets.told and row[1]]


def _with_header(sheet: pl.DataFrame) -> pl.DataFrame:
    names = [(text or "").strip() for text in sheet.row(0)]
    return sheet.slice(1).rename(dict(zip(sheet.columns, names, strict=True)))


def _opened(said: str, rows: pl.DataFrame) -> Opened:
    headers = tuple(rows.columns)
    named = rows.rename({header: cell(place) for place, header in enumerate(headers)})
    numbered = named.with_row_index(ROW, offset=FIRST_ROW)
    return Opened(
        said=said, headers=headers, cells=numbered.with_columns(pl.col(ROW).cast(pl.Int64)).lazy()
    )


def table(said: str, rows: pl.DataFrame) -> Opened:
    """Rows of text, the first of which is the header."""
    headers = tuple((text or "").strip() for text in rows.row(0))
    named = rows.slice(1).rename(dict(zip(rows.columns, map(cell, range(rows.width)), strict=True)))
    numbered = named.with_row_index(ROW, offset=FIRST_ROW)
    return Opened(
        said=said,
        headers=headers,
        cells=numbered.with_columns(pl.col(ROW).cast(pl.Int64)).lazy(),
    )
