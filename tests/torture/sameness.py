"""The same inputs under other circumstances: the same bytes."""

import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.run.tool import IMPORTS, SCENARIO, Place
from tests.torture.ground import JOBS, RUN_NAME, Job, carried_out, copied, visible
from tests.torture.tally import Tally

LOCALES = ("C.UTF-8", "de_DE.UTF-8", "ja_JP.UTF-8", "C")
ZONES = ("UTC", "Asia/Tokyo", "America/New_York", "Pacific/Chatham")
ROW_NUMBERS = ("manifest.json", "manifest.sha256", "provenance.parquet")
"""What may differ where the rows of a source are in another order: hashes and row numbers."""


def circumstances(count: int) -> Iterator[dict[str, str]]:
    """Threads, locale, time zone, hash seed and clock, drawn at random."""
    drawn = random.Random(count)
    for number in range(count):
        yield {
            "POLARS_MAX_THREADS": str(1 + number % 2),
            "LC_ALL": drawn.choice(LOCALES),
            "TZ": drawn.choice(ZONES),
            "PYTHONHASHSEED": str(drawn.randrange(10_000)),
            "SOURCE_DATE_EPOCH": str(drawn.randrange(2_000_000_000)),
        }


def same_bytes(ground: Place, scratch: Path, count: int, jobs: Sequence[Job] = JOBS) -> Tally:
    """All that the commands write, made again in another folder under other circumstances."""
    tally = Tally("other circumstances", "repeats of all")
    first: dict[str, bytes] = {}
    for number, settings in enumerate(circumstances(count)):
        place = copied(ground, scratch / f"same-{number}" / ("a", "b/c")[number % 2])
        tally.tried += 1
        for job in jobs:
            done = carried_out(place, job.command, settings)
            tally.hold(done.code == 0, f"{job.name} under {settings}: {done.err}")
        made = visible(place)
        first = first or made
        differ = [name for name in first | made if first.get(name) != made.get(name)]
        tally.hold(not differ, f"under {settings}: {differ}")
        shutil.rmtree(scratch / f"same-{number}")
    return tally


def other_order(ground: Place, scratch: Path, count: int) -> Tally:
    """The rows of the source in another order: the same run, but for row numbers and hashes."""
    tally = Tally("rows in another order", "shuffles")
    header, *rows = IMPORTS.read_text(encoding="utf-8").splitlines(keepends=True)
    before = _of_run(ground)
    for number in range(count):
        place = copied(ground, scratch / "shuffled")
        random.Random(number).shuffle(rows)
        source = place.root / "data" / "less" / IMPORTS.name
        source.write_text("".join([header, *rows]), encoding="utf-8")
        shutil.rmtree(place.workspace.runs)
        tally.tried += 1
        for command in (JOBS[0].command, ("run", str(SCENARIO))):
            done = carried_out(place, command)
            tally.hold(done.code == 0, done.err)
        differ = [name for name, content in before.items() if _of_run(place).get(name) != content]
        tally.hold(not differ, f"shuffle {number}: {differ}")
        shutil.rmtree(place.root)
    return tally


def _of_run(place: Place) -> dict[str, bytes]:
    """The files of the first run of the demonstration, but for those with row numbers."""
    return {
        name: content
        for name, content in visible(place).items()
        if f"/runs/{RUN_NAME}/" in name and not name.endswith(ROW_NUMBERS)
    }
