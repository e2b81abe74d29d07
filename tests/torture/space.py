"""No space on the disk: by a limit on the size of files, and on a small file system."""

import os
import random
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.run.tool import Place, contents, hidden
from tests.torture.ground import JOBS, Job, carried_out, copied
from tests.torture.tally import Tally

LARGEST = 200_000
STORAGE = 5


def limited(size: int) -> Callable[[], None]:
    """Sets a limit that no file may grow beyond, in the process that is about to start."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def small_files(ground: Place, scratch: Path, count: int) -> Tally:
    """Each command with files that may not grow: refused with exit code 5, nothing changed."""
    tally = Tally("no space left for a file", "commands")
    place = copied(ground, scratch / "small")
    before = contents(place.root)
    drawn = random.Random(count)
    for number in range(count):
        job = JOBS[number % len(JOBS)]
        size = 0 if number < len(JOBS) else drawn.randint(1, LARGEST)
        tally.tried += 1
        done = carried_out(place, job.command, limit=limited(size))
        place = _judged(
            tally, (ground, place), before, f"{job.name} within {size:,} bytes", done.code
        )
        tally.hold("Traceback" not in done.err, f"{job.name} within {size:,} bytes: a traceback")
    shutil.rmtree(place.root)
    return tally


def small_disk(ground: Place, scratch: Path, count: int) -> Tally:
    """A file system with little room beside the workspace; only where one can be mounted."""
    tally = Tally("no space left on the disk", "commands")
    used = sum(path.stat().st_size for path in ground.root.rglob("*") if path.is_file())
    drawn = random.Random(count)
    for number in range(count):
        job = JOBS[number % len(JOBS)]
        folder = scratch / "disk"
        folder.mkdir(exist_ok=True)
        room = used + 300_000 + drawn.randint(0, LARGEST)
        if not mounted(folder, room):
            tally.note = "no file system can be mounted here"
            return tally
        try:
            _on_disk(tally, copied(ground, folder / "workspace"), job)
        finally:
            subprocess.run(["umount", folder], check=True)
    return tally


def mounted(folder: Path, size: int) -> bool:
    """Whether a file system of a size, kept in memory, is now at a folder."""
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _on_disk(tally: Tally, place: Place, job: Job) -> None:
    before = contents(place.root)
    tally.tried += 1
    done = carried_out(place, job.command)
    tally.hold("Traceback" not in done.err, f"{job.name}: a traceback")
    if done.code != 0:
        tally.hold(done.code == STORAGE, f"{job.name}: exit code {done.code}: {done.err}")
        tally.hold(contents(place.root) == before, f"{job.name}: files were changed")
    tally.hold(hidden(place.root) == [], f"{job.name}: {hidden(place.root)}")


def _judged(
    tally: Tally, places: tuple[Place, Place], before: dict[str, bytes], what: str, code: int
) -> Place:
    """The workspace to go on with: a fresh one where the command found room enough."""
    ground, place = places
    if code == 0:
        shutil.rmtree(place.root)
        return copied(ground, place.root)
    tally.hold(code == STORAGE, f"{what}: exit code {code}")
    tally.hold(contents(place.root) == before, f"{what}: files were changed")
    tally.hold(hidden(place.root) == [], f"{what}: {hidden(place.root)}")
    return place
