"""A published schedule read as one step: a file in, a base of the workspace out."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from calc.errors import UsageError
from pipelines.base.record import BaseRecord, FileFacts, Refused, to_json
from pipelines.base.settings import BaseSettings, check_settings
from pipelines.files import sha256_of
from pipelines.progress import Talk
from pipelines.version import tool_version
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.base.cells import Reading
    from pipelines.base.table import Made

SILENT = Talk(quiet=True)
FIRST_ROWS = 20


def make_base(
    workspace: Workspace, path: Path, settings: BaseSettings, talk: Talk = SILENT
) -> BaseRecord:
    """Read a published schedule into a base of the workspace that scenarios may name.

    Writes ``NAME.parquet`` (BASE), ``NAME.refused.parquet`` and ``NAME.json``. Either all of it
    is done or nothing: an earlier base of that name stays as it was.

    Args:
        workspace: Where bases are kept.
        path: The file.
        settings: What the caller chooses.
        talk: Says on standard error what goes on.

    Returns:
        The record, as kept beside the base.

    Raises:
        UsageError: The name or an option is not one that is known, or an option is missing.
        DataRejectedError: The file is no schedule that is read, or not whole.
        LimitError: It is too large.
        StorageError: A file cannot be read or written.
        LockedError: Another process writes the base of that name.
    """
    from pipelines.base import places, source, store, table
    from pipelines.ingest.sniff import check_files
    from pipelines.ingest.store import scratch_folder
    from pipelines.locks import held

    check_settings(settings)
    check_files([path])
    with talk.working(f"reading {path.name}"):
        layout = settings.layout or source.layout_of(path)
        reading = _reader(layout)(path, settings)
        _check_importer(reading, settings)
        made = table.make_table(reading, path.name, settings)
    folder = places.bases_folder(workspace)
    with (
        talk.working("writing the base"),
        held(workspace, f"base-{settings.name}", f"base {settings.name}", talk),
        scratch_folder(folder, settings.name) as fresh,
    ):
        files = store.write_tables(fresh, settings.name, made)
        record = _record(path, files, reading, made, settings=settings)
        (fresh / f"{settings.name}.json").write_bytes(to_json(record))
        store.put_in_place(fresh, folder, settings.name)
    return record


def _reader(layout: str) -> "Callable[[Path, BaseSettings], Reading]":
    from pipelines.base.annual import read_annual
    from pipelines.base.hts import read_hts
    from pipelines.base.wto import read_wto

    return {"usitc-hts": read_hts, "usitc-annual": read_annual, "wto": read_wto}[layout]


def _check_importer(reading: "Reading", settings: BaseSettings) -> None:
    if settings.importer not in (None, reading.importer):
        raise UsageError(
            f"the schedule is that of {reading.importer}, not of {settings.importer}",
            where="--importer",
            hint="leave it out: the file says whose it is",
        )


def _record(
    path: Path,
    files: tuple[Path, Path],
    reading: "Reading",
    made: "Made",
    *,
    settings: BaseSettings,
) -> BaseRecord:
    table, refused = files
    return BaseRecord(
        name=settings.name,
        tool_version=tool_version(),
        layout=reading.layout,
        said=reading.said,
        origin=reading.origin,
        edition=reading.edition,
        importer=reading.importer,
        options=settings.given(),
        source=_facts(path, reading.stages[0].count),
        table=_facts(table, made.table.height),
        refused_table=_facts(refused, made.refused.height),
        funnel=[asdict(stage) for stage in (*reading.stages, *made.stages)],
        rates=made.rates,
        refused=_refused(made),
        notes=list(made.notes),
    )


def _facts(path: Path, rows: int) -> FileFacts:
    return FileFacts(file=path.name, sha256=sha256_of(path), bytes=path.stat().st_size, rows=rows)


def _refused(made: "Made") -> list[Refused]:
    """The refusals by reason, the most frequent first."""
    return [
        Refused(
            reason=reason,
            programmes=sorted({*group["programme"]} - {""}),
            count=group.height,
            first_rows=sorted({*group["source_row"]})[:FIRST_ROWS],
        )
        for (reason,), group in sorted(
            made.refused.group_by("reason"), key=lambda each: (-each[1].height, str(each[0][0]))
        )
    ]
