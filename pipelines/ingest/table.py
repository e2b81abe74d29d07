"""The rows of all files as one table: what is counted twice left out, and the rest in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from calc import judge
from calc.dictionary import column_names, polars_schema
from calc.money import UNITS_PER_USD
from calc.tables.provenance import TradeParts
from calc.tables.trade import VALUE_COLUMNS, Trade
from pipelines.ingest.added import added_up
from pipelines.ingest.cells import EXCLUDED, REJECTED, Reading
from pipelines.ingest.faults import SHAPE
from pipelines.ingest.record import FunnelStage, Kind
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import ROW
from pipelines.ingest.totals import marked_totals, notes_of_totals

SOURCE = ("source_id", ROW)
RULE = "rule"
FIRST = ("importer", "code", "partner")
ORDER = (*FIRST, *(name for name in column_names(Trade) if name not in FIRST), ROW)
"""By what the rows of a table are put in order, nulls last."""
ADDS = "adds_up"
NO_ECONOMY = "is no economy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """The table and what did not go into it.

    ``rows`` has the columns of TRADE, ``source_row`` and ``value_e4``, in the order of the table:
    by importer, code and partner, the rest of the key, then all other columns, so that it does
    not depend on the order of rows and files. ``parts`` is TRADE_PARTS: the rows that were added
    up. ``notes`` say how totals compare with what they are totals of.
    """

    rows: pl.DataFrame
    funnel: tuple[FunnelStage, ...]
    parts: pl.DataFrame
    notes: tuple[str, ...] = ()


def combine(
    readings: Sequence[Reading], rejects: Sequence[pl.DataFrame], settings: IngestSettings
) -> Combined:
    """All rows of all files: sorted into kept, excluded and rejected.

    Raises:
        DataRejectedError: Codes of two levels stand side by side and do not add up.
    """
    everything = _everything(readings)
    whole = everything.filter(pl.col(EXCLUDED).is_null() & ~pl.col(REJECTED))
    marked = marked_totals(whole, settings)
    twice, kept = (
        marked.filter(pl.col(EXCLUDED).is_not_null()),
        marked.filter(pl.col(EXCLUDED).is_null()),
    )
    left_out = pl.concat(
        [everything.filter(pl.col(EXCLUDED).is_not_null()).select(twice.columns), twice]
    )
    is_remainder = left_out[EXCLUDED].str.contains(NO_ECONOMY, literal=True)
    remainders = left_out.filter(is_remainder).select(marked.columns)
    funnel = (
        stage(everything, "read", "in", "rows of the files"),
        *rejected(everything, rejects),
        *_excluded(left_out),
        stage(kept, "table", "kept", "rows of the table"),
    )
    table, parts, added = in_order(kept)
    return Combined(
        rows=table,
        funnel=funnel,
        parts=parts,
        notes=(
            *notes_of_totals(marked, remainders),
            *_specials(kept, readings),
            *added_note(added),
        ),
    )


def _everything(readings: Sequence[Reading]) -> pl.DataFrame:
    parts = [
        reading.rows.with_columns(
            pl.lit(reading.source.name).alias("source_id"), pl.lit(reading.adds_up).alias(ADDS)
        )
        for reading in readings
    ]
    rows = pl.concat(parts, how="diagonal").lazy()
    return judge.with_row_and_value(rows, VALUE_COLUMNS).drop(judge.ROW).collect()


class Added(NamedTuple):
    """How many rows are parts, of how many flows, and rows of files that these are."""

    parts: int = 0
    flows: int = 0
    rows: int = 0


def added_note(added: Added) -> list[str]:
    """What is told of rows that were added up; nothing where there are none."""
    note = f"{added.parts:,} rows are parts of {added.flows:,} flows and were added up"
    return [note] if added.rows > added.flows else []


def in_order(kept: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, Added]:
    """The table in its order, the rows added up to rows of it, and how many there are."""
    columns = column_names(Trade)
    if not kept[ADDS].any():
        rows = kept.select(*columns, ROW, judge.VALUE).sort(ORDER, nulls_last=True)
        return rows, pl.DataFrame(schema=polars_schema(TradeParts)), Added()
    found = added_up(kept.filter(ADDS))
    same = kept.filter(~pl.col(ADDS)).select(*columns, ROW, judge.VALUE)
    rows = pl.concat([found.rows.select(same.columns), same]).sort(ORDER, nulls_last=True)
    numbered = rows.select(*SOURCE).with_row_index(judge.ROW)
    parts = found.parts.join(numbered, left_on=["source_id", "first_row"], right_on=SOURCE,
                             how="inner", nulls_equal=True)  # fmt: skip
    made = parts.select(
        pl.col(judge.ROW).cast(pl.Int64).alias("table_row"), "source_id", ROW
    ).unique(maintain_order=True)
    return rows, made.sort(made.columns), Added(parts.height, found.rows.height, made.height)


def _specials(kept: pl.DataFrame, readings: Sequence[Reading]) -> list[str]:
    """Rows and dollars of codes that are no goods and stay in the table."""
    declared = [reading.mapping.declared for reading in readings if reading.mapping is not None]
    kinds = {
        (special.pattern, special.why)
        for source in declared
        for special in source.specials
        if special.kept
    }
    notes: list[str] = []
    for pattern, why in sorted(kinds):
        found = stage(kept.filter(pl.col("code").str.contains(pattern)), "", "kept", why)
        notes += special_note(found)
    return notes


def special_note(found: FunnelStage) -> list[str]:
    """What is told of codes that are no goods and stay; nothing where there are none."""
    if not found.rows:
        return []
    return [
        f"of the rows kept, {found.rows:,} with {found.value_usd or 0:,.0f} USD are "
        f"{found.reason}, which no prefix of a good reaches"
    ]


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


def rejected(everything: pl.DataFrame, rejects: Sequence[pl.DataFrame]) -> list[FunnelStage]:
    """The rows that cannot be read, by the first rule that each breaks."""
    if not everything[REJECTED].any():
        return []
    first = pl.col("failed_rules").str.split(";").list.first().alias(RULE)
    rules = pl.concat(rejects).select(*SOURCE, first).unique(SOURCE, maintain_order=True)
    rows = everything.filter(REJECTED).join(rules, on=SOURCE, how="left", validate="m:1")
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
