"""The files of the trade table of a run, for its manifest: one, or those of a folder."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from calc.errors import DataRejectedError
from pipelines.ingest.record import IngestRecord, beside_path, read_record
from pipelines.run.manifest import Input
from pipelines.trade_files import files_of, sha256_of_table, told_of
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs


def trade_inputs(workspace: Workspace, inputs: "Inputs") -> Iterator[Input]:
    """The files of trade with their hashes, what ingest kept beside them, and its sources.

    Raises:
        DataRejectedError: A file is no longer what was judged.
        StorageError: A file cannot be read.
    """
    from pipelines.run.inputs import as_read, input_of

    subject, table = inputs.verdict.subject, inputs.table
    if not table.is_dir():
        found = input_of(workspace, "trade table", table, inputs.verdict.rows_judged)
        yield found if told_of(table) else as_read(found, subject.sha256)
        provenance = beside_path(table, "provenance")
        if provenance.is_file():
            found = input_of(workspace, "provenance of the trade table", provenance)
            yield as_read(found, subject.provenance_sha256)
        yield from _sources(inputs.record)
        return
    if sha256_of_table(table) != subject.sha256:
        raise DataRejectedError(
            f"{table.name} changed while it was read: no run is made of half of each",
            where=table.name,
            hint="run again when nothing writes to it",
        )
    for one in files_of(table):
        found = input_of(workspace, "file of the trade table", one.path, one.rows)
        yield found if found.path else replace(found, name=f"{table.name}/{one.name}")
        provenance = beside_path(one.path, "provenance")
        if provenance.is_file():
            yield input_of(workspace, "provenance of the trade table", provenance)
        yield from _sources(read_record(one.path))


def _sources(record: IngestRecord | None) -> Iterator[Input]:
    """What a table was ingested from: on record, not read by the run."""
    for source in () if record is None else record.sources:
        yield Input(
            role="source of the trade table",
            name=source.name,
            sha256=source.sha256,
            bytes=source.bytes,
            rows=source.rows,
            is_recorded_only=True,
        )
