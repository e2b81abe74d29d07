"""Why a market was not solved, in words: which of its inputs is not known."""

import polars as pl

MOST_NAMED = 3
NO_CLOSURE = "domestic sales are not known, and no share of imports is stated"


def unknown_of(sources: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """What is not known of each market: ``market``, ``duty_unknown``, ``value_unknown``, ``lacks``.

    Args:
        sources: SOURCES with the number of their market.
        found: What ``calc.elasticities.attach_elasticities`` gives.
    """
    no_duty = pl.col("rate_before").is_null() | pl.col("rate_after").is_null()
    lacking = (
        found.filter(pl.col("central").is_null())
        .group_by("importer", "code")
        .agg(lacks=pl.col("parameter").sort().str.join(", "))
    )
    named = sources.join(lacking, on=["importer", "code"], how="left", validate="m:1")
    return named.group_by("market").agg(
        duty_unknown=partners(no_duty),
        value_unknown=partners(pl.col("value_usd").is_null()),
        lacks=pl.col("lacks").first(),
    )


def partners(where: pl.Expr) -> pl.Expr:
    """The first partners of which something is so, and how many more; null where none is."""
    chosen = pl.col("partner").filter(where).sort()
    more = chosen.len().cast(pl.Int64) - MOST_NAMED
    first = chosen.head(MOST_NAMED).str.join(", ")
    told = pl.when(more > 0).then(pl.format("{} and {} more", first, more)).otherwise(first)
    return pl.when(chosen.len() > 0).then(told)


def unsolved_reason(*, is_closed: bool) -> pl.Expr:
    """Why a market was not solved; null where it was.

    Reads ``verdict``, ``has_domestic_sales`` and what ``unknown_of`` gives.
    """
    is_open = ~pl.col("has_domestic_sales") & pl.lit(not is_closed)
    told = pl.concat_str(
        pl.when(is_open).then(pl.lit(NO_CLOSURE)),
        pl.format("duty not known: {}", "duty_unknown"),
        pl.format("value not known: {}", "value_unknown"),
        pl.format("no elasticity: {}", "lacks"),
        separator="; ",
        ignore_nulls=True,
    )
    verdict = pl.col("verdict")
    unknown = pl.when(told != "").then(told).otherwise(verdict)
    reason = pl.when(verdict == "unknown input").then(unknown).otherwise(verdict)
    return pl.when(verdict != "solved").then(reason)
