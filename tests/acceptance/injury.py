"""Runs the program and lets it be struck at a chosen moment; started as a program by tests.

Usage: injury.py SIGNAL MOMENT COMMAND...

Moments are counted: each file opened or folder made, renamed or removed below the workspace is
one. SIGNAL is sent to this process at the moment of that number; 0 only counts, and the count is
the last line on standard error.
"""

import signal
import sys
from pathlib import Path
from typing import Any

COUNTED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link"}


class Strike:
    """Counts moments, and strikes at one of them."""

    def __init__(self, signal_number: int, moment: int) -> None:
        self.signal_number, self.moment, self.seen = signal_number, moment, 0
        self.folder = str(Path.cwd() / "data")

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in COUNTED or self.folder not in str(arguments[0]):
            return
        self.seen += 1
        if self.seen == self.moment:
            signal.raise_signal(self.signal_number)


def main() -> None:
    """Run the command with the strike prepared."""
    strike = Strike(int(sys.argv[1]), int(sys.argv[2]))
    sys.addaudithook(strike)
    from pipelines.cli import run_command

    code = run_command(sys.argv[3:])
    print(strike.seen, file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
