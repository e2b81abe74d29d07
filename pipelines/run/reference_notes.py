"""What a reader must know of the reference period of a run."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from calc.periods import lacking, months_of
from calc.seasons import BY_DAYS
from calc.tables.trade import KEY as LINE
from pipelines.report.figures import exact_sum

if TYPE_CHECKING:
    from pipelines.run.compute import Answer

MEAN = (
    "The trade is the mean of the {years} years {name}: value, quantity and calculated duty of "
    "each line, summed and divided by {years}. A line that the table does not have in a year "
    "counts as nothing in it; a quantity in other units, or not known, in one of the years is not "
    "known."
)
SUM = (
    "The trade is that of the {years} years {name}, added up: each line is of its own year, and "
    "every figure is the sum over the years, not that of a year."
)


def season_notes(found: "Answer") -> Iterator[str]:
    """How much of the trade is split by days, because a season takes a part of its period."""
    cut = found.tables["lines"].filter(pl.col("segment").str.contains(BY_DAYS, literal=True))
    last = pl.col("period").str.split("..").list.last().str.len_chars()
    for is_year in (True, False):
        own = cut.filter((last == len("2024")) == is_year)
        if own.is_empty():
            continue
        lines, value = own.select(LINE).n_unique(), exact_sum(own, "customs_value_usd") or 0.0
        why = "the table has no months" if is_year else "a season cuts their month"
        yield (
            f"Imports on {lines:,} {'line' if lines == 1 else 'lines'}, USD {value:,.0f}, are "
            f"entered in a season and out of it: their parts are estimated by days: {why}."
        )


def reference_notes(found: "Answer", importer: str) -> Iterator[str]:
    """Sentences on a reference period that is not one period of the table, or not whole."""
    period = found.period
    if period.years > 1:
        yield MEAN.format(years=period.years, name=period.name)
    elif period.is_sum_of_years:
        yield SUM.format(years=len(period.parts), name=period.name)
    elif len(period.parts) > 1:
        yield f"The trade is that of the {len(period.parts)} months {period.name}, added up."
    elif period.by_month and len(period.name) == len("2024"):
        own = found.shape.filter((pl.col("flow") == "import") & (pl.col("importer") == importer))
        absent = lacking(months_of(period.name), sorted(own["period"].unique()))
        if absent:
            months = ", ".join(absent)
            yield f"The table has no imports of {importer} in {months}: less than a year."
