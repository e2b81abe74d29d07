"""No file stays open and nothing stays in temporary space, whether a command succeeds or not."""

import gzip
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from tests.golden.keep_run import ROWS, RUNS, TRADE
from tests.run.tool import Place, hidden

NAME = "kept"
TIMES = 3
OPEN = Path("/proc/self/fd")

pytestmark = pytest.mark.skipif(not OPEN.is_dir(), reason="open files are told by Linux")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A small workspace with a run, and a temporary space of its own."""
    space = tmp_path / "space"
    space.mkdir()
    monkeypatch.setenv("TMPDIR", str(space))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return Place(shutil.copytree(sorted(RUNS.iterdir())[-1], tmp_path / "workspace"))


def open_files() -> set[str]:
    """The files and folders that this process has open; pipes and the like have no path."""
    found = (str(entry.readlink()) for entry in OPEN.iterdir() if entry.is_symlink())
    return {
        name for name in found if name.startswith("/") and not name.startswith(("/dev", "/proc"))
    }


def gzipped(folder: Path) -> str:
    (folder / "in.csv.gz").write_bytes(gzip.compress(ROWS.encode(), mtime=0))
    return "in.csv.gz"


def workbook(folder: Path) -> str:
    with xlsxwriter.Workbook(folder / "in.xlsx") as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(ROWS.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    return "in.xlsx"


def broken(folder: Path) -> str:
    (folder / "in.csv.gz").write_bytes(gzip.compress(ROWS.encode(), mtime=0)[:-20])
    return "in.csv.gz"


def cut(folder: Path) -> str:
    whole = (folder / workbook(folder)).read_bytes()
    (folder / "in.xlsx").write_bytes(whole[:-30])
    return "in.xlsx"


def wrong(folder: Path) -> str:
    (folder / "in.csv").write_text(ROWS.replace("1000000", "n.a."))
    return "in.csv"


def held_open(place: Place, command: Callable[[], int]) -> set[str]:
    """The files that are open after a command, again and again, and were not before."""
    command()  # libraries are loaded, and stay open, once
    before = open_files()
    codes = {command() for _ in range(TIMES)}
    assert len(codes) == 1
    assert list((place.root.parent / "space").iterdir()) == []
    assert hidden(place.root) == []
    return open_files() - before


@pytest.mark.parametrize(
    ("made", "code"), [(gzipped, 0), (workbook, 0), (broken, 3), (cut, 3), (wrong, 3)]
)
@pytest.mark.parametrize("verb", ["inspect", "ingest"])
def test_reading_leaves_nothing(
    kept: Place, made: Callable[[Path], str], code: int, verb: str
) -> None:
    source = kept.root / made(kept.root)
    named = ("--name", "other", "-q") if verb == "ingest" else ()
    assert held_open(kept, lambda: kept.do(verb, source, *named).code) == set()
    if verb == "ingest":
        assert kept.do(verb, source, *named).code == code


@pytest.mark.parametrize(
    "command",
    [
        ("verify", NAME),
        ("explain", NAME, "--line", "870323"),
        ("plot", NAME),
        ("report", NAME, "--format", "csv", "-o", "TARGET"),
        ("report", NAME, "--format", "xlsx", "-o", "TARGET"),
        ("audit", NAME, "-o", "TARGET"),
        ("run", "no-such.toml"),
        ("report", NAME, "--format", "csv", "-o", TRADE),
    ],
)
def test_commands_leave_nothing(
    kept: Place, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kept.root)
    words = [word.replace("TARGET", str(kept.root.parent / "out")) for word in command]
    assert held_open(kept, lambda: kept.do(*words).code) == set()


def test_what_is_left_open_is_seen(kept: Place) -> None:
    """A command that forgot to close its file would be told."""
    before = open_files()
    with (kept.root / TRADE).open():
        assert open_files() - before == {str(kept.root / TRADE)}
    assert open_files() == before
