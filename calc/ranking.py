"""Which measure goes first where several name one line, and where the law must say so.

Rank between measures of one authority and programme: a measure that names products goes before
one on all goods; then a named partner before a group before all-except before all; then the
longer prefix. Equal rank is a conflict that the scenario must settle.
"""

from collections.abc import Sequence

import polars as pl

LINE = ["importer", "partner", "code"]
BASIS = ["authority", "programme"]
EACH_LINE = tuple(LINE)
EACH_BASIS = (*LINE, *BASIS)


def find_candidates(
    products: pl.LazyFrame, partners: pl.LazyFrame, excluded: pl.LazyFrame, measures: pl.LazyFrame
) -> pl.LazyFrame:
    """Every measure on every line that it may name, with its rank.

    Args:
        products: ``match_products``: measure, code, prefix, left_out_by.
        partners: ``match_partners``: measure, importer, partner.
        excluded: ``match_exclusions``: measure, code, partner, excluded_by.
        measures: Rows of MEASURES.

    Returns:
        One row an importer, partner, code and measure: those, ``prefix``, ``is_excluded``,
        ``left_out_by``, ``excluded_by``, ``authority``, ``programme``, ``mode``,
        ``ad_valorem_rate``, ``state``, ``is_in_force`` and ``rank`` (higher goes first).
    """
    law = measures.select(
        "measure_id", *BASIS, "mode", "ad_valorem_rate", "state", "is_in_force",
        "names_products", "partner_rank",
    )  # fmt: skip
    rank = (
        pl.col("names_products").cast(pl.Int32) * 1000
        + pl.col("partner_rank").cast(pl.Int32) * 100
        + pl.col("prefix").str.len_chars().cast(pl.Int32)
    )
    goods = (
        products.join(law, on="measure_id", how="inner", validate="m:1")
        .with_columns(rank=rank)
        .drop("names_products", "partner_rank")
    )
    named = goods.join(partners, on="measure_id", how="inner")
    marked = named.join(excluded, on=["measure_id", "code", "partner"], how="left", validate="m:1")
    is_excluded = pl.col("left_out_by").is_not_null() | pl.col("excluded_by").is_not_null()
    return marked.with_columns(is_excluded=is_excluded)


def rank_within_authority(
    candidates: pl.LazyFrame, *, key: Sequence[str] = EACH_BASIS
) -> pl.LazyFrame:
    """The candidates with what becomes of each within its authority and programme.

    Args:
        candidates: What ``find_candidates`` gives.
        key: Columns that tell a line and basis; numbers in their place are faster.

    Returns:
        The same rows plus ``status``: excluded; displaced (in force, but another of the same
        authority and programme goes first); applied; threatened (not in force and first among
        those not in force); and ``first_rank``, the highest rank in force on the line.
    """
    standing = pl.col("is_in_force") & ~pl.col("is_excluded")
    waiting = ~pl.col("is_in_force") & ~pl.col("is_excluded")
    tops = candidates.group_by(key).agg(
        first_rank=pl.when(standing).then("rank").max(),
        first_waiting_rank=pl.when(waiting).then("rank").max(),
    )
    status = (
        pl.when("is_excluded").then(pl.lit("excluded"))
        .when(pl.col("is_in_force") & (pl.col("rank") == pl.col("first_rank")))
        .then(pl.lit("applied"))
        .when("is_in_force").then(pl.lit("displaced"))
        .when(pl.col("rank") == pl.col("first_waiting_rank")).then(pl.lit("threatened"))
        .otherwise(pl.lit("displaced"))
    )  # fmt: skip
    ranked = candidates.join(tops, on=list(key), how="left", nulls_equal=True, validate="m:1")
    return ranked.with_columns(status=status).drop("first_waiting_rank")


def equal_ranks(ranked: pl.LazyFrame, *, key: Sequence[str] = EACH_BASIS) -> pl.LazyFrame:
    """Lines on which two measures of one authority and programme have the same first rank.

    Args:
        ranked: What ``rank_within_authority`` gives.
        key: Columns that tell a line and basis.

    Returns:
        One row a pair of measures in conflict: ``first``, ``second`` (measure ids), ``lines``
        (importer-partner-code combinations), ``importer``, ``partner`` and ``code`` of the
        first of them. Empty where the rank settles everything.
    """
    return _pairs(ranked, key)


def unstacked_authorities(ranked: pl.LazyFrame, *, key: Sequence[str] = EACH_LINE) -> pl.LazyFrame:
    """Lines on which measures of two authorities or programmes are in force at once.

    Args:
        ranked: What ``rank_within_authority`` gives.
        key: Columns that tell a line.

    Returns:
        As ``equal_ranks``. Without a stacking rule such a line has no lawful duty.
    """
    return _pairs(ranked, key)


def _pairs(ranked: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    applied = ranked.filter(pl.col("status") == "applied")
    counted = applied.group_by(key).agg(pl.len().alias("measures")).filter(pl.col("measures") > 1)
    several = (
        applied.join(counted, on=list(key), how="semi", nulls_equal=True)
        .group_by(key)
        .agg(
            first=pl.col("measure_id").min(),
            second=pl.col("measure_id").max(),
            **{f"line_{name}": pl.col(name).first() for name in LINE},
        )
        .filter(pl.col("first") != pl.col("second"))
        .select("first", "second", **{name: f"line_{name}" for name in LINE})
        .sort(LINE)
    )
    return (
        several.group_by("first", "second")
        .agg(pl.len().alias("lines"), *(pl.col(name).first() for name in LINE))
        .sort("first", "second")
    )


def resolve_rates(ranked: pl.LazyFrame, *, key: Sequence[str] = EACH_LINE) -> pl.LazyFrame:
    """The law on each line: the measure in force, and the measure that threatens.

    Where measures of several authorities threaten one line at once, nothing says how they would
    combine: the threatened measure and its rate are null and ``threats`` counts them.

    Args:
        ranked: What ``rank_within_authority`` gives, without conflicts: at most one measure is
            applied on a line.
        key: Columns that tell a line.

    Returns:
        One row an importer, partner and code: ``is_covered``, ``is_in_force``, ``measure_id``,
        ``mode``, ``measure_rate``, ``threats``, ``threatened_measure_id``, ``threatened_mode``,
        ``threatened_rate``; see RATES. The base is not in it yet.
    """
    applied, waits = pl.col("status") == "applied", pl.col("status") == "threatened"
    others = [name for name in LINE if name not in key]
    lines = ranked.group_by(key).agg(
        *(pl.col(name).first() for name in others),
        is_covered=(~pl.col("is_excluded")).any(),
        measure_id=_only("measure_id", applied),
        mode=_only("mode", applied),
        measure_rate=_only("ad_valorem_rate", applied),
        threats=waits.sum().cast(pl.UInt32),
        threatened_measure_id=_only("measure_id", waits),
        threatened_mode=_only("mode", waits),
        threatened_rate=_only("ad_valorem_rate", waits),
    )
    alone = [
        pl.when(pl.col("threats") == 1).then(name).alias(name)
        for name in ("threatened_measure_id", "threatened_mode", "threatened_rate")
    ]
    return lines.with_columns(
        *alone, is_in_force=pl.col("measure_id").is_not_null(), segment=pl.lit("whole")
    )


def _only(name: str, where: pl.Expr) -> pl.Expr:
    """The value in the only row where a condition holds; null where it holds in none."""
    return pl.when(where).then(name).max()
