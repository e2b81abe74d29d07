"""Killed, interrupted, without space or permission: what was made before stays, byte by byte."""

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance import injury, light
from tests.draws import draws
from tests.run.tool import (
    IMPORTS,
    PROGRAM,
    ROOT,
    SCENARIO,
    Done,
    Place,
    contents,
    environment,
    hidden,
)

DAY = "2024-11-01"
RUN = ("run", str(SCENARIO), "--as-of", DAY)
LIGHT_PROGRAM = (sys.executable, light.__file__)
KILLED_RUNS, KILLED_INGESTS, KILLED_BY_THE_CLOCK = draws(3, 7), draws(1, 2), draws(1, 3)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="signals and limits as on Linux"),
]


@pytest.fixture
def lightly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs in this process are without charts and sheets, as are those of ``struck``."""
    light.lighten(monkeypatch.setattr)


def struck(place: Place, number: int, moment: int, *command: str) -> Done:
    """A command that is sent a signal at a moment; see ``injury``. Runs are light."""
    lightly = ["--light"] if command[0] == "run" else []
    done = subprocess.run(
        [sys.executable, injury.__file__, *lightly, str(number), str(moment), *command],
        cwd=place.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def moments(place: Place, *command: str) -> int:
    """How many moments a command has, which is carried out in this process."""
    counted = injury.Strike(signal.SIGKILL, 0, place.root)
    sys.addaudithook(counted)
    with pytest.MonkeyPatch.context() as patch:
        light.lighten(patch.setattr)
        done = place.do(*command)
    found = counted.seen
    counted.folder = "\0"  # a hook stays: it looks for nothing from here on
    assert done.code == 0, done.err
    return found


def seen_by_people(place: Place) -> list[str]:
    """The runs that the tool lists; each of them must be whole."""
    listed = [str(run["run_id"]) for run in place.runs()]
    for run_id in listed:
        assert place.do("verify", run_id).code == 0
    return listed


def chosen(count: int, of: int) -> list[int]:
    """Some moments, spread over all of them, at random but the same at each test."""
    drawn = random.Random(1995)
    step = of / count
    return [1 + int(step * (number + drawn.random())) for number in range(count)]


@pytest.fixture(scope="module")
def run_moments(demonstration: tuple[Place, Done], tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many moments a run on a judged table has."""
    place = copied(demonstration[0], tmp_path_factory.mktemp("moments") / "workspace")
    return moments(place, *RUN)


def copied(place: Place, folder: Path) -> Place:
    for name, content in contents(place.root).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Place(folder)


@pytest.mark.usefixtures("lightly")
def test_o02_killed_run_leaves_no_half_and_the_next_one_works(
    place: Place, run_moments: int
) -> None:
    before, first = contents(place.root), place.folder().name
    assert run_moments > 50
    for moment in chosen(KILLED_RUNS, run_moments):
        done = struck(place, signal.SIGKILL, moment, *RUN)
        assert done.code == -signal.SIGKILL
        now = contents(place.root)
        assert {name: now[name] for name in before if not name.endswith("latest")} == {
            name: content for name, content in before.items() if not name.endswith("latest")
        }
        assert first in seen_by_people(place)
    assert place.run("--as-of", DAY).code == 0
    assert len(seen_by_people(place)) == 2
    assert hidden(place.root) == []
    after = contents(place.root)
    assert all(after[name] == before[name] for name in before if not name.endswith("latest"))


def test_o02_killed_ingest_leaves_the_old_table_or_the_new_one(place: Place) -> None:
    """The table of that name is the old one, or the new one, or is refused as neither."""
    source = place.root / "less" / IMPORTS.name
    source.parent.mkdir()
    lines = IMPORTS.read_text(encoding="utf-8").splitlines(keepends=True)
    source.write_text("".join(lines[:-9]), encoding="utf-8")
    ingest = ("ingest", str(source), "--name", "us-2024")
    before = contents(place.root)
    other = copied(place, place.root.with_name("other"))
    count = moments(other, *ingest)
    new = contents(other.root)
    trade = "data/processed/trade/us-2024"
    for moment in [*chosen(KILLED_INGESTS, count), count]:
        done = struck(place, signal.SIGKILL, moment, *ingest)
        assert done.code == -signal.SIGKILL
        now = contents(place.root)
        runs = [name for name in before if "/trade/" not in name]
        assert all(now[name] == before[name] for name in runs)
        kinds = [
            all(now[f"{trade}.{part}"] == made[f"{trade}.{part}"] for part in ("parquet", "json"))
            for made in (before, new)
        ]
        if not any(kinds):
            refused = place.run()
            assert refused.code == 3
            assert "ingest again" in refused.err
    assert place.do("ingest", source, "--name", "us-2024").code == 0
    assert hidden(place.root) == []
    after = contents(place.root / "data" / "processed" / "trade")
    assert after == {
        name.removeprefix("data/processed/trade/"): content
        for name, content in new.items()
        if "/trade/" in name
    }


@pytest.mark.usefixtures("lightly")
def test_o02_killed_by_the_clock(place: Place) -> None:
    """At moments that nothing chose: the program itself, from its start on."""
    before, first = contents(place.root), place.folder().name
    drawn = random.Random(2024)
    for _ in range(KILLED_BY_THE_CLOCK):
        started = subprocess.Popen(
            [PROGRAM, *RUN], cwd=place.root, env=environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(drawn.uniform(0.2, 1.0))
        started.kill()
        started.wait(timeout=30)
        assert first in seen_by_people(place)
    assert place.run("--as-of", DAY).code == 0
    assert hidden(place.root) == []
    after = contents(place.root)
    assert all(after[name] == before[name] for name in before if not name.endswith("latest"))


@pytest.mark.parametrize("share", [0.4, 0.98])
def test_o03_interrupted_run_leaves_nothing_or_all_of_it(
    place: Place, run_moments: int, share: float
) -> None:
    """The last moments come after the run has its name: it is there, whole."""
    before = contents(place.root)
    done = struck(place, signal.SIGINT, int(run_moments * share), *RUN)
    assert done.code == 130, done.err
    assert "Traceback" not in done.err
    assert hidden(place.root) == []
    after = contents(place.root)
    kept = {name: content for name, content in before.items() if not name.endswith("latest")}
    assert {name: after[name] for name in kept} == kept
    assert (after == before) == (share < 0.5)
    assert len(seen_by_people(place)) == (1 if share < 0.5 else 2)


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may grow beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [1_000, 25_000, 100_000])
def test_o01_no_space_for_a_run(place: Place, size: int) -> None:
    before = contents(place.root)
    with largest_file(size):
        done = place.run("--as-of", DAY)
    assert done.code == 5, done
    assert done.err.startswith("error: cannot write ")
    assert "hint: free space or choose another folder" in done.err
    assert contents(place.root) == before
    assert hidden(place.root) == []


@pytest.mark.usefixtures("tables_alone")
@pytest.mark.parametrize("size", [0, 10_000])
def test_o01_no_space_for_a_table(place: Place, size: int) -> None:
    before = contents(place.root)
    with largest_file(size):
        done = place.do("ingest", IMPORTS, "--name", "us-2024")
    assert done.code == 5, done
    assert done.err.startswith("error: cannot write ")
    assert contents(place.root) == before
    assert hidden(place.root) == []


@contextlib.contextmanager
def as_somebody_else() -> Iterator[None]:
    """Without the rights of the administrator, to whom nothing is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        if not os.access(ROOT / "pyproject.toml", os.R_OK, effective_ids=True):
            pytest.skip("the checkout cannot be read by others")
        yield
    finally:
        os.seteuid(0)


def written_to(place: Place) -> list[Done]:
    """Commands that write."""
    return [
        place.run("--as-of", DAY),
        place.run(),
        place.do("ingest", IMPORTS, "--name", "us-2024"),
        place.do("ingest", IMPORTS, "--name", "other"),
        place.do("prune", "--keep", "0"),
    ]


@pytest.mark.usefixtures("tables_alone")
def test_o04_folder_that_cannot_be_written(
    demonstration: tuple[Place, Done], tmp_path: Path
) -> None:
    """First where they can: somebody else may not be able to read the libraries."""
    done = written_to(copied(demonstration[0], tmp_path / "workspace"))
    assert [one.code for one in done] == [0] * 5, done
    with tempfile.TemporaryDirectory() as folder:
        place = copied(demonstration[0], Path(folder))
        for path in (place.root, *place.root.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        before = contents(place.root)
        try:
            with as_somebody_else():
                done = written_to(place)
        finally:
            for path in (place.root, *place.root.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
        assert [one.code for one in done] == [5] * 5, done
        assert all("Permission denied" in one.err for one in done)
        assert not any("Traceback" in one.err for one in done)
        assert contents(place.root) == before


@pytest.mark.parametrize("name", ["data", "data/processed", "data/processed/trade"])
def test_o04_file_where_a_folder_should_be(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    before = contents(tmp_path)
    done = Place(tmp_path).do("demo")
    assert done.code == 5, done
    assert done.err.startswith("error: cannot make folder ")
    assert contents(tmp_path) == before


def test_o04_file_where_the_runs_should_be(place: Place) -> None:
    runs = place.root / "data" / "processed" / "runs"
    runs.rename(place.root / "kept")
    runs.write_text("mine", encoding="utf-8")
    before = contents(place.root)
    done = place.run()
    assert done.code == 5
    assert done.err.startswith("error: cannot ")
    assert contents(place.root) == before
    assert place.do("runs").code == 0


def test_workspace_that_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    done = Place(path).do("demo")
    assert done.code == 5, done
    assert done.err.startswith("error: cannot make folder ")
    assert path.read_text(encoding="utf-8") == "mine"


def test_o05_two_runs_at_once_are_one_run(place: Place) -> None:
    started = [
        subprocess.Popen(
            [*LIGHT_PROGRAM, *RUN], cwd=place.root, env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    told = [one.communicate(timeout=60)[0] for one in started]
    assert [one.returncode for one in started] == [0, 0]
    assert told[0] == told[1]
    assert len(seen_by_people(place)) == 2
    assert hidden(place.root) == []


def test_reader_that_goes_away_does_no_harm(place: Place) -> None:
    """``retorsion run ... | head -0``: the run is kept, and nobody sees a traceback."""
    started = subprocess.Popen(
        [*LIGHT_PROGRAM, *RUN], cwd=place.root, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    err = started.stderr.read().decode()
    started.stderr.close()
    started.wait(timeout=60)
    assert "Traceback" not in err
    assert len(seen_by_people(place)) == 2


def test_without_standard_output(place: Place) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" "$@" >&-', PROGRAM, *RUN],
        cwd=place.root, env=environment(), stderr=subprocess.PIPE, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(seen_by_people(place)) == 2
