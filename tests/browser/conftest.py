"""The browser that all tests of pages share."""

from collections.abc import Iterator

import pytest

from tests.browser.walk import Browser, absent


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser, started once; the test that asks is skipped where what it needs is absent."""
    if lacking := absent():
        pytest.skip(lacking)
    started = Browser(tmp_path_factory.mktemp("browser"))
    yield started
    started.close()
