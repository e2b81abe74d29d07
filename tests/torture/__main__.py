"""``make torture``: every injury at full length, a line each; exit code 1 where harm was done.

Usage: python -m tests.torture [--moments N]
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.run.tool import Place
from tests.torture.flips import flips_in_pack, flips_in_run
from tests.torture.ground import prepared
from tests.torture.hostile import hostile_inputs
from tests.torture.sameness import other_order, same_bytes
from tests.torture.space import small_disk, small_files
from tests.torture.striking import strikes
from tests.torture.tally import Tally

FULL = 200
SHOWN = 5


def injuries(ground: Place, scratch: Path, moments: int) -> Iterator[Callable[[], Iterable[Tally]]]:
    """Each injury, to be done when it is called; ``moments`` says how often."""
    tenth = max(1, moments // 10)
    yield lambda: strikes(ground, scratch, moments, signal.SIGKILL)
    yield lambda: strikes(ground, scratch, tenth, signal.SIGINT)
    yield lambda: [small_files(ground, scratch, max(8, moments // 5))]
    yield lambda: [small_disk(ground, scratch, max(4, tenth))]
    yield lambda: [flips_in_run(ground, scratch, 5 * moments)]
    yield lambda: [flips_in_pack(ground, scratch, moments)]
    yield lambda: [same_bytes(ground, scratch, max(2, tenth))]
    yield lambda: [other_order(ground, scratch, max(1, tenth // 4))]
    yield lambda: [hostile_inputs(ground, scratch)]


def tortured(moments: int) -> Iterator[Tally]:
    """The tally of each injury as it is done, on a workspace made for it."""
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        ground, scratch = prepared(folder / "ground"), folder / "scratch"
        scratch.mkdir()
        for injury in injuries(ground, scratch, moments):
            yield from injury()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Print a line for each injury, and what harm was done; 1 where there was any."""
    parser = argparse.ArgumentParser(description="Injure the program, and see what is lost.")
    parser.add_argument("--moments", type=int, default=FULL, help="moments a command is killed at")
    moments: int = parser.parse_args().moments
    harm, began = 0, time.monotonic()
    for tally in tortured(moments):
        harm += len(tally.harm)
        print(tally.line(), flush=True)
        for what in tally.harm[:SHOWN]:
            print(f"    {what}", flush=True)
    print(f"outputs lost or wrongly told: {harm}; {time.monotonic() - began:.0f} s")
    return 1 if harm else 0


if __name__ == "__main__":
    sys.exit(main())
