"""Where the reference files are, for the test on real reports."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(__file__).parents[3] / "shared"
    if not folder.is_dir():
        pytest.skip("the reference files are not beside the checkout")
    return folder
