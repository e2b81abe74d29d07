"""From the tables of the law to the law on each line: candidates, rank, rate and base."""

from typing import NamedTuple

import polars as pl

from calc.ranking import LINE, find_candidates, rank_within_authority
from calc.scope import match_exclusions, match_partners, match_products


class LawTables(NamedTuple):
    """The law at one date: MEASURES, MEASURE_PRODUCTS, MEASURE_PARTNERS, EXCLUSIONS and BASE."""

    measures: pl.LazyFrame
    products: pl.LazyFrame
    partners: pl.LazyFrame
    exclusions: pl.LazyFrame
    base: pl.LazyFrame


def rank_candidates(law: LawTables, codes: pl.LazyFrame, seen: pl.LazyFrame) -> pl.LazyFrame:
    """Every measure on every importer, partner and code that it names, with what becomes of it.

    Args:
        law: The law at one date.
        codes: Distinct ``code`` of the trade table.
        seen: Distinct ``importer`` and ``partner`` of the trade table.

    Returns:
        What ``calc.ranking.rank_within_authority`` gives.
    """
    candidates = find_candidates(
        match_products(law.products, codes),
        match_partners(law.partners, seen, law.measures),
        match_exclusions(law.exclusions, codes, seen),
        law.measures,
    )
    return rank_within_authority(candidates)


def component_rules(ranked: pl.LazyFrame) -> pl.LazyFrame:
    """What each measure does on each line that it names, and why, in words.

    Returns:
        One row an importer, partner, code and measure: ``measure_id``, ``authority``,
        ``programme``, ``status``, ``state``, ``reason``, ``prefix``, ``mode`` and
        ``measure_rate``; see COMPONENTS.
    """
    left_out = pl.format("left out by {}", "left_out_by")
    excluded = pl.format("exclusion {} takes it out", "excluded_by")
    first = (
        ranked.filter(pl.col("status") == "applied")
        .select(*LINE, "authority", "programme", first_measure="measure_id")
        .unique([*LINE, "authority", "programme"], keep="any")
    )
    key = [*LINE, "authority", "programme"]
    told = ranked.join(first, on=key, how="left", nulls_equal=True, validate="m:1")
    reason = (
        pl.when(pl.col("left_out_by").is_not_null()).then(left_out)
        .when(pl.col("excluded_by").is_not_null()).then(excluded)
        .when(pl.col("status") == "applied").then(pl.lit("in force and first in rank"))
        .when(pl.col("status") == "threatened").then(pl.format("{}: not in force", "state"))
        .when(pl.col("is_in_force"))
        .then(pl.format("{} of the same authority goes first in rank", "first_measure"))
        .otherwise(pl.format("{}, and another of the same authority is nearer", "state"))
    )  # fmt: skip
    return told.select(
        *LINE, "measure_id", "authority", "programme", "status", "state", "prefix", "mode",
        reason=reason, measure_rate="ad_valorem_rate",
    )  # fmt: skip
