"""A declared table written to a file that a person names, or shown on a terminal."""

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

MOST_LINES = 60


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
    """A table as lines for a terminal: header with units, numbers to the right, then the rest."""
    columns = [one for one in columns_of(name) if one.name in frame.columns]
    rows = [[_cell(row[one.name], one) for one in columns] for row in frame.to_dicts()[:MOST_LINES]]
    widths = [
        max(len(one.header), *(len(row[place]) for row in rows)) if rows else len(one.header)
        for place, one in enumerate(columns)
    ]
    head = [one.header.ljust(width) for one, width in zip(columns, widths, strict=True)]
    lines = ["  ".join(head).rstrip()]
    for row in rows:
        cells = [
            cell.ljust(width) if one.kind == "text" else cell.rjust(width)
            for one, cell, width in zip(columns, row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    if frame.height > MOST_LINES:
        lines.append(f"... and {frame.height - MOST_LINES:,} more rows; write them with --output")
    return lines


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
