"""Parquet files that say what they hold: descriptions and units travel in the schema.

Written by pyarrow from a collected frame, single-threaded, with a fixed row group size and page
checksums, so that the same frame gives the same bytes on every run.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import dataframely as dy
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from calc.dictionary import (
    column_names,
    conform,
    declared_columns,
    is_as_declared,
    key_of,
    polars_schema,
    summary,
    unit_of_column,
)
from pipelines.files import replaced

SCHEMA_VERSION = 1
"""Of every table; raised when a column leaves, or changes its type or what it means."""
ROW_GROUP_ROWS = 262_144
OPTIONS: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True}


def arrow_table(
    frame: pl.DataFrame, name: str, table: type[dy.Schema], metadata: Mapping[str, str]
) -> pa.Table:
    """A frame as an Arrow table in the declared columns, with descriptions and units as metadata.

    Args:
        frame: At least the declared columns; others are left behind.
        name: Name of the table.
        table: Its declaration.
        metadata: Further facts for the whole file, such as the scenario and the run id.
    """
    # In one piece: where a frame is in pieces depends on threads, and pages end with the pieces.
    is_made = is_as_declared(frame.schema, table)
    whole = frame if is_made else conform(frame.lazy(), table).collect()
    arrow = whole.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    # not by ``cast``, which imports pyarrow.compute: 0.2 s, and the types are the declared ones
    return pa.Table.from_arrays(arrow.columns, schema=schema_of(name, table, metadata))


def schema_of(name: str, table: type[dy.Schema], metadata: Mapping[str, str]) -> pa.Schema:
    """The schema of a declared table in its file, with its name, version, summary and key."""
    about = {
        "table": name,
        "schema_version": str(SCHEMA_VERSION),
        "table_description": summary(table),
        "key": ",".join(key_of(table)),
    }
    return pa.schema(_fields(table), metadata=about | dict(metadata))


def coded_table(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """A frame as an Arrow table whose columns of text are dictionaries of what is met, in order.

    Args:
        frame: The columns of the schema in its types; those of text may be of ``pl.Enum``.
        schema: The table as it is read back: texts as texts.
    """
    columns = [
        _coded(frame[field.name])
        if pa.types.is_large_string(field.type)
        else frame[field.name].rechunk().to_arrow()
        for field in schema
    ]
    fields = [field.with_type(one.type) for field, one in zip(schema, columns, strict=True)]
    return pa.table(columns, schema=pa.schema(fields, metadata=schema.metadata))


def _coded(column: pl.Series) -> pa.DictionaryArray:
    """A column of text as the texts that it holds, sorted, and which of them each cell is."""
    if column.dtype == pl.String:
        column = column.cast(pl.Enum(column.drop_nulls().unique().sort()))
    assert isinstance(column.dtype, pl.Enum)
    values = column.dtype.categories
    if len(values) == 1 and not column.null_count():
        same = np.zeros(len(column), dtype=np.int32)
        texts = values.head(len(column)).to_arrow(compat_level=pl.CompatLevel.oldest())
        return pa.DictionaryArray.from_arrays(pa.array(same), texts, safe=False)
    absent = column.is_null().to_numpy() if column.null_count() else None
    numbers = column.to_physical().fill_null(0).to_numpy().astype(np.int32)
    used = np.flatnonzero(np.bincount(numbers if absent is None else numbers[~absent]))
    if len(used) < len(values):
        place = np.zeros(len(values), dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        numbers = place[numbers]
    texts = values.gather(used).to_arrow(compat_level=pl.CompatLevel.oldest())
    return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=absent), texts, safe=False)


@cache
def _fields(table: type[dy.Schema]) -> tuple[pa.Field, ...]:
    """The columns of a declared table as Arrow has them, with descriptions and units."""
    none = pl.DataFrame(schema=polars_schema(table))
    plain = none.to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    fields = []
    for column in column_names(table):
        facts = {"description": declared_columns(table)[column].description or ""}
        unit = unit_of_column(table, column)
        facts |= {"unit": unit} if unit else {}
        fields.append(plain.field(column).with_metadata(facts))
    return tuple(fields)


def write_fresh_table(
    path: Path,
    frame: pl.DataFrame,
    name: str,
    table: type[dy.Schema],
    metadata: Mapping[str, str],
) -> None:
    """Write a frame as a declared table into a folder that nobody sees before it is whole.

    The folder is flushed to disk as one (``pipelines.folders``), not table by table.

    Raises:
        OSError: The file cannot be written.
    """
    arrow = arrow_table(frame, name, table, metadata)
    pq.write_table(arrow, path, row_group_size=ROW_GROUP_ROWS, **options_of(arrow))


def write_table(
    path: Path,
    frame: pl.DataFrame,
    name: str,
    table: type[dy.Schema],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a frame as a declared table; the old file stays as it was if anything fails.

    Raises:
        StorageError: The file cannot be written.
    """
    arrow = arrow_table(frame, name, table, metadata or {})
    with replaced(path) as beside:
        pq.write_table(arrow, beside, row_group_size=ROW_GROUP_ROWS, **options_of(arrow))


def options_of(first: pa.Table) -> dict[str, Any]:
    """How a table is written, by its first rows.

    Numbers of a long table repeat too seldom for a dictionary, which would cost a third of the
    time and make the file larger.
    """
    texts = [
        field.name
        for field in first.schema
        if pa.types.is_large_string(field.type) or pa.types.is_dictionary(field.type)
    ]
    is_long = first.num_rows >= ROW_GROUP_ROWS
    return {**OPTIONS, "use_dictionary": texts if is_long else True}


def file_metadata(path: Path) -> dict[str, str]:
    """The facts that ``write_table`` put in the schema of a file; empty for other files.

    Raises:
        pyarrow.lib.ArrowInvalid: The file is not Parquet.
    """
    found = pq.read_schema(path).metadata or {}
    return {
        key.decode(): value.decode()
        for key, value in found.items()
        if not key.startswith(b"ARROW:") and not key.startswith(b"pandas")
    }


def constant_columns(path: Path) -> dict[str, str | None]:
    """The text and number columns that hold one value throughout, by the file's own statistics.

    Returns:
        Column to its value; null where every cell is null. A column whose statistics do not tell
        is left out. Texts only are given by value: numbers are given where they are all null.

    Raises:
        pyarrow.lib.ArrowInvalid: The file is not Parquet.
    """
    facts = pq.ParquetFile(path).metadata
    found: dict[str, str | None] = {}
    for position in range(facts.num_columns):
        parts = [facts.row_group(group).column(position) for group in range(facts.num_row_groups)]
        values = {_only_value(part, facts.row_group(n).num_rows) for n, part in enumerate(parts)}
        if len(values) == 1 and (value := values.pop()) is not UNTOLD:
            found[parts[0].path_in_schema] = value
    return found


UNTOLD = object()


def _only_value(part: Any, rows: int) -> Any:
    """The one value of a column in a row group, null where all are null, else ``UNTOLD``."""
    statistics = part.statistics
    if statistics is None or statistics.null_count is None:
        return UNTOLD
    if statistics.null_count == rows:
        return None
    is_one = statistics.has_min_max and statistics.min == statistics.max
    told = is_one and statistics.null_count == 0 and isinstance(statistics.min, str)
    return statistics.min if told else UNTOLD
