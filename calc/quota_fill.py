"""How far each amount of a quota is filled, which part of each flow is over it, and the report.

Within a period the part over the quota is the same share of every flow that shares the amount,
since nothing tells which entered first. Source: the share within a quota is min(1, quota /
imports), each period by itself. For a year of a quota that runs by quarter it is the most that can
be within, so that at least what is told is over: imports of 60, 20, 10 and 10 against 30 a quarter
are 70 within, not 100.

Where a quota of a year caps its quarters, they are filled in their order: in each at most the cap
may come in, and what the quarters before have left of the year.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from calc.dictionary import conform
from calc.money import ratio, usd
from calc.policy.model import blind_portion
from calc.quotas import PERIODS, incomplete_of, is_capped, span_of, times_in
from calc.shares import SHARE_UNITS
from calc.tables.quotas import ByQuota
from calc.terms import ROW

COUNTED_UNITS = 1_000_000
"""Quantities are summed in whole millionths, so that a sum depends on no order."""

AMOUNT = ["quota_id", "importer", "origin"]
FILL = [*AMOUNT, "quota_period", "status"]
IS_QUARTER = pl.col("quota_period").str.contains(r"-Q[1-4]$")


def fills_of(flows: pl.LazyFrame, *, incomplete: Sequence[str]) -> pl.LazyFrame:
    """How far each amount is filled in each period.

    Args:
        flows: What ``flows_under_quotas`` gives.
        incomplete: Years and quarters of which the trade table lacks months.

    Returns:
        One row a quota, importer, origin, period and status: the sums of the flows, ``allowed``
        and ``counted`` in millionths of the counted unit, ``state``, ``over_share``,
        ``fill_share`` and ``is_lower_bound``. What is threatened counts on top of what is in force.
    """
    waits = pl.col("part_as_if") > pl.col("part_in_force")
    of_year = waits.any().over(AMOUNT) & is_capped()  # what waits fills later quarters less
    waits = waits.any().over(FILL[:-1]) | of_year
    standing = flows.filter(pl.col("status") == "in force")
    waiting = flows.filter(waits).with_columns(status=pl.lit("threatened"))
    summed = pl.concat([_summed(standing, "part_in_force"), _summed(waiting, "part_as_if")])
    late = pl.col("quota_period").is_in(list(incomplete)) | (is_capped() & bool(incomplete))
    is_rough = (pl.col("times") > 1) | (is_capped() & ~IS_QUARTER)
    told = _capped(summed).with_columns(is_lower_bound=is_rough | late)
    return _with_state(told)


def _capped(summed: pl.LazyFrame) -> pl.LazyFrame:
    """Sums with what may come in within a quarter under a cap, and what is known before it.

    What has come in within the cap by a quarter is the sum of what each took of the cap, and never
    more than the amount of the year.
    """
    year, counted = pl.col("allowed"), pl.col("counted")
    cap = (year.cast(pl.Float64) * pl.col("quarter_cap")).round().cast(pl.Int128)
    by = [*AMOUNT, "status"]
    taken = pl.min_horizontal(counted, cap)
    before = (taken.cum_sum() - taken).over(by, order_by="quota_period")
    of_quarter = pl.min_horizontal(cap, (year - before).clip(lower_bound=0))
    of_year = pl.min_horizontal(year, cap * PERIODS["quarter"])
    allowed = pl.when(IS_QUARTER).then(of_quarter).otherwise(of_year)
    unknown = pl.col("rows_without").cum_sum().over(by, order_by="quota_period")
    return summed.with_columns(
        allowed=pl.when(is_capped()).then(allowed).otherwise(year),
        rows_without=pl.when(is_capped()).then(unknown).otherwise("rows_without"),
    )


def _summed(flows: pl.LazyFrame, part: str) -> pl.LazyFrame:
    whole = pl.col("counted") * pl.col(part) * COUNTED_UNITS
    allowed = pl.col("amount") * pl.col("counted_per_unit") * pl.col("times") * COUNTED_UNITS
    value = (pl.col("value_e4") * pl.col(part)).round().cast(pl.Int64)
    facts = ("unit", "period_of_quota", "observed_split", "source")
    numbers = ("amount", "counted_per_unit", "times", "quarter_cap")
    return (
        flows.with_columns(
            counted=whole.round().cast(pl.Int128),
            allowed=allowed.round().cast(pl.Int128),
            value_e4=value,
        )
        .group_by(FILL)
        .agg(
            pl.col(*facts, *numbers, "allowed").min(),
            pl.col("counted", "value_e4").sum(),
            value_without_e4=pl.col("value_e4").filter(pl.col("counted").is_null()).sum(),
            rows_without=pl.col("counted").null_count(),
        )
    )


def _with_state(fills: pl.LazyFrame) -> pl.LazyFrame:
    """Unfilled, exactly filled, over-quota or unknown, and the share that is over."""
    counted, allowed = pl.col("counted"), pl.col("allowed")
    is_whole, none_allowed = pl.col("rows_without") == 0, allowed == 0
    is_over = (counted > allowed) | (none_allowed & (pl.col("value_e4") > 0))
    share = ratio(allowed.cast(pl.Float64), counted.cast(pl.Float64))
    state = (
        pl.when(is_over).then(pl.lit("over-quota")).when(~is_whole).then(pl.lit("unknown"))
        .when(counted == allowed).then(pl.lit("exactly filled")).otherwise(pl.lit("unfilled"))
    )  # fmt: skip
    over = (
        pl.when(none_allowed).then(1.0).when(is_whole & is_over).then(1.0 - share)
        .when(is_whole).then(0.0)
    )  # fmt: skip
    fill = ratio(counted.cast(pl.Float64), allowed.cast(pl.Float64))
    return fills.with_columns(
        state=state,
        over_share=pl.when(pl.col("observed_split") == "none").then(over),
        fill_share=pl.when(is_whole & ~none_allowed).then(fill),
    )


def shares_over(
    flows: pl.LazyFrame, fills: pl.LazyFrame, derived: Mapping[str, int]
) -> pl.LazyFrame:
    """What derived portions take of each row: what is over a quota, or all where none can tell.

    Args:
        flows: What ``calc.quotas.flows_under_quotas`` gives.
        fills: What ``fills_of`` gives.
        derived: Number of each derived portion among all portions, by name.

    Returns:
        One row a trade row and portion that takes anything of it: ``table_row``, ``share`` and
        ``share_e15``, as ``calc.shares.shares_asked`` gives them.
    """
    split = flows.filter(pl.col("over_portion").is_not_null()).join(
        fills.select(*FILL, "over_share"), on=FILL, how="left", validate="m:1"
    )
    share = pl.col("over_share")
    long = pl.concat(
        [
            split.select(ROW, name="over_portion", taken=share.fill_null(0.0)),
            split.select(
                ROW,
                name=pl.format(blind_portion("{}"), "quota_id"),
                taken=share.is_null().cast(pl.Float64),
            ),
        ]
    )
    numbers = pl.LazyFrame(
        list(derived.items()), schema={"name": pl.String, "share": pl.Int32}, orient="row"
    )
    units = (pl.col("taken") * SHARE_UNITS).round().cast(pl.Int64)
    return (
        long.filter(pl.col("taken") > 0)
        .join(numbers, on="name", how="inner", validate="m:1")
        .select(ROW, "share", share_e15=units)
        .filter(pl.col("share_e15") > 0)
    )


def by_quota(
    fills: pl.LazyFrame,
    flows: pl.LazyFrame,
    components: pl.LazyFrame,
    quotas: pl.LazyFrame,
    *,
    is_averaged: bool = False,
) -> pl.LazyFrame:
    """BY_QUOTA: how far each amount is filled in each period, and the value over it.

    Args:
        fills: What ``fills_of`` gives, with the amounts that no flow counts against.
        flows: What ``flows_under_quotas`` gives.
        components: The measures on each line by segment; see ``calc.hits.component_lines``.
        quotas: Rows of QUOTAS.
        is_averaged: Whether a reading averages what is over and what is within, so that no line
            is either; what is over is then the share of what counts.
    """
    over = (
        components.filter(
            (pl.col("quota_part") == "over") & ~pl.col("status").is_in(["displaced", "excluded"])
        )
        .group_by(ROW, "segment", quota_id="quota")
        .agg(pl.col("value_e4").first(), is_out=(pl.col("status") == "prohibited").any())
        .join(flows.select(ROW, *FILL), on=[ROW, "quota_id"], how="inner", validate="m:1")
        .group_by(FILL)
        .agg(
            over_e4=pl.col("value_e4").sum(),
            prohibited_e4=pl.col("value_e4").filter("is_out").sum(),
        )
    )
    partners = (
        quotas.sort("partner").group_by("importer", "quota_id", "origin")
        .agg(partners=pl.col("partner").str.join(" "))
    )  # fmt: skip
    shares = pl.col("over_share").is_not_null()
    per_unit = pl.col("counted_per_unit") * COUNTED_UNITS
    of_quarter = pl.col("allowed").cast(pl.Float64) / per_unit
    whole_amount = pl.col("amount") * pl.col("times")
    amount = pl.when(is_capped() & IS_QUARTER).then(of_quarter).otherwise(whole_amount)
    if is_averaged:
        share = (pl.col("value_e4") * pl.col("over_share")).round().cast(pl.Int64)
        over = fills.select(*FILL, over_e4=share, prohibited_e4=pl.lit(0, pl.Int64))
    whole = (
        fills.join(over, on=FILL, how="left", validate="1:1")
        .join(partners, on=AMOUNT, how="left", validate="m:1")
        .with_columns(
            amount=amount,
            period=pl.col("period_of_quota"),
            imports_amount=pl.col("counted").cast(pl.Float64) / per_unit,
            imports_value_usd=usd(pl.col("value_e4")),
            without_quantity_value_usd=usd(pl.col("value_without_e4")),
            over_value_usd=pl.when(shares).then(usd(pl.col("over_e4").fill_null(0))),
            prohibited_value_usd=pl.when(shares).then(usd(pl.col("prohibited_e4").fill_null(0))),
        )
    )
    return conform(whole, ByQuota).sort(list(ByQuota.primary_key()))


def with_idle(
    fills: pl.LazyFrame,
    quotas: pl.LazyFrame,
    periods: Sequence[str],
    *,
    in_force: Sequence[str],
) -> pl.LazyFrame:
    """Fills and the amounts in force that no flow counts against: unfilled, with no imports.

    Args:
        fills: What ``fills_of`` gives.
        quotas: Rows of QUOTAS.
        periods: Distinct periods of the trade, sorted.
        in_force: Quotas that a measure in force is under.
    """
    span = span_of(periods)
    late = pl.lit(value=span in incomplete_of(periods))
    of = periods[0] if len(periods) == 1 else "year"  # several are the months of a year
    amounts = (
        quotas.filter(pl.col("quota_id").is_in(list(in_force)) & (pl.col("amount") > 0))
        .rename({"period": "period_of_quota"})
        .with_columns(period=pl.lit(of), part_in_force=0.0, counted=0.0, value_e4=0)
        .unique(AMOUNT)
        .join(fills, on=AMOUNT, how="anti")
        .with_columns(quota_period=pl.lit(span), times=times_in(), status=pl.lit("in force"))
    )
    idle = _with_state(_summed(amounts, "part_in_force").with_columns(is_lower_bound=late))
    return pl.concat([fills, idle.select(fills.collect_schema().names())])
