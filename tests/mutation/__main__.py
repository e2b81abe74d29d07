"""``make mutation``: small faults put into ``calc/``, one by one; exit code 1 where too many live.

Usage: python -m tests.mutation [--mutants N] [--seed N] [--only PART] [--reached FILE]
"""

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.sites import Site, faulty, sites
from tests.mutation.trial import PASSED, ROOT, Faulty, Line, loaded, tried

TESTS = (
    *("tests/calc", "tests/policy", "tests/effects", "tests/properties"),
    *(
        "tests/golden/test_credits.py",
        "tests/golden/test_firms.py",
        "tests/golden/test_readings.py",
    ),
    "tests/golden/test_quotas_by_hand.py",
    "tests/golden/test_stacking_by_hand.py",
    "tests/golden/test_all_in_by_portion.py",
    "tests/golden/test_gsim_example.py",
    *("tests/scenario", "tests/validation", "tests/run/test_alike.py", "tests/run/test_rates.py"),
)
"""Tests that run in their own process, and so see a fault."""
SAMPLED, SEED, WANTED = 400, 1995, 0.9
LONGEST_TEST, LONGEST_TRIAL = 5.0, 60.0
BASE_LIMIT, TIMES = 30, 4


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
        ordered = sorted(found or (), key=lambda name: (self.seconds[name], name))
        kept, spent = [], 0.0
        for name in ordered:
            spent += self.seconds[name]
            if spent > LONGEST_TRIAL or self.seconds[name] > LONGEST_TEST:
                break
            kept.append(name)
        return kept


def reached(kept: Path | None) -> Reached:
    """What each test reaches: tried once as the code is, or read where a file has it.

    Raises:
        RuntimeError: A test fails on the code as it is.
    """
    if kept is not None and kept.exists():
        found = json.loads(kept.read_bytes())
        return _by_line(found["seconds"], found["lines"])
    seconds: dict[str, float] = {}
    lines: dict[str, list[Line]] = {}
    for tests in TESTS:
        trial = tried([tests], 3600)
        if trial.code != PASSED:
            raise RuntimeError(f"{tests} fails without a fault:\n{trial.said[-3000:]}")
        seconds |= trial.seconds
        lines |= trial.lines
        print(f"{tests}: {len(trial.seconds):,} tests", file=sys.stderr, flush=True)
    if kept is not None:
        kept.write_text(json.dumps({"seconds": seconds, "lines": lines}))
    return _by_line(seconds, lines)


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
    tests = found.tests_of(fault)
    if not tests:
        return False
    name = fault.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    path = ROOT / fault.file
    text = faulty(path.read_text(encoding="utf-8"), fault.site)
    limit = BASE_LIMIT + int(TIMES * sum(found.seconds[test] for test in tests))
    return tried(tests, limit, Faulty(name, path, text)).code != PASSED


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
