"""The shares of each line: which part of its flow a portion takes, which part of its value is what.

An assumption, never a fact of the trade table; looked up as the base is: a share for a named
partner before one for all, then one for a named importer, then the longest prefix. A line that the
table lacks keeps null.
"""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from calc.scope import ALL, expand_prefixes
from calc.terms import ROW

SHARE_UNITS = 10**15
"""Shares of portions are whole millionths of a thousand-millionth, as they are added up."""

HELD = {ROW: pl.UInt32, "share": pl.Int32, "share_e15": pl.Int64}
"""What ``shares_asked`` gives, of a law that has no portions."""

Estimate = Literal["central", "low", "high"]


def attach_shares(
    rows: pl.LazyFrame,
    shares: pl.LazyFrame,
    names: Sequence[str],
    *,
    column: str,
    estimate: Estimate = "central",
) -> pl.LazyFrame:
    """Rows with the share of each name.

    A share for a named partner goes before one for all; then one for a named importer before one
    for all, whatever their prefixes; then the longer prefix.

    Args:
        rows: One row a line. Reads ``importer``, ``partner`` and ``code``.
        shares: Rows of SHARES in force at the date.
        names: Names of the shares, in order.
        column: Beginning of the new columns: ``portion`` or ``content``.
        estimate: Which of the three estimates is taken.

    Returns:
        The same rows plus ``portion_0`` and so on, one a name.
    """
    if not names:
        return rows
    asked = rows.select("code").unique().join(_numbers(names), how="cross")
    nearest = _nearest(rows.select("importer").unique(), asked, shares, estimate)
    wide = nearest.group_by("importer", "partner", "code").agg(
        pl.when(pl.col("number") == number).then("share").max().alias(f"{column}_{number}")
        for number in range(len(names))
    )
    own = wide.filter(pl.col("partner") != ALL)
    for_all = wide.filter(pl.col("partner") == ALL).drop("partner")
    joined = rows.join(own, on=["importer", "partner", "code"], how="left", validate="m:1").join(
        for_all, on=["importer", "code"], how="left", suffix="_all", validate="m:1"
    )
    new = [f"{column}_{number}" for number in range(len(names))]
    nearer = [pl.coalesce(name, f"{name}_all").alias(name) for name in new]
    return joined.with_columns(nearer).drop(f"{name}_all" for name in new)


def shares_asked(
    asked: pl.LazyFrame,
    shares: pl.LazyFrame,
    names: Sequence[str],
    *,
    estimate: Estimate = "central",
) -> pl.LazyFrame:
    """The share of each row in each portion that is asked for on it; found as ``attach_shares``.

    Args:
        asked: What ``calc.portions.asked_of`` gives.
        shares: Rows of SHARES in force at the date.
        names: Names of the portions, in the order of their numbers.
        estimate: Which of the three estimates is taken.

    Returns:
        One row a row and portion that takes anything of it: ``table_row``, ``share`` (its number)
        and ``share_e15``, in whole ``SHARE_UNITS``.
    """
    rows = asked.rename({"share": "number"})
    pairs = rows.select("code", "number").unique().join(_numbers(names), on="number")
    nearest = _nearest(rows.select("importer").unique(), pairs, shares, estimate)
    own = nearest.filter(pl.col("partner") != ALL)
    for_all = nearest.filter(pl.col("partner") == ALL).drop("partner")
    line = ["importer", "code", "number"]
    joined = rows.join(own, on=["partner", *line], how="left", validate="m:1").join(
        for_all, on=line, how="left", suffix="_all", validate="m:1"
    )
    share = pl.coalesce("share", "share_all")
    units = (share * SHARE_UNITS).round().cast(pl.Int64)
    return joined.select(ROW, share="number", share_e15=units).filter(pl.col("share_e15") > 0)


def _numbers(names: Sequence[str]) -> pl.LazyFrame:
    numbered = list(enumerate(names))
    return pl.LazyFrame(numbered, schema={"number": pl.Int32, "name": pl.String}, orient="row")


def _nearest(
    importers: pl.LazyFrame, asked: pl.LazyFrame, shares: pl.LazyFrame, estimate: Estimate
) -> pl.LazyFrame:
    """Of the shares that hold for a line the nearest: a row an importer, partner, code, number.

    Args:
        importers: Distinct ``importer``.
        asked: Distinct ``code``, ``number`` and ``name``.
        shares: Rows of SHARES in force at the date.
        estimate: Which of the three estimates is taken.
    """
    codes = expand_prefixes(asked.select("code").unique())
    known = (
        shares.join(asked.join(codes, on="code", how="inner"), on=["name", "prefix"], how="inner")
        .join(importers.select(one="importer"), how="cross")
        .filter((pl.col("importer") == ALL) | (pl.col("importer") == pl.col("one")))
    )
    length = pl.when(pl.col("prefix") == ALL).then(0).otherwise(pl.col("prefix").str.len_chars())
    share = pl.col(estimate) if estimate == "central" else pl.coalesce(estimate, "central")
    return (
        known.sort(pl.col("importer") == ALL, pl.lit(0, pl.Int32) - length)
        .unique(["number", "one", "partner", "code"], keep="first", maintain_order=True)
        .select("number", "partner", "code", importer="one", share=share)
    )
