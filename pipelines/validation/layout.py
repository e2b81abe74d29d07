"""Which file is meant, and whether it is a table in the TRADE layout."""

from pathlib import Path

import polars as pl

from calc.dictionary import polars_schema
from calc.errors import DataRejectedError, Problem, did_you_mean
from calc.tables.trade import Trade
from pipelines.trade_files import scan_table

MAGIC = b"PAR1"


def check_layout(table: Path) -> None:
    """Nothing, where a file is Parquet in the TRADE layout and holds rows.

    Raises:
        DataRejectedError: It is not Parquet, lacks a column, has one of another type, or is empty.
    """
    schema = _schema_of(table)
    declared = polars_schema(Trade)
    problems = [
        Problem(what, where=f"{table.name}, column {name}", hint=_ingest(table))
        for name, dtype in declared.items()
        if (what := _fault(name, dtype, schema))
    ]
    if problems:
        raise DataRejectedError.collected(problems)
    if not scan_table(table).select(pl.len()).collect().item():
        raise DataRejectedError(
            f"{table.name} holds no rows: 0 rows is not zero trade",
            where=str(table),
            hint="look at what was ingested; an interrupted download often leaves only a header",
        )


def _schema_of(table: Path) -> pl.Schema:
    with table.open("rb") as stream:
        magic = stream.read(len(MAGIC))
    if magic != MAGIC:
        raise DataRejectedError(
            f"{table.name} is not a Parquet file", where=str(table), hint=_ingest(table)
        )
    try:
        return scan_table(table).collect_schema()
    except (pl.exceptions.PolarsError, OSError) as err:
        raise DataRejectedError(
            f"{table.name} cannot be read as Parquet: {str(err).splitlines()[0]}",
            where=str(table),
            hint="the file is incomplete or damaged; write or download it again",
        ) from err


def _fault(name: str, dtype: pl.DataType, schema: pl.Schema) -> str:
    if name not in schema:
        near = did_you_mean(name, schema.names())
        return f"column {name} of the TRADE layout is missing; {near}"
    if schema[name] != dtype:
        return f"column {name} is {schema[name]}, the TRADE layout has {dtype}"
    return ""


def _ingest(table: Path) -> str:
    return f"retorsion ingest {table.name} --name {table.stem} makes a table of it"
