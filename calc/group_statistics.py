"""Statistical figures of groups of rows: what is unlike its neighbours without being impossible."""

import polars as pl

from calc import judge
from calc.cubes import POWER_UNITS
from calc.grouped import FIGURE, VALUE, WORLD, Known, as_number, key_of, summed
from calc.money import UNITS_PER_USD
from calc.rules import Rule

FIRST_DIGITS = 9
SHARE_UNITS = 1_000_000_000_000
UNIT_VALUE_SUMS = (
    pl.col("all_powers").sum(),
    pl.col("highest").max(),
    pl.col("lowest").min(),
)
UNIT = pl.col("quantity_unit").fill_null("kg").alias("unit")


def dominance(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """The largest share that one partner has, where a group has enough partners to compare."""
    by, least = key_of(rule), rule.parameters["least_partners"]
    partners = summed(rows.filter(pl.col("partner") != WORLD), [*by, "partner"])
    total, largest = pl.col(judge.VALUE).sum(), pl.col(judge.VALUE).max()
    share = as_number(largest) / as_number(total)
    figure = pl.when((pl.len() >= least) & (total > 0)).then(share)
    return partners.group_by(by).agg(
        pl.col(judge.ROWS).sum(), total.alias(judge.VALUE), figure.alias(FIGURE)
    )


def first_digit(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How far first digits are from Benford's law: the mean of nine gaps between shares.

    Source: F. Benford, "The law of anomalous numbers", 1938: digit d leads with the probability
    log10(1 + 1/d) (general knowledge, to be verified). Shares are summed as whole units of
    ``SHARE_UNITS``, so that no order of rows changes the figure.
    """
    by, least = key_of(rule), rule.parameters["least_rows"]
    counts = summed(rows, [*by, "digit"])
    expected = (1 + 1 / pl.col("digit").cast(pl.Float64)).log10()
    share = pl.col(judge.ROWS) / pl.col(judge.ROWS).sum()
    absent = SHARE_UNITS - _in_units(expected).sum()
    gaps = _in_units((share - expected).abs()).sum()
    mean = (gaps + absent) / (SHARE_UNITS * FIRST_DIGITS)
    enough = pl.col(judge.ROWS).sum() >= least
    figure = pl.when(enough).then(mean).alias(FIGURE)
    sums = (pl.col(judge.ROWS).sum(), pl.col(judge.VALUE).sum())
    return counts.group_by(by).agg(*sums, figure)


def _in_units(share: pl.Expr) -> pl.Expr:
    """A share in whole units of ``SHARE_UNITS``."""
    return (share * SHARE_UNITS).round(0).cast(pl.Int64)


def unit_value(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How many times the oddest value of a unit is above or below the others of its group.

    The others are taken by their geometric mean without the row itself, summed as whole billionths
    of a power of ten, so that no order of rows changes it.
    """
    by = key_of(rule)
    groups = summed(rows.with_columns(UNIT), by, *UNIT_VALUE_SUMS)
    others = pl.col(judge.ROWS) - 1
    high, low = (
        _apart(pl.col(name), pl.col("all_powers"), others) for name in ("highest", "lowest")
    )
    enough = pl.col(judge.ROWS) >= rule.parameters["least_rows"]
    worst = pl.lit(10.0).pow(pl.max_horizontal(high, -low))
    return groups.with_columns(pl.when(enough).then(worst).alias(FIGURE))


def _apart(power: pl.Expr, all_powers: pl.Expr, others: pl.Expr) -> pl.Expr:
    """How many powers of ten a value is above the geometric mean of the others."""
    return (power - (all_powers - power) / others) / POWER_UNITS


def jump(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How many times the value of a period is above or below that of the period before."""
    by, least = key_of(rule), rule.parameters["least_usd"] * UNITS_PER_USD
    grain = pl.col("period").str.len_chars().alias("grain")
    series = [*(name for name in by if name != "period"), "grain"]
    sums = summed(rows, by).with_columns(grain, as_number(VALUE).alias("now"))
    before = pl.col("now").shift(1).over(series, order_by="period")
    high, low = pl.max_horizontal("now", "before"), pl.min_horizontal("now", "before")
    is_told = pl.col("before").is_not_null() & (high >= least) & (low > 0)
    return sums.with_columns(before=before).with_columns(
        pl.when(is_told).then(high / low).alias(FIGURE)
    )


def rows_beyond(priced: pl.LazyFrame, rule: Rule, failing: pl.LazyFrame) -> pl.LazyFrame:
    """The rows whose value of a unit is itself beyond the bound, in groups that break the rule.

    Args:
        priced: What ``calc.cubes.with_unit_value`` gives of TRADE.
        rule: A rule of the kind ``unit value``.
        failing: The groups that break it, by their key, with ``group_rows`` and ``group_powers``:
            their number of rows and the sum of their powers.

    Returns:
        One row a row, in order: ``table_row``, ``value_e4``.
    """
    by, power = key_of(rule), pl.col("all_powers")
    found = priced.with_columns(UNIT).join(
        failing, on=by, how="inner", validate="m:1", nulls_equal=True
    )
    apart = _apart(power, pl.col("group_powers"), pl.col("group_rows") - 1)
    worst = pl.lit(10.0).pow(apart.abs())
    return found.filter(worst > rule.parameters["maximum"]).select(judge.ROW, judge.VALUE)
