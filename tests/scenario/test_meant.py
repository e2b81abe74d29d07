"""What stands under a misspelt key is judged as what was meant, at its own lines."""

from pathlib import Path

import pytest

from tests.scenario.files import LAWFUL, MEASURE, TOP, problems

MISSPELT = MEASURE.replace("[[measure]]", "[[mesure]]")
BAD = MISSPELT.replace('"25%"', '"25"').replace('["JPN"]', '["JPM"]')


def told(folder: Path, text: str) -> list[tuple[str, str]]:
    return [(one.what, one.where.removeprefix("cars.toml ")) for one in problems(folder, text)]


def test_the_misspelt_key_and_what_is_wrong_inside_are_told_together(tmp_path: Path) -> None:
    found = problems(tmp_path, TOP + BAD)
    assert [(one.what, one.where) for one in found] == [
        ("mesure is not a key of a scenario", "cars.toml line 8, mesure"),
        ('"JPM" is not an economy or a group of partners',
         'cars.toml line 11, measure "cars", partners, item 1'),
        ('"25" has no % sign, and a bare number is never a rate',
         'cars.toml line 13, measure "cars", rate'),
    ]  # fmt: skip
    assert found[0].hint == "did you mean measure?"


def test_beside_those_that_are_spelt_well_it_keeps_its_lines(tmp_path: Path) -> None:
    assert told(tmp_path, LAWFUL + BAD) == [
        ("mesure is not a key of a scenario", "line 16, mesure"),
        ('two measures have the id "cars"', 'line 17, measure "cars", id'),
        ('"JPM" is not an economy or a group of partners',
         'line 19, measure "cars", partners, item 1'),
        ('"25" has no % sign, and a bare number is never a rate', 'line 21, measure "cars", rate'),
    ]  # fmt: skip


def test_a_table_of_tables_is_judged_too(tmp_path: Path) -> None:
    part = '\n[portons.used]\ncentral = 1.5\nsource = "a guess"\n'
    used = MEASURE.replace('rate = "25%"', 'rate = "25%"\nportion = "used"')
    # That the portion is not declared is not told: it is, under the misspelt key.
    assert told(tmp_path, TOP + part + used) == [
        ("portons is not a key of a scenario", "line 8, portons"),
        ("1.5 is not a share from 0 to 1", "line 9, portions, used, central"),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (LAWFUL.replace("as_of", "as_off"), "as_off is not a key of a scenario"),
        (TOP + "mesure = [1]\n", "mesure is not a key of a scenario"),
        (LAWFUL + "\n[qwerty]\nzzz = 1\n", "qwerty is not a key of a scenario"),
        (LAWFUL + "\n[mesure]\nzzz = 1\n", "mesure is not a key of a scenario"),
    ],
)
def test_what_cannot_be_meant_is_told_alone(tmp_path: Path, text: str, what: str) -> None:
    assert [one.what for one in problems(tmp_path, text)] == [what]
