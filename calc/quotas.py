"""What counts against a quota: which part of which flow, in which unit and period.

What counts is the part of each flow on which a measure under the quota is charged, at the rates
within it: what another measure displaces, or a portion exempts, does not. It depends on no rate,
and is that of the trade as recorded.
"""

import re
from collections import Counter
from collections.abc import Sequence

import narwhals as nw
import polars as pl

from calc.money import RATE_UNITS, divided_by
from calc.policy.quantities import quantities
from calc.scope import ALL
from calc.terms import ROW, Frame

VALUE = "USD"
"""Counted unit of a quota of value."""

PERIODS = {"year": 1, "quarter": 4, "month": 12}
"""Periods of a quota, and how many a year has."""

MONTHS_OF_A_QUARTER = 3
MONTH = r"-([0-9]{2})"
"""The month of a period, or the months of a mean of years by month."""


def counted_parts(
    divisions: pl.LazyFrame, weights: pl.LazyFrame, components: pl.LazyFrame
) -> pl.LazyFrame:
    """The part of each row of trade that counts against a quota.

    Args:
        divisions: What ``calc.portions.divisions_of`` gives under the law without quotas.
        weights: What ``calc.portions.weights_of`` gives under it.
        components: The components of each kind of line and segment under it.

    Returns:
        One row a trade row and quota: ``table_row``, ``quota_id``, ``part_in_force`` and
        ``part_as_if`` (were the measures in force that threaten), fractions of the flow.
    """
    standing = pl.col("status").is_in(["applied", "threatened"])
    under = (
        components.filter(pl.col("quota").is_not_null() & standing)
        .group_by("kind", "segment", quota_id="quota")
        .agg(is_charged=(pl.col("status") == "applied").any())
    )
    part = (pl.col("weight") * RATE_UNITS).round().cast(pl.Int64)
    by_division = (
        weights.join(under, on=["kind", "segment"], how="inner")
        .group_by("division", "quota_id")
        .agg(part_in_force=part.filter("is_charged").sum(), part_as_if=part.sum())
    )
    counted = divisions.select(ROW, "division").join(by_division, on="division", how="inner")
    shares = ("part_in_force", "part_as_if")
    return counted.select(
        ROW, "quota_id", *(divided_by(pl.col(name), RATE_UNITS).alias(name) for name in shares)
    )


def counted_trade(trade: Frame, units: Sequence[str]) -> Frame:
    """Rows of trade with their amount in each unit that a quota counts.

    Args:
        trade: Imports with their value for duty.
        units: Canonical units of quantity, and ``USD`` for the value.

    Returns:
        ``table_row``, importer, partner, period, ``value_e4`` and ``counted_0`` and so on; null
        where the table has no quantity in the unit.
    """
    amounts = [
        (nw.col("duty_base_usd") if unit == VALUE else quantities()(unit)).alias(f"counted_{at}")
        for at, unit in enumerate(units)
    ]
    return trade.select(ROW, "importer", "partner", "period", "value_e4", *amounts)


def flows_under_quotas(
    parts: pl.LazyFrame,
    trade: pl.LazyFrame,
    quotas: pl.LazyFrame,
    *,
    units: Sequence[str],
    span: str,
) -> pl.LazyFrame:
    """The flows that count against a quota, each with the amount that it shares.

    A partner with an allocation of its own counts against that, all others against the common
    amount. A year of trade is put against the amounts of a whole year.

    Args:
        parts: What ``counted_parts`` gives.
        trade: What ``counted_trade`` gives.
        quotas: Rows of QUOTAS.
        units: The units that ``counted_0`` and so on are in.
        span: What ``span_of`` the periods of the trade gives.

    Returns:
        One row a trade row and quota: what QUOTAS says of it, ``quota_period`` (2024, 2024-Q3 or
        2024-07), ``times`` (periods of the quota in it), ``counted``, ``value_e4`` and the parts;
        ``status`` is ``in force``, or ``threatened`` where no measure in force counts.
    """
    key = ["importer", "quota_id", "partner"]
    own = quotas.filter(pl.col("partner") != ALL)
    common = quotas.filter(pl.col("partner") == ALL).drop("partner")
    told = parts.join(trade, on=ROW, how="inner", validate="m:1")
    named = told.join(own, on=key, how="inner", validate="m:1", suffix="_of_quota")
    others = told.join(own, on=key, how="anti").join(
        common, on=key[:2], how="inner", validate="m:1", suffix="_of_quota"
    )
    flows = pl.concat([named, others.select(named.collect_schema().names())])
    counted = pl.lit(None, pl.Float64)
    for at, unit in enumerate(units):
        is_this = pl.col("counted_unit") == unit
        counted = pl.when(is_this).then(f"counted_{at}").otherwise(counted)
    is_charged = pl.col("part_in_force") > 0
    return flows.with_columns(
        _period(span).alias("quota_period"),
        times_in().alias("times"),
        counted=counted,
        status=pl.when(is_charged).then(pl.lit("in force")).otherwise(pl.lit("threatened")),
    )


def _period(span: str) -> pl.Expr:
    """The period of a quota that a row of trade is in; the row's own where that is longer."""
    period, of_quota = pl.col("period"), pl.col("period_of_quota")
    month = period.str.extract(MONTH, 1).cast(pl.Int32)
    quarter = pl.format("{}-Q{}", period.str.replace_all(MONTH, ""), (month + 2) // 3)
    by_quarter = pl.when(month.is_null()).then(period).otherwise(quarter)
    of_year = pl.when(month.is_not_null() & is_capped()).then(quarter).otherwise(pl.lit(span))
    return (
        pl.when(of_quota == "year").then(of_year)
        .when(of_quota == "quarter").then(by_quarter).otherwise(period)
    )  # fmt: skip


def is_capped() -> pl.Expr:
    """Whether a quota of a year lets only a part of its amount in within a quarter."""
    return pl.col("quarter_cap").is_not_null()


def times_in() -> pl.Expr:
    """How many periods of its quota a row of trade covers; a month is within one."""
    is_year = ~pl.col("period").str.contains(MONTH)
    times = pl.lit(1, pl.Int32)
    for name, count in PERIODS.items():
        times = pl.when(is_year & (pl.col("period_of_quota") == name)).then(count).otherwise(times)
    return times


def span_of(periods: Sequence[str]) -> str:
    """What the periods of a reference are together: 2024, 2024-07, 2023-11..2024-10, 2022..2024.

    Args:
        periods: Distinct periods of the trade, sorted: one, or the months of a year.
    """
    if len(periods) == 1:
        return periods[0]
    years = {re.sub(MONTH, "", period) for period in periods}
    return years.pop() if len(years) == 1 else f"{periods[0]}..{periods[-1]}"


def incomplete_of(periods: Sequence[str]) -> list[str]:
    """The year and the quarters of which trade by month lacks months.

    Args:
        periods: Distinct periods of the trade, sorted.
    """
    if len(periods) == 1:
        return []
    months = {period for period in periods if re.search(MONTH, period)}
    held = Counter(quarter_of(period) for period in months)
    lacking = [quarter for quarter, count in held.items() if count < MONTHS_OF_A_QUARTER]
    is_short = months and len(months) < PERIODS["month"]
    return [*([span_of(periods)] if is_short else []), *sorted(lacking)]


def quarter_of(period: str) -> str:
    """The quarter of a month: 2024-Q3 of 2024-07."""
    found = re.search(MONTH, period)
    month = int(found[1]) if found else 1
    return f"{re.sub(MONTH, '', period)}-Q{(month + 2) // MONTHS_OF_A_QUARTER}"
