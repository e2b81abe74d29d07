"""The engine of charts in a process of its own: the same drawing, and none where not wanted."""

from collections.abc import Iterator

import pytest

from pipelines import ahead
from pipelines.ahead import Worker
from pipelines.report.page import engine
from pipelines.report.page.engine import WORKER, Spec, drawn_later

SPEC: Spec = {
    **engine.FIRST,
    "data": {"values": [{"value": 0.1 + 0.2}, {"value": 2.5e11}]},
    "title": 'Duty – "as written", <1 %',
}


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process started by a test is ended with it."""
    monkeypatch.setattr(Worker, "is_allowed", False)
    WORKER.stop()
    yield
    WORKER.stop()


def test_no_process_is_started_unless_that_is_allowed() -> None:
    WORKER.start()
    assert WORKER.process is None


def test_drawings_are_the_same_and_are_made_when_the_process_is_gone() -> None:
    here = engine.svg_of(SPEC)
    assert here.startswith("<svg")
    ahead.allow()
    WORKER.start()
    process = WORKER.process
    assert process is not None
    WORKER.start()
    assert WORKER.process is process, "one is enough"
    assert [engine.svg_of(SPEC), engine.svg_of(SPEC)] == [here, here]

    with drawn_later() as drawings:
        text = f"{engine.svg_of(SPEC)} and {engine.svg_of(engine.FIRST)}"
    assert "<svg" not in text
    first = engine.svg_of(engine.FIRST)  # drawn after those that nobody has waited for yet
    assert process.poll() is None, "it drew them"
    assert drawings.filled(text, str.upper) == f"{here} and {first}".upper().replace("AND", "and")

    process.kill()
    process.wait()
    assert engine.svg_of(SPEC) == here
    assert WORKER.process is None


def test_charts_without_a_process_are_drawn_when_they_are_filled_in() -> None:
    with drawn_later() as drawings:
        text = engine.svg_of(SPEC)
    assert drawings.filled(f"<p>{text}</p>") == f"<p>{engine.svg_of(SPEC)}</p>"


def test_a_run_goes_on_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/absent/python")
    ahead.allow()
    WORKER.start()
    assert WORKER.process is None
