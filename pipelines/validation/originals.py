"""The original text of rows of a table: kept by ingest, or read again from their source files.

Ingest keeps the text of the rows that it knows to break a rule. That others do is told later, by a
key that several rows have, a rule against reference tables, or a rule of a user's own. Their text
is in the source files alone, which are known by name and SHA-256 and are looked for, not assumed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc.errors import RetorsionError
from pipelines.files import sha256_of
from pipelines.folders import take_away
from pipelines.ingest.record import IngestRecord, SourceFacts, beside_path, read_record

SOURCE = ("source_id", "source_row")
EMPTY = {"source_id": pl.String, "source_row": pl.Int64, "original": pl.String}


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """Folders in which source files are looked for, and a place to unpack what is packed."""

    folders: tuple[Path, ...] = ()
    scratch: Path | None = None


NOWHERE = AtHand()


def with_originals(table: Path, part: pl.DataFrame, at_hand: AtHand) -> pl.DataFrame:
    """Rows with their original text: ``original``, null where it is neither kept nor at hand.

    Args:
        table: The table judged; what ingest kept is beside it. A table that ingest did not make is
            its own source: its cells are the original text.
        part: ``source_id``, ``source_row`` and ``as_ingested``, the cells as the table has them.
        at_hand: Where to look for the source files.

    Raises:
        DataRejectedError: What is beside the table is damaged or of another table.
    """
    if not beside_path(table, "provenance").is_file():
        return part.with_columns(pl.col("as_ingested").alias("original"))
    told = part.join(_kept(table, part), on=SOURCE, how="left", maintain_order="left")
    lacking = told.filter(pl.col("original").is_null()).select(SOURCE).unique()
    if lacking.is_empty() or not at_hand.folders:
        return told
    again = pl.concat([pl.DataFrame(schema=EMPTY), *_read_again(table, lacking, at_hand)])
    joined = told.join(again, on=SOURCE, how="left", maintain_order="left", suffix="_again")
    return joined.with_columns(pl.coalesce("original", "original_again").alias("original"))


def _kept(table: Path, part: pl.DataFrame) -> pl.DataFrame:
    """The text that ingest kept of some of the rows."""
    path = beside_path(table, "originals")
    if not path.is_file():
        return pl.DataFrame(schema=EMPTY)
    rows = part["source_row"]
    near = pl.col("source_row").is_between(rows.min(), rows.max())
    kept = pl.scan_parquet(path).filter(near).select(*SOURCE, "original")
    found = kept.join(part.lazy().select(SOURCE), on=SOURCE, how="semi")
    return found.unique(subset=SOURCE, keep="first", maintain_order=True).collect()


def _read_again(table: Path, lacking: pl.DataFrame, at_hand: AtHand) -> Iterator[pl.DataFrame]:
    """The text of rows from the source files that are where they were looked for."""
    record = read_record(table)
    for source in () if record is None else record.sources:
        rows = lacking.filter(source_id=source.name).select("source_row")
        path = None if rows.is_empty() else _found(source, at_hand.folders)
        if record is not None and path is not None:
            yield _texts(path, rows, record, at_hand)


def _found(source: SourceFacts, folders: Sequence[Path]) -> Path | None:
    """The very file that was read, by its name, size and hash; None where it is in no folder."""
    for folder in folders:
        path = folder / source.name
        try:
            is_same = path.is_file() and path.stat().st_size == source.bytes
            if is_same and sha256_of(path) == source.sha256:
                return path
        except (OSError, RetorsionError):
            continue
    return None


def _texts(path: Path, rows: pl.DataFrame, record: IngestRecord, at_hand: AtHand) -> pl.DataFrame:
    """The original text of some rows of a file, opened with the options of its ingest."""
    from pipelines.ingest.faults import original
    from pipelines.ingest.settings import IngestSettings
    from pipelines.ingest.source import open_source

    options = {name: value for name, value in record.options.items() if name != "partner_codes"}
    scratch = at_hand.scratch or path.parent
    scratch.mkdir(exist_ok=True)
    try:
        source = open_source(path, IngestSettings(name=record.name, **options), scratch)
        cells = source.cells.join(rows.lazy(), on="source_row", how="semi")
        named = pl.lit(path.name).alias("source_id")
        texts = cells.select(named, "source_row", original(source)).unique("source_row")
        return texts.collect(engine="streaming")
    except (RetorsionError, pl.exceptions.PolarsError):
        return pl.DataFrame(schema=EMPTY)
    finally:
        if at_hand.scratch is not None:
            take_away(scratch)
