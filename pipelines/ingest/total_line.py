"""A file's own line of totals, against the sum of the rows above it."""

import polars as pl

from calc import judge
from calc.errors import DataRejectedError, Problem
from calc.money import UNITS_PER_USD
from pipelines.ingest.cells import EXCLUDED, Reading
from pipelines.ingest.excluded import TOTAL_LINE
from pipelines.ingest.mapped import VALUE_OF
from pipelines.ingest.source import ROW

TOLERANCE_USD = 1


def check_total_line(reading: Reading) -> tuple[str, ...]:
    """A note that each total is met; none where the file has no line of totals.

    Raises:
        DataRejectedError: The rows add up to another amount: the file was cut or changed.
    """
    lines = reading.rows.filter(pl.col(EXCLUDED) == TOTAL_LINE)
    if reading.mapping is None or not lines.height:
        return ()
    rows = reading.rows.filter(pl.col(EXCLUDED).is_null() | (pl.col(EXCLUDED) != TOTAL_LINE))
    notes, problems = [], []
    for column in VALUE_OF.values():
        item, told = reading.mapping.mapped(column), _sum(lines, column)
        if item is None or told is None:
            continue
        summed = _sum(rows, column) or 0
        if abs(told - summed) <= TOLERANCE_USD * UNITS_PER_USD:
            notes.append(
                f'{reading.source.name}: its own total of "{item.header}", '
                f"{told / UNITS_PER_USD:,.0f}, is the sum of its rows"
            )
        else:
            problems.append(_gap(reading, item.header, told, summed))
    if problems:
        raise DataRejectedError.collected(problems)
    return tuple(notes)


def _sum(rows: pl.DataFrame, column: str) -> int | None:
    units = (pl.col(column) * UNITS_PER_USD).round().cast(pl.Int64)
    total = rows.select(judge.exact_sum(units)).item()
    return None if total is None else int(total)


def _gap(reading: Reading, header: str, told: int, summed: int) -> Problem:
    row = reading.rows.filter(pl.col(EXCLUDED) == TOTAL_LINE)[ROW][0]
    return Problem(
        f'the rows of {reading.source.name} add up to {summed / UNITS_PER_USD:,.0f} in "{header}", '
        f"its own line of totals says {told / UNITS_PER_USD:,.0f}",
        where=f"{reading.source.name} row {row}",
        hint="rows are missing or were changed: download it again, or take the line out",
    )
