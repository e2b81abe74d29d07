"""The command line as a test drives it: inside this process, or as the program by itself."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines import cli
from pipelines.run.store import find_run
from pipelines.workspace import ENVIRONMENT, Workspace

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "data" / "raw" / "scenarios" / "us-japan-2024.toml"
IMPORTS = ROOT / "data" / "raw" / "us-imports-2024.csv"
PROGRAM = Path(sys.executable).with_name("retorsion")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command gave: its exit code, its result, what it said besides."""

    code: int
    out: str
    err: str

    @property
    def object(self) -> Any:
        """The result of a command with ``--json``."""
        return json.loads(self.out)


def retorsion(*arguments: str | Path) -> Done:
    """A command line run in this process, by the entry that turns errors into exit codes."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run_command([str(item) for item in arguments])
    return Done(code, out.getvalue(), err.getvalue())


def environment(**more: str) -> dict[str, str]:
    """The surroundings of a program: this checkout, no workspace chosen beforehand."""
    kept = {name: value for name, value in os.environ.items() if name != ENVIRONMENT}
    return kept | {"PYTHONPATH": str(ROOT)} | more


def program(
    *arguments: str | Path, folder: Path, settings: Mapping[str, str] | None = None
) -> Done:
    """The console script, started in a folder of its own."""
    done = subprocess.run(
        [PROGRAM, *arguments],
        cwd=folder,
        env=environment(**settings or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace of a test, with what a test looks at in it."""

    root: Path

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    def do(self, *arguments: str | Path) -> Done:
        """A command on this workspace."""
        return retorsion(*arguments, "--workspace", self.root)

    def run(self, *arguments: str | Path, scenario: Path = SCENARIO) -> Done:
        return self.do("run", scenario, *arguments)

    def runs(self) -> list[dict[str, Any]]:
        """The runs as the tool lists them."""
        found: list[dict[str, Any]] = self.do("runs", "--json").object["runs"]
        return found

    def folder(self, run: str | None = None) -> Path:
        """The folder of a run as a person names it; of the first one listed unless named."""
        if run is None:
            return self.root / str(self.runs()[0]["folder"])
        return find_run(self.workspace, run)

    def table(self, name: str, run: str | None = None) -> pl.DataFrame:
        """A table of a run."""
        return pl.read_parquet(self.folder(run) / f"{name}.parquet")


def contents(folder: Path, without: Iterable[str] = ()) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, by its path; but for some names."""
    left_out = set(without)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in left_out
    }


def hidden(folder: Path) -> list[str]:
    """Files and folders whose name begins with a dot: what a command under way leaves."""
    return [path.name for path in sorted(folder.rglob(".*"))]


def flip(path: Path, at: int | None = None) -> None:
    """Turn one bit of a file, in its middle unless told where."""
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2 if at is None else at] ^= 0x01
    path.write_bytes(whole)
