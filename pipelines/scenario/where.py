"""Where the measures of a scenario stand in its file, for what is told after it was read."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.scenario.document import read_document
from pipelines.scenario.lines import KeyPath, find_lines, nearest_line
from pipelines.scenario.model import Scenario

GOODS = ("products", "except", "but")


class Where:
    """The lines of a scenario file; what stands in a file that it builds on has none."""

    def __init__(self, scenario: Scenario) -> None:
        """The lines of the file that the scenario was read from.

        Raises:
            ScenarioError: The file is no longer as it was.
            StorageError: It cannot be read.
        """
        document = read_document(scenario.path)
        self._name, self._lines = document.name, find_lines(document.text)
        listed = document.root.get("measure", [])
        self._measures: Mapping[str, tuple[int, dict[str, Any]]] = {
            str(table.get("id")): (number, table) for number, table in enumerate(listed)
        }

    def measures(self, *names: str) -> str:
        """The file and the lines of measures: ``cars.toml lines 8 and 20``; empty without any."""
        own = {number: name for name, (number, _) in self._measures.items()}
        lines = [self._line(("measure", at)) for at in sorted(own) if own[at] in names]
        if not lines:
            return ""
        return f"{self._name} line{'' if len(lines) == 1 else 's'} {' and '.join(map(str, lines))}"

    def word(self, measure: str, word: str) -> str:
        """The file and the line of a word among the goods of a measure and its exclusions."""
        number, table = self._measures.get(measure, (0, {}))
        path = next((path for path, said in _words((), table) if said == word), None)
        if path is None:
            return self.measures(measure)
        return f"{self._name} line {self._line(('measure', number, *path))}"

    def _line(self, path: KeyPath) -> int:
        return nearest_line(self._lines, path)


def _words(path: KeyPath, table: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Each word of the goods of a table, with the keys that lead to it."""
    for key in GOODS:
        value = table.get(key, [])
        words = enumerate(value) if isinstance(value, list) else ((None, value),)
        for number, word in words:
            at = (*path, key) if number is None else (*path, key, number)
            yield at, str(word).strip()
    for number, inner in enumerate(table.get("exclusion", [])):
        yield from _words((*path, "exclusion", number), inner)
