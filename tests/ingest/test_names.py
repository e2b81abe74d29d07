"""Names of economies as statistics write them: each means one economy, and none means two."""

from collections import defaultdict

import pytest

from pipelines.ingest.economies import economies
from pipelines.ingest.words import words
from pipelines.scenario.reference import fold, read_reference


def test_no_name_is_of_two_economies() -> None:
    meant = defaultdict(set)
    for code, name in read_reference().names.items():
        meant[fold(name)].add(code)
    for code, names in words().economies.items():
        for name in names:
            meant[fold(name)].add(code)
    assert {name: codes for name, codes in meant.items() if len(codes) > 1} == {}
    assert set(words().economies) <= set(read_reference().names)


def test_every_name_is_read_as_its_economy() -> None:
    """A scenario and a table of trade read the same names."""
    for code, names in words().economies.items():
        for name in names:
            assert read_reference().economies(name) == (code,), name
            assert code in economies().general.values()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Korea, Rep.", "KOR"),
        ("Korea, Dem. Rep.", "PRK"),
        ("Dem. Rep. of the Congo", "COD"),
        ("Congo, Rep.", "COG"),
        ("Hong Kong SAR, China", "HKG"),
        ("Slovak Republic", "SVK"),
        ("Chinese Taipei", "TWN"),
        ("Lao People's Dem. Rep.", "LAO"),
    ],
)
def test_names_of_the_world_bank_and_of_the_united_nations(name: str, code: str) -> None:
    assert read_reference().economies(name) == (code,)
