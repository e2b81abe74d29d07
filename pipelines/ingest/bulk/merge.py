"""Tables that ingest made, of a period each, as one table in its order: a part at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from calc.dictionary import column_names
from calc.tables.audit import Rejects
from calc.tables.provenance import TradeParts, TradeProvenance, TradeRepairs
from calc.tables.trade import Trade
from pipelines.ingest.bulk.ingest import written
from pipelines.ingest.record import beside_path
from pipelines.ingest.source import ROW
from pipelines.ingest.table import FIRST
from pipelines.parquet import write_table
from pipelines.table_writer import TableWriter

PART_ROWS = 500_000
APART = (*FIRST, "period")
"""What tells rows of two tables apart, and stands first in the order of a table."""
PAIR = list(FIRST[:2])
FILE, OLD, NEW, LEN, START, PART = "file", "old_row", "table_row", "rows", "start", "part"


class Slice(NamedTuple):
    """Rows of a table that follow one another: which table, from which row on, how many."""

    file: int
    start: int
    rows: int


def merged(tables: Sequence[Path], fresh: Path, name: str) -> Path:
    """Tables as one, with all that is kept beside them.

    Every table is in the order that the whole one gets, so that the rows of a range of importers
    and codes follow one another in each: these are read, put in order and written, range by range.

    Args:
        tables: Tables of ingest, with what it keeps beside them; no period is in two of them.
        fresh: Where to write.
        name: Name of the table.

    Returns:
        The file of the table, with the bytes that an ingest of all rows held whole gives it.

    Raises:
        StorageError: A file cannot be written.
    """
    table = fresh / f"{name}.parquet"
    has_parts = any(beside_path(one, "parts").is_file() for one in tables)
    outputs = [
        (TableWriter(table, "trade", Trade), 0),
        (TableWriter(beside_path(table, "provenance"), "trade_provenance", TradeProvenance), 0),
        *(
            [(TableWriter(beside_path(table, "parts"), "trade_parts", TradeParts), 1)]
            if has_parts
            else []
        ),
    ]
    written(outputs, _parts(tables))
    _beside(tables, table)
    return table


def _parts(tables: Sequence[Path]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The parts of the whole table, and which rows were added up to rows of it."""
    rows = 0
    for slices in _slices(tables):
        read = pl.concat([_read(tables[one.file], one) for one in slices])
        # Rows of one table are in order and stay so: only those of different tables are compared.
        part = read.sort(APART, nulls_last=True, maintain_order=True)
        part = part.with_row_index(NEW, offset=rows)
        rows += part.height
        yield part.drop(FILE, OLD, NEW), _added_up(tables, slices, part.select(FILE, OLD, NEW))


def _slices(tables: Sequence[Path]) -> Iterator[list[Slice]]:
    """The rows of each part, in order."""
    counted = [
        pl.scan_parquet(table)
        .group_by(PAIR)
        .agg(pl.len().cast(pl.Int64).alias(LEN))
        .with_columns(pl.lit(place).alias(FILE))
        .collect(engine="streaming")
        for place, table in enumerate(tables)
    ]
    pairs = pl.concat(counted)
    whole = pairs.group_by(PAIR).agg(pl.col(LEN).sum()).sort(PAIR, nulls_last=True)
    parts = whole.select(*PAIR, ((pl.col(LEN).cum_sum() - 1) // PART_ROWS).alias(PART))
    slices = (
        pairs.join(parts, on=PAIR, how="inner", validate="m:1", nulls_equal=True)
        .group_by(PART, FILE)
        .agg(pl.col(LEN).sum())
        .sort(PART, FILE)
        .with_columns((pl.col(LEN).cum_sum() - pl.col(LEN)).over(FILE, order_by=PART).alias(START))
    )
    for _, some in slices.group_by(PART, maintain_order=True):
        yield [Slice(*row) for row in some.select(FILE, START, LEN).iter_rows()]


def _read(table: Path, wanted: Slice) -> pl.DataFrame:
    """Rows of a table with the rows of the files that they came from."""
    provenance = beside_path(table, "provenance")
    rows, sources = (
        pl.scan_parquet(path).slice(wanted.start, wanted.rows).select(columns).collect()
        for path, columns in ((table, column_names(Trade)), (provenance, [ROW]))
    )
    return pl.concat([rows, sources], how="horizontal").with_columns(
        pl.lit(wanted.file).alias(FILE),
        pl.int_range(wanted.start, wanted.start + wanted.rows, dtype=pl.Int64).alias(OLD),
    )


def _added_up(
    tables: Sequence[Path], slices: Sequence[Slice], places: pl.DataFrame
) -> pl.DataFrame:
    """The rows that were added up to rows of a part, by their rows in the whole table."""
    found = [pl.DataFrame(schema={NEW: pl.Int64, "source_id": pl.String, ROW: pl.Int64})]
    for one in slices:
        path = beside_path(tables[one.file], "parts")
        if not path.is_file():
            continue
        within = pl.col(NEW).is_between(one.start, one.start + one.rows, closed="left")
        old = pl.scan_parquet(path).filter(within).collect().rename({NEW: OLD})
        here = places.filter(pl.col(FILE) == one.file).select(OLD, pl.col(NEW).cast(pl.Int64))
        found.append(old.join(here, on=OLD, how="inner", validate="m:1").select(found[0].columns))
    made = pl.concat(found)
    return made.sort(made.columns)


def _beside(tables: Sequence[Path], table: Path) -> None:
    """Write what is kept of single rows and cells, where a table has any."""
    kinds = (
        ("originals", "rejects", Rejects),
        ("rejects", "rejects", Rejects),
        ("repairs", "trade_repairs", TradeRepairs),
    )
    for what, called, declared in kinds:
        paths = [path for one in tables if (path := beside_path(one, what)).is_file()]
        if paths:
            rows = pl.concat([pl.read_parquet(path) for path in paths]).sort("source_id", ROW)
            write_table(beside_path(table, what), rows, called, declared)
