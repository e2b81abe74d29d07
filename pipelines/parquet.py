"""Parquet files that say what they hold: descriptions and units travel in the schema.

Written by pyarrow from a collected frame, single-threaded, with a fixed row group size and page
checksums, so that the same frame gives the same bytes on every run.
"""

from collections.abc import Mapping
from pathlib import Path

import dataframely as dy
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from calc.dictionary import column_names, conform, summary, unit_of_column
from pipelines.files import replaced

ROW_GROUP_ROWS = 262_144


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
    arrow = conform(frame.lazy(), table).collect().to_arrow(compat_level=pl.CompatLevel.oldest())
    fields = []
    for column in column_names(table):
        facts = {"description": table.columns()[column].description or ""}
        unit = unit_of_column(table, column)
        facts |= {"unit": unit} if unit else {}
        fields.append(arrow.schema.field(column).with_metadata(facts))
    about = {
        "table": name,
        "table_description": summary(table),
        "key": ",".join(table.primary_key()),
    }
    return arrow.cast(pa.schema(fields, metadata=about | dict(metadata)))


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
        pq.write_table(
            arrow,
            beside,
            row_group_size=ROW_GROUP_ROWS,
            compression="zstd",
            write_page_checksum=True,
            use_dictionary=True,
        )


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
