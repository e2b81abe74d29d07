"""Which economies, periods, flows, editions and levels of codes stand together, and how often."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.ingest.bulk.coded import CLASS, Coded
from pipelines.ingest.bulk.plan import Plan

SCOPE = ("importer", "partner", "period", "flow", "nomenclature")
PAIR = ("importer", "code")
MERGE_AFTER = 8
MOST_PLACES = 8_000_000
ROWS = "rows"


@dataclass(slots=True)
class Counted:
    """Distinct combinations of numbers of texts, with their rows.

    A count a possible combination, as long as these are few and no new texts make them more; then
    a frame of those met.
    """

    frames: list[pl.DataFrame] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def add(self, plan: Plan, kept: pl.DataFrame, *, scoped: bool) -> None:
        """Count the combinations of a batch."""
        names = coders_of(plan, SCOPE if scoped else PAIR)
        columns = [kept[name] for name in names]
        sizes = {name: _room(plan.coded[name].known.height) for name in names}
        if scoped and (coder := level_coder(plan)) is not None:
            levels, numbers = numbered_levels(coder)
            columns.append(numbers.gather(kept[coder.name]).alias(CLASS))
            sizes[CLASS] = _room(len(levels))
        if not columns:
            self.frames.append(pl.DataFrame({ROWS: [kept.height]}, schema={ROWS: pl.UInt64}))
        elif math.prod(sizes.values()) > MOST_PLACES:
            frame = pl.DataFrame(columns)
            met = frame.group_by(frame.columns).agg(pl.len().cast(pl.UInt64).alias(ROWS))
            self.frames.append(met)
        else:
            self._count(columns, sizes, kept.height)
        if len(self.frames) > MERGE_AFTER:
            self.frames = [_merged(self.frames)]

    def _count(self, columns: list[pl.Series], sizes: dict[str, int], height: int) -> None:
        if sizes != self.sizes:
            self.frames += self._met()
            self.sizes, self.counts = sizes, np.zeros(math.prod(sizes.values()), dtype=np.int64)
        place = np.zeros(height, dtype=np.int64)
        for column in columns:
            if (size := sizes[column.name]) > 1:
                place *= size
                place += column.to_numpy()
        self.counts += np.bincount(place, minlength=len(self.counts))

    def _met(self) -> list[pl.DataFrame]:
        """The combinations of the counts that were met, as a frame; none where there are none."""
        there = np.flatnonzero(self.counts)
        if not len(there):
            return []
        rest, made = there, {}
        for name, size in reversed(self.sizes.items()):
            made[name] = (rest % size).astype(np.uint32)
            rest = rest // size
        numbers = {name: made[name] for name in self.sizes}
        return [pl.DataFrame({**numbers, ROWS: self.counts[there].astype(np.uint64)})]

    def all(self) -> pl.DataFrame:
        """All combinations, each once."""
        return _merged([*self.frames, *self._met()])


def _merged(frames: list[pl.DataFrame]) -> pl.DataFrame:
    if len(frames) == 1:
        return frames[0]
    merged = pl.concat(frames)
    by = [name for name in merged.columns if name != ROWS]
    if not by:
        return merged.select(pl.col(ROWS).sum())
    return merged.group_by(by).agg(pl.col(ROWS).sum())


def _room(texts: int) -> int:
    """Room for some texts and a few more: the next power of two."""
    return 1 << max(texts - 1, 0).bit_length()


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
