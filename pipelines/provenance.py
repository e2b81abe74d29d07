"""Which file and row each row of an ingested table came from."""

from pathlib import Path

import polars as pl

from calc import judge
from calc.errors import DataRejectedError

HEADER_AND_BASE = 2
"""What a row number counted from 0 lacks to a spreadsheet's: the header, and counting from 1."""


def source_rows(table: Path, rows: int, wanted: pl.DataFrame) -> pl.DataFrame:
    """File and row that rows of a table came from: the table itself where nothing tells.

    Args:
        table: The table; ingest writes its provenance beside it.
        rows: Rows of the table.
        wanted: ``table_row`` (0-based, rising), at least one row.

    Returns:
        One row a wanted row: ``table_row``, ``source_id`` and ``source_row``.

    Raises:
        DataRejectedError: The provenance has another number of rows than the table.
    """
    path = table.with_name(f"{table.stem}.provenance.parquet")
    if not path.is_file():
        row = pl.col(judge.ROW).cast(pl.Int64) + HEADER_AND_BASE
        source = pl.lit(table.name).alias("source_id")
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
