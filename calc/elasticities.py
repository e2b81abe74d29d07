"""The elasticities of each market: the importer's own before any, the longest prefix first.

What a market falls back to is told with it; what the table lacks stays unknown.
"""

from typing import Literal

import polars as pl

from calc.scope import ALL, expand_prefixes
from calc.tables.elasticities import PARAMETERS

Horizon = Literal["short", "central", "long"]


def attach_elasticities(
    markets: pl.LazyFrame, elasticities: pl.LazyFrame, *, horizon: Horizon = "central"
) -> pl.LazyFrame:
    """Each market with each parameter, and by which row of the table.

    A row of the horizon goes before one of ``central`` on the same importer and prefix, as most
    parameters have no other.

    Args:
        markets: One row a market. Reads ``importer`` and ``code``.
        elasticities: Rows of ELASTICITIES.
        horizon: Which horizon is asked for.

    Returns:
        One row a market and parameter, sorted: ``importer``, ``code``, ``parameter``, ``low``,
        ``central``, ``high``, ``range_level``, ``found_importer``, ``found_prefix``,
        ``found_horizon``, ``source`` and ``fallback``; all null after the parameter where the table
        has none.
    """
    asked = markets.select("importer", "code").unique()
    fits = elasticities.filter(pl.col("horizon").is_in([horizon, "central"]))
    known = fits.join(
        expand_prefixes(asked.select("code").unique()), on="prefix", how="inner"
    ).join(asked.rename({"importer": "one"}), on="code", how="inner")
    own = known.filter((pl.col("importer") == ALL) | (pl.col("importer") == pl.col("one")))
    nearest = own.sort(*nearness(horizon)).unique(
        ["one", "code", "parameter"], keep="first", maintain_order=True
    )
    told = nearest.select(
        "code", "parameter", "low", "central", "high", "range_level",
        importer="one", found_importer="importer", found_prefix="prefix",
        found_horizon="horizon", source="source",
    )  # fmt: skip
    every = asked.join(pl.LazyFrame({"parameter": PARAMETERS}), how="cross")
    found = every.join(told, on=["importer", "code", "parameter"], how="left", validate="1:1")
    return found.with_columns(fallback=fallback(horizon)).sort("importer", "code", "parameter")


def nearness(horizon: Horizon) -> list[pl.Expr]:
    """The order of preference: the importer's own, the longest prefix, the horizon asked for."""
    is_all = pl.col("prefix") == ALL
    length = pl.when(is_all).then(0).otherwise(pl.col("prefix").str.len_chars().cast(pl.Int32))
    return [pl.col("importer") == ALL, -length, pl.col("horizon") != horizon]


def fallback(horizon: Horizon) -> pl.Expr:
    """In words, by what a parameter was found; null where it was not."""
    of = pl.when(pl.col("found_importer") == ALL).then(pl.lit("any importer"))
    goods = pl.when(pl.col("found_prefix") == ALL).then(pl.lit("all goods"))
    horizon_found = pl.when(pl.col("found_horizon") == horizon).then(pl.lit(""))
    return pl.concat_str(
        of.otherwise(pl.col("found_importer")),
        pl.lit(", "),
        goods.otherwise(pl.lit("codes ") + pl.col("found_prefix")),
        horizon_found.otherwise(pl.lit(", ") + pl.col("found_horizon") + pl.lit(" horizon")),
    )
