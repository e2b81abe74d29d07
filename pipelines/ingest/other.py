"""Parquet, Excel workbooks and the Census Bureau's JSON, as cells of text."""

import json
import warnings
from pathlib import Path
from typing import Any

import polars as pl

from calc.errors import DataRejectedError, LimitError
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.sniff import AGAIN
from pipelines.ingest.source import FIRST_ROW, ROW, Opened, cell, nothing

MAX_JSON_BYTES = 500_000_000


def parquet(path: Path) -> Opened:
    """A Parquet file as cells.

    Raises:
        DataRejectedError: It has no footer, is damaged, or a column is not one of cells.
    """
    try:
        scanned = pl.scan_parquet(path, glob=False)
        schema = scanned.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as err:
        raise DataRejectedError(
            f"{path.name} cannot be read as Parquet: {str(err).splitlines()[0]}",
            where=path.name,
            hint=AGAIN,
        ) from err
    nested = [name for name, dtype in schema.items() if dtype.is_nested() or dtype == pl.Binary]
    if nested:
        raise DataRejectedError(
            f'column "{nested[0]}" of {path.name} is {schema[nested[0]]}, not one of cells',
            where=path.name,
            hint="leave it out, or write it as text or numbers",
        )
    texts = [
        pl.col(name).cast(pl.String).alias(cell(place)) for place, name in enumerate(schema.names())
    ]
    numbered = scanned.select(texts).with_row_index(ROW, offset=FIRST_ROW)
    return Opened(
        said="Parquet",
        headers=tuple(schema.names()),
        cells=numbered.with_columns(pl.col(ROW).cast(pl.Int64)),
    )


def workbook(path: Path) -> Opened:
    """The one sheet of an Excel workbook that holds anything, as cells; dates as ISO 8601.

    Raises:
        DataRejectedError: It cannot be read, or several sheets hold something.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheets = {
                name: book.load_sheet(name, header_row=None, dtypes="string").to_polars()
                for name in book.sheet_names
            }
    except fastexcel.FastExcelError as err:
        raise DataRejectedError(
            f"{path.name} cannot be read as an Excel workbook: {str(err).splitlines()[0]}",
            where=path.name,
            hint=AGAIN,
        ) from err
    filled = {name: sheet for name, sheet in sheets.items() if sheet.height}
    if not filled:
        return nothing("an Excel workbook without rows")
    if len(filled) > 1:
        raise DataRejectedError(
            f"{path.name} has {len(filled)} sheets with content: {', '.join(filled)}",
            where=path.name,
            hint="keep the one to read in a workbook of its own: which is meant is not guessed",
        )
    name, sheet = next(iter(filled.items()))
    return _table(f'Excel workbook, sheet "{name}"', sheet)


def _table(said: str, rows: pl.DataFrame) -> Opened:
    """Rows of text, the first of which is the header."""
    headers = tuple((text or "").strip() for text in rows.row(0))
    named = rows.slice(1).rename(dict(zip(rows.columns, map(cell, range(rows.width)), strict=True)))
    numbered = named.with_row_index(ROW, offset=FIRST_ROW)
    return Opened(
        said=said,
        headers=headers,
        cells=numbered.with_columns(pl.col(ROW).cast(pl.Int64)).lazy(),
    )


def json_rows(path: Path, settings: IngestSettings) -> Opened:
    """A reply that is an array of arrays, the first of which is the header, as cells.

    Raises:
        DataRejectedError: It is an error, holds no rows, or has another shape.
        LimitError: It is too large to be held.
    """
    if path.stat().st_size > MAX_JSON_BYTES:
        raise LimitError(
            f"{path.name} is larger than {MAX_JSON_BYTES:,} bytes, the most that is read as JSON",
            where=path.name,
            hint="ask the service for less at a time, or convert it to Parquet",
        )
    try:
        reply = json.loads(path.read_bytes(), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as err:
        raise DataRejectedError(
            f"{path.name} cannot be read as JSON: {err}", where=path.name, hint=AGAIN
        ) from err
    if not isinstance(reply, list):
        return _not_rows(path, reply, settings)
    if not reply:
        return nothing("JSON without rows")
    return _from_rows(path, reply)


def _not_rows(path: Path, reply: dict[str, Any], settings: IngestSettings) -> Opened:
    if reply.get("error"):
        raise DataRejectedError(
            f"{path.name} holds a service's error, not a table: {str(reply['error'])[:200]}",
            where=path.name,
            hint="see what the service asks for, then download again",
        )
    if not reply.get("data", [""]):
        if settings.allow_empty:
            return nothing("JSON without rows")
        raise DataRejectedError(
            f"{path.name} holds a reply without rows: 0 rows is not zero trade",
            where=path.name,
            hint="see what was asked for; accept it with --allow-empty",
        )
    raise _shape(path, f"an object with {', '.join(sorted(reply)[:8])}")


def _from_rows(path: Path, reply: list[Any]) -> Opened:
    width = len(reply[0]) if isinstance(reply[0], list) else 0
    for row, fields in enumerate(reply, 1):
        if not isinstance(fields, list):
            raise _shape(path, f"row {row} is not an array")
        if len(fields) != width or any(isinstance(field, list | dict) for field in fields):
            raise DataRejectedError(
                f"a row of {path.name} has {len(fields)} fields, the header has {width}"
                if len(fields) != width
                else f"a field of {path.name} is not a text or number",
                where=f"{path.name} row {row}",
                hint=AGAIN,
            )
    columns = [
        pl.Series(cell(place), [_text(fields[place]) for fields in reply], pl.String)
        for place in range(width)
    ]
    return _table("JSON, an array of rows", pl.DataFrame(columns))


def _text(field: Any) -> str | None:
    return field if isinstance(field, str) or field is None else str(field).lower()


def _shape(path: Path, found: str) -> DataRejectedError:
    return DataRejectedError(
        f"{path.name} is JSON of a shape that is not read: {found}",
        where=path.name,
        hint="an array of arrays is read, the first of them the headers; else convert it to CSV",
    )
