"""Which codes and which partners a measure names.

Prefixes are expanded over the distinct codes of the trade table and partner scopes over its
distinct partners, never over the rows of trade: a table has some thousand codes and some hundred
partners however many rows it has.
"""

import polars as pl

from calc.codes import LEVELS

ALL = "*"


def expand_prefixes(codes: pl.LazyFrame) -> pl.LazyFrame:
    """Each distinct code once a prefix that can name it: its parents, itself, and all goods.

    Args:
        codes: Distinct codes of a trade table. Reads ``code``.

    Returns:
        One row a code and prefix: ``code``, ``prefix`` (2 to 10 digits, or ``*``).
    """
    code = pl.col("code")
    levels = [
        codes.filter(code.str.len_chars() >= digits).select(code, prefix=code.str.slice(0, digits))
        for digits in LEVELS
    ]
    return pl.concat([*levels, codes.select(code, prefix=pl.lit(ALL))])


def match_products(products: pl.LazyFrame, codes: pl.LazyFrame) -> pl.LazyFrame:
    """The codes that each measure names, by its longest prefix, and those it leaves out again.

    Exclusions always win over inclusions, whatever the lengths; ``but`` takes in again.

    Args:
        products: Rows of MEASURE_PRODUCTS.
        codes: Distinct codes of the trade table. Reads ``code``.

    Returns:
        One row a measure and code that it names: ``measure_id``, ``code``, ``prefix`` (the
        longest that names it), ``left_out_by`` (the prefix that leaves it out, null where none).
    """
    matched = products.join(expand_prefixes(codes), on="prefix", how="inner").select(
        "measure_id", "role", "code", "prefix"
    )
    by_role = {role: _longest(matched, role) for role in ("include", "exclude", "but")}
    pair = ["measure_id", "code"]
    left_out = by_role["exclude"].join(by_role["but"], on=pair, how="anti")
    return by_role["include"].join(
        left_out.rename({"prefix": "left_out_by"}), on=pair, how="left", validate="1:1"
    )


def _longest(matched: pl.LazyFrame, role: str) -> pl.LazyFrame:
    length = pl.col("prefix").str.len_chars()
    longest = (
        matched.filter(pl.col("role") == role)
        .sort(length, descending=True)
        .unique(["measure_id", "code"], keep="first")
    )
    return longest.select("measure_id", "code", "prefix")


def match_partners(
    partners: pl.LazyFrame, seen: pl.LazyFrame, measures: pl.LazyFrame
) -> pl.LazyFrame:
    """The partners that each measure hits, among those its importer trades with.

    Args:
        partners: Rows of MEASURE_PARTNERS.
        seen: Distinct ``importer`` and ``partner`` of the trade table.
        measures: Rows of MEASURES. Reads ``measure_id`` and ``importer``.

    Returns:
        One row a measure and partner: ``measure_id``, ``importer``, ``partner``. An importer is
        never its own partner.
    """
    of_importer = seen.filter(pl.col("importer") != pl.col("partner")).join(
        measures.select("measure_id", "importer"), on="importer", how="inner"
    )
    include = partners.filter(pl.col("role") == "include").select("measure_id", "partner")
    exclude = partners.filter(pl.col("role") == "exclude").select("measure_id", "partner")
    pair = ["measure_id", "partner"]
    for_all = of_importer.join(
        include.filter(pl.col("partner") == ALL).select("measure_id"), on="measure_id", how="semi"
    )
    named = of_importer.join(include, on=pair, how="semi")
    hit = pl.concat([for_all, named]).unique(pair)
    return hit.join(exclude, on=pair, how="anti").select("measure_id", "importer", "partner")


def match_exclusions(
    exclusions: pl.LazyFrame, codes: pl.LazyFrame, seen: pl.LazyFrame
) -> pl.LazyFrame:
    """The codes and partners that the exclusions of each measure take out.

    Args:
        exclusions: Rows of EXCLUSIONS.
        codes: Distinct codes of the trade table. Reads ``code``.
        seen: Distinct ``importer`` and ``partner`` of the trade table.

    Returns:
        One row a measure, code and partner: those, and ``excluded_by`` (the first exclusion's
        number).
    """
    of_code = exclusions.join(expand_prefixes(codes), on="prefix", how="inner")
    everyone = seen.select("partner").unique()
    for_all = of_code.filter(pl.col("partner") == ALL).drop("partner").join(everyone, how="cross")
    named = of_code.filter(pl.col("partner") != ALL)
    key = ["measure_id", "code", "partner"]
    both = pl.concat([for_all.select(*key, "exclusion"), named.select(*key, "exclusion")])
    return both.group_by(key).agg(excluded_by=pl.col("exclusion").min())
