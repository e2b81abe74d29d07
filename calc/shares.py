"""The shares of each line: which part of its flow a portion takes, which part of its value is what.

An assumption, never a fact of the trade table; looked up as the base is: a share for a named
partner before one for all, the longest prefix first. A line that the table lacks keeps null.
"""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from calc.scope import ALL, expand_prefixes

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
    codes = expand_prefixes(rows.select("code").unique())
    importers = rows.select(one="importer").unique()
    known = (
        shares.join(importers, how="cross")
        .filter((pl.col("importer") == ALL) | (pl.col("importer") == pl.col("one")))
        .join(codes, on="prefix", how="inner")
    )
    length = pl.when(pl.col("prefix") == ALL).then(0).otherwise(pl.col("prefix").str.len_chars())
    share = pl.col(estimate) if estimate == "central" else pl.coalesce(estimate, "central")
    nearest = (
        known.sort(pl.col("importer") == ALL, pl.lit(0, pl.Int32) - length)
        .unique(["name", "one", "partner", "code"], keep="first", maintain_order=True)
        .select("name", "partner", "code", importer="one", share=share)
    )
    wide = nearest.group_by("importer", "partner", "code").agg(
        pl.when(pl.col("name") == name).then("share").max().alias(f"{column}_{number}")
        for number, name in enumerate(names)
    )
    own = wide.filter(pl.col("partner") != ALL)
    for_all = wide.filter(pl.col("partner") == ALL).drop("partner")
    joined = rows.join(own, on=["importer", "partner", "code"], how="left", validate="m:1").join(
        for_all, on=["importer", "code"], how="left", suffix="_all", validate="m:1"
    )
    new = [f"{column}_{number}" for number in range(len(names))]
    nearer = [pl.coalesce(name, f"{name}_all").alias(name) for name in new]
    return joined.with_columns(nearer).drop(f"{name}_all" for name in new)
