"""On which line each key of a TOML text stands."""

import tomllib
from typing import Any

import pytest

from pipelines.scenario.lines import KeyPath, find_lines, nearest_line
from tests.scenario.files import DEMO

TEXT = '''\
# a comment = with a sign
id = "x"
note = """
rate = "not a key"
[[measure]]
"""
literal = \'\'\'
id = 1 \'\'\'

[[measure]]
id = "a"   # [[measure]]
products = ["1 # no comment", "[2]",
  # a comment, with commas
  "3"]
events = [
    { on = 2024-01-01, is = "announced" },

    [1,
      2]]
empty = []
[[measure.exclusion]]
products = "x"
[[measure]]
"quoted key" = 1
a.b = 2
[[measure.exclusion]]
[[measure.exclusion]]
source = 'it''s'
'''.replace("'it''s'", "'it s'")

LINES: dict[KeyPath, int] = {
    ("id",): 2,
    ("note",): 3,
    ("literal",): 7,
    ("measure", 0): 10,
    ("measure", 0, "id"): 11,
    ("measure", 0, "products"): 12,
    ("measure", 0, "products", 0): 12,
    ("measure", 0, "products", 1): 12,
    ("measure", 0, "products", 2): 14,
    ("measure", 0, "events"): 15,
    ("measure", 0, "events", 0): 16,
    ("measure", 0, "events", 1): 18,
    ("measure", 0, "empty"): 20,
    ("measure", 0, "exclusion", 0): 21,
    ("measure", 0, "exclusion", 0, "products"): 22,
    ("measure", 1): 23,
    ("measure", 1, "quoted key"): 24,
    ("measure", 1, "a", "b"): 25,
    ("measure", 1, "exclusion", 0): 26,
    ("measure", 1, "exclusion", 1): 27,
    ("measure", 1, "exclusion", 1, "source"): 28,
}


def test_every_key_and_item_has_its_line() -> None:
    tomllib.loads(TEXT)

    assert find_lines(TEXT) == LINES


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("measure", 0, "events", 1, 1), 18),
        (("measure", 0, "rate"), 10),
        (("measure", 7, "rate"), 1),
        ((), 1),
    ],
)
def test_what_has_no_line_has_that_of_what_is_around_it(path: KeyPath, line: int) -> None:
    assert nearest_line(LINES, path) == line


def test_every_key_of_the_demonstration_is_found() -> None:
    text = DEMO.read_text(encoding="utf-8")
    root = tomllib.loads(text)
    found, lines = find_lines(text), text.splitlines()

    for path in _keys(root):
        assert lines[found[path] - 1].startswith(str(path[-1]))


def _keys(root: dict[str, Any]) -> list[KeyPath]:
    top: list[KeyPath] = [(key,) for key in root if key != "measure"]
    inner: list[KeyPath] = [
        ("measure", number, key) for number, each in enumerate(root["measure"]) for key in each
    ]
    return top + inner
