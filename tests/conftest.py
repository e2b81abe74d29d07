"""What all tests share: the demonstration, made once, copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.run.tool import Done, Place, program
from tests.shortened import shorten

# A first query of polars, or a first call of a solver, is slow and the next ones are not, so no
# example has a deadline. Where ``CI`` is set, hypothesis adds its own choice: the same examples.
settings.register_profile("patient", settings.default, deadline=None, max_examples=40)
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
    """The workspace that ``retorsion demo`` makes, and what it said; not to be written to."""
    folder = tmp_path_factory.mktemp("demonstration")
    done = program("demo", folder=folder)
    assert done.code == 0, done.err
    return Place(folder), done


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
