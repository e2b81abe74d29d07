"""What did not match: schedule without trade, and trade of its groups that no line names."""

import polars as pl

from calc.dictionary import conform
from calc.lines import tag_groups
from calc.money import usd
from calc.scope import ALL, expand_prefixes, heads_of
from calc.tables.reports import Unmatched

MOST_SUGGESTIONS = 3
NO_CODE = "no code of the table begins with it"
FINER = "finer than the codes of the trade table, which has none of that heading from the partners"
NO_PARTNER = "the partners of the measure have no such trade"
NOT_NAMED = "no measure names it"


def idle_schedule(
    products: pl.LazyFrame, rules: pl.LazyFrame, measures: pl.LazyFrame, by_code: pl.LazyFrame
) -> pl.LazyFrame:
    """Prefixes of the schedule that reach no trade of the measure's partners.

    Args:
        products: Rows of MEASURE_PRODUCTS.
        rules: ``measure_id`` and ``code`` of the lines that each measure names.
        measures: Rows of MEASURES.
        by_code: ``importer``, ``code`` and ``total_e4`` of the trade table.

    Returns:
        Rows of UNMATCHED of kind schedule, with the codes of the same heading that have most trade.
    """
    pair = ["measure_id", "prefix"]
    hit = rules.select("measure_id", "code").unique()
    reached = hit.join(expand_prefixes(hit.select("code").unique()), on="code", how="inner")
    named = products.filter((pl.col("role") == "include") & (pl.col("prefix") != ALL))
    in_part = heads_of(named).join(hit, on=["measure_id", "code"], how="semi").select(pair)
    reached_by = pl.concat([reached.select(pair), in_part]).unique()
    idle = named.join(reached_by, on=pair, how="anti").join(
        measures.select("measure_id", "importer").unique(),
        on="measure_id",
        how="inner",
        validate="m:1",
    )
    exists = expand_prefixes(by_code.select("code").unique()).select("prefix").unique()
    known = idle.join(exists.with_columns(is_known=True), on="prefix", how="left", validate="m:1")
    longest = by_code.select(longest=pl.col("code").str.len_chars().max())
    reason = (
        pl.when(pl.col("is_known")).then(pl.lit(NO_PARTNER))
        .when(pl.col("prefix").str.len_chars() > pl.col("longest")).then(pl.lit(FINER))
        .otherwise(pl.lit(NO_CODE))
    )  # fmt: skip
    told = known.join(longest, how="cross").with_columns(
        kind=pl.lit("schedule"), partner=pl.lit(ALL), reason=reason
    )
    return told.join(near_codes(idle, by_code), on=["importer", "prefix"], how="left").select(
        "kind", "importer", "measure_id", "partner", "reason", "suggestion", code="prefix"
    )


def near_codes(idle: pl.LazyFrame, by_code: pl.LazyFrame) -> pl.LazyFrame:
    """For each prefix without trade, the codes of its heading and length that have most.

    Returns:
        One row an importer and prefix that has any: ``suggestion``, at most three codes.
    """
    heading = pl.col("prefix").str.slice(0, 4)
    wanted = idle.select("importer", "prefix").unique().with_columns(heading=heading)
    near = (
        wanted.join(by_code.with_columns(heading=pl.col("code").str.slice(0, 4)),
                    on=["importer", "heading"], how="inner")
        .with_columns(near=pl.col("code").str.slice(0, pl.col("prefix").str.len_chars()))
        .filter(pl.col("near") != pl.col("prefix"))
        .group_by("importer", "prefix", "near")
        .agg(pl.col("total_e4").sum())
        .sort("total_e4", "near", descending=[True, False])
    )  # fmt: skip
    return near.group_by("importer", "prefix", maintain_order=True).agg(
        suggestion=pl.col("near").head(MOST_SUGGESTIONS).str.join(", ")
    )


def missed_trade(trade: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Trade of the groups and partners that the scenario names, on which no measure has a line.

    Args:
        trade: ``importer``, ``partner``, ``code`` and ``total_e4`` of those groups and partners.
        lines: The lines that a measure names.

    Returns:
        Rows of UNMATCHED of kind trade.
    """
    key = ["importer", "partner", "code"]
    return trade.join(lines.select(key).unique(), on=key, how="anti").select(
        *key,
        kind=pl.lit("trade"),
        measure_id=pl.lit(""),
        customs_value_usd=usd(pl.col("total_e4")),
        reason=pl.lit(NOT_NAMED),
        suggestion=pl.lit(None, pl.String),
    )


def unmatched_table(
    schedule: pl.LazyFrame, trade: pl.LazyFrame, groups: pl.LazyFrame
) -> pl.LazyFrame:
    """UNMATCHED made of both kinds, with the product group of each code, sorted by key."""
    rows = pl.concat([schedule, trade], how="diagonal")
    return conform(tag_groups(rows, groups), Unmatched).sort(list(Unmatched.primary_key()))
