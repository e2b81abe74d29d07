"""Ingest as one step: files in, one declared table out, with all that was left out counted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from calc.errors import DataRejectedError
from pipelines.files import sha256_of
from pipelines.ingest.record import (
    IngestRecord,
    MappedFrom,
    SourceFacts,
    TableFacts,
    to_json,
)
from pipelines.ingest.settings import IngestSettings, check_settings
from pipelines.progress import Talk
from pipelines.version import tool_version
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

    from pipelines.ingest.cells import Reading
    from pipelines.ingest.table import Combined

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
        LimitError: A file is too large to be opened.
        StorageError: A file cannot be written.
        LockedError: Another process writes the table of that name.
    """
    from pipelines import locks
    from pipelines.ingest import faults, sniff, store, table

    check_settings(settings)
    sniff.check_files(files)
    with (
        locks.held(workspace, f"trade-{settings.name}", f"ingest {settings.name}", talk),
        store.scratch_folder(workspace.trade, settings.name) as fresh,
    ):
        readings = _read_all(sorted(files, key=lambda path: path.name), settings, fresh, talk)
        rejects = [faults.rejects_of(reading) for reading in readings]
        if any(found.height for found in rejects) and not settings.quarantine:
            raise _refused(readings, rejects)
        with talk.working("putting the table in order"):
            combined = table.combine(readings, rejects, settings)
        _check_left(combined.rows, settings)
        with talk.working("writing the table"):
            import polars as pl

            written = store.write_rows(fresh, settings.name, combined, pl.concat(rejects), readings)
        record = _record(written, combined, settings, readings=readings)
        (fresh / f"{settings.name}.json").write_bytes(to_json(record))
        store.put_in_place(fresh, workspace.trade, settings.name)
    return record


def _read_all(
    files: Sequence[Path], settings: IngestSettings, scratch: Path, talk: Talk
) -> "list[Reading]":
    """All files, in the order of their names, cast and checked against each other."""
    from pipelines.ingest import agree
    from pipelines.ingest.cells import no_cells, read_cells
    from pipelines.ingest.mapping import map_columns
    from pipelines.ingest.reshape import reshaped
    from pipelines.ingest.source import open_source
    from pipelines.ingest.sources.registry import recognise
    from pipelines.ingest.total_line import check_total_line

    opened, taken_for = [], {}
    for path in files:
        with talk.working(f"opening {path.name}"):
            source = open_source(path, settings, scratch)
        taken_for[path.name] = recognise(source.headers, settings.source)
        opened.append(reshaped(source, taken_for[path.name].declaration))
    _check_twice([(source.name, source.sha256) for source in opened if source.headers])
    mappings = {
        source.name: map_columns(source.name, source.headers, settings, taken_for[source.name])
        for source in opened
        if source.headers
    }
    agree.check_together(list(mappings), list(mappings.values()))
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


def _check_twice(sources: Sequence[tuple[str, str]]) -> None:
    first: dict[str, str] = {}
    for name, sha256 in sources:
        if sha256 in first:
            raise DataRejectedError(
                f"{name} and {first[sha256]} hold the same bytes: all would be counted twice",
                where=name,
                hint="give one of them",
            )
        first[sha256] = name


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


def _refused(readings: "Sequence[Reading]", rejects: "Sequence[pl.DataFrame]") -> DataRejectedError:
    from pipelines.ingest import faults

    problems = [
        problem
        for reading, found in zip(readings, rejects, strict=True)
        for problem in faults.problems_of(reading, found)
    ]
    return DataRejectedError.collected([faults.summary(readings, rejects), *problems])


def _record(
    written: Path,
    combined: "Combined",
    settings: IngestSettings,
    *,
    readings: "Sequence[Reading]",
) -> IngestRecord:
    rows, kept = combined.rows, combined.funnel[-1]
    facts = TableFacts(
        file=written.name,
        sha256=sha256_of(written),
        bytes=written.stat().st_size,
        rows=rows.height,
        value_usd=kept.value_usd,
    )
    known = [reading.mapping for reading in readings if reading.mapping is not None]
    layouts = sorted({mapping.declared.name for mapping in known}) or ["canonical"]
    return IngestRecord(
        name=settings.name,
        tool_version=tool_version(),
        table=facts,
        sources=tuple(_source_facts(reading) for reading in readings),
        layout=", ".join(layouts),
        mapping=tuple(item for reading in readings for item in _mapped(reading, settings)),
        options=settings.given(),
        periods=_distinct(rows, "period"),
        importers=_distinct(rows, "importer"),
        nomenclatures=_distinct(rows, "nomenclature"),
        funnel=combined.funnel,
        notes=tuple(
            dict.fromkeys(
                [*(note for reading in readings for note in reading.notes), *combined.notes]
            )
        ),
        recognised=tuple(_recognised(reading) for reading in readings if reading.mapping),
        warnings=tuple(dict.fromkeys(text for reading in readings for text in reading.warnings)),
    )


def _recognised(reading: "Reading") -> str:
    assert reading.mapping is not None
    declared = reading.mapping.declared
    name = f"{reading.source.name}: taken for {declared.name}, {declared.title}"
    return f"{name}: {reading.mapping.why}"


def _distinct(rows: "pl.DataFrame", column: str) -> tuple[str, ...]:
    return tuple(sorted(rows[column].unique()))


def _source_facts(reading: "Reading") -> SourceFacts:
    from calc import judge
    from calc.tables.trade import VALUE_COLUMNS
    from pipelines.ingest.table import stage

    rows = judge.with_row_and_value(reading.rows.lazy(), VALUE_COLUMNS).select(judge.VALUE)
    whole = stage(rows.collect(), "read", "in", "")
    return SourceFacts(
        name=reading.source.name,
        sha256=reading.source.sha256,
        bytes=reading.source.bytes,
        rows=whole.rows,
        value_usd=whole.value_usd,
    )


def _mapped(reading: "Reading", settings: IngestSettings) -> list[MappedFrom]:
    """Where each column of the table is from: a header, an option, or the source itself."""
    mapping, file = reading.mapping, reading.source.name
    if mapping is None:
        return []
    found = [
        MappedFrom(column=item.column, source=item.told, file=file) for item in mapping.columns
    ]
    for column, text in mapping.constants.items():
        if mapping.mapped(column) is None:
            giver = f"--{column}" if column in settings.constants else mapping.declared.name
            found.append(MappedFrom(column=column, source=f"{giver}: {text}", file=file))
    return found
