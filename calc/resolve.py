"""From the tables of the law to the law on each line: candidates, rank, rate and base."""

from typing import NamedTuple

import polars as pl

from calc.ranking import BASIS, find_candidates
from calc.scope import match_exclusions, match_partners, match_products


class LawTables(NamedTuple):
    """The law at one date: MEASURES, MEASURE_PRODUCTS, MEASURE_PARTNERS, EXCLUSIONS and BASE."""

    measures: pl.LazyFrame
    products: pl.LazyFrame
    partners: pl.LazyFrame
    exclusions: pl.LazyFrame
    base: pl.LazyFrame


def candidates_of(law: LawTables, codes: pl.LazyFrame, seen: pl.LazyFrame) -> pl.LazyFrame:
    """Every measure on every importer, partner and code that it may name, with its rank.

    Args:
        law: The law at one date.
        codes: Distinct ``code`` of the trade table.
        seen: Distinct ``importer`` and ``partner`` of the trade table.

    Returns:
        What ``calc.ranking.find_candidates`` gives.
    """
    return find_candidates(
        match_products(law.products, codes),
        match_partners(law.partners, seen, law.measures),
        match_exclusions(law.exclusions, codes, seen),
        law.measures,
    )


def component_rules(ranked: pl.LazyFrame, *, line: str) -> pl.LazyFrame:
    """What each measure does on each line that it names, and why, in words.

    Args:
        ranked: What ``calc.ranking.rank_within_authority`` gives, without conflicts.
        line: Column that tells a line.

    Returns:
        One row a line and measure: ``measure_id``, ``authority``, ``programme``, ``status``,
        ``state``, ``reason``, ``prefix``, ``mode`` and ``measure_rate``; see COMPONENTS.
    """
    left_out = pl.format("left out by {}", "left_out_by")
    excluded = pl.format("exclusion {} takes it out", "excluded_by")
    basis = [line, *BASIS]
    first = ranked.filter(pl.col("status") == "applied").select(*basis, first_measure="measure_id")
    told = ranked.join(first, on=basis, how="left", nulls_equal=True, validate="m:1")
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
        line, "measure_id", *BASIS, "status", "state", "prefix", "mode",
        reason=reason, measure_rate="ad_valorem_rate",
    )  # fmt: skip
