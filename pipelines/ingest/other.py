"""Parquet as cells of text."""

from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError
from pipelines.ingest.sniff import AGAIN
from pipelines.ingest.source import FIRST_ROW, ROW, Opened, cell


def parquet(path: Path) -> Opened:
    """A Parquet file as cells.

    Raises:
        DataRejectedError: It has no footer, is damaged, or a column is not one of cells.
    """
    try:
        scanned = pl.scan_parquet(path, glob=False)
        schema = scanned.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as err:
        raise DataRejectedError(
            f"{path.name} cannot be read as Parquet: {str(err).splitlines()[0]}",
            where=path.name,
            hint=AGAIN,
        ) from err
    nested = [name for name, dtype in schema.items() if dtype.is_nested() or dtype == pl.Binary]
    if nested:
        raise DataRejectedError(
            f'column "{nested[0]}" of {path.name} is {schema[nested[0]]}, not one of cells',
            where=path.name,
            hint="leave it out, or write it as text or numbers",
        )
    texts = [_text(schema, name).alias(cell(place)) for place, name in enumerate(schema.names())]
    numbered = scanned.select(texts).with_row_index(ROW, offset=FIRST_ROW)
    return Opened(
        said="Parquet",
        headers=tuple(schema.names()),
        cells=numbered.with_columns(pl.col(ROW).cast(pl.Int64)),
    )


def _text(schema: pl.Schema, name: str) -> pl.Expr:
    """A column as text; a day as ISO 8601 writes it, without an hour that says nothing."""
    column = pl.col(name)
    if isinstance(schema[name], pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    return column.cast(pl.String)
