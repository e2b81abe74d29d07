"""What is installed, where the workspace is, and what is broken."""

import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from calc.errors import Problem, RetorsionError, VerificationError
from pipelines import locks
from pipelines.files import clear_leftovers, sha256_of
from pipelines.run.store import is_run, stored_runs, unread_runs
from pipelines.version import tool_version
from pipelines.workspace import ENVIRONMENT, Workspace, embedded, embedded_folder

NEEDED = (
    "dataframely", "fastexcel", "great-expectations", "narwhals", "pandas", "polars", "pyarrow",
    "pydantic", "rich", "typer", "vl-convert-python", "xlsxwriter",
)  # fmt: skip
OPTIONAL = {
    "pyspark": "tables beyond one machine: pip install 'retorsion[spark]'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something looked at: what, how it is, whether that is well, and what to do if not."""

    mark: Literal["ok", "note", "broken"]
    what: str
    state: str
    hint: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The finding as an object, for ``--json``."""
        return asdict(self)


def examine(workspace: Workspace) -> list[Finding]:
    """Everything looked at, in order: program, libraries, data, workspace, tables, runs."""
    return [
        Finding(mark="ok", what="retorsion", state=tool_version()),
        Finding(mark="ok", what="Python", state=sys.version.split()[0]),
        *_libraries(),
        *_data(),
        *_workspace(workspace),
        *_tables(workspace),
        *_runs(workspace),
    ]


def refuse_broken(findings: Sequence[Finding]) -> None:
    """Nothing, where all is well.

    Raises:
        VerificationError: Something is broken.
    """
    broken = [item for item in findings if item.mark == "broken"]
    if broken:
        raise VerificationError.collected(
            [Problem(f"{item.what}: {item.state}", hint=item.hint) for item in broken]
        )


def _libraries() -> Iterator[Finding]:
    for name in NEEDED:
        try:
            yield Finding(mark="ok", what=name, state=metadata.version(name))
        except metadata.PackageNotFoundError:
            hint = "install the locked dependencies: make setup"
            yield Finding(mark="broken", what=name, state="is not installed", hint=hint)
    for name, hint in OPTIONAL.items():
        try:
            yield Finding(mark="ok", what=name, state=metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding(mark="note", what=name, state=f"not installed; only for {hint}")


def _data() -> Iterator[Finding]:
    """The data that come with the tool, against the hashes of their sources file."""
    listed = tomllib.loads(embedded("sources.toml").read_text(encoding="utf-8"))["files"]
    altered = [
        name
        for name, facts in listed.items()
        if _hash_of(embedded_folder() / name) != facts["sha256"]
    ]
    if altered:
        hint = "install the tool again, or restore the files from its repository"
        state = f"altered or missing: {', '.join(altered)}"
        yield Finding(mark="broken", what="data of the tool", state=state, hint=hint)
    else:
        state = f"{len(listed)} tables with their recorded hashes"
        yield Finding(mark="ok", what="data of the tool", state=state)


def _hash_of(path: Path) -> str:
    return sha256_of(path) if path.is_file() else ""


def _workspace(workspace: Workspace) -> Iterator[Finding]:
    chosen = f" (from {ENVIRONMENT})" if os.environ.get(ENVIRONMENT) else ""
    root = workspace.root
    if root.is_dir() and os.access(root, os.W_OK):
        yield Finding(mark="ok", what="workspace", state=f"{root}{chosen}")
    else:
        hint = "choose another with --workspace"
        state = f"{root}{chosen} is no folder that can be written"
        yield Finding(mark="broken", what="workspace", state=state, hint=hint)
    if not locks.are_there():
        state = "not on this system: let no two commands write to one workspace at a time"
        yield Finding(mark="note", what="locks", state=state)
    for folder in (workspace.trade, workspace.validation, *workspace.runs.glob("*")):
        for path in clear_leftovers(folder):
            state = f"left by a killed process, removed: {workspace.relative(path)}"
            yield Finding(mark="note", what="leftover", state=state)


def _tables(workspace: Workspace) -> Iterator[Finding]:
    from pipelines.ingest.record import read_record

    for name in workspace.trade_names():
        try:
            record = read_record(workspace.trade_table(name))
        except RetorsionError as err:
            hint = err.problems[0].hint
            yield Finding(mark="broken", what=f"table {name}", state=str(err), hint=hint)
            continue
        state = f"{record.table.rows:,} rows" if record else "was not made by ingest"
        yield Finding(mark="ok" if record else "note", what=f"table {name}", state=state)


def _runs(workspace: Workspace) -> Iterator[Finding]:
    found = stored_runs(workspace)
    names = {item.manifest.scenario_id for item in found}
    state = f"{len(found)} of {len(names)} scenarios; verify one with: retorsion verify RUN"
    yield Finding(mark="ok", what="runs", state=state)
    for problem in unread_runs(workspace):
        name = Path(problem.where).parent.name
        yield Finding(mark="broken", what=f"run {name}", state=problem.what, hint=problem.hint)
    for path in sorted(workspace.runs.glob("*/*")):
        if path.is_dir() and not path.name.startswith(".") and not is_run(path):
            hint = f"remove the folder {workspace.relative(path)} and run the scenario again"
            yield Finding(
                mark="broken", what=f"run {path.name}", state="has no manifest", hint=hint
            )
