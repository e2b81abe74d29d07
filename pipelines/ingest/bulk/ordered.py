"""A part of a table in the order of the table, and its rows as TRADE has them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from calc import judge
from calc.dictionary import column_names
from calc.tables.trade import Trade
from pipelines.ingest.bulk.coded import UnsuitedError
from pipelines.ingest.bulk.plan import Plan
from pipelines.ingest.bulk.ranks import Ranked, rank
from pipelines.ingest.casts import NUMBERS
from pipelines.ingest.source import ROW
from pipelines.ingest.table import FIRST

SLICE_ROWS = 262_144
KEY = (*FIRST, "period", "flow", "nomenclature")
PLACE = "place"
AT = "at"
Places = npt.NDArray[np.uint64]
LARGEST = 2**62


def sorted_rows(rows: pl.DataFrame, ranks: dict[str, Ranked]) -> Iterator[pl.DataFrame]:
    """Rows in the order of the table, some at a time.

    Raises:
        UnsuitedError: The places of all keys are more than a number can tell, or one is unknown.
    """
    size, key = 1, pl.lit(0, dtype=pl.UInt64)
    for name in KEY:
        if name in ranks:
            size *= max(len(ranks[name].values), 1)
            key = key * len(ranks[name].values) + rank(ranks[name]).cast(pl.UInt64)
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
    by = [rank(ranks[n]) if n in ranks else pl.col(n) for n in others if n in ranks or n in rows]
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
