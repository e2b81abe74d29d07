"""The tables of a run that is kept, in the columns declared now, whatever version wrote them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from calc.errors import Problem, StorageError

if TYPE_CHECKING:
    import polars as pl

AGAIN = "make the run again with this version: retorsion run SCENARIO"


def scan_table(folder: Path, name: str) -> "pl.LazyFrame":
    """A table of a run, as a plan.

    A column that the version which wrote the run did not have is unknown throughout (null), where
    the declaration lets it be. Columns that are no longer declared are left; a table that is not
    declared at all is given as it is.

    Raises:
        StorageError: The file cannot be read, or a column lacks that cannot be unknown, or is of
            another type.
    """
    import polars as pl

    from calc.tables import TABLES

    path = folder / f"{name}.parquet"
    try:
        kept = pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as err:
        hint = "retorsion verify names the damage"
        raise StorageError(f"cannot read {path.name}", where=str(path), hint=hint) from err
    if name not in TABLES:
        return pl.scan_parquet(path)
    return pl.scan_parquet(path).select(_columns(path, name, kept))


def read_table(folder: Path, name: str) -> "pl.DataFrame":
    """A table of a run; see ``scan_table``.

    Raises:
        StorageError: It cannot be read.
    """
    import polars as pl

    try:
        return scan_table(folder, name).collect()
    except (OSError, pl.exceptions.PolarsError) as err:
        hint = "retorsion verify names the damage"
        path = folder / f"{name}.parquet"
        raise StorageError(f"cannot read {path.name}", where=str(path), hint=hint) from err


def _columns(path: Path, name: str, kept: "Mapping[str, pl.DataType]") -> "list[pl.Expr]":
    """The declared columns of a table from those of its file."""
    import polars as pl

    from calc.dictionary import polars_schema
    from calc.tables import TABLES

    table, found, problems = TABLES[name], [], []
    for column, dtype in polars_schema(table).items():
        if kept.get(column) == dtype:
            found.append(pl.col(column))
        elif column not in kept and table.columns()[column].nullable:
            found.append(pl.lit(None, dtype).alias(column))
        else:
            problems.append(_unsuited(path, column, kept.get(column), dtype))
    if problems:
        raise StorageError.collected(problems)
    return found


def _unsuited(path: Path, column: str, has: object, wants: object) -> Problem:
    """Why a column of another version of the tool cannot be read."""
    if has is None:
        what = f"{path.name} has no column {column}: another version of retorsion wrote it"
    else:
        what = (
            f"column {column} of {path.name} is {has}, and this version reads {wants}: another "
            "version of retorsion wrote it"
        )
    return Problem(what, where=str(path), hint=AGAIN)
