"""What is going on, on standard error, for people at a terminal; silent otherwise."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

SHOW_AFTER_SECONDS = 1.0


class Talk:
    """Says what a command does; quiet when asked or when standard error is not a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.live = not quiet and sys.stderr.isatty()

    def say(self, line: str) -> None:
        """A line for people, on standard error unless quiet."""
        if not self.quiet:
            print(line, file=sys.stderr)

    @contextlib.contextmanager
    def counting(self, what: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """A bar with the time that is left, moved on by what it yields; not at a terminal, none.

        Args:
            what: What is done.
            total: How many there are; null where it is not known, and then no time is told.
        """
        if not self.live:
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        started = time.monotonic()
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
        if time.monotonic() - started > SHOW_AFTER_SECONDS:
            self.say(f"{what}: {time.monotonic() - started:.1f} s")

    @contextlib.contextmanager
    def working(self, what: str) -> Iterator[None]:
        """A spinner with elapsed time while a step runs; nothing when not at a terminal."""
        if not self.live:
            yield
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            bar.add_task(what)
            started = time.monotonic()
            yield
        if time.monotonic() - started > SHOW_AFTER_SECONDS:
            self.say(f"{what}: {time.monotonic() - started:.1f} s")
