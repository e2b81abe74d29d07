"""Statistical figures of groups of rows: what is unlike its neighbours without being impossible."""

from itertools import pairwise

import polars as pl

from calc import judge
from calc.grouped import FIGURE, VALUE, WORLD, Known, as_number, counted, key_of
from calc.money import UNITS_PER_USD
from calc.rules import Rule

FIRST_DIGITS = 9


def dominance(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """The largest share that one partner has, where a group has enough partners to compare."""
    by, least = key_of(rule), rule.parameters["least_partners"]
    partners = counted(rows.filter(pl.col("partner") != WORLD), [*by, "partner"])
    total, largest = pl.col(judge.VALUE).sum(), pl.col(judge.VALUE).max()
    share = as_number(largest) / as_number(total)
    figure = pl.when((pl.len() >= least) & (total > 0)).then(share)
    return partners.group_by(by).agg(
        pl.col(judge.ROWS).sum(), total.alias(judge.VALUE), figure.alias(FIGURE)
    )


def first_digit(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How far first digits are from Benford's law: the mean of nine gaps between shares.

    Source: F. Benford, "The law of anomalous numbers", 1938: digit d leads with the probability
    log10(1 + 1/d) (general knowledge, to be verified).
    """
    by, least = key_of(rule), rule.parameters["least_rows"]
    positive = rows.filter(VALUE > 0)
    place = (VALUE.cast(pl.Float64).log10() + 1e-12) % 1.0
    digits = pl.Series(range(1, FIRST_DIGITS + 2)).cast(pl.Float64).log10().to_list()
    gaps = [
        ((place >= low) & (place < high)).mean() - (high - low) for low, high in pairwise(digits)
    ]
    mean = pl.sum_horizontal(one.abs() for one in gaps) / FIRST_DIGITS
    return counted(positive, by, pl.when(pl.len() >= least).then(mean).alias(FIGURE))


def unit_value(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How many times the worst value of a unit is above or below the median of its group."""
    by = key_of(rule)
    price = with_unit_value(rows)
    groups = counted(
        price,
        by,
        pl.col("unit_value").median().alias("median"),
        pl.col("unit_value").max().alias("highest"),
        pl.col("unit_value").min().alias("lowest"),
    )
    worst = pl.max_horizontal(
        pl.col("highest") / pl.col("median"), pl.col("median") / pl.col("lowest")
    )
    enough = pl.col(judge.ROWS) >= rule.parameters["least_rows"]
    return groups.with_columns(pl.when(enough).then(worst).alias(FIGURE))


def with_unit_value(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with a value and a quantity, with ``unit`` and ``unit_value``: the mass else."""
    has_quantity = (pl.col("quantity") > 0) & pl.col("quantity_unit").is_not_null()
    amount = pl.when(has_quantity).then("quantity").otherwise("net_mass_kg")
    unit = pl.when(has_quantity).then("quantity_unit").otherwise(pl.lit("kg"))
    usable = amount.is_finite() & (amount > 0) & (VALUE > 0)
    priced = rows.filter(usable)
    return priced.with_columns(unit=unit, unit_value=VALUE.cast(pl.Float64) / amount)


def jump(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How many times the value of a period is above or below that of the period before."""
    by, least = key_of(rule), rule.parameters["least_usd"] * UNITS_PER_USD
    grain = pl.col("period").str.len_chars().alias("grain")
    series = [*(name for name in by if name != "period"), "grain"]
    sums = counted(rows, by).with_columns(grain, as_number(VALUE).alias("now"))
    before = pl.col("now").shift(1).over(series, order_by="period")
    high, low = pl.max_horizontal("now", "before"), pl.min_horizontal("now", "before")
    is_told = pl.col("before").is_not_null() & (high >= least) & (low > 0)
    return sums.with_columns(before=before).with_columns(
        pl.when(is_told).then(high / low).alias(FIGURE)
    )


def rows_beyond(rows: pl.LazyFrame, rule: Rule, failing: pl.LazyFrame) -> pl.LazyFrame:
    """The rows whose value of a unit is itself beyond the bound, in groups that break the rule.

    Args:
        rows: What ``calc.judge.with_row_and_value`` gives of TRADE.
        rule: A rule of the kind ``unit value``.
        failing: The groups that break it, by their key.

    Returns:
        One row a row: ``table_row``, ``value_e4``, the key of its group and ``figure``.
    """
    by = key_of(rule)
    found = with_unit_value(rows).join(failing.select(by), on=by, how="semi", nulls_equal=True)
    ratio = pl.col("unit_value") / pl.col("unit_value").median().over(by)
    worst = pl.max_horizontal(ratio, 1 / ratio)
    beyond = found.with_columns(worst.alias(FIGURE)).filter(
        pl.col(FIGURE) > rule.parameters["maximum"]
    )
    return beyond.select(judge.ROW, judge.VALUE, *by, FIGURE)
