"""Applied rates of the WTO: each until the next, unknown where the file has none."""

from datetime import date
from pathlib import Path

import pytest

from calc.errors import DataRejectedError, UsageError
from pipelines.workspace import Workspace
from tests.base.files import make, refused, table, wto


def rates(workspace: Workspace) -> list[tuple[str, str, str | None, float | None]]:
    rows = table(workspace).select("code", "valid_from", "valid_until", "ad_valorem_rate").rows()
    return [(code, str(begin), end and str(end), rate) for code, begin, end, rate in rows]


def test_each_rate_holds_until_the_next(tmp_path: Path, workspace: Workspace) -> None:
    rows = [
        ("CHN", "USA", "2025-04-10", "010121", "84.0"),
        ("CHN", "USA", "2025-01-01", "010121", "0.0"),
        ("CHN", "USA", "2025-01-01", "030199", "7.285714285714286"),
        ("CHN", "USA", "2025-04-12", "010121", "125.0"),
    ]
    done = make(workspace, wto(tmp_path, rows))

    assert rates(workspace) == [
        ("010121", "2025-01-01", "2025-04-10", 0.0),
        ("010121", "2025-04-10", "2025-04-12", 0.84),
        ("010121", "2025-04-12", None, 1.25),
        ("030199", "2025-01-01", None, 0.07285714285714286),
    ]
    assert table(workspace).select("importer", "partner", "programme").unique().rows() == [
        ("CHN", "USA", "applied")
    ]
    assert done.notes == ["rates of 2025-04-12 are taken to hold until a later file says otherwise"]


def test_no_rate_ends_the_one_before_it(tmp_path: Path, workspace: Workspace) -> None:
    rows = [
        ("CHN", "USA", "2025-01-01", "370241", "3.0"),
        ("CHN", "USA", "2025-02-10", "370241", ""),
    ]
    make(workspace, wto(tmp_path, rows))

    assert rates(workspace) == [
        ("370241", "2025-01-01", "2025-02-10", 0.03),
        ("370241", "2025-02-10", None, None),
    ]
    assert refused(workspace) == [
        (3, "best_avlbl", "applied", "370241", None, "no rate is printed")
    ]


def test_cells_that_are_not_what_their_column_holds(tmp_path: Path, workspace: Workspace) -> None:
    rows = [
        ("CHN", "USA", "2025-01-01", "010121", "3.0"),
        ("CHN", "XXX", "2025-01-01", "010121", "3.0"),
        ("CHN", "USA", "2025-01-01", "10121", "3.0"),
        ("CHN", "USA", "2025-13-01", "010121", "3.0"),
        ("CHN", "USA", "2025-01-01", "010129", "1e3"),
        ("CHN", "USA", "2025-01-01", "010130", "2000"),
    ]
    make(workspace, wto(tmp_path, rows))

    assert [(row, code, text, reason) for row, _, _, code, text, reason in refused(workspace)] == [
        (3, "010121", "3.0", "the economy is not known"),
        (4, "10121", "3.0", "the code is not one"),
        (5, "010121", "3.0", "the date is not one"),
        (6, "010129", "1e3", "the rate is not understood"),
        (7, "010130", "2000%", "the rate is not understood"),
    ]


def test_one_importer_at_a_time(tmp_path: Path, workspace: Workspace) -> None:
    rows = [
        ("CHN", "USA", "2025-01-01", "010121", "3.0"),
        ("CAN", "USA", "2025-01-01", "010121", "4.0"),
    ]
    path = wto(tmp_path, rows)
    with pytest.raises(DataRejectedError) as caught:
        make(workspace, path)
    done = make(workspace, path, importer="CAN")

    assert caught.value.problems[0].hint == "name one with --importer: CAN, CHN"
    assert rates(workspace) == [("010121", "2025-01-01", None, 0.04)]
    assert [(s["kind"], s["count"]) for s in done.funnel if s["unit"] == "rows"] == [
        ("in", 2),
        ("excluded", 1),
        ("kept", 1),
    ]


def test_its_days_are_its_own(tmp_path: Path, workspace: Workspace) -> None:
    path = wto(tmp_path, [("CHN", "USA", "2025-01-01", "010121", "3.0")])
    with pytest.raises(UsageError) as caught:
        make(workspace, path, as_of=date(2025, 1, 1))

    assert caught.value.problems[0].what == (
        "wto.csv says itself from which day each rate is in force"
    )
