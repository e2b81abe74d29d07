"""``verify`` finds any altered byte, a file lost or added, and an input that has changed."""

import json
from pathlib import Path

import pytest

from tests.run.tool import Done, Place, flip

FILES = (
    "lines.parquet",
    "by_group.parquet",
    "provenance.parquet",
    "report.html",
    "report.xlsx",
    "scenario.toml",
    "validation/verdict.json",
    "validation/report.html",
    "validation/quarantine.csv",
)
RUN = "us-japan-2024"


def refused(place: Place, *parts: str) -> Done:
    """``verify`` with exit code 8, its first line with all of the parts."""
    done = place.do("verify", RUN)
    assert done.code == 8, done
    assert done.out == ""
    first = done.err.splitlines()[0]
    assert all(part in first for part in parts), first
    return done


def test_a_run_that_is_whole(place: Place) -> None:
    done = place.do("verify", RUN)
    run_id = place.folder().name
    assert done.code == 0
    assert done.out.splitlines()[0] == (
        f"run {run_id} of us-japan-2024 is whole: 27 outputs and 6 inputs have their recorded hash"
    )
    told = place.do("verify", RUN, "--json").object
    assert told["run_id"] == run_id
    assert told["outputs"] == 27


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_is_found(place: Place, name: str) -> None:
    flip(place.folder() / name)
    done = refused(place, f"error: {name} was altered: it does not have its recorded hash")
    assert f"where: run {place.folder().name}" in done.err
    assert "hint: do not use the run; make it again after: retorsion prune --run" in done.err


@pytest.mark.parametrize("place_in_file", ["first", "last"])
def test_the_first_and_the_last_byte_count_too(place: Place, place_in_file: str) -> None:
    path = place.folder() / "lines.parquet"
    flip(path, 0 if place_in_file == "first" else path.stat().st_size - 1)
    refused(place, "lines.parquet was altered")


def test_altered_manifest(place: Place) -> None:
    path = place.folder() / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"tool_version": "0', b'"tool_version": "1', 1))
    refused(place, "manifest.json does not have its recorded hash")


def test_altered_manifest_with_a_checksum_that_fits(place: Place) -> None:
    """The run id is the hash of what the run was made from, so that this is found as well."""
    from pipelines.run.manifest import read_manifest, write_manifest

    folder = place.folder()
    path = folder / "manifest.json"
    kept = json.loads(path.read_bytes())
    kept["identity"]["trade"] = "other"
    path.write_text(json.dumps(kept), encoding="utf-8")
    write_manifest(folder, read_manifest(folder))
    refused(place, "manifest.json names inputs that do not give its run id")


def test_manifest_that_cannot_be_read(place: Place) -> None:
    folder = place.folder()
    (folder / "manifest.json").write_bytes(b"{")
    done = place.do("verify", folder)
    assert done.code == 5
    assert f"error: the manifest of run {folder.name} cannot be read" in done.err


@pytest.mark.parametrize("content", [b"", b"0" * 64, b"\xff\xfe"])
def test_altered_checksum(place: Place, content: bytes) -> None:
    (place.folder() / "manifest.sha256").write_bytes(content)
    refused(place, "manifest.json does not have its recorded hash")


def test_lost_checksum(place: Place) -> None:
    (place.folder() / "manifest.sha256").unlink()
    refused(place, "manifest.json does not have its recorded hash")


@pytest.mark.parametrize("name", ["by_group.parquet", "report.xlsx", "validation/gx.json"])
def test_lost_file(place: Place, name: str) -> None:
    (place.folder() / name).unlink()
    refused(place, f"{name} is missing or cannot be read")


@pytest.mark.parametrize("name", ["notes.txt", "validation/more.csv", ".hidden"])
def test_added_file(place: Place, name: str) -> None:
    (place.folder() / name).write_text("mine", encoding="utf-8")
    refused(place, f"{name} does not belong to the run")


def test_every_fault_is_told_at_once(place: Place) -> None:
    folder = place.folder()
    flip(folder / "lines.parquet")
    (folder / "by_group.parquet").unlink()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    told = place.do("verify", RUN, "--json")
    assert told.code == told.object["exit_code"] == 8
    assert [problem["what"].split()[0] for problem in told.object["problems"]] == [
        "by_group.parquet",
        "lines.parquet",
        "notes.txt",
    ]


def test_changed_input_makes_the_run_stale(place: Place) -> None:
    table = place.root / "data" / "processed" / "trade" / "us-2024.parquet"
    flip(table)
    done = refused(place, "data/processed/trade/us-2024.parquet has changed since the run")
    assert "hint: run the scenario again; the old run stays beside the new one" in done.err


def test_input_that_is_gone_is_named_and_not_taken_for_whole(place: Place) -> None:
    (place.root / "data" / "processed" / "trade" / "us-2024.parquet").unlink()
    done = place.do("verify", RUN)
    assert done.code == 0
    assert (
        "not checked, not in the workspace or no longer there: data/processed/trade/us-2024.parquet"
        in done.out
    )


def test_run_that_was_moved_elsewhere(place: Place, tmp_path: Path) -> None:
    moved = tmp_path / "handed-over"
    place.folder().rename(moved)
    assert place.do("verify", moved).code == 0
    flip(moved / "lines.parquet")
    assert place.do("verify", moved).code == 8
