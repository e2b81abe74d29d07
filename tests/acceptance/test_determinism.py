"""The same inputs give the same bytes, whatever the threads, order of rows, folder or locale."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.run.tool import IMPORTS, SCENARIO, Done, Place, contents, program

MAY_DIFFER = {"manifest.json", "manifest.sha256", "provenance.parquet"}
"""With another order of the source rows: hashes of inputs, and row numbers."""

pytestmark = pytest.mark.slow


def run_of(place: Place) -> dict[str, bytes]:
    return contents(place.folder())


def shuffled(folder: Path) -> Path:
    """The source file with its rows in another order."""
    header, *rows = IMPORTS.read_text(encoding="utf-8").splitlines(keepends=True)
    random.Random(17).shuffle(rows)
    folder.mkdir(parents=True)
    path = folder / IMPORTS.name
    path.write_text("".join([header, *rows]), encoding="utf-8")
    return path


def ingested(place: Place, source: Path, settings: dict[str, str]) -> Place:
    """The demonstration made step by step, in surroundings of one's own."""
    place.root.mkdir(parents=True)
    for command in (("ingest", source, "--name", "us-2024"), ("run", SCENARIO)):
        done = program(*command, folder=place.root, settings=settings)
        assert done.code == 0, done.err
    return place


def without_inputs(manifest: bytes) -> dict[str, Any]:
    """A manifest without what may differ: hashes of inputs, and of the row numbers."""
    kept: dict[str, Any] = json.loads(manifest)
    for item in kept["inputs"]:
        del item["sha256"]
        del item["bytes"]
    for item in kept["outputs"]:
        if item["name"] == "provenance.parquet":
            del item["sha256"]
            del item["bytes"]
    return kept


def test_other_order_of_rows_locale_zone_hash_seed_folder_and_one_thread(
    demonstration: tuple[Place, Done], tmp_path: Path
) -> None:
    """All at once, from the source file on: if any of them mattered, bytes would differ."""
    settings = {
        "POLARS_MAX_THREADS": "1",
        "LC_ALL": "de_DE.UTF-8",
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "4711",
    }
    elsewhere = Place(tmp_path / "another folder" / "work")
    made = ingested(elsewhere, shuffled(tmp_path / "received"), settings)

    first, second = run_of(demonstration[0]), run_of(made)
    assert made.folder().name == demonstration[0].folder().name
    assert set(second) == set(first)
    differing = {name for name in first if first[name] != second[name]}
    assert differing <= MAY_DIFFER
    assert without_inputs(first["manifest.json"]) == without_inputs(second["manifest.json"])
    rows = [place.table("provenance").drop("source_row") for place in (demonstration[0], made)]
    assert_frame_equal(*rows)
    numbers = made.table("provenance")["source_row"]
    assert numbers.sort().to_list() != numbers.to_list(), "the rows were in another order"
    assert made.do("verify", "us-japan-2024").code == 0
    before, after = (
        contents(place.root / "data" / "processed" / "trade") for place in (demonstration[0], made)
    )
    assert set(after) == set(before)
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"us-2024.json", "us-2024.provenance.parquet"}, "the table is the same"
    kept = made.root / "data" / "processed" / "trade" / "us-2024.provenance.parquet"
    order = pl.read_parquet(kept)["source_row"]
    assert sorted(order) != order.to_list()


def test_threads_do_not_matter(demonstration: tuple[Place, Done], tmp_path: Path) -> None:
    """With the source as it was, every file is the same, the manifest included."""
    place = Place(tmp_path / "again")
    shutil.copytree(demonstration[0].root, place.root)
    shutil.rmtree(place.root / "data" / "processed" / "runs")
    settings = {"POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "2"}
    done = program("run", SCENARIO, folder=place.root, settings=settings)
    assert done.code == 0, done.err
    assert done.out == demonstration[1].out
    assert run_of(place) == run_of(demonstration[0])


def test_a_run_made_again_after_its_removal_is_the_same(place: Place) -> None:
    before = run_of(place)
    assert place.do("prune", "--keep", "0").code == 0
    assert place.runs() == []
    assert place.run().code == 0
    assert run_of(place) == before
