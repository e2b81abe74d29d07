"""Rows that are parts of one flow, added up: exactly, whatever their order."""

from dataclasses import dataclass

import polars as pl

from calc import judge
from calc.dictionary import column_names, unit_of_column
from calc.tables.trade import KEY, Trade
from pipelines.ingest.source import ROW

UNITS = {"quantity": "quantity_unit", "quantity_2": "quantity_2_unit"}
NUMBERS = tuple(name for name in column_names(Trade) if unit_of_column(Trade, name))
TEN_THOUSANDTHS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Flows and their parts.

    ``rows`` has a row a flow with ``source_row`` of its first part; ``parts`` has ``source_id``,
    ``source_row`` and ``first_row``, the row of the flow that it is a part of.
    """

    rows: pl.DataFrame
    parts: pl.DataFrame


def added_up(rows: pl.DataFrame) -> Added:
    """Flows of one key and file as one row each.

    A sum is not known where a part of it is not; a quantity neither where its parts have several
    units. Rows without any value stay by themselves, as nothing can be said of their flow.
    """
    apart = pl.when(pl.col(judge.VALUE).is_null()).then(pl.col(ROW)).alias("apart")
    grouped = rows.lazy().with_columns(apart).group_by(*KEY, "source_id", "apart")
    sums = grouped.agg(
        *(_sum(name) for name in NUMBERS),
        *(_unit(unit) for unit in UNITS.values()),
        pl.col(ROW).min().alias("first_row"),
        pl.col(ROW).alias("parts"),
        pl.col(judge.VALUE).sum().cast(pl.Int64),
        pl.col(judge.VALUE).null_count().alias("unknown"),
    ).collect()
    value = pl.when(pl.col("unknown") == 0).then(pl.col(judge.VALUE)).alias(judge.VALUE)
    parts = sums.select("source_id", "first_row", pl.col("parts").alias(ROW)).explode(ROW)
    kept = sums.with_columns(value).drop("parts", "unknown", "apart")
    return Added(rows=kept.rename({"first_row": ROW}), parts=parts)


def _sum(name: str) -> pl.Expr:
    column = pl.col(name)
    whole = (column * TEN_THOUSANDTHS).round().cast(pl.Int128).sum().cast(pl.Float64)
    known = column.null_count() == 0
    if name in UNITS:
        known &= pl.col(UNITS[name]).n_unique() == 1
    return pl.when(known).then(whole / TEN_THOUSANDTHS).alias(name)


def _unit(name: str) -> pl.Expr:
    return pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)
