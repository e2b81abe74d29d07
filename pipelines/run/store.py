"""Runs on disk: one folder a scenario, in it one folder a run; which run a person means."""

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calc.errors import Problem, StorageError, UsageError, did_you_mean
from pipelines.files import write_text
from pipelines.locks import held
from pipelines.run.manifest import MANIFEST_FILE, Manifest, read_manifest
from pipelines.workspace import Workspace

LATEST_FILE = "latest"
SHORTEST_ID = 4


@dataclass(frozen=True, kw_only=True)
class StoredRun:
    """A run in the workspace: its folder, its manifest, and how far back it is (0: latest)."""

    folder: Path
    manifest: Manifest
    age: int


def folder_of(workspace: Workspace, scenario_id: str, run_id: str) -> Path:
    """Where a run is kept."""
    return workspace.runs / scenario_id / run_id


def is_run(folder: Path) -> bool:
    """Whether a folder is a whole run; a folder under way has a name that starts with a dot."""
    return not folder.name.startswith(".") and (folder / MANIFEST_FILE).is_file()


def note_latest(workspace: Workspace, scenario_id: str, run_id: str) -> None:
    """Put a run first among the runs of its scenario, newest first.

    Raises:
        StorageError: The list cannot be written.
        LockedError: Another process writes it and does not come to an end.
    """
    with _listing(workspace, scenario_id):
        others = (other for other in _order(workspace, scenario_id) if other != run_id)
        _write_order(workspace, scenario_id, [run_id, *others])


def _listing(workspace: Workspace, scenario_id: str) -> contextlib.AbstractContextManager[None]:
    """The lock on the list of the runs of a scenario, which is read, altered and written."""
    return held(workspace, f"runs-{scenario_id}", f"list the runs of {scenario_id}")


def _write_order(workspace: Workspace, scenario_id: str, run_ids: Sequence[str]) -> None:
    listing = workspace.runs / scenario_id / LATEST_FILE
    write_text(listing, "".join(f"{item}\n" for item in run_ids))


def _order(workspace: Workspace, scenario_id: str) -> list[str]:
    """The run ids of a scenario, newest first; runs that no list names come last, by id."""
    folder = workspace.runs / scenario_id
    path = folder / LATEST_FILE
    listed = path.read_text(encoding="utf-8").split() if path.is_file() else []
    present = sorted(item.name for item in folder.glob("*") if is_run(item))
    kept = [name for name in listed if name in present]
    return [*kept, *(name for name in present if name not in kept)]


def scenario_names(workspace: Workspace) -> list[str]:
    """Names of the scenarios that have runs, sorted."""
    manifests = workspace.runs.glob(f"*/*/{MANIFEST_FILE}")
    return sorted({path.parent.parent.name for path in manifests if is_run(path.parent)})


def stored_runs(workspace: Workspace, scenario_id: str | None = None) -> list[StoredRun]:
    """The runs of the workspace by scenario, newest first, but for those of ``unread_runs``.

    Raises:
        UsageError: A scenario is named that has no runs.
    """
    found, known = [], scenario_names(workspace)
    if scenario_id is not None and scenario_id not in known:
        hint = did_you_mean(scenario_id, known) or "make one with: retorsion run SCENARIO"
        where = workspace.relative(workspace.runs)
        raise UsageError(f"there are no runs of {scenario_id!r}", where=where, hint=hint)
    for name in known if scenario_id is None else [scenario_id]:
        for age, run_id in enumerate(_order(workspace, name)):
            folder = folder_of(workspace, name, run_id)
            try:
                manifest = read_manifest(folder)
            except StorageError:
                continue
            found.append(StoredRun(folder=folder, manifest=manifest, age=age))
    return found


def unread_runs(workspace: Workspace, scenario_id: str | None = None) -> list[Problem]:
    """What is wrong with each run whose manifest is damaged, or of a version that is not read."""
    found: list[Problem] = []
    for name in scenario_names(workspace):
        for run_id in _order(workspace, name) if scenario_id in (None, name) else ():
            try:
                read_manifest(folder_of(workspace, name, run_id))
            except StorageError as err:
                found += err.problems
    return found


def find_run(workspace: Workspace, wanted: str) -> Path:
    """The folder of the run that a person means: a path, an id, a scenario's name, or name~1.

    Raises:
        UsageError: There is no such run, or an id's beginning fits several.
    """
    path = Path(wanted)
    if is_run(path):
        return path.absolute()
    name, _, back = wanted.partition("~")
    known = scenario_names(workspace)
    if name in known and (back.isdigit() or "~" not in wanted):
        return _nth(workspace, name, int(back or 0))
    begins = [
        folder_of(workspace, scenario_id, run_id)
        for scenario_id in known
        for run_id in _order(workspace, scenario_id)
        if len(wanted) >= SHORTEST_ID and run_id.startswith(wanted)
    ]
    if len(begins) == 1:
        return begins[0]
    what = f"{len(begins)} runs begin with {wanted!r}" if begins else f"there is no run {wanted!r}"
    hint = did_you_mean(name, known) or "make one with: retorsion run SCENARIO"
    raise UsageError(what, where=workspace.relative(workspace.runs), hint=hint)


def _nth(workspace: Workspace, scenario_id: str, back: int) -> Path:
    order = _order(workspace, scenario_id)
    if back < len(order):
        return folder_of(workspace, scenario_id, order[back])
    raise UsageError(
        f"{scenario_id} has {len(order)} runs, so there is no {scenario_id}~{back}",
        where=workspace.relative(workspace.runs / scenario_id),
        hint="list them with: retorsion runs",
    )


def remove_runs(workspace: Workspace, folders: Sequence[Path]) -> None:
    """Remove runs whole: each is renamed out of sight first, so that none is ever half there.

    Raises:
        StorageError: A folder cannot be removed.
        UsageError: A folder is not in the workspace.
    """
    for folder in folders:
        if not folder.resolve().is_relative_to(workspace.runs.resolve()):
            raise UsageError(
                f"run {folder.name} is not in this workspace",
                where=str(folder),
                hint="name its workspace with --workspace",
            )
        hidden = folder.with_name(f".{folder.name}.removed-{os.getpid()}")
        try:
            folder.rename(hidden)
            shutil.rmtree(hidden)
        except OSError as err:
            raise StorageError(
                f"cannot remove run {folder.name}: {err.strerror}",
                where=workspace.relative(folder),
                hint="check the permissions of the folder",
            ) from err
    for scenario_id in sorted({folder.parent.name for folder in folders}):
        with _listing(workspace, scenario_id):
            kept = _order(workspace, scenario_id)
            if kept:
                _write_order(workspace, scenario_id, kept)
            else:
                shutil.rmtree(workspace.runs / scenario_id, ignore_errors=True)
