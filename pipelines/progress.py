"""What is going on, on standard error, for people at a terminal; silent otherwise."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOW_AFTER_SECONDS = 1.0
BAR_COLUMNS = 24


class Talk:
    """Says what a command does; quiet when asked or when standard error is not a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.live = not quiet and sys.stderr.isatty()
        self._shown: Progress | None = None

    def say(self, line: str) -> None:
        """A line for people, on standard error unless quiet."""
        if not self.quiet:
            print(line, file=sys.stderr)

    @contextlib.contextmanager
    def counting(self, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """A bar with the time that is left, moved on by what it yields; not at a terminal, none.

        Within a step that is shown already it is a line below that.

        Args:
            what: What is done.
            total: How many there are; null where it is not known, and then no time is told.
        """
        if not self.live:
            yield lambda _: None
            return
        with self._bar(what, total) as (bar, task):
            yield lambda done: bar.advance(task, done)

    @contextlib.contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A spinner with elapsed time while a step runs; nothing when not at a terminal."""
        if not self.live:
            yield
            return
        with self._bar(what, None):
            yield

    @contextlib.contextmanager
    def _bar(self, what: str, total: int | None) -> "Iterator[tuple[Progress, TaskID]]":
        """A line of what is shown; of a step within another it goes when the step ends."""
        if self._shown is not None:
            task = self._shown.add_task(what, total=total)
            yield self._shown, task
            self._shown.remove_task(task)
            return
        started = time.monotonic()
        with shown_bar() as self._shown:
            try:
                yield self._shown, self._shown.add_task(what, total=total)
            finally:
                self._shown = None
        if time.monotonic() - started > SHOW_AFTER_SECONDS:
            self.say(f"{what}: {time.monotonic() - started:.1f} s")


def shown_bar() -> "Progress":
    """A line a step on standard error: what it does, how far it is, how long it takes and will."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        *(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(BAR_COLUMNS)),
        *(TimeElapsedColumn(), TimeRemainingColumn()),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)
