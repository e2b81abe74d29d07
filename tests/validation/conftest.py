"""What the tests of validation share."""

from pathlib import Path

import pytest

from pipelines.workspace import Workspace


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace for what tests of a module only look at; one that writes takes a copy."""
    return Workspace(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)
