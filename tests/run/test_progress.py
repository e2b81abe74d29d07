"""What a terminal shows while a command works: steps within steps, and nothing elsewhere."""

import io
import re
import sys

import pytest

from pipelines import progress
from pipelines.progress import Talk


class Terminal(io.StringIO):
    """A standard error that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_step_within_a_step_is_a_line_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "SHOW_AFTER_SECONDS", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    talk = Talk()
    with talk.working("applying the schedule"), talk.counting("drawing", 4) as done:
        for _ in range(4):
            done(1)
        assert talk._shown is not None
        drawing = talk._shown.tasks[1]
        assert (drawing.description, drawing.completed, drawing.total) == ("drawing", 4, 4)
    with talk.counting("rates", 2) as done:
        done(2)
    told = [line for line in re.split(r"[\r\n]", screen.getvalue()) if line.endswith(" s")]
    assert [re.sub(r".*?([a-z ]+): [0-9.]+ s$", r"\1", line) for line in told] == [
        *("applying the schedule", "rates"),  # the step within is not told once it is over
    ]


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    for talk in (Talk(), Talk(quiet=True)):
        with talk.working("applying the schedule"), talk.counting("drawing", 4) as done:
            done(4)
    assert capsys.readouterr() == ("", "")
