"""The workspace that is injured, and the commands that it is injured under."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance import injury
from tests.run.tool import IMPORTS, PROGRAM, SCENARIO, Done, Place, contents, environment, program

DAY = "2024-11-01"
RUN_NAME = "us-japan-2024"
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Job:
    """A command that writes; ``targets`` are the outputs that it may replace, below the root."""

    name: str
    command: tuple[str, ...]
    targets: tuple[str, ...]


JOBS = (
    Job(
        "ingest",
        ("ingest", f"data/less/{IMPORTS.name}", "--name", "us-2024"),
        ("data/processed/trade/",),
    ),
    Job("run", ("run", str(SCENARIO), "--as-of", DAY), (f"data/processed/runs/{RUN_NAME}/latest",)),
    Job(
        "report",
        ("report", f"{RUN_NAME}~0", "--format", "xlsx", "-o", "data/mine.xlsx"),
        ("data/mine.xlsx",),
    ),
    Job("audit", ("audit", f"{RUN_NAME}~0", "-o", "data/mine.zip"), ("data/mine.zip",)),
)
"""Each writes over something that is there, or beside it."""


def prepared(folder: Path) -> Place:
    """The demonstration, with what else is injured."""
    folder.mkdir(parents=True)
    done = program("demo", folder=folder)
    if done.code:
        raise RuntimeError(f"the demonstration fails: {done.err}")
    return furnished(Place(folder))


def furnished(place: Place) -> Place:
    """A workspace with an older workbook and pack, and a smaller file of trade."""
    folder = place.root
    source = folder / "data" / "less" / IMPORTS.name
    source.parent.mkdir()
    lines = IMPORTS.read_text(encoding="utf-8").splitlines(keepends=True)
    source.write_text("".join(lines[:-9]), encoding="utf-8")
    for name in ("mine.xlsx", "mine.zip"):
        (folder / "data" / name).write_bytes(b"what was there before")
    return place


def copied(place: Place, folder: Path) -> Place:
    """The same workspace elsewhere."""
    shutil.copytree(place.root, folder)
    return Place(folder)


def struck(place: Place, job: Job, number: int, moment: int) -> Done:
    """A command that is sent a signal at a moment; at no moment where that is 0."""
    done = subprocess.run(
        [sys.executable, injury.__file__, str(number), str(moment), *job.command],
        cwd=place.root, env=environment(), capture_output=True, text=True, check=False,
        timeout=SECONDS,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def carried_out(
    place: Place,
    command: Sequence[str],
    settings: Mapping[str, str] | None = None,
    limit: Callable[[], Any] | None = None,
) -> Done:
    """The console script, with limits of the system that are set before it starts."""
    done = subprocess.run(
        [PROGRAM, *command],
        cwd=place.root, env=environment(**settings or {}), capture_output=True, text=True,
        check=False, timeout=SECONDS, preexec_fn=limit,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def visible(place: Place) -> dict[str, bytes]:
    """Every file of the workspace that people see: none below a hidden folder."""
    return {
        name: content
        for name, content in contents(place.root).items()
        if not any(part.startswith(".") for part in name.split("/"))
    }


def is_old_or_new(
    job: Job, before: Mapping[str, bytes], after: Mapping[str, bytes], made: Mapping[str, bytes]
) -> str:
    """What is neither as it was nor as the command makes it; nothing where all is well.

    Every file must be the old one or the new one. A table of several files may be caught between
    the renames of two of them: that is told by its record, and refused by those who read it.
    """
    wrong = [
        name
        for name in {**before, **after}
        if after.get(name) not in (before.get(name), made.get(name))
        or (name not in after and name in made and name in before)
    ]
    others = [
        name
        for name, content in before.items()
        if after.get(name) != content and not name.startswith(job.targets)
    ]
    return ", ".join(sorted({*wrong, *others}))
