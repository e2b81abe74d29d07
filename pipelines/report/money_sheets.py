"""Sheets of a spreadsheet with their words in the money that it is asked for."""

from dataclasses import replace

from pipelines.report.columns import Column
from pipelines.report.cover import Entry
from pipelines.report.grid import Cell, Grid
from pipelines.report.money import Currency, named_in, said_in

FIGURE = "figure"
"""The column that names the amount of its row."""


def grid_in(currency: Currency | None, grid: Grid) -> Grid:
    """A grid whose headers, meanings and texts say the money; formulas and names stay."""
    if currency is None:
        return grid
    names = [column.name for column in grid.columns]
    return replace(
        grid,
        purpose=said_in(currency, grid.purpose),
        columns=[_column(currency, column) for column in grid.columns],
        rows=[
            [
                _cell(currency, cell, is_name=name == FIGURE)
                for name, cell in zip(names, row, strict=True)
            ]
            for row in grid.rows
        ],
    )


def entry_in(currency: Currency | None, entry: Entry) -> Entry:
    """A row of the cover in the same way."""
    if currency is None:
        return entry
    value = _cell(currency, entry.value)
    return replace(entry, label=said_in(currency, entry.label), value=value)


def _column(currency: Currency, column: Column) -> Column:
    return replace(
        column,
        header=said_in(currency, column.header),
        unit=said_in(currency, column.unit),
        meaning=said_in(currency, column.meaning),
    )


def _cell(currency: Currency, cell: Cell, *, is_name: bool = False) -> Cell:
    if not isinstance(cell, str):
        return cell
    return named_in(currency, cell) if is_name else said_in(currency, cell)
