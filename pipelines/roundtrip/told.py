"""An edited sheet told on a terminal and as an object: its edits, then what they change."""

from typing import Any

from pipelines.compare.told import comparison_dict, comparison_lines
from pipelines.roundtrip.assumptions import WORKBOOK_ONLY
from pipelines.roundtrip.step import Imported


def imported_dict(done: Imported) -> dict[str, Any]:
    """The edits, the difference that they make, and what was written."""
    told = None if done.difference is None else comparison_dict(done.difference, "")
    return {
        "changes": list(done.changes),
        "not_taken": list(done.unused),
        "difference": None if told is None else {k: v for k, v in told.items() if k != "folder"},
        "written": [str(path) for path in done.written],
    }


def imported_lines(done: Imported) -> list[str]:
    """The same for people."""
    lines = [f"edited    {change}" for change in done.changes]
    lines += [
        f"not taken {change}: {WORKBOOK_ONLY[change.partition(' ')[0]]}" for change in done.unused
    ]
    if done.difference is None:
        return [*lines, "nothing in the sheet changes the scenario"]
    lines += ["", *comparison_lines(done.difference, "")[:-1], ""]
    if not done.written:
        return [*lines, "nothing is written; accept the edit with: -o NAME.toml"]
    lines += [f"written   {path}" for path in done.written]
    return [*lines, f"next      retorsion run {done.written[-1]}"]
