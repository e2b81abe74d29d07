"""Which measure goes first where several name one line, and where the law must say so.

Rank between measures of one authority and programme: a measure that names products goes before
one on all goods; then a named partner before a group before all-except before all; then the
longer prefix. Equal rank is a conflict that the scenario must settle.
"""

import polars as pl

LINE = ["importer", "partner", "code"]
BASIS = ["authority", "programme"]


def find_candidates(
    products: pl.LazyFrame, partners: pl.LazyFrame, excluded: pl.LazyFrame, measures: pl.LazyFrame
) -> pl.LazyFrame:
    """Every measure on every line that it names, with its rank.

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
    named = products.join(partners, on="measure_id", how="inner").join(
        law, on="measure_id", how="inner", validate="m:1"
    )
    marked = named.join(excluded, on=["measure_id", "code", "partner"], how="left", validate="m:1")
    rank = (
        pl.col("names_products").cast(pl.Int32) * 1000
        + pl.col("partner_rank").cast(pl.Int32) * 100
        + pl.col("prefix").str.len_chars().cast(pl.Int32)
    )
    is_excluded = pl.col("left_out_by").is_not_null() | pl.col("excluded_by").is_not_null()
    return marked.with_columns(rank=rank, is_excluded=is_excluded).drop(
        "names_products", "partner_rank"
    )


def rank_within_authority(candidates: pl.LazyFrame) -> pl.LazyFrame:
    """The candidates with what becomes of each within its authority and programme.

    Returns:
        The same rows plus ``status``: excluded; displaced (in force, but another of the same
        authority and programme goes first); applied; threatened (not in force and first among
        those not in force); and ``first_rank``, the highest rank in force on the line.
    """
    standing = pl.col("is_in_force") & ~pl.col("is_excluded")
    waiting = ~pl.col("is_in_force") & ~pl.col("is_excluded")
    key = [*LINE, *BASIS]
    tops = candidates.group_by(key).agg(
        first_rank=pl.col("rank").filter(standing).max(),
        first_waiting_rank=pl.col("rank").filter(waiting).max(),
    )
    status = (
        pl.when("is_excluded").then(pl.lit("excluded"))
        .when(pl.col("is_in_force") & (pl.col("rank") == pl.col("first_rank")))
        .then(pl.lit("applied"))
        .when("is_in_force").then(pl.lit("displaced"))
        .when(pl.col("rank") == pl.col("first_waiting_rank")).then(pl.lit("threatened"))
        .otherwise(pl.lit("displaced"))
    )  # fmt: skip
    ranked = candidates.join(tops, on=key, how="left", nulls_equal=True, validate="m:1")
    return ranked.with_columns(status=status).drop("first_waiting_rank")


def equal_ranks(ranked: pl.LazyFrame) -> pl.LazyFrame:
    """Lines on which two measures of one authority and programme have the same first rank.

    Returns:
        One row a pair of measures in conflict: ``first``, ``second`` (measure ids), ``lines``
        (importer-partner-code combinations), ``importer``, ``partner`` and ``code`` of the
        first of them. Empty where the rank settles everything.
    """
    applied = ranked.filter(pl.col("status") == "applied")
    return _pairs(applied, [*LINE, *BASIS])


def unstacked_authorities(ranked: pl.LazyFrame) -> pl.LazyFrame:
    """Lines on which measures of two authorities or programmes are in force at once.

    Returns:
        As ``equal_ranks``. Without a stacking rule such a line has no lawful duty.
    """
    applied = ranked.filter(pl.col("status") == "applied")
    return _pairs(applied, LINE)


def _pairs(applied: pl.LazyFrame, key: list[str]) -> pl.LazyFrame:
    several = (
        applied.group_by(key)
        .agg(
            first=pl.col("measure_id").min(),
            second=pl.col("measure_id").max(),
        )
        .filter(pl.col("first") != pl.col("second"))
        .sort(LINE)
    )
    return (
        several.group_by("first", "second")
        .agg(pl.len().alias("lines"), *(pl.col(name).first() for name in LINE))
        .sort("first", "second")
    )


def resolve_rates(ranked: pl.LazyFrame) -> pl.LazyFrame:
    """The law on each line: the measure in force, and the measure that threatens.

    Where measures of several authorities threaten one line at once, nothing says how they would
    combine: the threatened measure and its rate are null and ``threats`` counts them.

    Returns:
        One row an importer, partner and code: ``is_covered``, ``is_in_force``, ``measure_id``,
        ``mode``, ``measure_rate``, ``threats``, ``threatened_measure_id``, ``threatened_mode``,
        ``threatened_rate``; see RATES. The base is not in it yet.
    """
    lines = ranked.group_by(LINE).agg(is_covered=~pl.col("is_excluded").all())
    applied = ranked.filter(pl.col("status") == "applied").select(
        *LINE, "measure_id", "mode", measure_rate="ad_valorem_rate"
    )
    threatening = ranked.filter(pl.col("status") == "threatened")
    counted = threatening.group_by(LINE).agg(threats=pl.len())
    alone = threatening.join(counted.filter(pl.col("threats") == 1), on=LINE, how="semi").select(
        *LINE,
        threatened_measure_id="measure_id",
        threatened_mode="mode",
        threatened_rate="ad_valorem_rate",
    )
    joined = lines.join(applied, on=LINE, how="left", validate="1:1")
    joined = joined.join(counted, on=LINE, how="left", validate="1:1")
    return joined.join(alone, on=LINE, how="left", validate="1:1").with_columns(
        is_in_force=pl.col("measure_id").is_not_null(),
        threats=pl.col("threats").fill_null(0),  # a count: no threat is a known zero
        segment=pl.lit("whole"),
    )
