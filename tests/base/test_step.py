"""A base as one step: same bytes, sums that add up, filters, and nothing written on failure."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from calc.errors import DataRejectedError, RetorsionError, UsageError
from pipelines.parquet import file_metadata
from pipelines.workspace import Workspace
from tests.base.files import DAY, contents, hts, make, record, table, wto

RECORDS = [
    record("0101", 0),
    record("0101.21.00", 1, "Free", "", "20%"),
    record("0101.21.00.10", 2),
    record("0101.29.00", 1, "2.5%", "Free (AU,JP,S)", "15%"),
    record("9903.01.01", 0, "No change", "No change", "No change"),
]


def test_same_bytes_twice_and_elsewhere(tmp_path: Path, workspace: Workspace) -> None:
    make(workspace, hts(tmp_path / "one", RECORDS), as_of=DAY)
    first = contents(workspace)
    make(workspace, hts(tmp_path / "two", RECORDS), as_of=DAY)
    other = Workspace(tmp_path / "another folder")
    make(other, hts(tmp_path / "three", RECORDS), as_of=DAY)

    assert set(first) == {"b.parquet", "b.refused.parquet", "b.json"}
    assert contents(workspace) == first == contents(other)


def test_rows_in_another_order_give_the_same_base(tmp_path: Path, workspace: Workspace) -> None:
    rows = [
        ("CHN", "USA", f"2025-0{month}-01", f"0101{code}", f"{month}.0")
        for month in range(1, 9)
        for code in range(10, 40)
    ]
    make(workspace, wto(tmp_path / "a", rows))
    before = contents(workspace)["b.parquet"]
    random.Random(7).shuffle(rows)
    make(workspace, wto(tmp_path / "b", rows))

    assert contents(workspace)["b.parquet"] == before


def test_the_record_adds_up(tmp_path: Path, workspace: Workspace) -> None:
    done = make(workspace, hts(tmp_path, RECORDS), as_of=DAY)
    for unit in ("records", "rates"):
        stages = [stage for stage in done.funnel if stage["unit"] == unit]
        assert stages[0]["count"] == sum(stage["count"] for stage in stages[1:])

    assert json.loads(contents(workspace)["b.json"]) == json.loads(json.dumps(done.as_dict()))
    assert done.table.rows == table(workspace).height
    assert done.rates["mfn"] == {"ad valorem": 1, "free": 1, "not read": 1}
    assert [(each.reason, each.count, each.first_rows) for each in done.refused] == [
        ("the text refers to the rate of another line", 2, [5])
    ]
    assert "said" in done.as_dict()
    assert str(tmp_path) not in contents(workspace)["b.json"].decode()


def test_the_file_says_what_it_holds(tmp_path: Path, workspace: Workspace) -> None:
    make(workspace, hts(tmp_path, RECORDS), as_of=DAY)
    path = workspace.root / "data" / "processed" / "base" / "b.parquet"

    assert file_metadata(path)["table"] == "base"


def test_filters(tmp_path: Path, workspace: Workspace) -> None:
    path = hts(tmp_path, RECORDS)
    make(workspace, path, as_of=DAY, partners=("JPN",), programmes=("mfn", "japan"))

    assert table(workspace).select("programme", "partner", "code").sort("programme").rows() == [
        ("japan", "JPN", "01012900"),
        ("mfn", "*", "01012100"),
        ("mfn", "*", "01012900"),
        ("mfn", "*", "99030101"),
    ]


@pytest.mark.parametrize(
    ("options", "what", "hint"),
    [
        ({"programmes": ("japn",)}, "the file has no rates of a programme 'japn'",
         "did you mean japan?"),
        ({"programmes": ("japan",), "partners": ("KOR",)}, "the file has no rates for KOR",
         "known: JPN"),
        ({"importer": "CHN"}, "the schedule is that of USA, not of CHN",
         "leave it out: the file says whose it is"),
        ({"name": "B 1"}, "'B 1' is not a name for a base",
         "lower case letters, digits and dashes, at most 60, such as us-2025"),
        ({"layout": "usitc-anual"}, "'usitc-anual' is not a source of base duties",
         "did you mean usitc-annual or usitc-hts?"),
    ],
)  # fmt: skip
def test_options_that_fit_nothing(
    tmp_path: Path, workspace: Workspace, options: dict[str, Any], what: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        make(workspace, hts(tmp_path, RECORDS), **{"as_of": DAY, **options})

    assert (caught.value.problems[0].what, caught.value.problems[0].hint) == (what, hint)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("x.csv", b"a,b\n1,2\n", "x.csv is no schedule of duties that is read: its headers"),
        ("x.json", b"<html>", "x.json holds a web page or XML, not a table"),
        ("x.json.gz", b"\x1f\x8b\x08\x00", "x.json.gz: the archive ends early, after 4 bytes"),
        ("x.csv", b"reporter_iso,best_avlbl\n", "x.csv has no column partner_iso, year_dt"),
    ],
)  # fmt: skip
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, workspace: Workspace, name: str, content: bytes, what: str
) -> None:
    make(workspace, hts(tmp_path, RECORDS), as_of=DAY)
    before = contents(workspace)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RetorsionError) as caught:
        make(workspace, tmp_path / name, as_of=DAY if name.startswith("x.json") else None)

    assert isinstance(caught.value, DataRejectedError)
    assert caught.value.problems[0].what.startswith(what)
    assert contents(workspace) == before
