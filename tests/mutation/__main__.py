"""``make mutation``: small faults put into ``calc/``, one by one; exit code 1 where too many live.

Usage: python -m tests.mutation [--mutants N] [--seed N] [--only PART] [--reached FILE]
                                [--results FILE [--again]] [--patience SECONDS]
"""

import argparse
import functools
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation.faults import ROOT, Fault, drawn, equivalent, every_fault
from tests.mutation.imports import nearest_files
from tests.mutation.reach import (
    DECLARED,
    DICTIONARY,
    MOST_FILES,
    NARROW,
    NONE_CHOSEN,
    WIDE,
    Reached,
    passes,
    reached,
)
from tests.mutation.sites import faulty
from tests.mutation.trial import PASSED, Faulty, loaded, tried
from tests.mutation.warm import Exchanged, changed, warmed

SAMPLED, SEED, WANTED = 400, 1995, 0.9
FIRST, PATIENCE = 3.0, 40.0
"""Seconds of tests in a first trial, and in a second."""
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


def soonest(seconds: Mapping[str, float], tests: Sequence[str], most: float) -> list[str]:
    """As many tests, from the first, as can be done in some seconds; a long one is passed over."""
    kept, spent = [], 0.0
    for name in tests:
        if spent + seconds[name] <= most:
            spent += seconds[name]
            kept.append(name)
    return kept


def tried_warm(faults: Sequence[Fault], known: Reached, results: Results) -> None:
    """Try the nearest tests of each fault in a function where all is imported; keep what fails.

    In a process of its own, so that this one stays as it is.
    """
    process = os.fork() if faults else None
    if process is None:
        return
    if process:
        try:
            os.waitpid(process, 0)
        except KeyboardInterrupt:
            os.kill(process, signal.SIGTERM)
            raise
        results.read()
        return
    try:
        warmed(NARROW)
        counted(faults, functools.partial(_warm, known), results)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _warm(known: Reached, fault: Fault) -> str | None:
    """The test that fails on a fault in a function; null where none does, or it is elsewhere."""
    plain = (ROOT / fault.file).read_text(encoding="utf-8")
    text = faulty(plain, fault.site)
    codes = changed(plain, text)
    tests = soonest(known.seconds, known.tests_of(fault), FIRST)
    if not codes or not tests:
        return None
    whole = Exchanged(Faulty(fault.module, ROOT / fault.file, text), codes)
    trial = tried(tests, limit_of(tests, known), whole)
    return next(iter(trial.failed), None)


def limit_of(tests: Sequence[str], known: Reached) -> int:
    """Seconds of a processor after which tests are said not to come to an end."""
    return BASE_LIMIT + int(TIMES * sum(known.seconds[test] for test in tests))


def found_by(known: Reached, patience: float, fault: Fault) -> str:
    """The test that fails on a fault, or does not come to an end with it; else that it lives."""
    path = ROOT / fault.file
    text = faulty(path.read_text(encoding="utf-8"), fault.site)
    faulted = Faulty(fault.module, path, text)
    near = known.tests_of(fault)
    first = soonest(known.seconds, near, FIRST)
    rest = soonest(known.seconds, [test for test in near if test not in first], patience)
    for tests in filter(None, (first, rest)):
        trial = tried(tests, limit_of(tests, known), faulted)
        if trial.code not in (PASSED, NONE_CHOSEN):
            return trial.failed[0] if trial.failed else f"ended with {trial.code}"
    return _found_by_commands(faulted, patience)


def _found_by_commands(fault: Faulty, patience: float) -> str:
    """The test of whole commands that fails on a fault and not without it; else that it lives.

    How long these take is not known beforehand, so one that is cut off has found nothing.
    """
    pages = [DICTIONARY] if fault.name.startswith(DECLARED) else []
    files = nearest_files(fault.name, WIDE, MOST_FILES)
    trial = tried([*pages, *files], int(TIMES * patience), fault)
    return next((test for test in trial.failed if passes(test)), LIVES)


def tried_all(faults: Sequence[Fault], results: Results, given: argparse.Namespace) -> None:
    """Try what has no result yet, and with ``--again`` what lived; results are kept at once."""
    known = reached(NARROW, given.reached)
    tried_warm(_left(faults, results, given), known, results)
    left = _left(faults, results, given)
    counted(left, functools.partial(found_by, known, given.patience), results)


def _left(faults: Sequence[Fault], results: Results, given: argparse.Namespace) -> list[Fault]:
    return [
        fault
        for fault in faults
        if fault.key not in results.found or (given.again and results.found[fault.key] == LIVES)
    ]


def counted(
    faults: Sequence[Fault], judge: Callable[[Fault], str | None], results: Results
) -> None:
    """Keep what a judge says of each fault, if it says something; tell how far it is."""
    began = time.monotonic()
    for number, fault in enumerate(faults, 1):
        what = judge(fault)
        if what is not None:
            results.told(fault, what)
        if what == LIVES:
            print(f"lives  {fault}", flush=True)
        if number % TOLD == 0 or number == len(faults):
            spent = time.monotonic() - began
            minutes = spent / number * (len(faults) - number) / 60
            print(
                f"{number} of {len(faults)} tried in {spent:.0f} s, about {minutes:.0f} min left",
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
        "--patience", type=float, default=PATIENCE,
        help="seconds of tests of functions for a fault that lives; four times as many of commands",
    )  # fmt: skip
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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
