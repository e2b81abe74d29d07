"""The rows of a file batch by batch: cast, judged, counted, and kept on disk as numbers."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

import polars as pl

from calc import cast, judge
from calc.money import UNITS_PER_USD
from calc.tables.trade import VALUE_COLUMNS
from pipelines.ingest.bulk.coded import APART, BLANK, FAULTY, PADDED, REASON
from pipelines.ingest.bulk.figures import Figures, settled, values_of
from pipelines.ingest.bulk.judged import Judge
from pipelines.ingest.bulk.keeper import Keeper
from pipelines.ingest.bulk.parts import Stored
from pipelines.ingest.bulk.plan import Plan, spilled
from pipelines.ingest.bulk.scopes import Counted
from pipelines.ingest.excluded import EMPTY_ROW
from pipelines.ingest.record import FunnelStage, Kind
from pipelines.ingest.source import ROW, cell
from pipelines.ingest.table import NO_ECONOMY

BATCH_ROWS = 500_000
AT_ONCE = 2
"""Columns of cells that are numbered at once."""
REMAINDER = "is_remainder"
"""Whether a row is left out, but is a part of a total over partners nevertheless."""


@dataclass(slots=True)
class Sums:
    """Rows, the exact value of those whose value is known, and how many are not."""

    rows: int = 0
    units: int = 0
    unknown: int = 0

    def add(self, values: pl.Series, sign: int = 1) -> None:
        """Count some rows by their values, or take them off."""
        self.rows += sign * len(values)
        self.unknown += sign * values.null_count()
        self.units += sign * int(values.cast(pl.Int128).sum())

    def stage(self, name: str, kind: Kind, reason: str) -> FunnelStage:
        """A stage of the funnel."""
        known = self.rows > self.unknown or not self.rows
        usd = self.units / UNITS_PER_USD if known else None
        return FunnelStage(
            stage=name,
            kind=kind,
            reason=reason,
            rows=self.rows,
            value_usd=usd,
            value_unknown_rows=self.unknown,
        )


@dataclass(slots=True)
class Found:
    """What the batches of a file hold.

    Attributes:
        stored: The rows on disk: numbers of texts by cell, numbers, and row.
        read: All rows; ``left_out`` those of each reason; ``kept`` the others.
        counts: As ``cells`` counts them: suppressed and missing cells, codes with lost zeros.
        scopes: How many rows kept each importer, partner, period, flow, nomenclature and level of
            codes have, ``pairs`` each importer and code; remainders too in these.
        broken: Rows that break a rule of TRADE.
        rejected: Rows that cannot be read, with their values.
    """

    stored: Stored = field(default_factory=Stored)
    read: Sums = field(default_factory=Sums)
    left_out: dict[str, Sums] = field(default_factory=dict)
    kept: Sums = field(default_factory=Sums)
    counts: Counter[str] = field(default_factory=Counter)
    padded_first: list[int] = field(default_factory=list)
    scopes: Counted = field(default_factory=Counted)
    pairs: Counted = field(default_factory=Counted)
    broken: list[pl.Series] = field(default_factory=list)
    rejected: list[pl.DataFrame] = field(default_factory=list)


def read_batches(plan: Plan, folder: Path, done: Callable[[int], None]) -> Found:
    """All batches of a file, cast and kept on disk.

    Args:
        plan: How the file is read.
        folder: Where to keep them.
        done: Told of the rows of each batch.

    Raises:
        UnsuitedError: There are too many texts.
        GroupedError: Thousands may be separated, and it is not known how.
        TextsError: Numbers are not plain ones, and were read as such.
        polars.exceptions.ComputeError: So they were, or the text is damaged.
    """
    found, rules = Found(), Judge(plan)
    with Keeper(plan, found.pairs, folder, found.stored) as keeper:
        for batch, numbers in _numbered(plan):
            keeper.keep(_one(plan, batch, numbers, found, rules))
            done(batch.height)
    return found


def _numbered(plan: Plan) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Each batch with the numbers of its texts, had while the batch before is judged.

    The texts of the next batch may then be known already: what they are is told once and for all.
    """
    batches = plan.cells.collect_batches(chunk_size=BATCH_ROWS, engine="streaming")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        before: tuple[pl.DataFrame, Iterator[pl.Series]] | None = None
        for batch in batches:
            if before is not None:
                held = before[0], pl.DataFrame(list(before[1]))
            numbers = pool.map(lambda coded, here=batch: coded.numbers(here), plan.coded.values())
            if before is not None:
                yield held
            before = batch, numbers
        if before is not None:
            yield before[0], pl.DataFrame(list(before[1]))


def _one(
    plan: Plan, batch: pl.DataFrame, texts: pl.DataFrame, found: Found, rules: Judge
) -> pl.DataFrame:
    figures = Figures(plan, batch)
    found.counts.update(figures.counts)
    numbers = settled(plan, figures.columns, texts)
    rows = texts.with_columns(**numbers).with_columns(batch[ROW])
    rows = rows.with_columns(values_of(rows))
    found.read.add(rows[judge.VALUE])
    _count_padded(plan, rows, found)
    reason = _reason(plan, batch, rows)
    for why in reason.drop_nulls().unique().to_list():
        sums = found.left_out.setdefault(why, Sums())
        sums.add(rows[judge.VALUE].filter((reason == why).fill_null(value=False)))
    kept = _without_rejected(plan, rows, reason, figures.faulty, found=found)
    found.kept.add(kept[judge.VALUE])
    found.broken += rules.broken(kept)
    found.scopes.add(plan, kept, scoped=True)
    spill = kept
    if any(NO_ECONOMY in why for why in found.left_out):
        left = reason.str.contains(NO_ECONOMY, literal=True).fill_null(value=False)
        spill = pl.concat([
            kept.with_columns(pl.lit(value=False).alias(REMAINDER)),
            rows.filter(left).with_columns(pl.lit(value=True).alias(REMAINDER)),
        ])  # fmt: skip
    found.pairs.add(plan, spill, scoped=False)
    return _narrowed(plan, spill)


def _narrowed(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in as few bytes as they need; a value is had from its columns again."""
    numbers = rows.drop(*plan.coded, ROW, judge.VALUE)
    return rows.select(spilled(plan)).with_columns(rows[ROW].shrink_dtype(), *numbers)


def _count_padded(plan: Plan, rows: pl.DataFrame, found: Found) -> None:
    coder = next((one for one in plan.coded.values() if PADDED in one.known.columns), None)
    if coder is None or not coder.some(PADDED):
        return
    padded = rows[ROW].filter(coder.of(rows[coder.name], PADDED))
    found.counts["padded"] += len(padded)
    found.padded_first += padded.head(5 - len(found.padded_first)).to_list()


def _reason(plan: Plan, batch: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Why each row is no flow of its own; null for most."""
    told = [
        coder.of(rows[coder.name], REASON).alias(coder.name)
        for coder in plan.coded.values()
        if coder.some(REASON)
    ]
    reason = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    if told:
        reason = pl.DataFrame(told).select(pl.coalesce(pl.all())).to_series()
    coders = [coder for coder in plan.coded.values() if coder.columns]
    if all(coder.some(BLANK) for coder in coders):
        blank = reduce(lambda a, b: a & b, (coder.of(rows[coder.name], BLANK) for coder in coders))
        if (at := blank.arg_true()).len():
            own = range(min(len(plan.source.headers), plan.source.own))
            texts = [cast.trimmed(pl.col(cell(place)).cast(pl.String)) == "" for place in own]
            empty = batch[at.to_list()].select(pl.all_horizontal(texts)).to_series()
            reason = reason.scatter(at.filter(empty), EMPTY_ROW)
    return reason


def _without_rejected(
    plan: Plan, rows: pl.DataFrame, reason: pl.Series, places: set[int], *, found: Found
) -> pl.DataFrame:
    """The rows that are flows of their own and can be read; the others noted."""
    faulty = pl.Series([], dtype=pl.UInt32)
    told = [coder.of(rows[coder.name], FAULTY).arg_true()
            for coder in plan.coded.values() if coder.some(FAULTY)]  # fmt: skip
    told.append(rows[ROW].is_in(list(plan.source.misshapen)).arg_true())
    faulty = pl.concat([pl.Series(sorted(places), dtype=pl.UInt32), *told]).unique()
    open_row = reason.is_null()
    if not len(faulty):
        return rows if not reason.len() - reason.null_count() else rows.filter(open_row)
    wrong = pl.repeat(value=False, n=rows.height, eager=True).scatter(faulty, values=True)
    there = [name for name in VALUE_COLUMNS if name in rows.columns]
    found.rejected.append(rows.filter(wrong & open_row).select(ROW, judge.VALUE, *there))
    return rows.filter(~wrong & open_row)


__all__ = ["APART", "BATCH_ROWS", "REMAINDER", "Found", "Sums", "read_batches"]
