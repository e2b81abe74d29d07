"""Rows of a trade table that count the same flow twice: members beside aggregates, nested codes."""

from collections.abc import Collection

import polars as pl

SCOPE = ("importer", "period", "flow", "nomenclature")
CODE_LENGTHS = (2, 4, 6, 8)


def first_day(period: pl.Expr) -> pl.Expr:
    """The first day of a year or month written as ISO 8601."""
    is_year = period.str.len_chars() == 4
    return (
        pl.when(is_year).then(period + "-01-01").otherwise(period + "-01").str.to_date("%Y-%m-%d")
    )


def day_after(period: pl.Expr) -> pl.Expr:
    """The first day after a year or month written as ISO 8601."""
    is_year = period.str.len_chars() == 4
    first = first_day(period)
    return pl.when(is_year).then(first.dt.offset_by("1y")).otherwise(first.dt.offset_by("1mo"))


def members_beside(trade: pl.LazyFrame, memberships: pl.LazyFrame) -> pl.LazyFrame:
    """The partners that stand beside an aggregate which holds them.

    A member counts as held where its membership and the period have a day in common, so that in
    a year of accession or withdrawal nothing is counted twice.

    Args:
        trade: Rows of TRADE. Reads ``importer``, ``partner``, ``period``, ``flow`` and
            ``nomenclature``.
        memberships: One row a membership: ``aggregate``, ``member``, ``valid_from``,
            ``valid_until`` (null: still a member).

    Returns:
        ``importer``, ``period``, ``flow``, ``nomenclature``, ``partner`` and ``aggregate``: one
        row a member that the same importer, period, flow and nomenclature lists beside the
        aggregate.
    """
    listed = trade.select(*SCOPE, "partner").unique()
    held = listed.rename({"partner": "aggregate"}).join(memberships, on="aggregate", how="inner")
    begins, ends = pl.col("valid_from"), pl.col("valid_until")
    during = (begins < day_after(pl.col("period"))) & (
        ends.is_null() | (ends > first_day(pl.col("period")))
    )
    found = held.filter(during).select(*SCOPE, "aggregate", partner="member")
    return (
        found.join(listed, on=[*SCOPE, "partner"], how="semi")
        .sort(*SCOPE, "partner", "aggregate")
        .unique([*SCOPE, "partner"], keep="first", maintain_order=True)
    )


def any_nested(codes: Collection[str]) -> bool:
    """Whether any of the codes is a coarser one of another of them: then only is the rest asked."""
    known = set(codes)
    shortened = {code[:length] for code in known for length in CODE_LENGTHS if len(code) > length}
    return not shortened.isdisjoint(known)


def nested_codes(trade: pl.LazyFrame, *figures: pl.Expr) -> pl.LazyFrame:
    """The codes that stand beside a finer code of theirs, for the same flow.

    Args:
        trade: Rows of TRADE: its key and ``value_e4``, ten-thousandths of a USD.
        figures: What else is to be told of the rows of each coarser code.

    Returns:
        One row a coarser code, sorted: ``importer``, ``period``, ``flow``, ``nomenclature``,
        ``partner``, ``code``, ``value_e4``, the figures, ``finer`` (the first finer code) and
        ``finer_value_e4``: the value of the finest codes below it. A sum is null where a part of
        it is not known.
    """
    key = [*SCOPE, "partner", "code"]
    trade = trade.join(_nested(trade.select("code").unique()), on="code", how="semi")
    whole = pl.when(pl.col("value_e4").is_not_null().all()).then(pl.col("value_e4").sum())
    rows = trade.group_by(key).agg(whole, *figures)
    above = _below(rows).select(*key, is_coarser=True).unique()
    marked = rows.join(above, on=key, how="left", validate="1:1")
    finest = _below(marked.filter(pl.col("is_coarser").is_null()))
    sums = finest.group_by(key).agg(pl.col("finer").min(), whole.alias("finer_value_e4"))
    coarser = marked.filter("is_coarser").drop("is_coarser")
    return coarser.join(sums, on=key, how="inner").sort(key)


def _nested(codes: pl.LazyFrame) -> pl.LazyFrame:
    """The codes that are above or below another: most tables have few, and need few rows read."""
    # One filter a length: a join would have the engine hold the table that waits for these.
    shortened = [
        codes.filter(pl.col("code").str.len_chars() > length).select(
            pl.col("code").str.slice(0, length), finer=pl.col("code")
        )
        for length in CODE_LENGTHS
    ]
    pairs = pl.concat(shortened).join(codes, on="code", how="semi")
    return pl.concat([pairs.select("code"), pairs.select(code="finer")]).unique()


def _below(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Each row under each of its shorter codes, with its own code as ``finer``."""
    lengths = pl.LazyFrame({"length": CODE_LENGTHS})
    # One step, not one a length: each doubles what the engine has to look through in a plan.
    each = rows.join(lengths, how="cross").filter(pl.col("code").str.len_chars() > pl.col("length"))
    shorter = pl.col("code").str.slice(0, pl.col("length"))
    return each.with_columns(shorter, finer=pl.col("code")).drop("length")
