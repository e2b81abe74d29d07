"""Keeps the rows of batches on disk while a file is read, by part of the table where that is known.

The first rows tell where parts may begin. Where that does not fit the rows behind, as in a file
sorted by importer, they are kept as they come, and parted once all are known.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl

from pipelines.ingest.bulk import parts
from pipelines.ingest.bulk.parts import (
    FAMILY,
    LIGHT,
    PAIR,
    UNEVEN,
    Cut,
    Parts,
    Piece,
    Stored,
    bounds,
    written_by_part,
)
from pipelines.ingest.bulk.plan import Plan
from pipelines.ingest.bulk.ranks import Ranked, ranked
from pipelines.ingest.bulk.scopes import MOST_PLACES, ROWS, Counted
from pipelines.ingest.bulk.spill import to_disk


class Keeper:
    """Keeps the rows of batches on disk, a group of them at a time, beside what goes on."""

    def __init__(self, plan: Plan, pairs: Counted, folder: Path, stored: Stored) -> None:
        self._plan, self._pairs, self._folder, self._stored = plan, pairs, folder, stored
        self._held: list[pl.DataFrame] = []
        self._rows = self._groups = 0
        self._is_even = True
        self._table: tuple[dict[str, int], Parts] | None = None
        self._lane = ThreadPoolExecutor(1)
        self._keeping: Future[None] | None = None

    def __enter__(self) -> Self:
        """The keeper."""
        self._lane.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep what is held, and wait until it is."""
        try:
            if kind is None:
                self._group()
                self._wait()
        finally:
            self._lane.__exit__(kind, error, trace)

    def keep(self, rows: pl.DataFrame) -> None:
        """Keep the rows of a batch.

        Args:
            rows: Rows as numbers of their texts, which are counted in ``pairs``.

        Raises:
            OSError: They cannot be written.
        """
        self._held.append(rows)
        self._rows += rows.height
        if self._rows >= parts.GROUP_ROWS:
            self._group()

    def _group(self) -> None:
        if not self._held:
            return
        held, rows = self._held, self._rows
        self._held, self._rows = [], 0
        self._wait()
        by_pair = self._by_pair() if rows and self._is_even else None
        path = self._folder / f"{self._groups:06}.arrow"
        self._groups += 1
        self._keeping = self._lane.submit(self._kept, held, path, by_pair)

    def _wait(self) -> None:
        if self._keeping is not None:
            self._keeping.result()
            self._keeping = None

    def _kept(
        self, held: list[pl.DataFrame], path: Path, by_pair: tuple[dict[str, int], Parts] | None
    ) -> None:
        rows = pl.concat(held, how="diagonal_relaxed", rechunk=True)
        if by_pair is None:
            to_disk(rows, path)
            self._stored.pieces.append(Piece(path, rows.height))
            return
        sizes, table = by_pair
        place = pl.lit(0, dtype=pl.UInt32)
        for name, size in sizes.items():
            place = place * size + pl.col(name).cast(pl.UInt32)
        made = written_by_part(rows, table[rows.select(place).to_series().to_numpy()], path)
        self._stored.pieces += made
        even = rows.height / (int(table.max()) + 1)
        self._is_even = all(piece.rows <= 2 * UNEVEN * even for piece in made)

    def _by_pair(self) -> tuple[dict[str, int], Parts] | None:
        """The part of each pair of numbers of an importer and a code; null where none is known."""
        ranks = ranked(self._plan, PAIR)
        sizes = {item.cell: len(item.ranks) for item in ranks.values()}
        if len(sizes) < len(ranks) or not 0 < np.prod([*sizes.values(), 1]) <= MOST_PLACES:
            return None
        if self._stored.cut is None and (cut := self._cut(ranks)) is not None:
            self._stored.cut = cut
        if self._stored.cut is None:
            return None
        if self._table is None or self._table[0] != sizes:
            self._table = sizes, _table(self._stored.cut, ranks)
        return self._table

    def _cut(self, ranks: dict[str, Ranked]) -> Cut | None:
        """Where parts may begin, by the rows so far; null where one part holds all."""
        plan, pairs = self._plan, self._pairs.all()
        is_light = not (plan.adds_up or any(one.kept for one in plan.mapping.declared.specials))
        most = parts.PART_ROWS * LIGHT if is_light else parts.PART_ROWS
        rows, expected = int(pairs[ROWS].sum()), plan.source.records or 0
        if expected <= most or not rows or not ranks:
            return None
        share = max(most * rows // expected, 1)
        places = bounds(pairs, ranks, families=not is_light, most=share)
        begins = {}
        for name, item in reversed(ranks.items()):
            begins[name] = item.values.gather(places % len(item.values))
            places = places // len(item.values)
        if "code" in begins and not is_light:  # of a chapter, finer codes may come first later on
            begins["code"] = begins["code"].str.slice(0, FAMILY)
        return Cut(begins=pl.DataFrame(begins), families=not is_light)


def _table(cut: Cut, ranks: dict[str, Ranked]) -> Parts:
    """The part of each pair of numbers: how many of the others begin at or before it."""
    places, begins = np.zeros(1, dtype=np.int64), np.zeros(cut.begins.height, dtype=np.int64)
    for name, item in ranks.items():
        own = item.ranks.cast(pl.Int64).fill_null(0).to_numpy()
        places = (places[:, None] * len(item.values) + own[None, :]).ravel()
        begins = begins * len(item.values) + item.values.search_sorted(cut.begins[name]).to_numpy()
    return np.searchsorted(begins, places, side="right").astype(np.uint16)
