"""Ingest as one step: files in, one declared table out, with all that was left out counted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from calc.errors import DataRejectedError
from pipelines.files import sha256_of
from pipelines.ingest.record import (
    FunnelStage,
    IngestRecord,
    MappedFrom,
    SourceFacts,
    TableFacts,
    hashes_beside,
    to_json,
)
from pipelines.ingest.settings import IngestSettings, check_settings
from pipelines.locks import held
from pipelines.memory import BATCHED, HELD, refuse_files
from pipelines.progress import Talk
from pipelines.version import tool_version
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

    from pipelines.ingest.cells import Reading
    from pipelines.ingest.mapped import Mapping
    from pipelines.ingest.source import Source

SILENT = Talk(quiet=True)


def ingest(
    workspace: Workspace, files: Sequence[Path], settings: IngestSettings, talk: Talk = SILENT
) -> IngestRecord:
    """Read files of trade into one table of the workspace.

    Either all of it is done or nothing: an earlier table of that name stays as it was until the
    new one is whole.

    Args:
        workspace: Where tables are kept.
        files: Files of one layout, unit and valuation, in any order.
        settings: What the caller chooses.
        talk: Says on standard error what goes on.

    Returns:
        The record, as kept beside the table.

    Raises:
        UsageError: The name or an option is not one that ingest knows.
        DataRejectedError: A file is no table of trade, or cells of it cannot be read.
        LimitError: A file is too large to be opened, or to be held in memory.
        StorageError: A file cannot be written.
        LockedError: Another process writes the table of that name.
    """
    from pipelines.ingest import sniff, store
    from pipelines.ingest.bulk.together import in_batches

    check_settings(settings)
    refuse_files(files, settings.memory_limit, times=BATCHED)
    sniff.check_files(files)
    with (
        held(workspace, f"trade-{settings.name}", f"ingest {settings.name}", talk),
        store.scratch_folder(workspace.trade, settings.name) as fresh,
    ):
        named = sorted(files, key=lambda path: path.name)
        for quick in (True, False):
            opened, mappings = _open_all(named, settings, fresh, talk, quick=quick)
            made = in_batches(opened, mappings, settings, fresh, talk)
            if made is not None or not any(source.is_quick for source in opened):
                break
        if made is not None:
            of_bulk = Made(made.table, None, made.rows, made.codes, made.funnel, made.notes)
            record = _record(of_bulk, made.readings, made.read, settings, rows=made.height)
        else:
            refuse_files(files, settings.memory_limit, times=HELD)
            record = _whole(opened, mappings, settings, fresh, talk)
        (fresh / f"{settings.name}.json").write_bytes(to_json(record))
        store.put_in_place(fresh, workspace.trade, settings.name)
    return record


class Made(NamedTuple):
    """A table made: its file, economies, periods, nomenclatures and codes, funnel and notes.

    ``held`` are its rows where they are in memory; else they are in the file alone.
    """

    file: Path
    held: "pl.DataFrame | None"
    rows: "pl.DataFrame"
    codes: "pl.DataFrame"
    funnel: tuple[FunnelStage, ...]
    notes: tuple[str, ...]


def _whole(
    opened: "Sequence[Source]",
    mappings: "dict[str, Mapping]",
    settings: IngestSettings,
    fresh: Path,
    talk: Talk,
) -> IngestRecord:
    """All files, held whole, as one table in a folder."""
    import polars as pl

    from pipelines.ingest import faults, store, table

    readings = _read_all(opened, mappings, settings, talk)
    rejects = [faults.rejects_of(reading) for reading in readings]
    if any(found.height for found in rejects) and not settings.quarantine:
        raise faults.refused(readings, rejects, settings)
    with talk.working("putting the table in order"):
        combined = table.combine(readings, rejects, settings)
    _check_left(combined.rows, settings)
    with talk.working("writing the table"):
        written = store.write_rows(fresh, settings.name, combined, pl.concat(rejects), readings)
    rows = combined.rows
    made = Made(written, rows, rows, rows, combined.funnel, combined.notes)
    stages = tuple(_read_stage(reading) for reading in readings)
    return _record(made, readings, stages, settings, rows=rows.height)


def _open_all(
    files: Sequence[Path],
    settings: IngestSettings,
    scratch: Path,
    talk: Talk,
    *,
    quick: bool,
) -> "tuple[list[Source], dict[str, Mapping]]":
    """All files as text, in the order of their names, and how their columns are understood."""
    from pipelines.ingest import agree
    from pipelines.ingest.mapping import map_columns
    from pipelines.ingest.reshape import reshaped
    from pipelines.ingest.source import open_source
    from pipelines.ingest.sources.registry import recognise

    opened, taken_for = [], {}
    for path in files:
        with talk.working(f"opening {path.name}"):
            source = open_source(path, settings, scratch, quick=quick)
        taken_for[path.name] = recognise(source.headers, settings.source)
        opened.append(reshaped(source, taken_for[path.name].declaration))
    agree.check_twice(opened)
    mappings = {
        source.name: map_columns(source.name, source.headers, settings, taken_for[source.name])
        for source in opened
        if source.headers
    }
    agree.check_together(mappings, opened)
    return opened, mappings


def _read_all(
    opened: "Sequence[Source]",
    mappings: "dict[str, Mapping]",
    settings: IngestSettings,
    talk: Talk,
) -> "list[Reading]":
    """All files, cast and checked against each other."""
    from pipelines.ingest import agree
    from pipelines.ingest.cells import no_cells, read_cells
    from pipelines.ingest.total_line import check_total_line

    readings = []
    for source in opened:
        with talk.working(f"reading {source.name}"):
            known = source.name in mappings
            reading = (
                read_cells(source, mappings[source.name], settings) if known else no_cells(source)
            )
        _check_empty(reading, settings)
        agree.check_options(reading)
        notes = (*reading.notes, *check_total_line(reading))
        readings.append(replace(reading, notes=notes))
    return readings


def _check_empty(reading: "Reading", settings: IngestSettings) -> None:
    source = reading.source
    if reading.rows.height or settings.allow_empty:
        return
    said = "holds only a header" if source.headers else "is empty"
    raise DataRejectedError(
        f"{source.name} {said}: 0 rows is not zero trade",
        where=f"{source.name} ({source.bytes:,} bytes)",
        hint="an interrupted download often leaves this; accept it with --allow-empty",
    )


def _check_left(rows: "pl.DataFrame", settings: IngestSettings) -> None:
    from pipelines.ingest import agree

    agree.check_flows(rows)
    if not rows.height and not settings.allow_empty:
        raise DataRejectedError(
            "no row is left for the table: all were set aside or are totals",
            hint="look at the cells that cannot be read without --quarantine",
        )


def _record(
    made: Made,
    readings: "Sequence[Reading]",
    stages: Sequence[FunnelStage],
    settings: IngestSettings,
    *,
    rows: int | None = None,
) -> IngestRecord:
    """What is kept of an ingest; the rows of the table are those kept where none were added up."""
    from concurrent.futures import ThreadPoolExecutor

    import polars as pl

    from pipelines.ingest import odd

    kept = made.funnel[-1]
    table = pl.scan_parquet(made.file) if made.held is None else made.held.lazy()
    with ThreadPoolExecutor(1) as lane:  # the hash is had while the table is looked at
        hashed = lane.submit(sha256_of, made.file)
        beside = lane.submit(hashes_beside, made.file)
        odd_ones = list(odd.warnings_of(table, made.rows, made.codes))
    facts = TableFacts(
        file=made.file.name,
        sha256=hashed.result(),
        bytes=made.file.stat().st_size,
        rows=kept.rows if rows is None else rows,
        value_usd=kept.value_usd,
    )
    known = [(read.source.name, read.mapping) for read in readings if read.mapping is not None]
    layouts = sorted({mapping.declared.name for _, mapping in known}) or ["canonical"]
    told = [*(note for reading in readings for note in reading.notes), *made.notes, *odd_ones]
    warned = [*(text for reading in readings for text in reading.warnings), *odd_ones]
    return IngestRecord(
        name=settings.name,
        tool_version=tool_version(),
        table=facts,
        beside=beside.result(),
        sources=tuple(map(_source_facts, readings, stages)),
        layout=", ".join(layouts),
        mapping=tuple(item for reading in readings for item in _mapped(reading, settings)),
        options=settings.given(),
        periods=_distinct(made.rows, "period"),
        importers=_distinct(made.rows, "importer"),
        nomenclatures=_distinct(made.rows, "nomenclature"),
        funnel=made.funnel,
        notes=tuple(dict.fromkeys(told)),
        recognised=tuple(_recognised(*one) for one in known),
        warnings=tuple(dict.fromkeys(warned)),
    )


def _recognised(source: str, mapping: "Mapping") -> str:
    declared = mapping.declared
    return f"{source}: taken for {declared.name}, {declared.title}: {mapping.why}"


def _distinct(rows: "pl.DataFrame", column: str) -> tuple[str, ...]:
    return tuple(sorted(rows[column].unique()))


def _read_stage(reading: "Reading") -> FunnelStage:
    from calc import judge
    from calc.tables.trade import VALUE_COLUMNS
    from pipelines.ingest.table import stage

    rows = judge.with_value(reading.rows.lazy(), VALUE_COLUMNS).select(judge.VALUE)
    return stage(rows.collect(), "read", "in", "")


def _source_facts(reading: "Reading", read: FunnelStage) -> SourceFacts:
    return SourceFacts(
        name=reading.source.name,
        sha256=reading.source.sha256,
        bytes=reading.source.bytes,
        rows=read.rows,
        value_usd=read.value_usd,
    )


def _mapped(reading: "Reading", settings: IngestSettings) -> list[MappedFrom]:
    """Where each column of the table is from: a header, an option, or the source itself."""
    mapping, file = reading.mapping, reading.source.name
    if mapping is None:
        return []
    found = [MappedFrom(column=one.column, source=one.told, file=file) for one in mapping.columns]
    for column, text in mapping.constants.items():
        if mapping.mapped(column) is None:
            giver = f"--{column}" if column in settings.constants else mapping.declared.name
            found.append(MappedFrom(column=column, source=f"{giver}: {text}", file=file))
    return found
