"""Whole numbers shared out so that the parts add up to the whole, to the last unit."""

import polars as pl

WHOLE = 1_000_000_000_000
"""A weight is a whole number of millionths of a millionth; those of one source add up to this."""
WEIGHT = "weight_e12"


def equal_weights(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs with equal weights over the targets of each source.

    What does not divide goes to the lowest targets, one unit each.

    Args:
        pairs: ``source`` and ``target``, each pair once.

    Returns:
        The same rows plus ``weight_e12``.
    """
    count = pl.len().cast(pl.Int64).over("source")
    rank = pl.col("target").rank("ordinal").cast(pl.Int64).over("source")
    counted = pairs.with_columns(count=count, rank=rank)
    extra = (pl.col("rank") <= WHOLE % pl.col("count")).cast(pl.Int64)
    weight = pl.lit(WHOLE, pl.Int64) // pl.col("count") + extra
    return counted.with_columns(weight.alias(WEIGHT)).drop("count", "rank")


def weights_in_proportion(pairs: pl.LazyFrame, parts: str) -> pl.LazyFrame:
    """Pairs with weights in proportion to a column of whole numbers: largest remainder first.

    Args:
        pairs: ``source``, ``target`` and the column, 0 or more, each pair once. Where all parts
            of a source are 0 its weights are null.
        parts: Name of that column, which is left out of the result; the parts of a source may
            add up to 10**26.

    Returns:
        The same rows plus ``weight_e12``.
    """
    part = pl.col(parts).cast(pl.Int128)
    summed = pairs.with_columns(scaled=part * WHOLE, sum=part.sum().over("source"))
    total = pl.when(pl.col("sum") > 0).then("sum")
    cut = summed.with_columns(floor=pl.col("scaled") // total, left=pl.col("scaled") % total)
    order = pl.struct(pl.lit(WHOLE * WHOLE * 10**4, pl.Int128) - pl.col("left"), "target")
    rank = order.rank("ordinal").cast(pl.Int128).over("source")
    short = pl.lit(WHOLE, pl.Int128) - pl.col("floor").sum().over("source")
    extra = (rank <= short).cast(pl.Int128)
    weight = (pl.col("floor") + extra).cast(pl.Int64).alias(WEIGHT)
    return cut.with_columns(weight).drop(parts, "scaled", "sum", "floor", "left")


def with_bounds(weights: pl.LazyFrame) -> pl.LazyFrame:
    """Weights with the part of the whole that lies before and up to each target, in order.

    Returns:
        The same rows plus ``before_e12`` and ``upto_e12``; the last of a source ends at the whole.
    """
    ordered = weights.sort("source", "target")
    upto = pl.col(WEIGHT).cum_sum().over("source")
    return ordered.with_columns(upto_e12=upto, before_e12=upto - pl.col(WEIGHT))


def part_of(units: pl.Expr) -> pl.Expr:
    """The part of an amount in whole units that lies between the bounds of a row.

    Each part is within one unit of amount times weight, and the parts of an amount add up to it:
    every bound is rounded down once, and a part is what lies between two. Null stays null.

    Args:
        units: A whole number of 128 bits, up to 10**26.
    """
    upto, before = (units * pl.col(name) // WHOLE for name in ("upto_e12", "before_e12"))
    return upto - before
