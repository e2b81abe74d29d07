"""The files of a table: written beside their places, then renamed into them, the record last."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import dataframely as dy
import polars as pl

from calc import judge
from calc.dictionary import column_names, polars_schema
from calc.errors import StorageError
from calc.money import usd
from calc.rules import declared_rules, row_rules
from calc.tables.audit import Rejects
from calc.tables.provenance import TradeParts, TradeProvenance, TradeRepairs
from calc.tables.trade import Trade
from pipelines import parquet
from pipelines.files import clear_leftovers, flush_to_disk, make_folder
from pipelines.folders import flush_all, take_away
from pipelines.ingest.cells import Reading
from pipelines.ingest.faults import original
from pipelines.ingest.repairs import repairs_of
from pipelines.ingest.source import ROW
from pipelines.ingest.table import Combined
from pipelines.parquet import write_fresh_table
from pipelines.table_writer import TableWriter
from pipelines.validation.quarantine import failed_rules, reason

PARTS = (
    *("provenance.parquet", "parts.parquet", "repairs.parquet", "originals.parquet"),
    "rejects.parquet",
    *("parquet", "json"),
)
"""What may be kept of a table, in the order in which it is put in place."""


@contextlib.contextmanager
def scratch_folder(folder: Path, name: str) -> Iterator[Path]:
    """An empty folder beside the files of a table, gone afterwards whatever happens.

    Raises:
        StorageError: It cannot be made: nothing could be written there either.
    """
    make_folder(folder)
    clear_leftovers(folder, name)
    fresh = folder / f".{name}.writing-{os.getpid()}"
    try:
        fresh.mkdir()
        yield fresh
    except OSError as err:
        raise StorageError(
            f"cannot write {name}: {err.strerror or err}",
            where=str(folder),
            hint="free space or choose another folder with --workspace; nothing was changed",
        ) from err
    finally:
        take_away(fresh)


def put_in_place(fresh: Path, folder: Path, name: str) -> None:
    """Rename the files of a table into their places, and remove those it has no longer.

    A table that stops half-way is told by its record, whose hash is of another table.

    Raises:
        OSError: A file cannot be renamed.
    """
    flush_all(fresh)
    for part in PARTS:
        made, place = fresh / f"{name}.{part}", folder / f"{name}.{part}"
        if made.exists():
            made.replace(place)
        else:
            place.unlink(missing_ok=True)
    flush_to_disk(folder)


def write_rows(
    fresh: Path,
    name: str,
    combined: Combined,
    rejects: pl.DataFrame,
    readings: Sequence[Reading],
) -> Path:
    """Write the table, its provenance, the originals of rows that break a rule, and the rejects.

    Args:
        fresh: Where to write.
        name: Name of the table.
        combined: The table in its order, and the rows that were added up to rows of it.
        rejects: Rows set aside, as REJECTS.
        readings: The files as read.

    Returns:
        The file of the table.

    Raises:
        OSError, StorageError: A file cannot be written.
    """
    rows, table = combined.rows, fresh / f"{name}.parquet"
    _write(table, rows, "trade", Trade)
    _write(fresh / f"{name}.provenance.parquet", rows, "trade_provenance", TradeProvenance)
    if combined.parts.height:
        _write(fresh / f"{name}.parts.parquet", combined.parts, "trade_parts", TradeParts)
    originals = originals_of(rows, readings)
    write_originals(fresh, name, originals)
    write_originals(fresh, name, rejects, part="rejects")
    write_repairs(fresh, name, readings)
    return table


def _write(path: Path, frame: pl.DataFrame, name: str, table: type[dy.Schema]) -> None:
    """Write a table into a folder that is flushed to disk as one.

    Raises:
        OSError, StorageError: The file cannot be written.
    """
    if frame.height < parquet.ROW_GROUP_ROWS:
        write_fresh_table(path, frame, name, table, {})
        return
    with TableWriter(path, name, table) as out:
        out.write(frame)


def write_originals(
    fresh: Path, name: str, frame: pl.DataFrame, *, part: str = "originals"
) -> None:
    """Write rows with their original text, as REJECTS, where there are any.

    Raises:
        OSError: The file cannot be written.
    """
    if frame.height:
        in_order = frame.sort("source_id", ROW)
        write_fresh_table(fresh / f"{name}.{part}.parquet", in_order, "rejects", Rejects, {})


def write_repairs(fresh: Path, name: str, readings: Sequence[Reading]) -> None:
    """Write the cells that were read as something else than they say, where there are any.

    Raises:
        OSError: The file cannot be written.
    """
    repairs = pl.concat([repairs_of(reading) for reading in readings])
    if repairs.height:
        path = fresh / f"{name}.repairs.parquet"
        write_fresh_table(path, repairs.sort("source_id", ROW), "trade_repairs", TradeRepairs, {})


def originals_of(rows: pl.DataFrame, readings: Sequence[Reading]) -> pl.DataFrame:
    """The rows of a table that break a declared row rule, as REJECTS, with their original text."""
    rules = row_rules(declared_rules("trade", Trade))
    none = pl.DataFrame(schema=polars_schema(Rejects))
    if all(rows.select(rule.passes().all().alias(rule.rule_id) for rule in rules).row(0)):
        return none  # the usual case, told without the words of every rule
    numbered = rows.lazy().with_row_index(judge.ROW)
    broken = judge.broken_rows(numbered, rules).drop(judge.VALUE)
    described = numbered.join(broken, on=judge.ROW, how="inner", validate="1:1").select(
        "source_id",
        ROW,
        failed_rules(rules),
        reason(rules),
        usd(pl.col(judge.VALUE)).alias("value_usd"),
    )
    found = described.collect()
    parts = [_with_original(reading, found) for reading in readings if found.height]
    return pl.concat([none, *parts])


def _with_original(reading: Reading, found: pl.DataFrame) -> pl.DataFrame:
    source = reading.source
    wanted = found.filter(pl.col("source_id") == source.name)
    if not wanted.height:
        return pl.DataFrame(schema=polars_schema(Rejects))
    cells = source.cells.join(wanted.lazy().select(ROW), on=ROW, how="semi")
    texts = cells.select(ROW, original(source))
    texts = texts.unique(ROW) if len(source.keys) > 1 else texts
    joined = texts.join(wanted.lazy(), on=ROW, how="inner", validate="1:m")
    return joined.select(column_names(Rejects)).collect(engine="streaming")
