"""What the tests reach, and which of them are tried on a fault: the nearest to its line first."""

import ast
import functools
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutation.faults import ROOT, Fault
from tests.mutation.trial import PASSED, Lines, tried

NARROW = ("tests/calc", "tests/policy", "tests/effects")
"""Tests of single functions."""
WIDE = (
    *("properties", "golden", "scenario", "compare", "base", "codes", "ingest", "report", "run"),
    *("validation", "mirror", "stream", "faults", "audit"),
)
"""Folders of files of tests that are tried where a fault lives: more of the program is in each."""
MOST_FILES = 8
DECLARED, DICTIONARY = (
    "calc.tables.", "tests/test_docs.py::test_data_dictionary_is_what_the_tables_declare",
)  # fmt: skip
"""What a table declares is on a page that is made of it: one test sees most of its faults."""
BASELINE_LIMIT, ALONE_LIMIT = 3600, 300
FAILED, NONE_CHOSEN = 1, 5
"""What pytest says where a test fails, and where all of a trial are slow ones."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What tests reach: seconds of each, its lines of each file, and how many they are."""

    seconds: Mapping[str, float]
    lines: Mapping[str, Lines]
    width: Mapping[str, int]

    def tests_of(self, fault: Fault) -> list[str]:
        """The tests to try, nearest first: those of the line, else of its function or file.

        What is not in a function is run when the module is imported, so by no test of its own.
        """
        line = fault.site.line
        span = lines_of_function(fault.file, line)
        found: list[str] = []
        if span is not None:
            found = self.through(fault.file, range(line, line + 1)) or self.through(
                fault.file, span
            )
        return self.nearest(found or self.through(fault.file, range(sys.maxsize)), fault)

    def through(self, file: str, lines: range) -> list[str]:
        """The tests that reach one of some lines of a file."""
        return [
            test
            for test, files in self.lines.items()
            if any(line in lines for line in files.get(file, ()))
        ]

    def nearest(self, tests: Iterable[str], fault: Fault) -> list[str]:
        """Tests of the module's name first, then those that are done soon and reach little else."""
        word = fault.module.rpartition(".")[2]

        def distance(name: str) -> tuple[bool, float, str]:
            is_named = word in name.partition("::")[0].rpartition("/")[2]
            return not is_named, (self.seconds[name] + 0.01) * self.width[name], name

        return sorted(tests, key=distance)


@functools.cache
def _functions(file: str) -> tuple[tuple[int, int], ...]:
    """First and last line of what each outermost function of a file does."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    inner = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for child in ast.walk(node)
        if child is not node
    }
    return tuple(
        (node.body[0].lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and id(node) not in inner
    )


def lines_of_function(file: str, line: int) -> range | None:
    """The lines of the function that a line is in; null where importing the module runs it."""
    for first, last in _functions(file):
        if first <= line <= last:
            return range(first, last + 1)
    return None


@functools.cache
def reached(folders: tuple[str, ...], kept: Path | None) -> Reached:
    """What each test of some folders reaches: tried once as the code is, or read from a file."""
    found: dict[str, Any] = {"done": [], "seconds": {}, "lines": {}}
    if kept is not None and kept.exists():
        found = json.loads(kept.read_bytes())
    for tests in folders:
        if tests in found["done"]:
            continue
        seconds, lines = passing(tests)
        found["done"].append(tests)
        found["seconds"] |= seconds
        found["lines"] |= lines
        print(f"{tests}: {len(seconds):,} tests", file=sys.stderr, flush=True)
        if kept is not None:
            kept.write_text(json.dumps(found))
    inside = tuple(f"{folder}/" for folder in folders)
    chosen = [name for name in found["seconds"] if name.startswith(inside)]
    return Reached(
        seconds={name: found["seconds"][name] for name in chosen},
        lines={name: found["lines"][name] for name in chosen},
        width={name: sum(map(len, found["lines"][name].values())) for name in chosen},
    )


@functools.cache
def passes(test: str) -> bool:
    """Whether a test passes by itself on the code as it is: else it proves nothing."""
    return tried([test], ALONE_LIMIT).code == PASSED


def passing(tests: str) -> tuple[dict[str, float], dict[str, Lines]]:
    """Seconds and lines of the tests that pass on the code as it is; others prove nothing.

    Raises:
        RuntimeError: They could not be tried.
    """
    trial = tried([tests], BASELINE_LIMIT)
    if trial.code not in (PASSED, FAILED, NONE_CHOSEN):
        raise RuntimeError(f"{tests} cannot be tried:\n{trial.said[-3000:]}")
    for name in trial.failed:
        print(f"fails without a fault, so is left out: {name}", file=sys.stderr, flush=True)
    seconds = {name: spent for name, spent in trial.seconds.items() if name not in trial.failed}
    return seconds, {name: trial.lines[name] for name in seconds}
