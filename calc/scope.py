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


def heads_of(scopes: pl.LazyFrame) -> pl.LazyFrame:
    """Each prefix with the shorter codes that it is a part of.

    Args:
        scopes: Reads ``prefix``.

    Returns:
        The same columns plus ``code``, one row a prefix and shorter level; none of ``*``.
    """
    prefix = pl.col("prefix")
    levels = [
        scopes.filter(prefix.str.len_chars() > digits).with_columns(code=prefix.str.head(digits))
        for digits in LEVELS
    ]
    return pl.concat(levels)


def match_finer(
    products: pl.LazyFrame, codes: pl.LazyFrame, *, key: str = "measure_id"
) -> pl.LazyFrame:
    """The codes of which each measure names a part: its own code is finer than that of the trade.

    How much of the code is meant is not told: the whole is an upper bound, unless a portion says.

    Args:
        products: Rows of MEASURE_PRODUCTS.
        codes: Distinct codes of the trade table. Reads ``code``.
        key: Column that tells a measure, or a branch of one.

    Returns:
        One row a measure and code: the key, ``code`` and ``prefix``, the first that is a part.
    """
    included = heads_of(products.filter(pl.col("role") == "include"))
    parts = included.join(codes.select("code"), on="code", how="semi")
    return parts.group_by(key, "code").agg(pl.col("prefix").min())


def match_products(
    products: pl.LazyFrame, codes: pl.LazyFrame, *, key: str = "measure_id"
) -> pl.LazyFrame:
    """The codes that each measure names, by its longest prefix, and those it leaves out again.

    Exclusions always win over inclusions, whatever the lengths; ``but`` takes in again.

    Args:
        products: Rows of MEASURE_PRODUCTS.
        codes: Distinct codes of the trade table. Reads ``code``.
        key: Column that tells a measure, or a branch of one.

    Returns:
        One row a measure and code that it names: ``measure_id``, ``code``, ``prefix`` (the
        longest that names it), ``left_out_by`` (the prefix that leaves it out, null where none).
    """
    pair = [key, "code"]
    matched = _matched(products, codes, key)
    return _longest(matched, "include", key).join(
        match_left_out(products, codes, key=key), on=pair, how="left", validate="1:1"
    )


def match_left_out(
    products: pl.LazyFrame, codes: pl.LazyFrame, *, key: str = "measure_id"
) -> pl.LazyFrame:
    """The codes that each measure leaves out, by the longest prefix that does.

    Args:
        products: Rows of MEASURE_PRODUCTS.
        codes: Distinct codes of the trade table. Reads ``code``.
        key: Column that tells a measure, or a branch of one.

    Returns:
        One row a measure and code left out: the key, ``code`` and ``left_out_by``.
    """
    matched = _matched(products, codes, key)
    taken_in = _longest(matched, "but", key)
    left_out = _longest(matched, "exclude", key).join(taken_in, on=[key, "code"], how="anti")
    return left_out.rename({"prefix": "left_out_by"})


def _matched(products: pl.LazyFrame, codes: pl.LazyFrame, key: str) -> pl.LazyFrame:
    return products.join(expand_prefixes(codes), on="prefix", how="inner").select(
        key, "role", "code", "prefix"
    )


def _longest(matched: pl.LazyFrame, role: str, key: str) -> pl.LazyFrame:
    length = pl.col("prefix").str.len_chars()
    longest = (
        matched.filter(pl.col("role") == role)
        .sort(length, descending=True)
        .unique([key, "code"], keep="first")
    )
    return longest.select(key, "code", "prefix")


def match_partners(
    partners: pl.LazyFrame,
    seen: pl.LazyFrame,
    measures: pl.LazyFrame,
    *,
    key: str = "measure_id",
) -> pl.LazyFrame:
    """The partners that each measure hits, among those its importer trades with.

    Args:
        partners: Rows of MEASURE_PARTNERS.
        seen: Distinct ``importer`` and ``partner`` of the trade table.
        measures: Rows of MEASURES. Reads ``importer`` and the key.
        key: Column that tells a measure, or a branch of one.

    Returns:
        One row a measure and partner: ``measure_id``, ``importer``, ``partner``. An importer is
        never its own partner.
    """
    others = seen.filter(pl.col("importer") != pl.col("partner"))
    importers = measures.select(key, "importer")
    include = partners.filter(pl.col("role") == "include").select(key, "partner")
    exclude = partners.filter(pl.col("role") == "exclude").select(key, "partner")
    pair = [key, "partner"]
    of_all = importers.join(include.filter(pl.col("partner") == ALL), on=key, how="semi")
    for_all = others.join(of_all, on="importer", how="inner").select(*pair, "importer")
    named = (
        include.join(importers, on=key, how="inner")
        .join(others, on=["importer", "partner"], how="semi")
        .select(*pair, "importer")
    )
    hit = pl.concat([for_all, named]).unique(pair)
    return hit.join(exclude, on=pair, how="anti").select(key, "importer", "partner")


def match_exclusions(
    exclusions: pl.LazyFrame,
    codes: pl.LazyFrame,
    seen: pl.LazyFrame,
    *,
    key: str = "measure_id",
) -> pl.LazyFrame:
    """The codes and partners that the exclusions of each measure take out; see ``exclusions_on``.

    Returns:
        One row a measure, code and partner: those, and ``excluded_by`` (the first exclusion's
        number).
    """
    matched = exclusions_on(exclusions, codes, seen, key=key)
    return matched.group_by(key, "code", "partner").agg(excluded_by=pl.col("exclusion").min())


def exclusions_on(
    exclusions: pl.LazyFrame,
    codes: pl.LazyFrame,
    seen: pl.LazyFrame,
    *,
    key: str = "measure_id",
    with_finer: bool = False,
) -> pl.LazyFrame:
    """Each exclusion of each measure on each code and partner that it names.

    Args:
        exclusions: Rows of EXCLUSIONS.
        codes: Distinct codes of the trade table. Reads ``code``.
        seen: Distinct ``importer`` and ``partner`` of the trade table.
        key: Column that tells a measure, or a branch of one.
        with_finer: Whether an exclusion is on a code of which its own is a part.

    Returns:
        One row a measure, code, partner and ``exclusion``: those.
    """
    of_code = exclusions.join(expand_prefixes(codes), on="prefix", how="inner")
    if with_finer:
        parts = heads_of(exclusions).join(codes.select("code"), on="code", how="semi")
        of_code = pl.concat([of_code, parts.select(of_code.collect_schema().names())])
    everyone = seen.select("partner").unique()
    for_all = of_code.filter(pl.col("partner") == ALL).drop("partner").join(everyone, how="cross")
    named = of_code.filter(pl.col("partner") != ALL)
    told = [key, "code", "partner", "exclusion"]
    return pl.concat([for_all.select(told), named.select(told)]).unique()
