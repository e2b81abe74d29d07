"""All problems of a scenario file, each with its line, told together and first cause first."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from calc.errors import Problem, ScenarioError
from calc.rate_text import quoted
from pipelines.scenario.document import Document
from pipelines.scenario.lines import KeyPath, find_lines, nearest_line

MAX_PROBLEMS = 200
NUMBERED = {
    "exclusion": "exclusion",
    "events": "event",
    "stacking": "stacking",
    "change": "change",
    "rate": "step",
}


class Ledger:
    """Collects what is wrong with a document while reading goes on.

    Args:
        document: The file, its tables under the keys that were meant.
        written: Paths of tables to where they are written, where that is under a misspelt key.
    """

    def __init__(
        self, document: Document, written: Mapping[KeyPath, KeyPath] | None = None
    ) -> None:
        self._document = document
        self._written = written or {}
        self._entries: list[tuple[KeyPath, Problem]] = []

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return find_lines(self._document.text)

    def refuse(self, path: KeyPath, what: str, hint: str = "") -> None:
        """Enter a problem at a key; the reader goes on with a placeholder.

        Raises:
            ScenarioError: There are so many that reading on would only take time.
        """
        self.enter(path, Problem(what, hint=hint))

    def enter(self, path: KeyPath, problem: Problem) -> None:
        """Enter a problem that a key leads to; one that has a place of its own keeps it.

        Raises:
            ScenarioError: There are so many that reading on would only take time.
        """
        self._entries.append((path, problem))
        if len(self._entries) >= MAX_PROBLEMS:
            self.raise_if_any()

    @property
    def has_any(self) -> bool:
        """Whether a problem was entered."""
        return bool(self._entries)

    def raise_if_any(self) -> None:
        """Nothing, where no problem was entered.

        Raises:
            ScenarioError: All problems, in the order of the lines of the file.
        """
        if not self._entries:
            return
        placed = [(self.line_of(path), path, problem) for path, problem in self._entries]
        placed.sort(key=lambda entry: entry[0])
        raise ScenarioError.collected(
            [
                Problem(problem.what, problem.where or self._place(line, path), problem.hint)
                for line, path, problem in placed
            ]
        )

    def _place(self, line: int, path: KeyPath) -> str:
        return ", ".join((f"{self._document.name} line {line}", *self._label(path)))

    def place_of(self, path: KeyPath) -> str:
        """The file, the line and the key of a path, as messages name them."""
        return self._place(self.line_of(path), path)

    def line_of(self, path: KeyPath) -> int:
        """The line of a key, for a message that points to another place."""
        for length in (2, 1):
            if path[:length] in self._written:
                path = (*self._written[path[:length]], *path[length:])
                break
        return nearest_line(self._lines, path)

    def _label(self, path: KeyPath) -> list[str]:
        """A path in words: ``measure "car-parts"``, ``exclusion 1``, ``products``."""
        words: list[str] = []
        for part in path:
            if isinstance(part, str):
                words.append(part if part.isidentifier() else quoted(part))
            elif words[-1] == "measure":
                words[-1] = f"measure {self._measure_name(part)}"
            elif words[-1] in NUMBERED:
                words[-1] = f"{NUMBERED[words[-1]]} {part + 1}"
            else:
                words.append(f"item {part + 1}")
        return words

    def _measure_name(self, number: int) -> str:
        """The id of a measure in quotes, or its number from 1 where it has none."""
        tables: Any = self._document.root.get("measure")
        measure = tables[number] if isinstance(tables, list) else None
        name = measure.get("id") if isinstance(measure, dict) else None
        return quoted(name) if isinstance(name, str) else str(number + 1)
