"""The page of what a schedule can say: every row names a test that is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "what-a-schedule-can-say.md"
ROWS = re.findall(
    r"^\| (\d+) \|.*\| `(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)` \|$",
    PAGE.read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_there_are_thirty_four() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 35))


@pytest.mark.parametrize(("file", "name"), [row[1:] for row in ROWS])
def test_each_is_shown_by_a_test(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
