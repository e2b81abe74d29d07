"""The rows of a file on disk, and those of each part of the table: some importers and codes."""

import functools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.ingest.bulk.ranks import Ranked, rank
from pipelines.ingest.bulk.scopes import ROWS, Counted
from pipelines.ingest.bulk.spill import from_disk, to_disk
from pipelines.ingest.table import FIRST

PART_ROWS = 500_000
LIGHT = 4
"""Parts of which nothing but the order is asked are so much larger."""
GROUP_ROWS = 2_000_000
"""Rows that are parted at once: fewer would make many small files."""
AT_ONCE = 2
"""Groups that are parted at once: more would have to be held."""
UNEVEN = 1.5
"""A part of so many times the rows that it should have does not fit."""
PAIR = FIRST[:2]
PLACE = "place"
FAMILY = 2
"""Digits of a code that finer and coarser ones of it share."""
Parts = npt.NDArray[np.uint16]


class Piece(NamedTuple):
    """Some rows on disk, how many, and of which part they are; null where of any."""

    path: Path
    rows: int
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where parts begin.

    Attributes:
        begins: Importer and code, as far as they differ, with which each part but the first begins.
        families: Whether no part begins within a chapter.
    """

    begins: pl.DataFrame
    families: bool


@dataclass(slots=True)
class Stored:
    """The rows of a file on disk."""

    pieces: list[Piece] = field(default_factory=list)
    cut: Cut | None = None

    def fits(self, most: int, *, families: bool) -> bool:
        """Whether all rows are in parts of about so many, and where asked, of whole chapters."""
        if self.cut is None or (families and not self.cut.families):
            return False
        if any(piece.part is None for piece in self.pieces):
            return False
        return all(
            sum(piece.rows for piece in pieces) <= UNEVEN * most for pieces in self.by_part()
        )

    def by_part(self) -> list[list[Piece]]:
        """The pieces of each part, parts in order."""
        found: dict[int, list[Piece]] = {}
        for piece in self.pieces:
            assert piece.part is not None
            found.setdefault(piece.part, []).append(piece)
        return [found[part] for part in sorted(found)]


def parts_of(
    stored: Stored, pairs: Counted, ranks: dict[str, Ranked], *, families: bool, light: bool
) -> Iterator[pl.DataFrame]:
    """The rows of each part of the table, as numbers, parts in order.

    Args:
        stored: The rows.
        pairs: How many rows there are of each importer and code.
        ranks: The order of the columns of text.
        families: Whether the codes of a chapter have to be in one part.
        light: Whether nothing but the order is asked of a part, so that it may have more rows.
    """
    most = PART_ROWS * LIGHT if light else PART_ROWS
    for pieces in _pieces(stored, pairs, ranks, families=families, most=most):
        yield _read(pieces)
        for piece in pieces:
            piece.path.unlink()


def _read(pieces: Sequence[Piece]) -> pl.DataFrame:
    read = [from_disk(piece.path) for piece in pieces]
    return pl.concat(read, how="diagonal_relaxed", rechunk=True)


def _pieces(
    stored: Stored, pairs: Counted, ranks: dict[str, Ranked], *, families: bool, most: int
) -> list[list[Piece]]:
    if sum(piece.rows for piece in stored.pieces) <= most:
        return [stored.pieces] if stored.pieces else []
    if stored.fits(most, families=families):
        return stored.by_part()
    begins = bounds(pairs.all(), ranks, families=families, most=most)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        split = functools.partial(_parted, ranks=ranks, begins=begins)
        made = pool.map(split, _groups(stored.pieces))
        return Stored([piece for pieces in made for piece in pieces]).by_part()


def _groups(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in groups of some rows."""
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        if sum(other.rows for other in groups[-1]) >= GROUP_ROWS:
            groups.append([])
        groups[-1].append(piece)
    return groups


def _parted(group: list[Piece], ranks: dict[str, Ranked], begins: pl.Series) -> list[Piece]:
    """Some rows on disk by part."""
    rows = _read(group)
    for piece in group:
        piece.path.unlink()
    place = rows.select(_pair(ranks).alias(PLACE)).to_series()
    parts = begins.search_sorted(place, side="right").to_numpy().astype(np.uint16)
    return written_by_part(rows, parts, group[0].path)


def written_by_part(rows: pl.DataFrame, parts: Parts, path: Path) -> list[Piece]:
    """Rows written by part: put in order of parts once, then cut."""
    order = np.argsort(parts, kind="stable").astype(np.uint32)  # which sorts by digits, in a pass
    placed = rows[pl.Series(order)]
    counts = np.bincount(parts)
    ends = np.cumsum(counts)
    made = []
    for part in np.flatnonzero(counts):
        height = int(counts[part])
        piece = Piece(path.with_name(f"part-{part:06}-{path.name}"), height, int(part))
        to_disk(placed.slice(int(ends[part]) - height, height), piece.path)
        made.append(piece)
    return made


def _pair(ranks: dict[str, Ranked]) -> pl.Expr:
    """The place of importer and code together in the order of the table."""
    place = pl.lit(0, dtype=pl.UInt64)
    for name in PAIR:
        if name in ranks:
            place = place * len(ranks[name].values) + rank(ranks[name]).cast(pl.UInt64)
    return place


def bounds(
    pairs: pl.DataFrame, ranks: dict[str, Ranked], *, families: bool, most: int
) -> pl.Series:
    """The places of importer and code at which a part of the table begins, but for the first.

    Args:
        pairs: How many rows there are of each importer and code.
        ranks: The order of the columns of text.
        families: Whether the codes of a chapter have to be in one part.
        most: Rows of a part.
    """
    rows = pairs.group_by(_pair(ranks).alias(PLACE)).agg(pl.col(ROWS).sum()).sort(PLACE)
    part = (rows[ROWS].cum_sum() - 1) // most
    if families and "code" in ranks:
        codes = ranks["code"].values
        starts = codes.str.slice(0, FAMILY)
        family = starts.gather(rows[PLACE] % len(codes))
        same = (family == family.shift(1)) & (
            rows[PLACE] // len(codes) == rows[PLACE].shift(1) // len(codes)
        )
        part = pl.select(
            pl.when(~same.fill_null(value=False)).then(part).forward_fill()
        ).to_series()
    begins = rows.filter(part != part.shift(1, fill_value=0))
    return begins[PLACE]
