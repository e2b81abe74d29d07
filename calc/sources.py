"""SOURCES: the sellers on each market that a schedule touches, from the lines of a run.

A partner's segments are put together: what pays different duties is one flow to its buyers, at the
mean duty. A part that may not enter becomes a limit on the whole. Where a duty is not known, the
rate is not, and so neither is the market.
"""

import polars as pl

from calc.base import attach_base
from calc.dictionary import conform
from calc.money import UNITS_PER_USD, usd
from calc.tables.effects import MarketKey, Sources

KEY = list(MarketKey.primary_key())
RATES = ("rate_before", "rate_after", "admitted_share")


def of_lines(lines: pl.LazyFrame) -> pl.LazyFrame:
    """The partners that a measure names.

    Args:
        lines: LINES. Reads the key, ``status``, ``customs_value_usd``, ``duty_before_usd`` and
            ``duty_after_usd``.
    """
    value, admitted = pl.col("customs_value_usd"), pl.col("status") != "prohibited"
    whole = known_sum("customs_value_usd", pl.lit(value=True))
    enters = known_sum("customs_value_usd", admitted)
    sums = lines.group_by(*KEY, "partner").agg(
        value_usd=whole,
        enters_usd=enters,
        before_usd=known_sum("duty_before_usd", value != 0),
        after_usd=known_sum("duty_after_usd", admitted & (value != 0)),
    )
    return sums.with_columns(
        rate_before=rate("before_usd", "value_usd"),
        rate_after=rate("after_usd", "enters_usd"),
        admitted_share=pl.when(pl.col("value_usd") > 0)
        .then((pl.col("enters_usd") / pl.col("value_usd")).clip(0.0, 1.0))
        .otherwise(1.0),
    )


def others_of(trade: pl.LazyFrame, base: pl.LazyFrame) -> pl.LazyFrame:
    """Trade rows with the base duty that they go on paying, for the partners no measure names.

    A duty with a specific part is not known here, as it needs a quantity in its unit.

    Args:
        trade: Rows of TRADE with ``duty_base_usd`` (``calc.hits.with_duty_base``).
        base: Rows of BASE in force at the date of the law, one programme only.

    Returns:
        The key of a market, ``partner``, ``customs_value_usd`` and ``rate``, null where not known.
    """
    rated = attach_base(trade, base, trade.select("code").unique())
    is_plain = pl.col("base_specific_rate_usd").is_null()
    return rated.select(
        *KEY,
        "partner",
        customs_value_usd="duty_base_usd",
        rate=pl.when(is_plain).then(pl.col("base_ad_valorem_rate")),
    )


def known_sum(amount: str, where: pl.Expr) -> pl.Expr:
    """The exact sum of an amount over some rows; null where one of them is not known."""
    chosen = (pl.col(amount) * UNITS_PER_USD).round().cast(pl.Int64).filter(where)
    return pl.when(chosen.null_count() == 0).then(usd(chosen.sum()))


def flows_of(imports: pl.LazyFrame, period: str) -> pl.LazyFrame:
    """Imports added up to one row a market and partner over the reference period.

    Args:
        imports: The importer's imports. Reads the key, ``partner`` and ``duty_base_usd``.
        period: Name of the reference period, of which months are parts.
    """
    whole = imports.with_columns(period=pl.lit(period)).group_by(*KEY, "partner")
    return whole.agg(duty_base_usd=known_sum("duty_base_usd", pl.lit(value=True)))


def counted_once(
    lines: pl.LazyFrame, flows: pl.LazyFrame, inside: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Lines and flows in which nobody is beside the aggregate that holds it.

    A member is left out where its aggregate is a source of the same market. Where a measure names
    the member and not the aggregate, which cannot be split, the aggregate's value is not known, and
    so neither is the market.

    Args:
        lines: LINES.
        flows: What ``flows_of`` gives.
        inside: What ``calc.overlap.members_beside`` gives of the imports.
    """
    held = inside.select("partner", "aggregate").unique()
    named = lines.select(*KEY, "partner").unique()
    by_aggregate = [*KEY, "aggregate"]
    beside = flows.select(*KEY, aggregate="partner").unique()
    members = flows.select(*KEY, "partner").join(held, on="partner", how="inner")
    twice = members.join(beside, on=by_aggregate, how="semi")
    is_split = (
        twice.join(named, on=[*KEY, "partner"], how="semi")
        .join(named.rename({"partner": "aggregate"}), on=by_aggregate, how="anti")
        .select(*KEY, "partner", "aggregate")
    )
    out = twice.join(is_split, on=[*KEY, "partner"], how="anti")
    split = is_split.select(*KEY, partner="aggregate", is_split=pl.lit(value=True)).unique()
    kept = flows.join(out, on=[*KEY, "partner"], how="anti").join(
        split, on=[*KEY, "partner"], how="left", validate="m:1"
    )
    value = pl.when(pl.col("is_split").is_null()).then("duty_base_usd")
    rest = kept.with_columns(duty_base_usd=value).drop("is_split")
    return lines.join(out, on=[*KEY, "partner"], how="anti"), rest


def rate(duty: str, value: str) -> pl.Expr:
    """A duty over a value; 0 where there is no value, which then weighs nothing."""
    return (
        pl.when(pl.col(value) > 0)
        .then(pl.col(duty) / pl.col(value))
        .when(pl.col(value) == 0)
        .then(0.0)
    )


def sources_table(
    lines: pl.LazyFrame, others: pl.LazyFrame, domestic: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """SOURCES of every market with a named line, sorted by key.

    Args:
        lines: LINES of a run.
        others: What ``others_of`` gives; rows of partners that a measure names are not looked at.
        domestic: Sales of domestic producers, the key and ``sales_usd``; None where not known.

    Returns:
        The partners named, the others on the same markets, and domestic sales where given.
    """
    named = of_lines(lines)
    markets = named.select(KEY).unique()
    plain = others.join(named, on=[*KEY, "partner"], how="anti").join(markets, on=KEY, how="semi")
    parts = [
        conform(named, Sources),
        conform(
            plain.with_columns(
                value_usd="customs_value_usd",
                rate_before="rate",
                rate_after="rate",
                admitted_share=pl.lit(1.0),
            ),
            Sources,
        ),
    ]
    if domestic is not None:
        at_home = domestic.join(markets, on=KEY, how="semi").with_columns(
            partner="importer",
            value_usd="sales_usd",
            rate_before=pl.lit(0.0),
            rate_after=pl.lit(0.0),
            admitted_share=pl.lit(1.0),
        )
        parts.append(conform(at_home, Sources))
    return pl.concat(parts).sort(*KEY, "partner")


def at_lines(sources: pl.LazyFrame, lines: pl.LazyFrame, others: pl.LazyFrame) -> pl.LazyFrame:
    """The same sources with the duties that other lines give them.

    Args:
        sources: SOURCES.
        lines: LINES under another assumption.
        others: What ``others_of`` gives, of every partner: what is no line there pays its base
            duty.
    """
    there = of_lines(lines).select(*KEY, "partner", *RATES, is_line=pl.lit(value=True))
    base = others.select(*KEY, "partner", base="rate")
    both = sources.join(
        there, on=[*KEY, "partner"], how="left", suffix="_there", validate="1:1"
    ).join(base, on=[*KEY, "partner"], how="left", validate="1:1")
    at_home = pl.col("partner") == pl.col("importer")
    is_line = pl.col("is_line").is_not_null()
    plain = {"rate_before": pl.col("base"), "rate_after": pl.col("base")}
    return both.with_columns(
        pl.when(at_home)
        .then(pl.col(name))
        .when(is_line)
        .then(pl.col(f"{name}_there"))
        .otherwise(plain.get(name, pl.lit(1.0)))
        .alias(name)
        for name in RATES
    ).select(sources.collect_schema().names())
