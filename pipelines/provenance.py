"""Which file and row each row of an ingested table came from."""

from pathlib import Path

import polars as pl

from calc import judge
from calc.errors import DataRejectedError
from pipelines.trade_files import TradeFile, files_of

HEADER_AND_BASE = 2
"""What a row number counted from 0 lacks to a spreadsheet's: the header, and counting from 1."""


def source_rows(table: Path, rows: int, wanted: pl.DataFrame) -> pl.DataFrame:
    """File and row that rows of a table came from: the table itself where nothing tells.

    Args:
        table: The table; ingest writes its provenance beside it. Of a folder, that of each file.
        rows: Rows of the table.
        wanted: ``table_row`` (0-based, rising), at least one row.

    Returns:
        One row a wanted row: ``table_row``, ``source_id`` and ``source_row``.

    Raises:
        DataRejectedError: The provenance has another number of rows than the table.
    """
    if table.is_dir():
        found = [_of_file(one, wanted) for one in files_of(table)]
        return pl.concat([rows for rows in found if rows is not None])
    return _rows_in(table, table.name, rows, wanted)


def _of_file(one: TradeFile, wanted: pl.DataFrame) -> pl.DataFrame | None:
    """What ``source_rows`` tells of the rows of one file of a folder; null where none is wanted."""
    place = pl.col(judge.ROW)
    own = wanted.filter(place.is_between(one.first, one.first + one.rows - 1))
    if own.is_empty():
        return None
    inside = own.with_columns(place - one.first)
    return _rows_in(one.path, one.name, one.rows, inside).with_columns(place + one.first)


def _rows_in(table: Path, name: str, rows: int, wanted: pl.DataFrame) -> pl.DataFrame:
    path = table.with_name(f"{table.stem}.provenance.parquet")
    if not path.is_file():
        row = pl.col(judge.ROW).cast(pl.Int64) + HEADER_AND_BASE
        source = pl.lit(name).alias("source_id")
        return wanted.select(judge.ROW, source, row.alias("source_row"))
    provenance = pl.scan_parquet(path).select(
        pl.col("source_id").cast(pl.String), pl.col("source_row").cast(pl.Int64)
    )
    if provenance.select(pl.len()).collect().item() != rows:
        raise DataRejectedError(
            f"{path.name} does not have a row for each row of {table.name}",
            where=str(path),
            hint="ingest the table again",
        )
    return rows_of(provenance, wanted)


def rows_of(frame: pl.LazyFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    """The rows of a file that ``wanted`` names by ``table_row``, with their row numbers first."""
    first, last = wanted[judge.ROW][0], wanted[judge.ROW][-1]
    near = frame.with_row_index(judge.ROW).slice(first, last - first + 1)
    return near.join(wanted.lazy().select(judge.ROW), on=judge.ROW, how="semi").collect(
        engine="streaming"
    )
