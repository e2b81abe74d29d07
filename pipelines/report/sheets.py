"""The sheets of a run's tables, of the dictionary, and of what is too long for a sheet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from calc.dictionary import summary
from calc.results import result_id
from calc.tables import TABLES
from pipelines.report.columns import NOT_APPLICABLE, Column, columns_of, missing_mark
from pipelines.report.facts import RunFacts
from pipelines.report.figures import HEADLINE_TABLES, ordered
from pipelines.report.grid import Cell, Grid

TABLE_SHEETS = (
    *HEADLINE_TABLES,
    *("by_authority", "by_end_use", "suppliers", "by_quota", "assumptions"),
    *("instruments", "amounts", "export_duties", "beside", "drawback", "border_charges"),
    *("credits", "controls"),
    *("by_effect", "by_model", "by_country", "protection", "market_effects", "effects"),
    "market_ranges",
    *("market_elasticities", "effect_drivers"),
    *("lines", "components", "unmatched", "funnel"),
)
DETAIL = ("lines", "components", "unmatched", "effects", "market_effects")
"""Tables of a row a line, or part of one; the others hold sums and what stands beside them."""

MOST_FROZEN = 2
RESULT_ID = Column(
    name="result_id",
    header="Result id",
    kind="text",
    width=30,
    meaning="Name of the row on the sheet audit, on the page and for retorsion explain --result.",
)


def table_grid(name: str, frame: pl.DataFrame) -> Grid:
    """The sheet of a declared table; a table without rows gets one that says so."""
    columns = columns_of(name)
    rows: list[list[Cell]] = [
        [*_cells(columns, row), result_id(name, row)]
        for row in ordered(name, frame).iter_rows(named=True)
    ]
    columns = [*columns, RESULT_ID]
    if not rows:
        rows = [["no rows", *[NOT_APPLICABLE] * (len(columns) - 1)]]
    key = len(TABLES[name].primary_key())
    return Grid(
        name=name,
        purpose=summary(TABLES[name]),
        columns=columns,
        rows=rows,
        frozen_columns=key if key <= MOST_FROZEN else 0,
    )


def _cells(columns: Sequence[Column], row: Mapping[str, Any]) -> Iterator[Cell]:
    for column in columns:
        cell = row[column.name]
        yield missing_mark(column.name, row) if cell is None or cell == "" else cell


def elsewhere_grid(name: str, rows: int, facts: RunFacts) -> Grid:
    """The sheet of a table that is too long for a spreadsheet: how many rows, in which file."""
    columns = [
        Column(name="table", header="Table", kind="text"),
        Column(name="rows", header="Rows (number)", kind="count"),
        Column(name="file", header="File that holds them", kind="text", width=80),
        Column(name="why", header="Why they are not here", kind="text", width=60),
    ]
    why = "A spreadsheet of so many rows is slow to open; the Parquet file is complete."
    return Grid(
        name=name,
        purpose=f"{summary(TABLES[name])} {rows:,} rows: too long to be shown here.",
        columns=columns,
        rows=[[name, rows, facts.table_file(name), why]],
    )


def how_to_read_grid(grids: Sequence[Grid]) -> Grid:
    """The sheet that says what each column of the other sheets means."""
    columns = [
        Column(name="sheet", header="Sheet", kind="text"),
        Column(name="column", header="Column", kind="text", width=52),
        Column(name="unit", header="Unit", kind="text", width=20),
        Column(name="meaning", header="Meaning", kind="text", width=80),
        Column(name="name", header="Name in the Parquet files", kind="text", width=42),
    ]
    rows: list[list[Cell]] = [
        [grid.name, c.header, c.unit or NOT_APPLICABLE, c.meaning, c.name]
        for grid in grids
        for c in grid.columns
        if c.meaning
    ]
    purpose = "What each column means, its unit, and its name in the Parquet files."
    return Grid(name="how to read", purpose=purpose, columns=columns, rows=rows)
