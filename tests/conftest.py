"""What all tests share: the demonstration, made once, copied for each test."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipelines import locks
from tests.run.tool import Done, Place, program
from tests.shortened import shorten

# A first query of polars, or a first call of a solver, is slow and the next ones are not, so no
# example has a deadline, and slow drawing is no fault: a machine that stood still looks like it.
# Where ``CI`` is set, hypothesis adds its own choice: the same examples.
settings.register_profile(
    "patient",
    settings.default,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")

LONG = ("tests/fuzz/", "tests/properties/")
"""Folders whose files take long though no test of them is marked ``slow``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files that take long first: one that began last would keep one core waiting for it."""

    def place_of(item: pytest.Item) -> str:
        return item.nodeid.partition("::")[0]

    slow = {place_of(item) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: place_of(item) not in slow and not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Done]:
    """The workspace that ``retorsion demo`` makes, and what it said; not to be written to.

    It is made by whichever process of the tests asks first; each of them has a copy of its own.
    """
    own, shared = tmp_path_factory.mktemp("demonstration"), tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ and locks.are_there():
        shared = shared.parent
    first, said = shared / "first", shared / "said.json"
    with held_by_one(shared / "demonstration.lock"):
        if not said.exists():
            shutil.rmtree(first, ignore_errors=True)
            first.mkdir()
            done = program("demo", folder=first)
            assert done.code == 0, done.err
            said.write_text(json.dumps(asdict(done)), encoding="utf-8")
    shutil.copytree(first, own, dirs_exist_ok=True)
    return Place(own), Done(**json.loads(said.read_text(encoding="utf-8")))


@contextlib.contextmanager
def held_by_one(path: Path) -> Iterator[None]:
    """A lock that other processes of the tests wait for, however long; nothing without locks."""
    with path.open("w") as lock:
        if locks.are_there():
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def place(demonstration: tuple[Place, Done], tmp_path: Path) -> Place:
    """A workspace of a test's own, with the demonstration in it."""
    copied = tmp_path / "workspace"
    shutil.copytree(demonstration[0].root, copied)
    return Place(copied)


@pytest.fixture(scope="module")
def tables_alone_throughout() -> Iterator[None]:
    """The same in a whole module, its fixtures too: no test of it is marked ``whole_run``.

    Named by ``usefixtures`` it comes before the fixtures of module scope that tests ask for.
    """
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        yield


@pytest.fixture
def tables_alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of this test write tables only, unless it is marked: see ``tests/shortened.py``."""
    if request.node.get_closest_marker("whole_run") is None:
        shorten(monkeypatch)
