"""A declared table written to a file that a person names, or shown on a terminal."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from calc.errors import UsageError
from calc.tables import TABLES
from pipelines.files import write_bytes
from pipelines.parquet import write_table
from pipelines.report.columns import Column, columns_of
from pipelines.validation.quarantine import csv_safe

if TYPE_CHECKING:
    from pipelines.report.money import Currency

MOST_LINES, COLUMNS, HEADER = 60, 100, 10


def write_out(
    path: Path, frame: pl.DataFrame, name: str, currency: "Currency | None" = None
) -> None:
    """Write a table as Parquet or CSV, by the file's suffix; an old file stays if it fails.

    A CSV is in the money that is given, and its names say so. Parquet is in USD, as all Parquet
    is, and its metadata say at which rate it is told.

    Raises:
        UsageError: The suffix is neither.
        StorageError: The file cannot be written.
    """
    if path.suffix == ".parquet":
        write_table(path, frame, name, TABLES[name], told_at(currency))
    elif path.suffix == ".csv":
        from pipelines.report.currency import converted

        told = frame if currency is None else converted(name, frame, currency)
        write_bytes(path, csv_safe(told).write_csv().encode())
    else:
        raise UsageError(
            f"{path.name} ends neither in .parquet nor in .csv",
            where="--output",
            hint="name the file with one of the two",
        )


def told_at(currency: "Currency | None") -> dict[str, str]:
    """What the metadata of a Parquet file say of the money that its figures are told in."""
    return {} if currency is None else {"told_in": currency.at}


def shown_table(frame: pl.DataFrame, name: str) -> list[str]:
    """A table as lines for a terminal: header with units, numbers to the right, then the rest.

    Of one that is wider than a terminal, figures that are the same in all rows are told once, under
    it.
    """
    columns = [one for one in columns_of(name) if one.name in frame.columns]
    rows = [[_cell(row[one.name], one) for one in columns] for row in frame.to_dicts()[:MOST_LINES]]
    is_whole = frame.height <= MOST_LINES
    same = _same(columns, rows) if is_whole and sum(_widths(columns, rows)) > COLUMNS else []
    lines = _lines(
        [one for place, one in enumerate(columns) if place not in same],
        [[cell for place, cell in enumerate(row) if place not in same] for row in rows],
    )
    if frame.height > MOST_LINES:
        lines.append(f"... and {frame.height - MOST_LINES:,} more rows; write them with --output")
    told = "; ".join(f"{columns[place].header} {rows[0][place]}" for place in same)
    if told:
        label = "the same in all rows: "
        lines += textwrap.wrap(f"{label}{told}", COLUMNS, subsequent_indent=" " * len(label))
    return lines


def _same(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """The places of figures that all rows, of which there are several, have alike."""
    if len(rows) < 2:
        return []
    return [
        place
        for place, one in enumerate(columns)
        if one.kind == "money" and len({row[place] for row in rows}) == 1
    ]


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    return [
        max(HEADER, *(len(row[place]) for row in rows)) if rows else len(one.header)
        for place, one in enumerate(columns)
    ]


def _lines(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[str]:
    """The table with its headers on several lines, so that they are as wide as their cells."""
    heads = [
        textwrap.wrap(one.header, width, break_long_words=False)
        for one, width in zip(columns, _widths(columns, rows), strict=True)
    ]
    widths = [
        max(*map(len, head), *(len(row[place]) for row in rows)) for place, head in enumerate(heads)
    ]
    tall = max(map(len, heads))
    lines = [[*[""] * (tall - len(head)), *head] for head in heads]
    table = [*zip(*lines, strict=True), *rows]
    return [
        "  ".join(
            cell.ljust(width) if one.kind == "text" else cell.rjust(width)
            for one, cell, width in zip(columns, row, widths, strict=True)
        ).rstrip()
        for row in table
    ]


def _cell(value: object, column: Column) -> str:
    if value is None:
        return "-" if column.kind in ("date", "text") else "unknown"
    if column.kind == "percent" and isinstance(value, float):
        return f"{100 * value:.6g}%"
    if column.kind == "number" and isinstance(value, float) and not value.is_integer():
        return f"{value:,.6g}"
    if column.kind in ("money", "count", "number") and isinstance(value, int | float):
        return f"{value:,.0f}"
    return str(value)
