"""A run whose files are all written in their turn, but with neither chart nor sheet in them.

For tests of how files are written, and of what is left where that is cut short: what is drawn and
put into sheets takes most of the time of a run, and nothing of it is looked at there. The folders,
files and renames are those of any run. With all draws (``make laws``) such tests run the whole.

Started as a program it is the console script of the tool.
"""

from collections.abc import Callable
from typing import Any

from tests.draws import IS_LONG


def lighten(put: Callable[[object, str, object], None] = setattr) -> None:
    """Leave charts and sheets out, unless all is drawn; ``put`` may be ``monkeypatch.setattr``."""
    if IS_LONG:
        return
    from pipelines import ahead
    from pipelines.report import workbook
    from pipelines.report.page import engine

    put(workbook, "workbook_bytes", _no_sheets)
    put(engine, "_drawn_here", _no_chart)
    put(ahead, "allow", lambda: None)  # what would draw in a process of its own


def _no_sheets(*_: Any, **_settings: Any) -> bytes:
    return b"left out of this test"


def _no_chart(_spec: Any) -> str:
    return "<svg></svg>"


if __name__ == "__main__":
    lighten()
    from pipelines.cli import main

    main()
