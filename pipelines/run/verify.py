"""Whether a run is still what it was when it was made, and whether its inputs still are."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from calc.errors import Problem, StorageError, VerificationError
from pipelines.files import sha256_of
from pipelines.run.manifest import (
    CHECKSUM_FILE,
    MANIFEST_FILE,
    Manifest,
    read_manifest,
    run_id_of,
)
from pipelines.workspace import Workspace, embedded_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A run that is whole: how many outputs and inputs have their hash, which inputs are gone."""

    run_id: str
    scenario_id: str
    outputs: int
    inputs: int
    inputs_not_found: tuple[str, ...]


def verify(workspace: Workspace, folder: Path) -> Verified:
    """Every hash of a run checked again.

    An input that is no longer where it was cannot be checked, and is named; one that is there with
    other bytes makes the run stale.

    Raises:
        StorageError: The manifest cannot be read.
        VerificationError: A file was altered, lost or added, or an input changed.
    """
    manifest = read_manifest(folder)
    problems = [*_manifest_problems(folder, manifest), *_output_problems(folder, manifest)]
    gone = []
    read = [item for item in manifest.inputs if not item.is_recorded_only]
    for item in read:
        path = input_path(workspace, item.path)
        if path is None or not path.is_file():
            gone.append(item.name)
        elif sha256_of(path) != item.sha256:
            problems.append(
                Problem(
                    f"{item.name} has changed since the run: the run is stale",
                    where=item.path,
                    hint="run the scenario again; the old run stays beside the new one",
                )
            )
    if problems:
        raise VerificationError.collected(problems)
    return Verified(
        run_id=manifest.run_id,
        scenario_id=manifest.scenario_id,
        outputs=len(manifest.outputs),
        inputs=len(read) - len(gone),
        inputs_not_found=tuple(gone),
    )


def refuse_damaged(folder: Path) -> None:
    """Nothing, where a run that is there holds what it held when it was made.

    Raises:
        StorageError: The manifest cannot be read.
        VerificationError: A file was altered, lost or added.
    """
    manifest = read_manifest(folder)
    problems = [*_manifest_problems(folder, manifest), *_output_problems(folder, manifest)]
    if problems:
        raise VerificationError.collected(problems)


def input_path(workspace: Workspace, kept: str) -> Path | None:
    """Where an input is: in the workspace, or among the data of the tool; None if outside both."""
    place, _, name = kept.partition(":")
    if not name:
        return None
    root = {"workspace": workspace.root, "tool": embedded_folder()}.get(place)
    return None if root is None else root / name


def _manifest_problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    digest = hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()
    try:
        kept = (folder / CHECKSUM_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        kept = ""
    if kept != f"{digest}  {MANIFEST_FILE}\n":
        yield _altered(folder, MANIFEST_FILE, "does not have its recorded hash")
    if run_id_of(manifest.identity) != manifest.run_id:
        yield _altered(folder, MANIFEST_FILE, "names inputs that do not give its run id")


def _output_problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    expected = {item.name for item in manifest.outputs} | {MANIFEST_FILE, CHECKSUM_FILE}
    for item in manifest.outputs:
        try:
            if sha256_of(folder / item.name) != item.sha256:
                yield _altered(folder, item.name, "was altered: it does not have its recorded hash")
        except StorageError:
            yield _altered(folder, item.name, "is missing or cannot be read")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    for name in sorted(found - expected):
        yield _altered(folder, name, "does not belong to the run")


def _altered(folder: Path, name: str, what: str) -> Problem:
    return Problem(
        f"{name} {what}",
        where=f"run {folder.name}",
        hint="do not use the run; make it again after: retorsion prune --run " + folder.name,
    )
