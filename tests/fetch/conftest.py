"""No key and no day of the surroundings reaches these tests."""

import pytest

from pipelines.fetch.clock import EPOCH
from pipelines.fetch.services.registry import SERVICES


@pytest.fixture(autouse=True)
def _bare_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [EPOCH, *(service.key_variable for service in SERVICES.values())]:
        if name:
            monkeypatch.delenv(name, raising=False)
