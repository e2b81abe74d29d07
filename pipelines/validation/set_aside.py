"""Repairs proposed for the cells that ingest could not read, in rows that it set aside.

The repaired cells are read again as ingest reads them, by the same declarations and the options of
the record, so that what would come back is told by the reader and the rules, not by the repair.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from calc import cast
from calc.cell_repairs import (
    MASS,
    TEXT,
    UNITS,
    CellRepair,
    code_repairs,
    economy_repairs,
    flow_repairs,
    number_repairs,
    period_repairs,
)
from calc.errors import RetorsionError
from pipelines.ingest.casts import NUMBERS
from pipelines.ingest.cells import EXCLUDED, REJECTED, Reading, read_cells
from pipelines.ingest.mapped import Mapped, Mapping
from pipelines.ingest.mapping import map_columns
from pipelines.ingest.record import IngestRecord, beside_path, read_record
from pipelines.ingest.reshape import reshaped
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import PART, ROW, Source, cell
from pipelines.ingest.sources.registry import recognise
from pipelines.validation.joined import join_fields
from pipelines.validation.spellings import spellings

SHAPE = "read.row"
FAILED = "failed_rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """The rows of a file that were set aside, with their cells as proposed.

    Attributes:
        proposals: A row a cell changed: ``source_row``, ``column``, ``header``, ``repair``,
            ``because``, ``from_text`` and ``to_text``; of cells that can be read then.
        rows: The rows that could be read then, in the columns of TRADE, with ``source_row``.
        adds_up: Whether rows of one key are parts of one flow.
    """

    proposals: pl.DataFrame
    rows: pl.DataFrame
    adds_up: bool


@dataclass(frozen=True, slots=True)
class SetAside:
    """All that ingest set aside: rows, what is proposed by file, and why nothing is of others."""

    rows: int
    files: tuple[tuple[str, Mended], ...]
    untold: tuple[str, ...]


def set_aside(table: Path) -> SetAside:
    """The rows that ingest set aside of a table, with the repairs of their cells.

    Raises:
        DataRejectedError: The record beside the table cannot be read, or is of another table.
        StorageError: The table cannot be read.
    """
    path = beside_path(table, "rejects")
    record = read_record(table) if path.is_file() else None
    if record is None:
        return SetAside(0, (), ())
    rejects = pl.read_parquet(path)
    files, untold = [], []
    for name in rejects["source_id"].unique().sort():
        rows = rejects.filter(source_id=name).unique(ROW, keep="first", maintain_order=True)
        found = _mended(str(name), rows, record)
        if isinstance(found, str):
            untold.append(f"{name}: no repair is proposed for its rows set aside: {found}")
        else:
            files.append((str(name), found))
    return SetAside(rejects.height, tuple(files), tuple(untold))


def _mended(name: str, rejects: pl.DataFrame, record: IngestRecord) -> Mended | str:
    """The rows of a file with their repairs, or why none can be told."""
    if "partner_codes" in record.options:
        return "the table of --partner-codes is not kept"
    settings = IngestSettings(name=record.name, **record.options)
    reasons = dict(rejects.select(ROW, "reason").iter_rows())
    # Which delimiter was found is not kept: where it may be no comma, nothing is put together.
    is_comma = settings.delimiter in (None, ",") and settings.mark == "."
    joined = join_fields(_source(name, rejects), reasons if is_comma else {})
    plain = joined.source
    try:
        declared = recognise(plain.headers, settings.source)
        source = reshaped(plain, declared.declaration)
        if PART in source.keys:
            return "each of them is several rows of the table"
        mapping = map_columns(name, source.headers, settings, declared)
        changed, proposals = _repaired(source, rejects, mapping, settings)
        named = {item.header: item.column for item in mapping.columns}
        proposals = pl.concat([joined.proposals(named), proposals])
        again = reshaped(replace(plain, cells=changed.lazy()), declared.declaration)
        return _read_again(read_cells(again, mapping, settings), proposals, name)
    except RetorsionError as err:
        return str(err)


def _source(name: str, rejects: pl.DataFrame) -> Source:
    """The rejects of a file as the file that they are from, with the rows of its own numbers."""
    labels = list(json.loads(rejects["original"][0]))
    texts = rejects["original"].str.json_decode(pl.Struct(dict.fromkeys(labels, pl.String)))
    cells = texts.struct.unnest()
    cells.columns = [cell(place) for place in range(len(labels))]
    headers = tuple(
        "" if label == f"(column {place})" else label for place, label in enumerate(labels, 1)
    )
    misshapen = rejects.filter(_failed(SHAPE))[ROW].to_list()
    return Source(
        name=name,
        sha256="",
        bytes=0,
        said="",
        headers=headers,
        cells=cells.insert_column(0, rejects[ROW]).lazy(),
        misshapen=dict.fromkeys(misshapen, 0),
    )


def _failed(rule: str) -> pl.Expr:
    return pl.col(FAILED).str.split(";").list.contains(rule)


def _repaired(
    source: Source, rejects: pl.DataFrame, mapping: Mapping, settings: IngestSettings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The file's own cells as proposed, and each change of a cell that could not be read."""
    own = [cell(place) for place in range(source.own)]
    cells = source.cells.select(ROW, *own).collect()
    parts = [_no_proposal()]
    for item in mapping.columns:
        if cell(item.place) not in own:
            continue
        failed = rejects.select(_failed(f"read.{item.column}").alias(FAILED))[FAILED]
        texts = pl.DataFrame({ROW: cells[ROW], TEXT: cells[cell(item.place)].fill_null("")})
        if item.column in NUMBERS:
            texts = _ungrouped(texts, failed, settings)
        written = texts.filter(failed)[TEXT]
        for repair in _repairs_of(item, mapping, settings, written):
            after = texts.with_columns(
                pl.when(failed).then(repair.text).otherwise(TEXT).alias(TEXT)
            )
            parts.append(_changes(texts, after, item, repair))
            texts = after
        cells = cells.with_columns(texts[TEXT].alias(cell(item.place)))
    return cells, pl.concat(parts)


def _ungrouped(texts: pl.DataFrame, failed: pl.Series, settings: IngestSettings) -> pl.DataFrame:
    """Cells that were read with their separators of thousands, without them.

    Whether a column separates throughout is told by the whole file, which is not here.
    """
    separator = "," if settings.mark == "." else "."
    bare = pl.col(TEXT).str.replace_all(separator, "", literal=True)
    return texts.with_columns(pl.when(failed).then(TEXT).otherwise(bare).alias(TEXT))


def _repairs_of(
    item: Mapped, mapping: Mapping, settings: IngestSettings, written: pl.Series
) -> Iterator[CellRepair]:
    """The repairs of the cells of a column that could not be read."""
    if item.column in NUMBERS:
        units = {"net_mass_kg": MASS, "quantity": UNITS, "quantity_2": UNITS}.get(item.column, "")
        return number_repairs(settings.mark, is_usd=item.unit == "USD", units=units)
    if item.column == "code":
        return code_repairs()
    if item.column == "period":
        return period_repairs()
    if item.column == "flow":
        return flow_repairs()
    if item.column in ("importer", "partner"):
        bare = written.str.strip_chars(cast.BLANK).unique().to_list()
        return economy_repairs(spellings([*written, *bare], mapping.declared.economies))
    return iter(())


def _no_proposal() -> pl.DataFrame:
    texts = ("column", "header", "repair", "because", "from_text", "to_text")
    return pl.DataFrame(schema={ROW: pl.Int64, **dict.fromkeys(texts, pl.String)})


def _changes(
    before: pl.DataFrame, after: pl.DataFrame, item: Mapped, repair: CellRepair
) -> pl.DataFrame:
    return (
        before.with_columns(after[TEXT].alias("to_text"))
        .filter(pl.col(TEXT) != pl.col("to_text"))
        .select(
            ROW,
            pl.lit(item.column).alias("column"),
            pl.lit(item.header).alias("header"),
            pl.lit(repair.name).alias("repair"),
            pl.lit(repair.because).alias("because"),
            pl.col(TEXT).alias("from_text"),
            "to_text",
        )
    )


def _read_again(reading: Reading, proposals: pl.DataFrame, name: str) -> Mended:
    """What a reading of the repaired cells leaves of the proposals, and the rows that it has."""
    faults = {
        item.column: reading.casts[item.column].fault.is_not_null()
        for item in (reading.mapping.columns if reading.mapping else ())
    }
    still = (
        reading.source.cells.select(ROW, **faults)
        .unpivot(index=ROW, variable_name="column", value_name=FAILED)
        .filter(FAILED)
        .collect()
    )
    readable = proposals.join(still, on=[ROW, "column"], how="anti", maintain_order="left")
    kept = reading.rows.filter(~pl.col(REJECTED) & pl.col(EXCLUDED).is_null())
    rows = kept.drop(REJECTED, EXCLUDED).with_columns(pl.lit(name).alias("source_id"))
    return Mended(proposals=readable, rows=rows, adds_up=reading.adds_up)
