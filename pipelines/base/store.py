"""The files of a base: written beside their places, then renamed into them, the record last."""

from pathlib import Path
from typing import TYPE_CHECKING

from calc.tables.base import Base
from pipelines.base.declared import BaseRefused
from pipelines.files import flush_to_disk
from pipelines.folders import flush_all
from pipelines.parquet import write_table

if TYPE_CHECKING:
    from pipelines.base.table import Made

PARTS = ("refused.parquet", "parquet", "json")
"""What is kept of a base, in the order in which it is put in place."""


def write_tables(fresh: Path, name: str, made: "Made") -> tuple[Path, Path]:
    """Write BASE and what was refused; the paths of both.

    Raises:
        StorageError: A file cannot be written.
    """
    table, refused = fresh / f"{name}.parquet", fresh / f"{name}.refused.parquet"
    write_table(table, made.table, "base", Base)
    write_table(refused, made.refused, "base_refused", BaseRefused)
    return table, refused


def put_in_place(fresh: Path, folder: Path, name: str) -> None:
    """Rename the files of a base into their places, the record last.

    Raises:
        OSError: A file cannot be renamed.
    """
    flush_all(fresh)
    for part in PARTS:
        (fresh / f"{name}.{part}").replace(folder / f"{name}.{part}")
    flush_to_disk(folder)
