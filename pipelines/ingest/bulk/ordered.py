"""The batches of a file as one table in its order: parted on disk by importer and code, sorted."""

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from calc import judge
from calc.dictionary import column_names
from calc.tables.trade import Trade
from pipelines.ingest.bulk.batches import Found
from pipelines.ingest.bulk.coded import UnsuitedError
from pipelines.ingest.bulk.plan import TEXTS, Plan
from pipelines.ingest.bulk.scopes import ROWS
from pipelines.ingest.bulk.spill import from_disk, to_disk
from pipelines.ingest.casts import NUMBERS
from pipelines.ingest.source import ROW
from pipelines.ingest.table import FIRST

PART_ROWS = 500_000
LIGHT = 4
"""Parts of which nothing but the order is asked are so much larger."""
SLICE_ROWS = 262_144
GROUP_FILES = 4
AT_ONCE = 2
"""Groups of files that are split at once: more would have to be held."""
KEY = (*FIRST, "period", "flow", "nomenclature")
PLACE = "place"
AT = "at"
Places = npt.NDArray[np.uint64]
LARGEST = 2**62
FAMILY = 2
"""Digits of a code that finer and coarser ones of it share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The values of a column of text in their order, and the rank of each number of a text."""

    cell: str
    values: pl.Series
    ranks: pl.Series

    def of(self, rows: pl.DataFrame) -> pl.Series:
        """The values of some rows, as numbers of them."""
        return self.ranks.gather(rows[self.cell]).cat.to(pl.Enum(self.values))


def ranked(plan: Plan) -> dict[str, Ranked]:
    """Each column of text that differs between rows."""
    found = {}
    for name in TEXTS:
        coder = plan.coder(name)
        if coder is not None:
            known = coder.known[name]
            values = known.drop_nulls().unique().sort()
            numbers = pl.Series(range(len(values)), dtype=pl.UInt32)
            ranks = known.replace_strict(values, numbers, default=None).shrink_dtype()
            found[name] = Ranked(cell=coder.name, values=values, ranks=ranks)
    return found


def parts_of(
    found: Found, ranks: dict[str, Ranked], *, families: bool, light: bool
) -> Iterator[pl.DataFrame]:
    """The rows of each part of the table, as numbers, parts in order.

    Args:
        found: The batches.
        ranks: The order of the columns of text.
        families: Whether the codes of a chapter have to be in one part.
        light: Whether nothing but the order is asked of a part, so that it may have more rows.
    """
    most = PART_ROWS * LIGHT if light else PART_ROWS
    for files in _files(found, ranks, families=families, most=most):
        yield pl.concat(map(from_disk, files), how="diagonal_relaxed", rechunk=True)


def _files(
    found: Found, ranks: dict[str, Ranked], *, families: bool, most: int
) -> Iterator[list[Path]]:
    if found.kept.rows <= most:
        yield found.files
        return
    bounds = _bounds(found, ranks, families=families, most=most)
    groups = [
        found.files[start : start + GROUP_FILES]
        for start in range(0, len(found.files), GROUP_FILES)
    ]
    parts: list[list[Path]] = [[] for _ in range(len(bounds) + 1)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        split = functools.partial(_parted, ranks=ranks, bounds=bounds)
        for made in pool.map(split, groups):
            for where, path in made:
                parts[where].append(path)
    for files in parts:
        if files:
            yield files
        for path in files:
            path.unlink()


def _parted(
    group: list[Path], ranks: dict[str, Ranked], bounds: pl.Series
) -> list[tuple[int, Path]]:
    """Some batches on disk as their rows of each part, by the number of the part."""
    rows = pl.concat(map(from_disk, group), how="diagonal_relaxed", rechunk=True)
    for path in group:
        path.unlink()
    place = rows.select(_pair(ranks).alias(PLACE)).to_series()
    made = []
    for where, some in _split(rows, bounds.search_sorted(place, side="right")):
        path = group[0].with_name(f"part-{where:06}-{group[0].name}")
        to_disk(some, path)
        made.append((where, path))
    return made


def _pair(ranks: dict[str, Ranked]) -> pl.Expr:
    """The place of importer and code together in the order of the table."""
    place = pl.lit(0, dtype=pl.UInt64)
    for name in FIRST[:2]:
        if name in ranks:
            place = place * len(ranks[name].values) + _rank(ranks[name]).cast(pl.UInt64)
    return place


def _rank(item: Ranked) -> pl.Expr:
    return pl.lit(item.ranks).gather(pl.col(item.cell))


def _bounds(found: Found, ranks: dict[str, Ranked], *, families: bool, most: int) -> pl.Series:
    """The places at which a part of the table begins, but for the first."""
    pairs = found.pairs.all()
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


def _split(rows: pl.DataFrame, part: pl.Series) -> Iterator[tuple[int, pl.DataFrame]]:
    """The rows of each part, by its number: put in order of parts once, then cut."""
    numbers = part.to_numpy().astype(np.uint16)  # which sorts by digits, in one pass
    placed = _gathered(rows, np.argsort(numbers, kind="stable").astype(np.uint32))
    counts = np.bincount(numbers)
    ends = np.cumsum(counts)
    for where in np.flatnonzero(counts):
        height = int(counts[where])
        yield int(where), placed.slice(int(ends[where]) - height, height)


def sorted_rows(rows: pl.DataFrame, ranks: dict[str, Ranked]) -> Iterator[pl.DataFrame]:
    """Rows in the order of the table, some at a time.

    Raises:
        UnsuitedError: The places of all keys are more than a number can tell, or one is unknown.
    """
    size, key = 1, pl.lit(0, dtype=pl.UInt64)
    for name in KEY:
        if name in ranks:
            size *= max(len(ranks[name].values), 1)
            key = key * len(ranks[name].values) + _rank(ranks[name]).cast(pl.UInt64)
    places = rows.with_columns(key.alias(PLACE))[PLACE]
    if size >= LARGEST or places.null_count():
        raise UnsuitedError
    if not rows.height:
        yield rows
        return
    placed, order = _in_order(places.to_numpy(), size)
    same = placed[1:] == placed[:-1]
    if same.any():  # rows of one key are put in order among themselves
        twin = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
        order[twin] = _twins(rows, ranks, placed[twin], order[twin])
    for start in range(0, len(order), SLICE_ROWS):
        yield _gathered(rows, order[start : start + SLICE_ROWS])


def _in_order(places: Places, size: int) -> tuple[Places, Places]:
    """The places in their order, and the rows that have them, of equal ones the first first.

    Place and row are sorted as one number where it can hold both: twice as fast as sorting rows.
    """
    height = len(places)
    if size * height >= LARGEST:
        order = np.argsort(places, kind="stable").astype(np.uint64)
        return places[order], order
    rows, rank = np.uint64(height), np.arange(height, dtype=np.uint64)
    both: Places = np.sort(places * rows + rank)
    placed: Places = np.floor_divide(both, rows, dtype=np.uint64)
    return placed, np.subtract(both, placed * rows, dtype=np.uint64)


def _twins(rows: pl.DataFrame, ranks: dict[str, Ranked], placed: Places, order: Places) -> Places:
    """The order of some rows of the same keys: by place, then all other columns, then the row."""
    others = [name for name in column_names(Trade) if name not in KEY]
    by = [_rank(ranks[n]) if n in ranks else pl.col(n) for n in others if n in ranks or n in rows]
    twins = _gathered(rows, order).with_columns(pl.Series(PLACE, placed), pl.Series(AT, order))
    put: Places = twins.sort([PLACE, *by, ROW], nulls_last=True)[AT].to_numpy()
    return put


def _gathered(rows: pl.DataFrame, order: npt.NDArray[np.unsignedinteger]) -> pl.DataFrame:
    return rows[pl.Series(order.astype(np.uint32))]  # its bounds looked at once, not a column


def as_table(plan: Plan, rows: pl.DataFrame, ranks: dict[str, Ranked]) -> pl.DataFrame:
    """Rows of numbers as TRADE's columns, with row and value; texts as numbers of their values."""
    columns = []
    for name in column_names(Trade):
        if name in ranks:
            columns.append(ranks[name].of(rows).alias(name))
        elif name in rows.columns:
            columns.append(rows[name])
        else:
            own = plan.source.name if name == "source_id" else plan.constants.get(name)
            dtype = pl.Float64 if name in NUMBERS else pl.Enum([] if own is None else [own])
            columns.append(pl.repeat(own, rows.height, dtype=dtype, eager=True).alias(name))
    return pl.DataFrame([*columns, *(rows[name] for name in (ROW, judge.VALUE) if name in rows)])


def as_texts(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``as_table`` with their texts."""
    return table.with_columns(pl.col(pl.Enum).cast(pl.String))
