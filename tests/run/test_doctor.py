"""``doctor``: all well, and each thing that can be broken, with what to do about it."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines import doctor, workspace
from tests.run.tool import Place, flip


def findings(place: Place, code: int = 0) -> dict[str, dict[str, Any]]:
    """What ``doctor`` found, by what it looked at; a fault is printed after the findings."""
    found = {item.what: item.as_dict() for item in doctor.examine(place.workspace)}
    assert place.do("doctor").code == code
    return found


def test_all_is_well(place: Place) -> None:
    found = findings(place)
    assert {item["mark"] for item in found.values()} <= {"ok", "note"}
    assert found["table us-2024"]["state"] == "6,678 rows"
    assert found["runs"]["state"] == "1 of 1 scenarios; verify one with: retorsion verify RUN"
    assert found["data of the tool"]["mark"] == "ok"
    assert "leftover" not in found
    told = place.do("doctor", "--json").object["findings"]
    assert told[0]["what"] == "retorsion"


def test_data_of_the_tool_that_was_altered(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = tmp_path / "data"
    shutil.copytree(workspace.embedded_folder(), altered)
    flip(altered / "us-mfn-2024.csv")
    (altered / "economies.csv").unlink()
    monkeypatch.setattr(workspace, "embedded_folder", lambda: altered)
    monkeypatch.setattr(doctor, "embedded_folder", lambda: altered)
    found = findings(place, code=8)["data of the tool"]
    assert found["mark"] == "broken"
    assert found["state"].startswith("altered or missing: ")
    assert "us-mfn-2024.csv" in found["state"]
    assert "economies.csv" in found["state"]
    assert "install the tool again" in found["hint"]


def dead_process() -> int:
    """The id of a process that has ended."""
    child = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(child, 0)
    return child


def test_leftover_of_a_killed_process_is_removed_and_told(place: Place) -> None:
    runs = place.folder().parent
    left = runs / f".0123456789ab.writing-{dead_process()}"
    left.mkdir()
    (left / "lines.parquet").write_bytes(b"half")
    living = runs / f".0123456789ab.writing-{os.getppid()}"
    living.mkdir()
    found = findings(place)["leftover"]
    assert found["mark"] == "note"
    name = left.relative_to(place.root).as_posix()
    assert found["state"] == f"left by a killed process, removed: {name}"
    assert not left.exists()
    assert living.exists()


def test_run_without_manifest(place: Place) -> None:
    half = place.folder().with_name("0123456789ab")
    half.mkdir()
    found = findings(place, code=8)["run 0123456789ab"]
    assert found["state"] == "has no manifest"
    assert found["hint"] == (
        "remove the folder data/processed/runs/us-japan-2024/0123456789ab "
        "and run the scenario again"
    )


def test_table_that_is_not_the_one_recorded(place: Place) -> None:
    flip(place.root / "data/processed/trade/us-2024.parquet")
    found = findings(place, code=8)["table us-2024"]
    assert found["mark"] == "broken"
    assert "its SHA-256 differs" in found["state"]
    assert "ingest again" in found["hint"]


def test_workspace_that_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    found = findings(Place(path), code=8)["workspace"]
    assert found["mark"] == "broken"
    assert found["hint"] == "choose another with --workspace"


def test_library_that_is_missing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "NEEDED", ("polars", "no-such-library"))
    found = findings(place, code=8)["no-such-library"]
    assert found == {
        "mark": "broken",
        "what": "no-such-library",
        "state": "is not installed",
        "hint": "install the locked dependencies: make setup",
    }
