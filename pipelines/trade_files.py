"""The Parquet files that a trade table is: one file, or those of a folder in the order of names.

A folder is read as if its files were one table: row numbers go on from file to file. What the name
of a folder tells (``year=2023``, ``period=2023``) is a column of its files where they lack it, as
engines that divide a table by a column write it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from calc.errors import DataRejectedError, Problem
from pipelines.files import sha256_of
from pipelines.ingest.record import BESIDE, beside_path, record_path

if TYPE_CHECKING:
    import polars as pl

YEAR = {"year": "period"}
"""A folder that is named for a year tells the period."""
TOLD = ("importer", "partner", "period", "flow", "nomenclature", "source_id")
"""Columns of TRADE that the name of a folder may tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFile:
    """A file of a trade table.

    Attributes:
        path: Where it is.
        name: What it is called: its path in the folder, or its name where it is the table.
        first: The number of its first row in the table, 0-based.
        rows: How many it has.
    """

    path: Path
    name: str
    first: int
    rows: int


def name_of(table: Path) -> str:
    """What a table is called: its folder's name, or its file's without the suffix."""
    return table.name if table.is_dir() else table.stem


def paths_of(table: Path) -> list[Path]:
    """The Parquet files of a table, in the order of their paths.

    Names that begin with a dot or an underscore are passed over, as other engines do, and so is
    what ingest keeps beside a table.

    Raises:
        DataRejectedError: A folder holds no Parquet file, or another file too.
    """
    if not table.is_dir():
        return [table]
    inside = [path for path in table.rglob("*") if not path.is_dir() and _is_meant(path, table)]
    files = sorted(inside, key=lambda path: path.relative_to(table).as_posix())
    own = {path for path in files if path.suffix == ".parquet"}
    beside = {extra for path in own for extra in _beside(path)}
    if strays := [path for path in files if path not in own | beside]:
        raise _strays(table, strays)
    found = [path for path in files if path in own - beside]
    if not found:
        raise DataRejectedError(
            f"{table.name} holds no Parquet file",
            where=str(table),
            hint="put tables of trade into it, one a year: retorsion ingest FILE --name N",
        )
    return found


def _is_meant(path: Path, table: Path) -> bool:
    return not any(part.startswith((".", "_")) for part in path.relative_to(table).parts)


def _beside(path: Path) -> Iterator[Path]:
    yield record_path(path)
    yield from (beside_path(path, what) for what in BESIDE)


def _strays(table: Path, strays: list[Path]) -> DataRejectedError:
    hint = "a table is a folder of Parquet files alone: ingest it, or move it elsewhere"
    return DataRejectedError.collected(
        [
            Problem(
                f"{path.relative_to(table).as_posix()} in {table.name} is no Parquet file",
                where=str(path),
                hint=hint,
            )
            for path in strays
        ]
    )


def files_of(table: Path) -> tuple[TradeFile, ...]:
    """The files of a table with their places in it.

    Raises:
        DataRejectedError: A folder is no table, or a file cannot be read as Parquet.
    """
    found: list[TradeFile] = []
    broken: list[Path] = []
    first = 0
    for path in paths_of(table):
        name = path.relative_to(table).as_posix() if table.is_dir() else table.name
        facts = facts_of(path)
        if facts is None:
            broken.append(path)
            continue
        found.append(TradeFile(path=path, name=name, first=first, rows=facts.num_rows))
        first += facts.num_rows
    if broken:
        raise DataRejectedError.collected([_unreadable(path) for path in broken])
    return tuple(found)


def _unreadable(path: Path) -> Problem:
    hint = "the file is incomplete or damaged; write or download it again"
    return Problem(f"{path.name} cannot be read as Parquet", where=str(path), hint=hint)


def facts_of(path: Path) -> Any:
    """What a Parquet file says of itself; null where it is none, which its reader will tell.

    Raises:
        FileNotFoundError: It is not there.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_metadata(path)
    except FileNotFoundError:
        raise
    except (pa.ArrowInvalid, OSError):  # as which it tells what is cut off after its first bytes
        return None


def named_by_folders(path: Path) -> dict[str, str]:
    """What the folders that a file is in are named for: name to value, outermost first."""
    found: dict[str, str] = {}
    for folder in path.absolute().parents:
        name, sign, value = folder.name.partition("=")
        if not sign:
            break
        found = {name: unquote(value), **found}
    return found


def told_of(path: Path) -> dict[str, str]:
    """Columns of TRADE that the names of its folders tell and a file lacks, with their value."""
    named = named_by_folders(path)
    if not named:
        return {}
    told = {YEAR.get(name, name): value for name, value in named.items()}
    facts = facts_of(path) if told.keys() & set(TOLD) else None
    own = set() if facts is None else set(facts.schema.names)
    return {
        name: value
        for name, value in told.items()
        if facts is not None and name in TOLD and name not in own
    }


def scan_file(path: Path, *, row_from: int | None = None) -> "pl.LazyFrame":
    """The rows of one file, with what its folders tell; with ``table_row`` counted from a number.

    Raises:
        polars.exceptions.ComputeError: It is no Parquet file.
    """
    import polars as pl

    from calc.terms import ROW

    numbered: dict[str, Any] = {}
    if row_from is not None:
        numbered = {"row_index_name": ROW, "row_index_offset": row_from}
    told = told_of(path)
    return pl.scan_parquet(path, **numbered).with_columns(
        pl.lit(value).alias(name) for name, value in told.items()
    )


def scan_table(table: Path) -> "pl.LazyFrame":
    """The rows of a table, in its order; those of a folder in the columns of TRADE.

    Raises:
        DataRejectedError: A folder is no table.
    """
    import polars as pl

    from calc.dictionary import column_names
    from calc.tables.trade import Trade

    if not table.is_dir():
        return scan_file(table)
    return pl.concat([scan_file(path).select(column_names(Trade)) for path in paths_of(table)])


def schema_of(table: Path) -> "Mapping[str, pl.DataType]":
    """The columns of a table with what its folders tell; of a folder those of its first file."""
    import polars as pl

    path = paths_of(table)[0]
    return {**pl.read_parquet_schema(path), **dict.fromkeys(told_of(path), pl.String())}


def constants_of(path: Path) -> dict[str, str | None]:
    """``pipelines.parquet.constant_columns`` of a file, with what its folders tell."""
    from pipelines.parquet import constant_columns

    return {**constant_columns(path), **told_of(path)}


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file of trade; where its folders tell a column, of that too."""
    own, told = sha256_of(path), told_of(path)
    added = [f"{name}={told[name]}" for name in sorted(told)]
    return sha256_of_lines([own, *added]) if added else own


def sha256_of_table(table: Path) -> str:
    """The SHA-256 of a file, or of the names and hashes of the files of a folder.

    Raises:
        StorageError: A file cannot be read.
    """
    if not table.is_dir():
        return sha256_of_file(table)
    return sha256_of_lines(
        f"{path.relative_to(table).as_posix()} {sha256_of_file(path)}" for path in paths_of(table)
    )


def sha256_of_lines(lines: Iterable[str]) -> str:
    """The SHA-256 of lines of text."""
    import hashlib

    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
