"""``make mutation``: small faults put into ``calc/``, one by one; exit code 1 where too many live.

Usage: python -m tests.mutation [--mutants N] [--seed N] [--only PART] [--reached FILE]
                                [--results FILE [--again]] [--patience SECONDS]
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation.faults import ROOT, Fault, drawn, equivalent, every_fault
from tests.mutation.reach import NARROW, NONE_CHOSEN, WIDE, Reached, reached
from tests.mutation.sites import faulty
from tests.mutation.trial import PASSED, Faulty, loaded, tried

SAMPLED, SEED, WANTED = 400, 1995, 0.9
FIRST, LONGEST_TRIAL, LONGEST_WIDE = 3.0, 60.0, 150.0
"""Seconds of tests in a first trial, in a second, and in one of the tests of whole commands."""
BASE_LIMIT, TIMES = 10, 4
LIVES, TOLD = "lives", 10


@dataclass(slots=True)
class Results:
    """What became of each fault, by its key: what found it, or that it lives; kept in a file."""

    file: Path | None
    found: dict[str, str] = field(default_factory=dict)

    def read(self) -> None:
        """Take up what an earlier round found; a fault that was tried again has its last word."""
        if self.file is not None and self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                self.found |= json.loads(line)

    def told(self, fault: Fault, what: str) -> None:
        """Keep one at once, so that an interruption loses none."""
        self.found[fault.key] = what
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({fault.key: what}) + "\n")


def trials_of(
    fault: Fault, kept: Path | None, patience: float
) -> Iterator[tuple[Reached, list[str]]]:
    """Tests to try one after another: the nearest, others of functions, those of commands."""
    narrow = reached(NARROW, kept)
    near = narrow.tests_of(fault)
    first = soonest(narrow.seconds, near, FIRST)
    rest = [test for test in near if test not in first]
    yield narrow, first
    yield narrow, soonest(narrow.seconds, rest, min(LONGEST_TRIAL, patience))
    if patience >= LONGEST_WIDE:
        wide = reached(WIDE, kept)
        yield wide, soonest(wide.seconds, wide.tests_of(fault), patience)


def soonest(seconds: Mapping[str, float], tests: Sequence[str], most: float) -> list[str]:
    """As many tests, from the first, as can be done in some seconds; a long one is passed over."""
    kept, spent = [], 0.0
    for name in tests:
        if spent + seconds[name] <= most:
            spent += seconds[name]
            kept.append(name)
    return kept


def found_by(fault: Fault, kept: Path | None, patience: float) -> str:
    """The test that fails on a fault, or does not come to an end with it; else that it lives."""
    path = ROOT / fault.file
    text = faulty(path.read_text(encoding="utf-8"), fault.site)
    for known, tests in trials_of(fault, kept, patience):
        limit = BASE_LIMIT + int(TIMES * sum(known.seconds[test] for test in tests))
        if tests:
            trial = tried(tests, limit, Faulty(fault.module, path, text))
            if trial.code not in (PASSED, NONE_CHOSEN):
                return trial.failed[0] if trial.failed else f"ended with {trial.code}"
    return LIVES


def tried_all(faults: Sequence[Fault], results: Results, given: argparse.Namespace) -> None:
    """Try what has no result yet, and with ``--again`` what lived; say how far it is."""
    left = [
        fault
        for fault in faults
        if fault.key not in results.found or (given.again and results.found[fault.key] == LIVES)
    ]
    began = time.monotonic()
    for number, fault in enumerate(left, 1):
        what = found_by(fault, given.reached, given.patience)
        results.told(fault, what)
        if what == LIVES:
            print(f"lives  {fault}", flush=True)
        if number % TOLD == 0 or number == len(left):
            spent = time.monotonic() - began
            minutes = spent / number * (len(left) - number) / 60
            print(
                f"{number} of {len(left)} tried in {spent:.0f} s, about {minutes:.0f} min left",
                file=sys.stderr, flush=True,
            )  # fmt: skip


def concluded(faults: Sequence[Fault], found: Mapping[str, str], same: Mapping[str, str]) -> float:
    """The share that was found of the faults that change a result; all are told."""
    judged = [fault for fault in faults if fault.key not in same]
    living = [fault for fault in judged if found[fault.key] == LIVES]
    for fault in faults:
        if fault.key in same:
            print(f"changes no result  {fault}: {same[fault.key]}")
    print(f"{len(living)} live:" if living else "none lives", *living, sep="\n  ")
    share = 1 - len(living) / len(judged) if judged else 0.0
    print(
        f"{len(judged) - len(living)} of {len(judged)} faults found, {share:.1%}; "
        f"{len(faults) - len(judged)} others change no result"
    )
    return share


def main() -> int:
    """Print each fault that lives, and the share that was found; 1 where it is too small."""
    parser = argparse.ArgumentParser(description="Put small faults into calc/, one by one.")
    parser.add_argument("--mutants", type=int, default=SAMPLED, help="how many; 0 for all")
    parser.add_argument("--seed", type=int, default=SEED, help="which are drawn")
    parser.add_argument("--only", default="", help="part of the path of a module")
    parser.add_argument("--reached", type=Path, help="keeps what the tests reach, to be used again")
    parser.add_argument("--results", type=Path, help="keeps what was found; goes on from there")
    parser.add_argument("--again", action="store_true", help="try again what lived")
    parser.add_argument(
        "--patience", type=float, default=LONGEST_WIDE,
        help="seconds of tests for a fault that lives; below 150 none of whole commands",
    )  # fmt: skip
    given = parser.parse_args()
    loaded()
    results, same = Results(given.results), equivalent()
    results.read()
    every = every_fault(given.only)
    print(f"{len(every):,} faults can be made", file=sys.stderr, flush=True)
    faults = drawn(every, given.mutants, given.seed)
    tried_all([fault for fault in faults if fault.key not in same], results, given)
    return 0 if concluded(faults, results.found, same) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
