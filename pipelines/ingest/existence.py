"""Economies and groups of a table that were none in the years in which it has trade of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from calc import judge
from calc.money import UNITS_PER_USD
from calc.tables.trade import VALUE_COLUMNS
from pipelines.ingest.record import IngestRecord
from pipelines.validation.known import known
from pipelines.validation.words import counted, money

YEAR = pl.col("period").str.slice(0, 4).cast(pl.Int64, strict=False)


def with_years_told(record: IngestRecord, table: Path) -> IngestRecord:
    """The record with a warning for each economy of the table in years in which it was none.

    Args:
        record: What the ingest did.
        table: The table that it made.
    """
    told = tuple(_warnings(table))
    return replace(record, notes=(*record.notes, *told), warnings=(*record.warnings, *told))


def _warnings(table: Path) -> Iterator[str]:
    spans = known().economies.filter(
        pl.col("first_year").is_not_null() | pl.col("last_year").is_not_null()
    )
    names = spans.collect()["economy"]
    for role in ("importer", "partner"):
        rows = pl.scan_parquet(table).filter(pl.col(role).is_in(names.implode()))
        for found in _outside(rows, spans, role).iter_rows(named=True):
            yield _told(role, found)


def _outside(rows: pl.LazyFrame, spans: pl.LazyFrame, role: str) -> pl.DataFrame:
    """One row an economy with trade in years in which it was none: those years, rows, value."""
    joined = judge.with_value(rows, VALUE_COLUMNS).join(
        spans, left_on=role, right_on="economy", how="inner", validate="m:1"
    )
    early, late = pl.col("first_year") > YEAR, pl.col("last_year") < YEAR
    outside = joined.filter(early.fill_null(value=False) | late.fill_null(value=False))
    summed = outside.group_by(role, "first_year", "last_year").agg(
        first=YEAR.min(),
        last=YEAR.max(),
        rows=pl.len(),
        value=judge.exact_sum(pl.col(judge.VALUE)),
    )
    return summed.sort(role).collect(engine="streaming")


def _told(role: str, found: dict[str, Any]) -> str:
    economy, first, last = found[role], found["first_year"], found["last_year"]
    there = [
        *([f"began in {first}"] if first is not None else []),
        *([f"ended in {last}"] if last is not None else []),
    ]
    years = {found["first"], found["last"]}
    value = found["value"]
    usd = money(None if value is None else value / UNITS_PER_USD)
    return (
        f"the {role} {economy} {' and '.join(there)}, and the table has "
        f"{counted(found['rows'], 'row')} of it in {' to '.join(map(str, sorted(years)))}"
        f", {usd}: trade of an economy that was not there then belongs to another one "
        f"(retorsion codes country {economy})"
    )
