"""A list of codes put into another edition: which codes there, and how much of each is meant."""

import polars as pl

from calc.apportion import WEIGHT, WHOLE
from calc.codes import HS6_DIGITS
from calc.money import divided_by

HS6 = "hs6"


def expanded(listed: pl.LazyFrame, codes: pl.LazyFrame) -> pl.LazyFrame:
    """The six-digit codes of each row of a list: those below a chapter or heading, else its own.

    Args:
        listed: ``row`` (a number) and ``code`` (2 to 10 digits).
        codes: The six-digit codes of the edition: ``code``.

    Returns:
        One row a row and six-digit code: ``row``, ``code``, ``hs6``. A code that the edition does
        not list is not in it.
    """
    parts = []
    for digits in (2, 4, HS6_DIGITS):
        length = pl.col("code").str.len_chars()
        chosen = length >= digits if digits == HS6_DIGITS else length == digits
        heads = codes.select(pl.col("code").alias(HS6), head=pl.col("code").str.head(digits))
        own = listed.filter(chosen).with_columns(head=pl.col("code").str.head(digits))
        parts.append(own.join(heads, on="head", how="inner").select("row", "code", HS6))
    return pl.concat(parts)


def converted(rows: pl.LazyFrame, forward: pl.LazyFrame, back: pl.LazyFrame) -> pl.LazyFrame:
    """A list in another edition.

    Args:
        rows: What ``expanded`` gives.
        forward: The weights from the edition of the list to the other.
        back: The weights the other way.

    Returns:
        One row a row of the list and code of the other edition, sorted: ``row``, ``code``,
        ``converted_code``, ``share`` (how much of what the row names goes there, its six-digit
        codes counted alike), ``is_split`` (a code of it has several there), ``share_named`` (how
        much of the code there comes from codes of the list; below 1 it holds goods that the list
        does not name) and ``is_part``: the latter is below 1, or the list names a national code,
        which is a part of a six-digit one.
    """
    named = rows.select(HS6).unique()
    cover = (
        back.join(named, left_on="target", right_on=HS6, how="semi")
        .group_by(converted_code="source")
        .agg(named_e12=pl.col(WEIGHT).sum())
    )
    count = rows.group_by("row").agg(count=pl.len().cast(pl.Int64))
    joined = rows.join(forward, left_on=HS6, right_on="source", how="inner").with_columns(
        is_split=pl.len().over("row", HS6) > 1
    )
    summed = joined.group_by("row", "code", converted_code="target").agg(
        pl.col(WEIGHT).sum(), pl.col("is_split").any()
    )
    whole = summed.join(count, on="row", how="inner").join(cover, on="converted_code", how="left")
    is_national = pl.col("code").str.len_chars() > HS6_DIGITS
    named_share = divided_by(pl.col("named_e12").fill_null(0), WHOLE)
    return whole.select(
        "row",
        "code",
        "converted_code",
        share=divided_by(pl.col(WEIGHT), WHOLE) / (pl.col("count") + pl.col(WEIGHT) * 0),
        is_split=pl.col("is_split"),
        share_named=named_share,
        is_part=is_national | (named_share < 1),
    ).sort("row", "converted_code")


def lost(listed: pl.LazyFrame, found: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of a list that have no code in the other edition: ``row`` and ``code``, sorted."""
    return listed.join(found.select("row"), on="row", how="anti").select("row", "code").sort("row")
