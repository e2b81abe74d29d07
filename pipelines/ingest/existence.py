"""Economies and groups of a table that were none in the years in which it has trade of them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import polars as pl

from calc import judge
from calc.money import UNITS_PER_USD
from calc.tables.trade import VALUE_COLUMNS
from pipelines.validation.known import economy_spans
from pipelines.validation.words import counted, money

YEAR = pl.col("period").str.slice(0, 4).cast(pl.Int64, strict=False)


def warnings_of(rows: pl.LazyFrame, met: pl.DataFrame) -> Iterator[str]:
    """A sentence for each economy with trade in years in which it was none.

    Args:
        rows: Rows of TRADE; looked at only where there is something to tell.
        met: The importers, partners and periods that stand together in them.
    """
    spans = _dated().lazy()
    for role in ("importer", "partner"):
        if not met[role].is_in(_dated()["economy"].implode()).any():
            continue
        wrong = _outside(met.lazy().select(role, "period").unique(), spans, role)
        names = wrong.select(pl.col(role).unique()).collect().to_series()
        if len(names):
            found = _summed(rows.filter(pl.col(role).is_in(names.implode())), spans, role)
            for economy in found.iter_rows(named=True):
                yield _told(role, economy)


@cache
def _dated() -> pl.DataFrame:
    """The economies and groups that began or ended: the others were there in every year."""
    return economy_spans().filter(
        pl.any_horizontal(pl.col("first_year", "last_year").is_not_null())
    )


def _outside(rows: pl.LazyFrame, spans: pl.LazyFrame, role: str) -> pl.LazyFrame:
    """The rows of years in which their economy was none, with the years of that economy."""
    joined = rows.join(spans, left_on=role, right_on="economy", how="inner", validate="m:1")
    early, late = pl.col("first_year") > YEAR, pl.col("last_year") < YEAR
    return joined.filter(early.fill_null(value=False) | late.fill_null(value=False))


def _summed(rows: pl.LazyFrame, spans: pl.LazyFrame, role: str) -> pl.DataFrame:
    """One row an economy with trade in years in which it was none: those years, rows, value."""
    outside = _outside(judge.with_value(rows, VALUE_COLUMNS), spans, role)
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
