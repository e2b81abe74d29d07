"""What is written of each piece: its lines, the measures on them, and the rows they came from."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc import lines as line_tables
from calc.attributed import with_increments
from calc.tables import TABLES
from calc.terms import ROW
from pipelines.parquet import write_table
from pipelines.provenance import source_rows
from pipelines.run.assess import Found
from pipelines.run.question import Question
from pipelines.run.resolve import Resolved


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was found in a piece of the table; its number tells the names of its files."""

    number: int
    question: Question
    resolved: Resolved
    found: Found


def write_piece(folder: Path, piece: Told) -> None:
    """Write LINES, COMPONENTS and PROVENANCE of a piece, each into a folder of its name.

    Raises:
        StorageError: A file cannot be written.
    """
    question, lines = piece.question, piece.found.lines.lazy()
    components = with_increments(piece.found.components.lazy(), lines)
    plans = {
        "lines": line_tables.lines_table(lines, question.descriptions.lazy(), question.interval),
        "components": line_tables.components_table(components, lines, piece.resolved.named.lazy()),
        "provenance": _provenance(piece),
    }
    for name, plan in plans.items():
        path = folder / name / f"{piece.number:05}.parquet"
        write_table(path, plan.collect(), name, TABLES[name])


def _provenance(piece: Told) -> pl.LazyFrame:
    """The source file and row of each line, as ``pipelines.run.write.provenance_of`` gives it."""
    key = line_tables.KEY
    lines = piece.found.lines.select(*key, pl.col(ROW).cast(pl.UInt32))
    rows = lines.select(pl.col(ROW).unique().sort())
    table_rows = sum(one.rows for one in piece.question.files)
    sources = source_rows(piece.question.table, table_rows, rows)
    joined = lines.lazy().join(sources.lazy(), on=ROW, how="left", validate="m:1")
    return joined.with_columns(share=pl.lit(1.0)).sort(*key, "source_id", "source_row").select(
        *key, "source_id", "source_row", "share"
    )  # fmt: skip
