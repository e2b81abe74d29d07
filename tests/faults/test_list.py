"""The page on faults names every class of the list of faults, and tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
LIST = ROOT.parent / "shared" / "faults.md"
ROW = re.compile(
    r"^\| ([FCV][0-9]{2}) \| .+ \| `(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)` \|$", re.M
)


def test_every_class_of_the_list_is_named_once() -> None:
    if not LIST.is_file():
        pytest.skip("the list of faults is not beside the project")
    listed = re.findall(r"^\| ([FCV][0-9]{2}) \|", LIST.read_text(encoding="utf-8"), re.M)
    assert [row[0] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))] == listed
    assert f"{len(listed)} classes are on the list" in PAGE.read_text(encoding="utf-8")


def test_every_test_that_is_named_is_there() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) == PAGE.read_text(encoding="utf-8").count("\n| ") - 1
    for name, path, test in rows:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {test}(" in text, name
