"""A declared table written to Parquet in parts, while the next ones are made."""

import base64
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import dataframely as dy
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from calc.dictionary import polars_schema
from pipelines.files import replaced
from pipelines.parquet import (
    ROW_GROUP_ROWS,
    arrow_table,
    coded_table,
    options_of,
    schema_of,
)

ARROW_SCHEMA = b"ARROW:schema"
"""Where Arrow keeps the schema of a table in its Parquet file, and looks for it."""
BATCH_VALUES = 65_536
"""Values of a long table written at a time: of 1,024, statistics cost as much as the values."""


class TableWriter:
    """Writes a declared table in parts: the same bytes whatever the parts.

    Texts of a long table are written from the dictionary of a row group, which takes half the time
    of texts one by one: in the tables written so they are few and repeat. A short table has the
    bytes that ``write_table`` gives it. The old file stays as it was if anything fails.
    """

    def __init__(self, path: Path, name: str, table: type[dy.Schema]) -> None:
        self._path, self._name, self._table = path, name, table
        self._held: list[pl.DataFrame] = []
        self._rows = 0
        self._out: pq.ParquetWriter | None = None
        self._is_long = False
        self._stack = ExitStack()
        self._written: Future[None] | None = None

    def __enter__(self) -> Self:
        """The writer, with its file open."""
        self._stack.__enter__()
        self._beside = self._stack.enter_context(replaced(self._path))
        return self

    def __exit__(self, *raised: Any) -> None:
        """Write what is held and close the file, or take it away where something failed."""
        try:
            if raised[0] is None and (self._rows or self._out is None):
                none = pl.DataFrame(schema=polars_schema(self._table))
                self._emit(pl.concat(self._held) if self._held else none)
            self._wait()
        except BaseException:
            self._stack.__exit__(*sys.exc_info())
            raise
        self._stack.__exit__(*raised)

    def write(self, rows: pl.DataFrame) -> None:
        """Write rows behind those written, whole row groups at a time.

        Raises:
            StorageError: The file cannot be written.
        """
        self._held.append(rows)
        self._rows += rows.height
        if self._rows < ROW_GROUP_ROWS:
            return
        whole = self._rows - self._rows % ROW_GROUP_ROWS
        held = pl.concat(self._held)
        for start in range(0, whole, ROW_GROUP_ROWS):
            self._emit(held.slice(start, ROW_GROUP_ROWS))
        self._held, self._rows = [held.slice(whole)], self._rows - whole

    def _emit(self, rows: pl.DataFrame) -> None:
        if self._out is None:
            self._is_long = rows.height >= ROW_GROUP_ROWS
        if self._is_long:
            types = polars_schema(self._table).items()
            kept = [
                pl.col(n) if dtype == pl.String else pl.col(n).cast(dtype) for n, dtype in types
            ]
            arrow = coded_table(rows.select(kept), schema_of(self._name, self._table, {}))
        else:
            arrow = arrow_table(rows, self._name, self._table, {})
        if self._out is None:
            self._out = self._stack.enter_context(_opened(self._beside, arrow))
            if self._is_long:
                self._lane = self._stack.enter_context(ThreadPoolExecutor(1))
        self._wait()
        if self._is_long:  # while the next row group is made
            self._written = self._lane.submit(self._out.write_table, arrow, ROW_GROUP_ROWS)
        else:
            self._out.write_table(arrow, ROW_GROUP_ROWS)

    def _wait(self) -> None:
        """See the row group written that was begun."""
        if self._written is not None:
            self._written.result()
            self._written = None


def _opened(path: Path, first: pa.Table) -> pq.ParquetWriter:
    """A file for a table, which is read back with texts as texts where they are dictionaries."""
    plain = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in first.schema
    ]
    read_as = pa.schema(plain, metadata=first.schema.metadata)
    if read_as.equals(first.schema):
        return pq.ParquetWriter(path, first.schema, **options_of(first))
    stored = base64.b64encode(read_as.serialize().to_pybytes())
    options = {**options_of(first), "write_batch_size": BATCH_VALUES}
    writer = pq.ParquetWriter(path, first.schema, store_schema=False, **options)
    writer.add_key_value_metadata({**read_as.metadata, ARROW_SCHEMA: stored})
    return writer
