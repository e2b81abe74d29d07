"""Static accounting: value, duty and average rates of any set of lines, at unchanged trade.

Values nest: listed, of which covered, of which in force, of which affected; what may not enter and
what is only threatened are the other parts of covered. Sums are of whole
ten-thousandths of a USD, so they depend on no order; what is not known is summed apart, by value.

Source: definitions of trade covered, duty and averages as in WTO, World Tariff Profiles (technical
notes: tariff lines are averaged to six digits first).
"""

from collections.abc import Sequence

import polars as pl

from calc.money import RATE_UNITS, divided_by, ratio, usd
from calc.terms import ROW

COVERED = pl.col("status") != "excluded"
IN_FORCE = pl.col("status") == "in force"
PROHIBITED = pl.col("status") == "prohibited"
THREATENED = pl.col("status") == "threatened"
VALUE = pl.col("value_e4")
BEHIND = "lines_behind"
"""Of cells in place of lines (``calc.assessed.cells``): how many lines each is of."""
IS_ESTIMATE = pl.col("estimate").is_not_null() | pl.col("threatened_estimate").is_not_null()


def known_sum(amount: str, where: pl.Expr) -> pl.Expr:
    """The sum of what is known among some lines; null where none of them is known."""
    chosen = pl.col(amount).filter(where)
    return usd(pl.when(chosen.is_not_null().any()).then(chosen.sum()))


def value_where(where: pl.Expr) -> pl.Expr:
    """The value of some lines, 0 where there are none."""
    return usd(VALUE.filter(where).sum())


def unknown_value(amount: str, where: pl.Expr) -> pl.Expr:
    """The value of those lines of which an amount is not known."""
    return value_where(where & pl.col(amount).is_null())


def estimated_sum(amount: str, is_estimate: str) -> pl.Expr:
    """The sum of an amount over the covered lines on which it is an estimate, 0 where none is."""
    return usd(pl.col(amount).filter(COVERED & pl.col(is_estimate)).sum())


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
    return (
        lines.with_columns(gap_e4=gap)
        .group_by(key)
        .agg(
            lines=number_of(lines).cast(pl.Int64),
            listed_value_usd=usd(VALUE.sum()),
            covered_value_usd=value_where(COVERED),
            in_force_value_usd=value_where(IN_FORCE),
            prohibited_value_usd=value_where(PROHIBITED),
            threatened_value_usd=value_where(THREATENED),
            affected_value_usd=value_where(IN_FORCE & pl.col("is_affected")),
            affected_unknown_value_usd=unknown_value("is_affected", IN_FORCE),
            calculated_duty_usd=known_sum("calculated_e4", COVERED),
            duty_before_usd=known_sum("duty_before_e4", COVERED),
            duty_before_unknown_value_usd=unknown_value("duty_before_e4", COVERED),
            duty_after_usd=known_sum("duty_after_e4", COVERED),
            duty_after_unknown_value_usd=unknown_value("duty_after_e4", COVERED),
            duty_increment_usd=known_sum("increment_e4", COVERED),
            duty_increment_unknown_value_usd=unknown_value("increment_e4", COVERED),
            estimated_value_usd=value_where(COVERED & IS_ESTIMATE),
            duty_before_estimated_usd=estimated_sum("duty_before_e4", "before_is_estimate"),
            duty_after_estimated_usd=estimated_sum("duty_after_e4", "after_is_estimate"),
            duty_increment_estimated_usd=estimated_sum("increment_e4", "increment_is_estimate"),
            threatened_increment_usd=known_sum("threatened_e4", THREATENED),
            threatened_increment_unknown_value_usd=unknown_value("threatened_e4", THREATENED),
            statutory_minus_calculated_usd=known_sum("gap_e4", COVERED),
            trade_weighted_rate_before=weighted_rate("duty_before_e4", COVERED),
            trade_weighted_rate_after=weighted_rate("duty_after_e4", COVERED & ~PROHIBITED),
        )
    )


def number_of(lines: pl.LazyFrame) -> pl.Expr:
    """How many rows of trade lines are of; a line in parts is one."""
    held = BEHIND in lines.collect_schema()
    return pl.col(BEHIND).sum() if held else pl.col(ROW).n_unique()


def weighted_rate(duty: str, where: pl.Expr) -> pl.Expr:
    """Duty over the value of some lines on which it is known; null where that is 0."""
    known = where & pl.col(duty).is_not_null()
    value = VALUE.filter(known).sum()
    return pl.when(value > 0).then(ratio(pl.col(duty).filter(known).sum(), value))


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
    rates = {"simple_average_rate_before": "rate_before", "simple_average_rate_after": "rate_after"}
    level = lines.filter(COVERED).select(
        *(pl.col(name).alias(f"key_{at}") for at, name in enumerate(key)),
        "code",
        "partner",
        tariff_line=code.str.slice(0, digits),
        subheading=code.str.slice(0, 6),
        value=VALUE.cast(pl.Int128),
        of=pl.col(BEHIND) if BEHIND in lines.collect_schema() else pl.lit(1),
        **{name: scaled(pl.col(rate)) for name, rate in rates.items()},
    )
    held = ("subheading", "tariff_line", "partner", "code")
    own = [f"key_{at}" for at in range(len(key))]
    level = level.group_by(*own, *held).agg(_mean_by_value(name) for name in rates)
    for count in (3, 2, 1, 0):
        level = level.group_by(*own, *held[:count]).agg(whole_mean(name) for name in rates)
    named = [pl.col(mine).alias(name) for mine, name in zip(own, key, strict=True)]
    return level.select(*named, *(divided_by(pl.col(name), RATE_UNITS) for name in rates))


def scaled(rate: pl.Expr) -> pl.Expr:
    """A rate as a whole number of millionths of a millionth."""
    return (rate * RATE_UNITS).round().cast(pl.Int128)


def whole_mean(name: str, *, of: str | None = None) -> pl.Expr:
    """The mean of whole numbers, rounded to a whole number; null where all are null.

    Args:
        name: Their column.
        of: Column of what each weighs; null for one. Null too where all weights are 0.
    """
    total, count = pl.col(name).sum(), pl.col(name).count()
    if of is not None:
        weight = pl.col(of).cast(pl.Int128)
        total = (pl.col(name) * weight).sum()
        count = weight.filter(pl.col(name).is_not_null()).sum()
    return pl.when(count > 0).then(ratio(total, count).round().cast(pl.Int128)).alias(name)


def _mean_by_value(name: str) -> pl.Expr:
    """The mean of rates by value; of parts without a value, by their number."""
    return pl.coalesce(whole_mean(name, of="value"), whole_mean(name, of="of"))
