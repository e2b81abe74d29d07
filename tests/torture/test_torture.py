"""A short draw of what ``make torture`` does at length; kills and shortages are in acceptance/."""

import sys
from pathlib import Path

import pytest

from tests.draws import draws
from tests.run.tool import Done, Place, flip
from tests.torture.flips import flips_in_pack, flips_in_run
from tests.torture.ground import JOBS, copied, furnished, is_old_or_new
from tests.torture.hostile import hostile_inputs
from tests.torture.sameness import same_bytes
from tests.torture.space import small_disk
from tests.torture.tally import Tally

BITS, BITS_OF_PACK, FULL_DISKS = draws(40, 40), draws(6, 12), 2
ONE_IN = draws(8, 4)
"""Of the hostile inputs one in so many is tried."""
COMMANDS = JOBS[draws(2, 0) :]
"""Those done again; ingest and run are so in ``tests/acceptance/test_determinism.py`` too."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="signals and limits as on Linux"),
]


@pytest.fixture(scope="module")
def ground(demonstration: tuple[Place, Done], tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The workspace that is injured; made once."""
    return furnished(copied(demonstration[0], tmp_path_factory.mktemp("torture") / "ground"))


def unharmed(tally: Tally, tried: int) -> None:
    assert tally.harm == []
    assert tally.tried == tried


def test_bits_turned_in_a_run_are_found(ground: Place, tmp_path: Path) -> None:
    unharmed(flips_in_run(ground, tmp_path, BITS), BITS)


def test_bits_turned_in_a_pack_are_found(ground: Place, tmp_path: Path) -> None:
    unharmed(flips_in_pack(ground, tmp_path, BITS_OF_PACK), BITS_OF_PACK)


def test_other_circumstances_give_the_same_bytes(ground: Place, tmp_path: Path) -> None:
    unharmed(same_bytes(ground, tmp_path, 2, COMMANDS), 2)


def test_disk_without_room(ground: Place, tmp_path: Path) -> None:
    tally = small_disk(ground, tmp_path, FULL_DISKS)
    if tally.note:
        pytest.skip(tally.note)
    unharmed(tally, FULL_DISKS)


def test_hostile_inputs_are_refused(ground: Place, tmp_path: Path) -> None:
    unharmed(hostile_inputs(ground, tmp_path, share=ONE_IN), draws(7, 13))


def test_harm_is_seen() -> None:
    """A tally that could not tell harm would prove nothing."""
    report = next(job for job in JOBS if job.name == "report")
    before = {"data/mine.xlsx": b"old", "other": b"o"}
    made = before | {"data/mine.xlsx": b"new"}
    half = before | {"data/mine.xlsx": b"ne"}
    assert is_old_or_new(report, before, made, made) == ""
    assert is_old_or_new(report, before, before, made) == ""
    assert is_old_or_new(report, before, half, made) == "data/mine.xlsx"
    assert is_old_or_new(report, before, {"other": b"o"}, made) == "data/mine.xlsx"
    assert is_old_or_new(report, before, before | {"other": b"p"}, made) == "other"
    assert is_old_or_new(report, before, before | {"half": b"h"}, made) == "half"


def test_half_a_table_is_refused(place: Place) -> None:
    """What an ingest that is killed between two renames leaves: files of two ingests."""
    trade = place.workspace.trade
    kept = trade / "us-2024.provenance.parquet"
    flip(kept, 200)
    done = place.run("--as-of", "2024-11-01")
    assert done.code == 3
    assert (
        "error: us-2024.provenance.parquet is not of the ingest that made us-2024.parquet: it was "
        "cut short, or the file was altered\n"
    ) in done.err
    assert "hint: ingest again: retorsion ingest FILE --name us-2024" in done.err
    kept.unlink()
    assert place.run("--as-of", "2024-11-01").code == 3
