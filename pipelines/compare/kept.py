"""The inputs of a run that is kept, read again as they were, so that it can be taken apart."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from calc.errors import Problem, VerificationError
from pipelines.files import sha256_of
from pipelines.progress import Talk
from pipelines.run.inputs import OWN_RULES, RunSettings
from pipelines.run.manifest import Manifest, read_manifest
from pipelines.run.step import inputs_of_part
from pipelines.run.verify import input_path, refuse_damaged
from pipelines.run.whole import SCENARIO_FILE, Whole
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.scenario.model import Scenario

ANY_RATE = float("inf")
"""The rates of a run were accepted when it was made."""

SCENARIOS = ("scenario", "scenario that is included")
TRADE, WEIGHTS = "trade table", "trade table that weighs codes"


def kept_inputs(workspace: Workspace, folder: Path, talk: Talk) -> Whole:
    """What a run was made from: its scenario as it keeps it, its files as they were.

    Raises:
        VerificationError: The run was altered, or a file that it read has changed or is gone.
        StorageError: The run cannot be read.
    """
    refuse_damaged(folder)
    manifest = read_manifest(folder)
    problems = list(_changed(workspace, manifest))
    if problems:
        raise VerificationError.collected(problems)
    scenario = _scenario(workspace, folder, manifest)
    told = manifest.identity.get("parts") or [manifest.identity]
    parts = sorted(scenario.parts or (scenario,), key=lambda part: part.importer)
    return Whole(
        scenario=scenario,
        parts=tuple(
            inputs_of_part(workspace, part, _settings(workspace, manifest, identity), talk)
            for part, identity in zip(parts, told, strict=True)
        ),
    )


def _changed(workspace: Workspace, manifest: Manifest) -> Iterator[Problem]:
    """The files of a run, but for its scenario, that are no longer what they were."""
    run = f"{manifest.scenario_id}, run {manifest.run_id}"
    for item in manifest.inputs:
        if item.is_recorded_only or item.role in SCENARIOS:
            continue
        path = input_path(workspace, item.path)
        if path is None or not path.is_file():
            state = "is no longer there, or is outside the workspace"
        elif sha256_of(path) != item.sha256:
            state = "has changed since"
        else:
            continue
        yield Problem(
            f"{run}, cannot be taken apart: its {item.role} {item.name} {state}",
            where=item.path or item.name,
            hint="put it back, or compare the scenario files: retorsion compare A.toml B.toml",
        )


def _scenario(workspace: Workspace, folder: Path, manifest: Manifest) -> "Scenario":
    """The scenario of a run as it keeps it; files that it names are where its file was."""
    from pipelines.scenario.read import read_resolved

    where = next((item.path for item in manifest.inputs if item.role == "scenario"), "")
    path = input_path(workspace, where)
    place = folder if path is None else path.parent
    read = {file.name: file for file in sorted(folder.glob("scenario*.toml"))}
    whole = read.pop(SCENARIO_FILE)
    if not read:
        return read_resolved(whole, place, workspace)
    parts = tuple(read_resolved(file, place, workspace) for file in read.values())
    first = parts[0]
    return replace(first, scenario_id=manifest.scenario_id, title=manifest.title, parts=parts)


def _settings(workspace: Workspace, manifest: Manifest, identity: dict[str, object]) -> RunSettings:
    """What a caller chose of a part of a run."""
    convert = identity.get("convert")
    weights = _named(workspace, manifest, WEIGHTS, None) if convert else None
    rules = _named(workspace, manifest, OWN_RULES, None)
    name = str(identity["trade"])
    return RunSettings(
        trade=_named(workspace, manifest, TRADE, name),
        period=identity["period"],  # type: ignore[arg-type]
        quarantine=bool(identity["quarantine"]),
        rules=None if rules is None else Path(rules),
        allow_rate_above=ANY_RATE,
        convert=bool(convert),
        weights=weights,
    )


def _named(workspace: Workspace, manifest: Manifest, role: str, stem: str | None) -> str | None:
    """The path of an input of a run by its role, and by its name where one is given."""
    for item in manifest.inputs:
        path = input_path(workspace, item.path)
        if item.role == role and path is not None and stem in (None, path.stem):
            return str(path)
    return stem
