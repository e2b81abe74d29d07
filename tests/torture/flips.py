"""One byte flipped anywhere in a run or an audit pack: ``verify`` finds it."""

import random
import shutil
from pathlib import Path

from tests.run.tool import Place, flip
from tests.torture.ground import JOBS, RUN_NAME, carried_out, copied
from tests.torture.tally import Tally

FAILED = 8
UNREADABLE = {3, 5, 8}


def flips_in_run(ground: Place, scratch: Path, count: int) -> Tally:
    """A bit turned in a file of a run, at random: exit code 8, or the manifest is unreadable."""
    place = copied(ground, scratch / "flips")
    tally = Tally("a bit turned in a run", "bits")
    files = [path for path in sorted(place.folder().rglob("*")) if path.is_file()]
    drawn = random.Random(count)
    for number in range(count):
        path = files[number % len(files)] if number < len(files) else drawn.choice(files)
        tally.tried += 1
        at = drawn.randrange(path.stat().st_size)
        flip(path, at)
        code = place.do("verify", str(place.root / _folder(place))).code
        flip(path, at)
        tally.hold(code in UNREADABLE, f"byte {at} of {path.name}: exit code {code}")
    tally.hold(place.do("verify", RUN_NAME).code == 0, "the run mended is not whole")
    shutil.rmtree(place.root)
    return tally


def _folder(place: Place) -> str:
    """The folder of the one run, which no manifest is needed to find."""
    runs = place.workspace.runs / RUN_NAME
    (found,) = [path for path in runs.iterdir() if path.is_dir()]
    return found.relative_to(place.root).as_posix()


def flips_in_pack(ground: Place, scratch: Path, count: int) -> Tally:
    """A bit turned in an audit pack, at random: the pack is not taken for whole."""
    place = copied(ground, scratch / "pack")
    tally = Tally("a bit turned in an audit pack", "bits")
    (job,) = [one for one in JOBS if one.name == "audit"]
    done = carried_out(place, job.command)
    tally.hold(done.code == 0, done.err)
    pack = place.root / job.targets[0]
    drawn = random.Random(count)
    for _ in range(count):
        tally.tried += 1
        at = drawn.randrange(pack.stat().st_size)
        flip(pack, at)
        code = place.do("verify", str(pack)).code
        flip(pack, at)
        tally.hold(code in UNREADABLE, f"byte {at} of the pack: exit code {code}")
    shutil.rmtree(place.root)
    return tally
