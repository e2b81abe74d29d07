"""Which economies, periods, flows, editions and levels of codes stand together, and how often."""

import math
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.ingest.bulk.coded import CLASS, Coded
from pipelines.ingest.bulk.plan import Plan

SCOPE = ("importer", "partner", "period", "flow", "nomenclature")
PAIR = ("importer", "code")
MERGE_AFTER = 8
MOST_PLACES = 4_000_000
ROWS = "rows"


@dataclass(slots=True)
class Counted:
    """Distinct combinations of numbers of texts, with their rows, a frame a batch or merged."""

    frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, plan: Plan, kept: pl.DataFrame, *, scoped: bool) -> None:
        """Count the combinations of a batch."""
        names = coders_of(plan, SCOPE if scoped else PAIR)
        columns = [kept[name] for name in names]
        sizes = [plan.coded[name].known.height for name in names]
        if scoped and (coder := level_coder(plan)) is not None:
            levels, numbers = numbered_levels(coder)
            columns.append(numbers.gather(kept[coder.name]).alias(CLASS))
            sizes.append(max(len(levels), 1))
        self.frames.append(_counted(columns, sizes, kept.height))
        if len(self.frames) > MERGE_AFTER:
            self.frames = [self.all()]

    def all(self) -> pl.DataFrame:
        """All combinations, each once."""
        merged = pl.concat(self.frames)
        by = [name for name in merged.columns if name != ROWS]
        if not by:
            return merged.select(pl.col(ROWS).sum())
        return merged.group_by(by).agg(pl.col(ROWS).sum())


def coders_of(plan: Plan, columns: tuple[str, ...]) -> list[str]:
    """The columns of numbers that some columns of TRADE are read by."""
    return sorted({coder.name for column in columns if (coder := plan.coder(column)) is not None})


def level_coder(plan: Plan) -> Coded | None:
    """The coder of codes; null where the code is the same throughout."""
    return plan.coder("code")


def numbered_levels(coder: Coded) -> tuple[list[str | None], pl.Series]:
    """The levels of codes in the order in which they were met, and the level of each text."""
    met = coder.known[CLASS].unique(maintain_order=True)
    numbers = pl.Series(range(len(met)), dtype=pl.UInt32)
    of_text = coder.known[CLASS].replace_strict(met, numbers, return_dtype=pl.UInt32)
    return met.to_list(), of_text


def _counted(columns: list[pl.Series], sizes: list[int], height: int) -> pl.DataFrame:
    """The distinct combinations of numbers, with their rows."""
    if not columns:
        return pl.DataFrame({ROWS: [height]}, schema={ROWS: pl.UInt64})
    if math.prod(sizes) > MOST_PLACES:
        frame = pl.DataFrame(columns)
        return frame.group_by(frame.columns).agg(pl.len().cast(pl.UInt64).alias(ROWS))
    place = np.zeros(height, dtype=np.int64)
    for column, size in zip(columns, sizes, strict=True):
        place *= size
        place += column.to_numpy()
    counts = np.bincount(place, minlength=1)
    there = np.flatnonzero(counts)
    rest, made = there, {}
    for column, size in zip(reversed(columns), reversed(sizes), strict=True):
        made[column.name] = (rest % size).astype(np.uint32)
        rest = rest // size
    numbers = {column.name: made[column.name] for column in columns}
    return pl.DataFrame({**numbers, ROWS: counts[there].astype(np.uint64)})
