"""What all tests share: the demonstration, made once, copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.run.tool import Done, Place, program


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
