"""The engine of charts in a process of its own: the same drawing, and none where not wanted."""

from collections.abc import Iterator

import pytest

from pipelines.report.page import engine
from pipelines.report.page.engine import Ahead, Spec

SPEC: Spec = {
    **engine.FIRST,
    "data": {"values": [{"value": 0.1 + 0.2}, {"value": 2.5e11}]},
    "title": 'Duty – "as written", <1 %',
}


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process started by a test is ended with it."""
    monkeypatch.setattr(Ahead, "is_allowed", False)
    engine.stop()
    yield
    engine.stop()


def test_no_process_is_started_unless_that_is_allowed() -> None:
    engine.start()
    assert Ahead.process is None


def test_drawings_are_the_same_and_are_made_when_the_process_is_gone() -> None:
    here = engine.svg_of(SPEC)
    assert here.startswith("<svg")
    engine.allow()
    engine.start()
    process = Ahead.process
    assert process is not None
    engine.start()
    assert Ahead.process is process, "one is enough"
    assert [engine.svg_of(SPEC), engine.svg_of(SPEC)] == [here, here]
    assert process.poll() is None, "it drew them"

    process.kill()
    process.wait()
    assert engine.svg_of(SPEC) == here
    assert Ahead.process is None


def test_a_run_goes_on_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/absent/python")
    engine.allow()
    engine.start()
    assert Ahead.process is None
