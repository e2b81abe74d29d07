"""What Windows, macOS and old consoles lack is not needed, as far as Linux can show it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import files, locks
from tests.golden.keep_run import RUNS, SCENARIO, TRADE
from tests.run.tool import PROGRAM, Place, environment

NAME = "kept"
ROOT = Path(__file__).parents[1]
POSIX_ONLY = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "readline", "syslog")
WITHOUT = """
import os, sys
for name in {posix_only!r}:
    sys.modules[name] = None
for name in ("getuid", "geteuid", "fork", "pwrite", "sched_getaffinity", "mkfifo"):
    delattr(os, name)
from pipelines.cli import run_command
for command in {commands!r}:
    print(run_command(command), file=sys.stderr)
"""


@pytest.fixture
def kept(tmp_path: Path) -> Place:
    """A small workspace with a run."""
    return Place(shutil.copytree(sorted(RUNS.iterdir())[-1], tmp_path / "workspace"))


@pytest.mark.slow
def test_no_module_of_posix_alone_is_needed(kept: Place) -> None:
    """From reading a file to an audit pack; what has no lock says so."""
    commands = [
        ["ingest", TRADE, "--name", "other", "-q"],
        ["scenario", "check", SCENARIO],
        ["verify", NAME],
        ["explain", NAME, "--line", "870323"],
        ["report", NAME, "--format", "csv", "-o", "tables"],
        ["compare", "--help"],
        ["audit", NAME, "-o", "pack.zip"],
        ["verify", "pack.zip"],
        ["doctor"],
    ]
    code = WITHOUT.format(posix_only=POSIX_ONLY, commands=commands)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=kept.root, env=environment(), capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stderr.split() == ["0"] * len(commands), done.stderr
    assert "not on this system: let no two commands write to one workspace" in done.stdout
    assert (kept.root / "data/processed/trade/other.parquet").is_file()
    assert (kept.root / "tables" / "lines.csv").is_file()
    assert not kept.workspace.locks.exists()


def test_without_locks_commands_go_on(kept: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert not locks.are_there()
    with locks.held(kept.workspace, "x", "try"), locks.held(kept.workspace, "x", "try again"):
        assert not kept.workspace.locks.exists()


def test_a_process_is_not_asked_whether_it_lives_where_that_could_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows a signal ends a process; what it left stays, for people to remove."""
    left = tmp_path / ".a.csv.writing-999999999"
    left.touch()

    def asked(*_: int) -> None:
        raise AssertionError("a process was sent a signal")

    monkeypatch.setattr(os, "name", "nt")
    monkeypatch.setattr(os, "kill", asked)
    assert files._is_alive(999_999_999)
    monkeypatch.undo()
    assert files.clear_leftovers(tmp_path) == [left]


@pytest.mark.parametrize(
    ("settings", "letter"),
    [
        ({"PYTHONIOENCODING": "cp1252"}, "?"),
        ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, "█"),
    ],
)
def test_every_letter_can_be_printed_in_any_encoding(
    kept: Place, settings: dict[str, str], letter: str
) -> None:
    """Bars are no letters of Windows' or of an ASCII console: shown as ?, in a pipe as UTF-8."""
    done = subprocess.run(
        [PROGRAM, "plot", NAME, "--by", "measure"], cwd=kept.root, env=environment(**settings),
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert letter in done.stdout.decode(settings.get("PYTHONIOENCODING", "utf-8"))


def test_what_a_killed_export_left_beside_a_file_goes_with_the_next(
    kept: Place, tmp_path: Path
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(timeout=60)
    target = tmp_path / "mine [1].md"
    left = tmp_path / f".{target.name}.writing-{dead.pid}"
    living = tmp_path / f".{target.name}.writing-{os.getppid()}"
    others = tmp_path / f".mine 1.md.writing-{dead.pid}"
    for path in (left, living, others):
        path.write_text("half")
    assert kept.do("report", NAME, "--format", "md", "-o", target).code == 0
    assert sorted(tmp_path.glob(".*")) == sorted([living, others])
    assert target.is_file()


def test_no_text_is_written_or_read_in_the_encoding_of_the_system() -> None:
    """Nor with its line ends: the bytes of an output are those of Linux."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--preview", "--select", "PLW1514", "--quiet",
         "--no-cache", "calc", "pipelines"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    written = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "pipelines").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if ".write_text(" in line and 'newline="\\n"' not in line
    ]
    assert written == []
