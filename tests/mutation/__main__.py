"""``make mutation``: small faults put into ``calc/``, one by one; exit code 1 where too many live.

Usage: python -m tests.mutation [--mutants N] [--seed N] [--only PART] [--reached FILE]
"""

import argparse
import functools
import json
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutation.sites import Site, faulty, sites
from tests.mutation.trial import PASSED, ROOT, Faulty, Line, loaded, tried

NARROW = ("tests/calc", "tests/policy", "tests/effects")
"""Tests of single functions, tried by the line that they reach."""
WIDE = (
    "properties",
    "golden",
    "validation",
    "scenario",
    "compare",
    "base",
    "codes",
    "ingest",
    "report",
    "run",
)
"""Folders of tests, tried where a fault lives: whole files that name its module."""
SAMPLED, SEED, WANTED = 400, 1995, 0.9
LONGEST_TRIAL, LONGEST_WIDE = 20.0, 60.0
BASE_LIMIT, TIMES, BASELINE_LIMIT = 30, 4, 3600
FAILED, NONE_CHOSEN = 1, 5
"""What pytest says where a test fails, and where all of a trial are slow ones."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A small fault in a file, by its path in the checkout."""

    file: str
    site: Site

    def __str__(self) -> str:
        one = self.site
        return f"{self.file}:{one.line}: {' '.join(one.old.split())} -> {' '.join(one.new.split())}"


@dataclass(frozen=True, slots=True)
class Reached:
    """What the tests reach: seconds of each, and the tests of each line and of each file."""

    seconds: Mapping[str, float]
    by_line: Mapping[Line, frozenset[str]]
    by_file: Mapping[str, frozenset[str]]

    def tests_of(self, fault: Fault) -> list[str]:
        """The tests to try, soonest done first: those of the line, else of the file."""
        found = self.by_line.get((fault.file, fault.site.line)) or self.by_file.get(fault.file)
        return soonest(self.seconds, found or (), LONGEST_TRIAL)


def soonest(seconds: Mapping[str, float], tests: Iterable[str], most: float) -> list[str]:
    """Tests in the order of the time that they take, as many as can be done in some seconds."""
    kept, spent = [], 0.0
    for name in sorted(tests, key=lambda name: (seconds[name], name)):
        spent += seconds[name]
        if spent > most:
            break
        kept.append(name)
    return kept


def reached(kept: Path | None) -> Reached:
    """What each narrow test reaches: tried once as the code is, or read where a file has it."""
    found: dict[str, Any] = {"done": [], "seconds": {}, "lines": {}}
    if kept is not None and kept.exists():
        found = json.loads(kept.read_bytes())
    for tests in NARROW:
        if tests in found["done"]:
            continue
        seconds, lines = passing([tests])
        found["done"].append(tests)
        found["seconds"] |= seconds
        found["lines"] |= lines
        print(f"{tests}: {len(seconds):,} tests", file=sys.stderr, flush=True)
        if kept is not None:
            kept.write_text(json.dumps(found))
    return _by_line(found["seconds"], found["lines"])


def passing(tests: Sequence[str]) -> tuple[dict[str, float], dict[str, list[Line]]]:
    """Seconds and lines of the tests that pass on the code as it is; others prove nothing.

    Raises:
        RuntimeError: They could not be tried.
    """
    trial = tried(tests, BASELINE_LIMIT)
    if trial.code not in (PASSED, FAILED, NONE_CHOSEN):
        raise RuntimeError(f"{' '.join(tests)} cannot be tried:\n{trial.said[-3000:]}")
    for name in trial.failed:
        print(f"fails without a fault, so is left out: {name}", file=sys.stderr, flush=True)
    seconds = {name: spent for name, spent in trial.seconds.items() if name not in trial.failed}
    return seconds, {name: trial.lines[name] for name in seconds}


def _by_line(seconds: Mapping[str, float], lines: Mapping[str, Sequence[Line]]) -> Reached:
    by_line, by_file = defaultdict(set), defaultdict(set)
    for test, places in lines.items():
        for file, line in places:
            by_line[file, line].add(test)
            by_file[file].add(test)
    return Reached(
        seconds=seconds,
        by_line={place: frozenset(tests) for place, tests in by_line.items()},
        by_file={file: frozenset(tests) for file, tests in by_file.items()},
    )


def drawn(count: int, seed: int, only: str) -> list[Fault]:
    """Faults drawn from all of ``calc``, the same for the same code and seed; all where 0."""
    every = [
        Fault(path.relative_to(ROOT).as_posix(), site)
        for path in sorted((ROOT / "calc").rglob("*.py"))
        if only in path.relative_to(ROOT).as_posix()
        for site in sites(path.read_text(encoding="utf-8"))
    ]
    print(f"{len(every):,} faults can be made", file=sys.stderr, flush=True)
    if not 0 < count < len(every):
        return every
    chosen = random.Random(seed).sample(range(len(every)), count)
    return [every[number] for number in sorted(chosen)]


def is_killed(fault: Fault, found: Reached) -> bool:
    """Whether a test fails on the fault, or does not come to an end."""
    name = fault.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    path = ROOT / fault.file
    faulted = Faulty(name, path, faulty(path.read_text(encoding="utf-8"), fault.site))
    if _fails(found.tests_of(fault), found.seconds, faulted):
        return True
    wide = wide_tests(name)
    return _fails(list(wide), wide, faulted)


def _fails(tests: Sequence[str], seconds: Mapping[str, float], fault: Faulty) -> bool:
    limit = BASE_LIMIT + int(TIMES * sum(seconds[test] for test in tests))
    return bool(tests) and tried(tests, limit, fault).code not in (PASSED, NONE_CHOSEN)


@functools.cache
def wide_tests(name: str) -> dict[str, float]:
    """The tests in files of ``WIDE`` that name a module, soonest done first, with their seconds.

    Where none names it those that have its last word, as what they run by commands may be of it.
    """
    package, _, last = name.rpartition(".")
    files = _files_with(rf"\b{re.escape(name)}\b|from {re.escape(package)} import .*\b{last}\b")
    files = files or _files_with(rf"\b{last}\b")
    seconds, _ = passing(files) if files else ({}, {})
    return {test: seconds[test] for test in soonest(seconds, seconds, LONGEST_WIDE)}


def _files_with(words: str) -> list[str]:
    return [
        path.relative_to(ROOT).as_posix()
        for folder in WIDE
        for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))
        if re.search(words, path.read_text(encoding="utf-8"))
    ]


def main() -> int:
    """Print each fault that lives, and the share that was killed; 1 where it is too small."""
    parser = argparse.ArgumentParser(description="Put small faults into calc/, one by one.")
    parser.add_argument("--mutants", type=int, default=SAMPLED, help="how many; 0 for all")
    parser.add_argument("--seed", type=int, default=SEED, help="which are drawn")
    parser.add_argument("--only", default="", help="part of the path of a module")
    parser.add_argument("--reached", type=Path, help="keeps what the tests reach, to be used again")
    given = parser.parse_args()
    loaded()
    began, living = time.monotonic(), []
    faults = drawn(given.mutants, given.seed, given.only)
    found = reached(given.reached)
    for number, fault in enumerate(faults, 1):
        if not is_killed(fault, found):
            living.append(fault)
            print(f"lives  {fault}", flush=True)
        if number % 20 == 0:
            print(f"{number} tried, {len(living)} live", file=sys.stderr, flush=True)
    killed = len(faults) - len(living)
    share = killed / len(faults) if faults else 0.0
    print(f"{killed} of {len(faults)} faults found, {share:.1%}; {time.monotonic() - began:.0f} s")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
