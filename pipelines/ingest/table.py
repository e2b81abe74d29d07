"""The rows of all files as one table: what is counted twice left out, and the rest in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc import judge
from calc.dictionary import column_names
from calc.errors import DataRejectedError, Problem
from calc.money import UNITS_PER_USD
from calc.overlap import SCOPE, members_beside, nested_codes
from calc.tables.trade import VALUE_COLUMNS, Trade
from pipelines.ingest.cells import EXCLUDED, REJECTED, Reading
from pipelines.ingest.economies import memberships
from pipelines.ingest.faults import SHAPE
from pipelines.ingest.record import FunnelStage, Kind
from pipelines.ingest.source import ROW

SOURCE = ("source_id", ROW)
RULE = "rule"
TOLERANCE = 1_000
"""A code is the total of its finer codes where they differ by less than one part in so many."""
COARSER = "the code is the total of finer codes beside it"
FIRST = ("importer", "code", "partner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """The table and what did not go into it.

    ``rows`` has the columns of TRADE, ``source_row`` and ``value_e4``, in the order of the table:
    by importer, code and partner, the rest of the key, then all other columns, so that it does
    not depend on the order of rows and files.
    """

    rows: pl.DataFrame
    funnel: tuple[FunnelStage, ...]


def combine(readings: Sequence[Reading], rejects: Sequence[pl.DataFrame]) -> Combined:
    """All rows of all files: sorted into kept, excluded and rejected.

    Raises:
        DataRejectedError: Codes of two levels stand side by side and do not add up.
    """
    everything = _everything(readings)
    whole = everything.filter(pl.col(EXCLUDED).is_null() & ~pl.col(REJECTED))
    marked = _marked(whole)
    twice, kept = (
        marked.filter(pl.col(EXCLUDED).is_not_null()),
        marked.filter(pl.col(EXCLUDED).is_null()),
    )
    left_out = pl.concat(
        [everything.filter(pl.col(EXCLUDED).is_not_null()).select(twice.columns), twice]
    )
    funnel = (
        stage(everything, "read", "in", "rows of the files"),
        *_rejected(everything, rejects),
        *_excluded(left_out),
        stage(kept, "table", "kept", "rows of the table"),
    )
    columns = column_names(Trade)
    order = [*FIRST, *(name for name in columns if name not in FIRST), ROW]
    table = kept.select(*columns, ROW, judge.VALUE).sort(order, nulls_last=True)
    return Combined(rows=table, funnel=funnel)


def _everything(readings: Sequence[Reading]) -> pl.DataFrame:
    parts = [
        reading.rows.with_columns(source_id=pl.lit(reading.source.name)) for reading in readings
    ]
    rows = pl.concat(parts).lazy()
    return judge.with_row_and_value(rows, VALUE_COLUMNS).drop(judge.ROW).collect()


def _marked(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the reason why they are counted in others; null for most."""
    partner = [*SCOPE, "partner"]
    members = members_beside(rows.lazy(), memberships().lazy()).collect()
    inside = pl.format(
        "partner {} is inside {}, a partner too", pl.col("partner"), pl.col("aggregate")
    )
    marked = rows.lazy().join(members.lazy(), on=partner, how="left", validate="m:1")
    marked = marked.with_columns(inside.alias(EXCLUDED)).drop("aggregate")
    coarser = _coarser(marked.filter(pl.col(EXCLUDED).is_null()).collect())
    if coarser.height:
        total = coarser.lazy().select(*partner, "code", total=pl.lit(COARSER))
        marked = marked.join(total, on=[*partner, "code"], how="left", validate="m:1")
        marked = marked.with_columns(pl.coalesce(EXCLUDED, "total").alias(EXCLUDED)).drop("total")
    return marked.collect()


def _coarser(rows: pl.DataFrame) -> pl.DataFrame:
    """The codes that are the total of finer ones beside them.

    Raises:
        DataRejectedError: A code stands beside finer ones that do not add up to it.
    """
    if rows["code"].str.len_chars().n_unique() < 2:
        return rows.head(0)
    nested = nested_codes(rows.lazy()).collect()
    gap = (pl.col("value_e4") - pl.col("finer_value_e4")).abs()
    adds_up = gap * TOLERANCE <= pl.col("value_e4") + UNITS_PER_USD
    wrong = nested.filter(~adds_up.fill_null(value=False))
    if wrong.height:
        raise DataRejectedError.collected([_mixed(row) for row in wrong.iter_rows(named=True)])
    return nested


def _mixed(row: dict[str, object]) -> Problem:
    flow = f"{row['importer']} from {row['partner']}, {row['period']}"
    return Problem(
        f"code {row['code']} stands beside {row['finer']}, a finer code of it, and is not the sum "
        "of its finer codes: goods would be counted twice",
        where=f"{flow}: {_usd(row['value_e4'])} against {_usd(row['finer_value_e4'])}",
        hint="keep codes of one level in the files",
    )


def _usd(units: object) -> str:
    return f"USD {units / UNITS_PER_USD:,.0f}" if isinstance(units, int) else "not known"


def stage(rows: pl.DataFrame, name: str, kind: Kind, reason: str) -> FunnelStage:
    """A stage of the funnel: the rows of a frame with ``value_e4``, and their exact value."""
    total = rows.select(judge.exact_sum(pl.col(judge.VALUE))).item()
    unknown = int(rows[judge.VALUE].null_count())
    return FunnelStage(
        stage=name,
        kind=kind,
        reason=reason,
        rows=rows.height,
        value_usd=_value(total, rows.height),
        value_unknown_rows=unknown,
    )


def _value(units: int | None, rows: int) -> float | None:
    """Units as USD; no rows are worth nothing, rows without a value are worth the unknown."""
    if units is None:
        return None if rows else 0.0
    return units / UNITS_PER_USD


def _rejected(everything: pl.DataFrame, rejects: Sequence[pl.DataFrame]) -> list[FunnelStage]:
    first = pl.col("failed_rules").str.split(";").list.first().alias(RULE)
    rules = pl.concat(rejects).select(*SOURCE, first)
    rows = everything.filter(REJECTED).join(rules, on=SOURCE, how="left", validate="1:1")
    return [
        stage(rows.filter(pl.col(RULE) == rule), "cells", "rejected", _why(rule))
        for rule in sorted(rows[RULE].unique())
    ]


def _why(rule: str) -> str:
    if rule == SHAPE:
        return "the row has another number of fields than the header"
    return f"the {rule.removeprefix('read.')} cannot be read"


def _excluded(left_out: pl.DataFrame) -> list[FunnelStage]:
    return [
        stage(left_out.filter(pl.col(EXCLUDED) == reason), "counted twice", "excluded", reason)
        for reason in sorted(left_out[EXCLUDED].unique())
    ]
