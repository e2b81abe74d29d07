"""Rows kept on disk for a while, as Arrow writes them: read back as they were, without a copy."""

from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import ipc


def to_disk(rows: pl.DataFrame, path: Path) -> None:
    """Keep rows on disk for ``from_disk``."""
    table = rows.to_arrow()
    with ipc.new_file(str(path), table.schema) as stream:
        stream.write_table(table)


def from_disk(path: Path) -> pl.DataFrame:
    """The rows of a file of ``to_disk``, mapped and not copied."""
    with pa.memory_map(str(path)) as mapped:
        read = pl.from_arrow(ipc.open_file(mapped).read_all())
    assert isinstance(read, pl.DataFrame)
    return read
