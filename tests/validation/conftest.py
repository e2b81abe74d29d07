"""What the tests of validation share."""

from pathlib import Path

import pytest

from pipelines.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)
