"""Two commands that write one thing: the second waits, or says who holds it and stops with 6."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from calc.errors import DataRejectedError, LockedError, StorageError, UsageError
from pipelines import locks
from pipelines.files import make_folder
from pipelines.workspace import Workspace
from tests.run.tool import IMPORTS, SCENARIO, Place, contents, environment, hidden

pytestmark = pytest.mark.skipif(not locks.are_there(), reason="the system has no such locks")

HOLD = """
import sys, time
from pathlib import Path
from pipelines.locks import held
from pipelines.workspace import Workspace
with held(Workspace(Path(sys.argv[1])), sys.argv[2], "hold it for a test"):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def holding(root: Path, what: str, seconds: float) -> subprocess.Popen[str]:
    """Another process that holds a lock, and has it by now."""
    started = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root), what, str(seconds)],
        env=environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def ended(process: subprocess.Popen[str]) -> int:
    if process.stdout is not None:
        process.stdout.close()
    return process.wait(timeout=30)


def test_lock_is_a_file_while_it_is_held_and_nothing_afterwards(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with locks.held(workspace, "trade-a", "ingest a"):
        note = json.loads((workspace.locks / "trade-a.lock").read_bytes())
    assert note == {"process": os.getpid(), "does": "ingest a"}
    assert not workspace.locks.exists()


def test_different_things_are_locked_side_by_side(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with locks.held(workspace, "trade-a", "ingest a"), locks.held(workspace, "trade-b", "b"):
        assert {path.name for path in workspace.locks.iterdir()} == {"trade-a.lock", "trade-b.lock"}


def test_second_waits_no_longer_than_it_may_and_names_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(locks.ENVIRONMENT, "0")
    first = holding(tmp_path, "trade-a", 30)
    try:
        with (
            pytest.raises(LockedError) as caught,
            locks.held(Workspace(tmp_path), "trade-a", "ingest a"),
        ):
            pytest.fail("two processes hold one lock")
    finally:
        first.kill()
        ended(first)
    said = f"trade-a is locked by process {first.pid} (hold it for a test)"
    assert caught.value.problems[0].what == said
    assert caught.value.problems[0].hint.endswith("wait longer with RETORSION_WAIT=600")


def test_second_goes_on_as_soon_as_the_first_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.progress import Talk

    first = holding(tmp_path, "trade-a", 0.6)
    with locks.held(Workspace(tmp_path), "trade-a", "ingest a", Talk()):
        assert ended(first) == 0
    told = f"waiting for process {first.pid} (hold it for a test), at most 60 s\n"
    assert capsys.readouterr().err == told


def test_lock_of_a_killed_process_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(locks.ENVIRONMENT, "0")
    first = holding(tmp_path, "trade-a", 30)
    first.send_signal(signal.SIGKILL)
    ended(first)
    assert (tmp_path / "data" / "processed" / ".locks" / "trade-a.lock").is_file()
    with locks.held(Workspace(tmp_path), "trade-a", "ingest a"):
        pass
    assert hidden(tmp_path) == []


def test_abandoned_locks_of_other_things_are_cleared_away(tmp_path: Path) -> None:
    killed, living = holding(tmp_path, "trade-b", 30), holding(tmp_path, "trade-c", 30)
    killed.kill()
    ended(killed)
    folder = Workspace(tmp_path).locks
    try:
        with locks.held(Workspace(tmp_path), "trade-a", "ingest a"):
            pass
        assert [path.name for path in folder.iterdir()] == ["trade-c.lock"]
    finally:
        living.kill()
        ended(living)


@pytest.mark.parametrize("text", ["soon", "-1", "inf", "nan", ""])
def test_patience_that_is_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(locks.ENVIRONMENT, text)
    with (
        pytest.raises(UsageError, match="is no number of seconds"),
        locks.held(Workspace(tmp_path), "trade-a", "ingest a"),
    ):
        pytest.fail("the lock is held")


INTERRUPT = """
import signal, sys
from pathlib import Path
from pipelines.locks import held
from pipelines.workspace import Workspace
from tests.acceptance.injury import Strike

place = Workspace(Path.cwd())
strike = Strike(signal.SIGINT, 0, place.root)
sys.addaudithook(strike)
moment, told = 0, []
while not told or strike.seen >= strike.moment:
    moment += 1
    strike.moment, strike.seen = moment, 0
    try:
        with held(place, "x", "hold it for a test"):
            pass
        told.append("done")
    except KeyboardInterrupt:
        told.append("interrupted")
    left = place.locks.exists()
    strike.moment = 0
    print(told[-1], left)
    strike.moment = moment
"""


def test_interrupted_at_any_moment_no_lock_is_left(tmp_path: Path) -> None:
    (tmp_path / "data" / "processed").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT], cwd=tmp_path, env=environment(), capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    *struck, last = done.stdout.splitlines()
    assert len(struck) >= 4, done.stderr
    assert set(struck) == {"interrupted False"}
    assert last == "done False"


def test_many_processes_never_hold_one_lock_together(tmp_path: Path) -> None:
    """Each adds one to a number in a file, by reading and writing it: none is lost."""
    program = """
import sys
from pathlib import Path
from pipelines.locks import held
from pipelines.workspace import Workspace
root = Path(sys.argv[1])
for _ in range(25):
    with held(Workspace(root), "number", "count"):
        number = int((root / "number").read_text())
        (root / "number").write_text(str(number + 1))
"""
    (tmp_path / "number").write_text("0")
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], env=environment())
        for _ in range(4)
    ]
    assert [one.wait(timeout=120) for one in started] == [0] * 4
    assert (tmp_path / "number").read_text() == "100"
    assert hidden(tmp_path) == []


@pytest.mark.parametrize(
    ("what", "command"),
    [
        ("trade-us-2024", ("ingest", IMPORTS, "--name", "us-2024")),
        ("runs-us-japan-2024", ("run", SCENARIO, "--as-of", "2024-11-01")),
        ("runs-us-japan-2024", ("prune", "--keep", "0")),
    ],
)
def test_o05_command_that_finds_a_lock_stops_with_6_and_writes_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, what: str, command: tuple[str | Path, ...]
) -> None:
    monkeypatch.setenv(locks.ENVIRONMENT, "0")
    first = holding(place.root, what, 60)
    before = contents(place.root / "data" / "processed" / "trade")
    try:
        done = place.do(*command)
    finally:
        first.kill()
        ended(first)
    assert done.code == 6, done
    assert f"error: {what} is locked by process {first.pid} (hold it for a test)" in done.err
    assert contents(place.root / "data" / "processed" / "trade") == before


def test_input_that_changes_while_it_is_read_makes_no_run(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scenario is written to after it was read, and before the run is whole."""
    from pipelines.run import parts

    scenario = place.root / "mine.toml"
    scenario.write_bytes(SCENARIO.read_bytes().replace(b'"us-japan-2024"', b'"mine"'))
    answered = parts.answered

    def written_to(*arguments: object, **settings: object) -> object:
        with scenario.open("a", encoding="utf-8") as stream:
            stream.write("# later\n")
        return answered(*arguments, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(parts, "answered", written_to)
    done = place.run(scenario=scenario)
    assert done.code == DataRejectedError.exit_code
    assert done.err.startswith("error: mine.toml changed while it was read")
    assert not list(place.workspace.runs.glob("mine/*"))


def test_folder_that_another_process_removes_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two looks of ``mkdir`` the folder of the locks may go."""
    folder, made = tmp_path / "locks", Path.mkdir
    calls: list[Path] = []

    def flickering(path: Path, *settings: Any, **more: Any) -> None:
        calls.append(path)
        if len(calls) == 1:
            raise FileExistsError(17, "File exists")
        made(path, *settings, **more)

    monkeypatch.setattr(Path, "mkdir", flickering)
    assert make_folder(folder) == folder
    assert folder.is_dir()
    assert len(calls) == 2
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name in ("nowhere", "file"):
        if name == "file":
            (tmp_path / name).touch()
        with pytest.raises(StorageError, match=f"cannot make folder {name}: File exists"):
            make_folder(tmp_path / name)
