"""Columns of money that look as if points had separated their thousands."""

from collections.abc import Iterator, Sequence

import polars as pl

from calc.tables.trade import VALUE_COLUMNS
from pipelines.validation.words import counted

FEWEST = 3
"""Values below which nothing is told: three decimals may be chance."""
SHARE = 0.8
"""Of the values, the part that has three decimals; of drawn thousands nine in ten do."""
NEAR = 1e-9
FIRST = 10_000
"""Rows which mostly show at once that there is nothing to tell."""


def warnings_of(rows: pl.LazyFrame) -> Iterator[str]:
    """A sentence for each column of money all of whose values are small, with three decimals.

    A file that writes 1,234,567 as 1.234.567 cannot be read as it stands; one whose values are all
    below a million, 1.234 to 999.999, can, and is then wrong by a thousand.

    Args:
        rows: Rows of TRADE, in whole U.S. dollars.
    """
    for name, signs in _doubtful(rows).items():
        values, thousandths = signs["values"], signs["thousandths"]
        if values >= FEWEST and signs["fits"] == values and thousandths >= SHARE * values:
            yield (
                f"{name}: {counted(values, 'value')}, all below 1,000 and to thousandths of a "
                "dollar: if a point separates their thousands (1.234 is 1,234), they are wrong "
                "by a thousand; then give --decimal ,"
            )


def _doubtful(rows: pl.LazyFrame) -> dict[str, dict[str, int]]:
    """What is counted of each column that holds anything, but for those that show at once."""
    first = _counted(rows.head(FIRST + 1), VALUE_COLUMNS)
    doubtful = {name: signs for name, signs in first.items() if signs["fits"] == signs["values"]}
    if not doubtful or next(iter(doubtful.values()))["rows"] <= FIRST:
        return doubtful
    return _counted(rows, _known(rows, list(doubtful)))


def _known(rows: pl.LazyFrame, names: Sequence[str]) -> list[str]:
    """The columns that hold anything."""
    counts = rows.select(pl.col(name).count() for name in names).collect(engine="streaming")
    return [name for name in counts.columns if counts[name].item()]


def _counted(rows: pl.LazyFrame, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """What ``_signs`` counts, by column."""
    if not names:
        return {}
    signs = rows.select(pl.struct(_signs(name)).alias(name) for name in names)
    return signs.collect(engine="streaming").row(0, named=True)


def _signs(name: str) -> list[pl.Expr]:
    """Rows; values; those that three decimals below 1,000 can say; those that need all three."""
    value = pl.col(name)
    tenths, thousandths = value * 100, value * 1000
    is_whole = (thousandths - thousandths.round()).abs() < NEAR * 1000
    fits = is_whole & value.is_between(0, 1000, closed="left")
    needs = fits & ((tenths - tenths.round()).abs() > NEAR * 1000)
    return [
        pl.len().alias("rows"),
        value.count().alias("values"),
        fits.sum().alias("fits"),
        needs.sum().alias("thousandths"),
    ]
