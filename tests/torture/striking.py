"""Killed and interrupted at random moments: all is old or new, and the next command works."""

import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from tests.run.tool import Place, hidden
from tests.torture.ground import JOBS, Job, copied, is_old_or_new, struck, visible
from tests.torture.tally import Tally

REJECTED = 3


def strikes(ground: Place, scratch: Path, count: int, signal_number: int) -> Iterator[Tally]:
    """Each command struck at that many moments, spread at random over all that it has."""
    for job in JOBS:
        yield _struck_often(ground, scratch, count, signal_number, job)


def _struck_often(ground: Place, scratch: Path, count: int, signal_number: int, job: Job) -> Tally:
    word = "killed" if signal_number == signal.SIGKILL else "interrupted"
    tally = Tally(f"{word} during {job.name}", "moments")
    whole = copied(ground, scratch / "whole")
    done = struck(whole, job, signal_number, 0)
    tally.hold(done.code == 0, f"{job.name} fails unhurt: {done.err}")
    made, moments = visible(whole), int(done.err.splitlines()[-1])
    shutil.rmtree(whole.root)
    place, before = copied(ground, scratch / "struck"), visible(ground)
    for moment in _chosen(count, moments):
        tally.tried += 1
        done = struck(place, job, signal_number, moment)
        after = visible(place)
        wrong = is_old_or_new(job, before, after, made)
        tally.hold(not wrong, f"moment {moment} of {moments}: {wrong}")
        if job.name == "ingest" and after not in (before, made):
            code = place.run().code
            tally.hold(code == REJECTED, f"moment {moment}: half a table gives exit code {code}")
        if signal_number == signal.SIGINT:
            tally.hold("Traceback" not in done.err, f"moment {moment}: a traceback")
            tally.hold(hidden(place.root) == [], f"moment {moment}: {hidden(place.root)}")
        if after != before:
            shutil.rmtree(place.root)
            place = copied(ground, scratch / "struck")
    last = struck(place, job, signal_number, 0)
    tally.hold(last.code == 0, f"the next {job.name} fails: {last.err}")
    tally.hold(visible(place) == made, f"the next {job.name} gives something else")
    shutil.rmtree(place.root)
    tally.note = f"of {moments:,}"
    return tally


def _chosen(count: int, moments: int) -> list[int]:
    """Moments drawn at random, the same at each draw; the last one among them."""
    drawn = random.Random(moments)
    return [*(drawn.randint(1, moments) for _ in range(count - 1)), moments]
