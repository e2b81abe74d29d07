"""The batches of a file as one table in its order: parted on disk by importer and code, sorted."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc import judge
from calc.dictionary import column_names
from calc.tables.trade import Trade
from pipelines.ingest.bulk.batches import Found
from pipelines.ingest.bulk.coded import UnsuitedError
from pipelines.ingest.bulk.plan import TEXTS, Plan
from pipelines.ingest.bulk.scopes import ROWS
from pipelines.ingest.source import ROW
from pipelines.ingest.table import FIRST

PART_ROWS = 500_000
GROUP_FILES = 8
KEY = (*FIRST, "period", "flow", "nomenclature")
PLACE = "place"
AT = "at"
LARGEST = 2**62
FAMILY = 2
"""Digits of a code that finer and coarser ones of it share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The values of a column of text in their order, and the rank of each number of a text."""

    cell: str
    values: pl.Series
    ranks: pl.Series


def ranked(plan: Plan) -> dict[str, Ranked]:
    """Each column of text that differs between rows."""
    found = {}
    for name in TEXTS:
        coder = plan.coder(name)
        if coder is not None:
            known = coder.known[name]
            values = known.drop_nulls().unique().sort()
            ranks = known.replace_strict(
                values, pl.Series(range(len(values)), dtype=pl.UInt32), default=None
            )
            found[name] = Ranked(cell=coder.name, values=values, ranks=ranks)
    return found


def parts_of(
    found: Found, ranks: dict[str, Ranked], folder: Path, *, families: bool
) -> Iterator[pl.DataFrame]:
    """The rows of each part of the table, as numbers, parts in order.

    Args:
        found: The batches.
        ranks: The order of the columns of text.
        folder: Where the parts are kept meanwhile.
        families: Whether the codes of a chapter have to be in one part.
    """
    for files in _files(found, ranks, folder, families=families):
        yield pl.concat([pl.read_ipc(path) for path in files], how="diagonal")


def _files(
    found: Found, ranks: dict[str, Ranked], folder: Path, *, families: bool
) -> Iterator[list[Path]]:
    if found.kept.rows <= PART_ROWS:
        yield found.files
        return
    bounds = _bounds(found, ranks, families=families)
    parts: list[list[Path]] = [[] for _ in range(len(bounds) + 1)]
    for start in range(0, len(found.files), GROUP_FILES):
        group = found.files[start : start + GROUP_FILES]
        rows = pl.concat([pl.read_ipc(path) for path in group], how="diagonal")
        for path in group:
            path.unlink()
        place = rows.select(_pair(ranks).alias(PLACE)).to_series()
        part = bounds.search_sorted(place, side="right")
        split = rows.with_columns(part.alias(PLACE)).partition_by(PLACE, as_dict=True)
        for (where,), some in split.items():
            made = folder / f"part-{int(where):06}-{start:06}.arrow"
            some.drop(PLACE).write_ipc(made, compression="uncompressed")
            parts[int(where)].append(made)
    for files in parts:
        if files:
            yield files
        for path in files:
            path.unlink()


def _pair(ranks: dict[str, Ranked]) -> pl.Expr:
    """The place of importer and code together in the order of the table."""
    place = pl.lit(0, dtype=pl.UInt64)
    for name in FIRST[:2]:
        if name in ranks:
            place = place * len(ranks[name].values) + _rank(ranks[name]).cast(pl.UInt64)
    return place


def _rank(item: Ranked) -> pl.Expr:
    return pl.lit(item.ranks).gather(pl.col(item.cell))


def _bounds(found: Found, ranks: dict[str, Ranked], *, families: bool) -> pl.Series:
    """The places at which a part of the table begins, but for the first."""
    pairs = found.pairs.all()
    rows = pairs.group_by(_pair(ranks).alias(PLACE)).agg(pl.col(ROWS).sum()).sort(PLACE)
    part = (rows[ROWS].cum_sum() - 1) // PART_ROWS
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


def sorted_rows(rows: pl.DataFrame, ranks: dict[str, Ranked]) -> pl.DataFrame:
    """Rows in the order of the table."""
    size, key = 1, pl.lit(0, dtype=pl.UInt64)
    for name in KEY:
        if name in ranks:
            size *= max(len(ranks[name].values), 1)
            key = key * len(ranks[name].values) + _rank(ranks[name]).cast(pl.UInt64)
    if size >= LARGEST:
        raise UnsuitedError
    others = [name for name in column_names(Trade) if name not in KEY]
    by = [_rank(ranks[n]) if n in ranks else pl.col(n) for n in others if n in ranks or n in rows]
    placed = rows.with_columns(key.alias(PLACE)).sort(PLACE)
    same = placed[PLACE] == placed[PLACE].shift(1)
    twin = same.fill_null(value=False) | same.shift(-1).fill_null(value=False)
    if twin.any():  # rows of one key are put in order among themselves
        twins = placed.filter(twin).sort([PLACE, *by, ROW], nulls_last=True)
        alone = placed.filter(~twin).with_columns(twin.not_().arg_true().alias(AT))
        put = twins.with_columns(twin.arg_true().alias(AT))
        placed = pl.concat([alone, put]).sort(AT).drop(AT)
    return placed.drop(PLACE)


def as_table(plan: Plan, rows: pl.DataFrame, ranks: dict[str, Ranked]) -> pl.DataFrame:
    """Rows of numbers as TRADE's columns, row and value."""
    columns = []
    for name in column_names(Trade):
        if name in ranks:
            item = ranks[name]
            texts = item.values.gather(item.ranks.gather(rows[item.cell]))
            columns.append(texts.alias(name))
        elif name in rows.columns:
            columns.append(rows[name])
        elif name == "source_id":
            columns.append(pl.repeat(plan.source.name, rows.height, eager=True).alias(name))
        else:
            dtype = pl.String if name in TEXTS else pl.Float64
            constant = plan.constants.get(name)
            columns.append(pl.repeat(constant, rows.height, dtype=dtype, eager=True).alias(name))
    return pl.DataFrame([*columns, rows[ROW], rows[judge.VALUE]])
