"""Static accounting: value, duty and average rates of any set of lines, at unchanged trade.

Values nest: listed, of which covered, of which in force, of which affected; what may not enter and
what is only threatened are the other parts of covered. Sums are of whole
ten-thousandths of a USD, so they depend on no order; what is not known is summed apart, by value.

Source: definitions of trade covered, duty and averages as in WTO, World Tariff Profiles (technical
notes: tariff lines are averaged to six digits first).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import polars as pl

from calc.money import RATE_UNITS, divided_by, ratio, usd
from calc.terms import ROW

COVERED = pl.col("status") != "excluded"
IN_FORCE = pl.col("status") == "in force"
PROHIBITED = pl.col("status") == "prohibited"
THREATENED = pl.col("status") == "threatened"
VALUE = pl.col("value_e4")
WEIGHTED = {
    "trade_weighted_rate_before": ("duty_before_e4", COVERED),
    "trade_weighted_rate_after": ("duty_after_e4", COVERED & ~PROHIBITED),
}
"""Average rates by value: which duty, on which lines."""
AVERAGED = {"simple_average_rate_before": "rate_before", "simple_average_rate_after": "rate_after"}
"""Simple average rates: of which rates of lines."""
BEHIND = "lines_behind"
"""Of cells in place of lines (``calc.assessed.cells``): how many lines each is of."""
IS_ESTIMATE = pl.col("estimate").is_not_null() | pl.col("threatened_estimate").is_not_null()


def known_sum(amount: str, where: pl.Expr) -> pl.Expr:
    """The sum of what is known among some lines, in units; null where none of them is known."""
    chosen = pl.col(amount).filter(where)
    return pl.when(chosen.count() > 0).then(chosen.sum())


def value_where(where: pl.Expr) -> pl.Expr:
    """The value of some lines, in ten-thousandths of a USD; 0 where there are none."""
    return VALUE.filter(where).sum()


def unknown_value(amount: str, where: pl.Expr) -> pl.Expr:
    """The value of those lines of which an amount is not known, in ten-thousandths of a USD."""
    return value_where(where & pl.col(amount).is_null())


def estimated_sum(amount: str, is_estimate: str) -> pl.Expr:
    """The sum of an amount over the covered lines on which it is an estimate, 0 where none is."""
    return pl.col(amount).filter(COVERED & pl.col(is_estimate)).sum()


AMOUNTS: Mapping[str, pl.Expr] = {
    "listed_value_usd": VALUE.sum(),
    "covered_value_usd": value_where(COVERED),
    "in_force_value_usd": value_where(IN_FORCE),
    "prohibited_value_usd": value_where(PROHIBITED),
    "threatened_value_usd": value_where(THREATENED),
    "affected_value_usd": value_where(IN_FORCE & pl.col("is_affected")),
    "affected_unknown_value_usd": unknown_value("is_affected", IN_FORCE),
    "calculated_duty_usd": known_sum("calculated_e4", COVERED),
    "duty_before_usd": known_sum("duty_before_e4", COVERED),
    "duty_before_unknown_value_usd": unknown_value("duty_before_e4", COVERED),
    "duty_after_usd": known_sum("duty_after_e4", COVERED),
    "duty_after_unknown_value_usd": unknown_value("duty_after_e4", COVERED),
    "duty_increment_usd": known_sum("increment_e4", COVERED),
    "duty_increment_unknown_value_usd": unknown_value("increment_e4", COVERED),
    "estimated_value_usd": value_where(COVERED & IS_ESTIMATE),
    "duty_before_estimated_usd": estimated_sum("duty_before_e4", "before_is_estimate"),
    "duty_after_estimated_usd": estimated_sum("duty_after_e4", "after_is_estimate"),
    "duty_increment_estimated_usd": estimated_sum("increment_e4", "increment_is_estimate"),
    "threatened_increment_usd": known_sum("threatened_e4", THREATENED),
    "threatened_increment_unknown_value_usd": unknown_value("threatened_e4", THREATENED),
    "statutory_minus_calculated_usd": known_sum("gap_e4", COVERED),
}
"""What is summed of the lines of a cell, in ten-thousandths of a USD, by what it is told as."""


def sums_of(lines: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    """Value and duty of the lines by a key.

    Args:
        lines: What ``calc.lines.with_status`` gives.
        key: Columns to group by.

    Returns:
        One row a key that has lines: the columns of the accounting tables except imports, shares
        and averages.
    """
    gap = pl.col("duty_before_e4") - pl.col("calculated_e4")
    weighed = [sums for name, of in WEIGHTED.items() for sums in _weighed(name, *of)]
    cells = (
        lines.with_columns(gap_e4=gap)
        .group_by(key)
        .agg(*weighed, lines=number_of(lines).cast(pl.Int64), **AMOUNTS)
    )
    rates = {name: _weighted_rate(name) for name in WEIGHTED}
    return told_in_usd(cells, AMOUNTS).select(*key, "lines", *AMOUNTS, **rates)


def told_in_usd(cells: pl.LazyFrame, names: Iterable[str]) -> pl.LazyFrame:
    """Cells whose amounts were summed in whole ten-thousandths, in USD.

    Afterwards and not in the sum: what is divided there is summed twice.
    """
    return cells.with_columns(map(_in_usd, names))


@cache
def _in_usd(name: str) -> pl.Expr:
    return usd(pl.col(name)).alias(name)


def number_of(lines: pl.LazyFrame) -> pl.Expr:
    """How many rows of trade lines are of; a line in parts is one."""
    held = BEHIND in lines.collect_schema()
    return pl.col(BEHIND).sum() if held else pl.col(ROW).n_unique()


def _weighed(name: str, duty: str, where: pl.Expr) -> Iterator[pl.Expr]:
    """The duty of some lines, and the value of those on which it is known."""
    known = where & pl.col(duty).is_not_null()
    yield pl.col(duty).filter(known).sum().alias(f"{name}_duty")
    yield VALUE.filter(known).sum().alias(f"{name}_value")


def _weighted_rate(name: str) -> pl.Expr:
    """Duty over the value on which it is known; null where that is 0."""
    duty, value = pl.col(f"{name}_duty"), pl.col(f"{name}_value")
    return pl.when(value > 0).then(ratio(duty, value))


def average_rates(lines: pl.LazyFrame, key: Sequence[str], digits: int) -> pl.LazyFrame:
    """Simple average rates of the covered lines by a key, as the WTO takes them.

    A code of a partner counts once, at its rate over all of its parts (those of portions, quotas
    and seasons, and months), each by its value. These rates are averaged over the statistical
    suffixes of a tariff line, then over the partners, then over the tariff lines of a six-digit
    subheading, then over the subheadings, so that subheadings of many lines do not weigh more.

    Args:
        lines: What ``calc.lines.with_status`` gives, or cells of it.
        key: Columns to group by.
        digits: Digits of a tariff line in the nomenclature.

    Returns:
        One row a key: those columns, ``simple_average_rate_before`` and
        ``simple_average_rate_after``; null where no line has a known rate.
    """
    code = pl.col("code")
    level = lines.filter(COVERED).select(
        *(pl.col(name).alias(f"key_{at}") for at, name in enumerate(key)),
        "code",
        "partner",
        tariff_line=code.str.slice(0, digits),
        subheading=code.str.slice(0, 6),
        value=VALUE.cast(pl.Int128),
        of=pl.col(BEHIND) if BEHIND in lines.collect_schema() else pl.lit(1),
        **{name: scaled(pl.col(rate)) for name, rate in AVERAGED.items()},
    )
    held = ("subheading", "tariff_line", "partner", "code")
    own = [f"key_{at}" for at in range(len(key))]
    level = _means_by_value(level, [*own, *held], tuple(AVERAGED))
    for count in (3, 2, 1, 0):
        level = whole_means(level, [*own, *held[:count]], tuple(AVERAGED))
    named = [pl.col(mine).alias(name) for mine, name in zip(own, key, strict=True)]
    return level.select(*named, *(divided_by(pl.col(name), RATE_UNITS) for name in AVERAGED))


def scaled(rate: pl.Expr) -> pl.Expr:
    """A rate as a whole number of millionths of a millionth."""
    return (rate * RATE_UNITS).round().cast(pl.Int128)


def whole_means(rows: pl.LazyFrame, by: Sequence[str], names: Sequence[str]) -> pl.LazyFrame:
    """The mean of each column of whole numbers by a key, a whole number; null where all are."""
    summed = rows.group_by(by).agg(*map(_total, names), *map(_count, names))
    return summed.select(*by, *map(_mean, names))


@cache
def _total(name: str) -> pl.Expr:
    return pl.col(name).sum().alias(f"{name}_total")


@cache
def _count(name: str) -> pl.Expr:
    return pl.col(name).count().alias(f"{name}_count")


def _means_by_value(rows: pl.LazyFrame, by: Sequence[str], names: Sequence[str]) -> pl.LazyFrame:
    """The mean of each column of rates by value; of parts without a value, by their number."""
    weights = [(name, of) for name in names for of in ("value", "of")]
    summed = rows.group_by(by).agg(sums for pair in weights for sums in _weighed_total(*pair))
    means = (pl.coalesce(_mean(f"{name}_value"), _mean(f"{name}_of")).alias(name) for name in names)
    return summed.select(*by, *means)


@cache
def _weighed_total(name: str, of: str) -> tuple[pl.Expr, pl.Expr]:
    """The sum of whole numbers by their weights, and of the weights of those that are known."""
    weight, known = pl.col(of).cast(pl.Int128), pl.col(name).is_not_null()
    return (
        (pl.col(name) * weight).sum().alias(f"{name}_{of}_total"),
        weight.filter(known).sum().alias(f"{name}_{of}_count"),
    )


@cache
def _mean(name: str) -> pl.Expr:
    """A total over its count, rounded to a whole number; null where that is 0."""
    total, count = pl.col(f"{name}_total"), pl.col(f"{name}_count")
    return pl.when(count > 0).then(ratio(total, count).round().cast(pl.Int128)).alias(name)
