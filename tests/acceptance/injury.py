"""Runs the program and lets it be struck at a chosen moment; started as a program by tests.

Usage: injury.py [--light] SIGNAL MOMENT COMMAND...

Moments are counted: each file opened or folder made, renamed or removed below the workspace is
one. SIGNAL is sent to this process at the moment of that number; 0 only counts, and the count is
the last line on standard error. With --light no chart is drawn and no sheet filled: see ``light``.
"""

import signal
import sys
from pathlib import Path
from typing import Any

from tests.acceptance.light import lighten

COUNTED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"}


class Strike:
    """Counts moments, and strikes at one of them."""

    def __init__(self, signal_number: int, moment: int, root: Path) -> None:
        self.signal_number, self.moment, self.seen = signal_number, moment, 0
        self.folder = str(root / "data")

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in COUNTED or self.folder not in str(arguments[0]):
            return
        self.seen += 1
        if self.seen == self.moment:
            signal.raise_signal(self.signal_number)


def main() -> None:
    """Run the command with the strike prepared."""
    _, *arguments = sys.argv
    if arguments[0] == "--light":
        arguments = arguments[1:]
        lighten()
    strike = Strike(int(arguments[0]), int(arguments[1]), Path.cwd())
    sys.addaudithook(strike)
    from pipelines.cli import run_command

    code = run_command(arguments[2:])
    print(strike.seen, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
