"""Names of economies as statistics write them: each means one economy, and none means two."""

from collections import defaultdict

import polars as pl
import pytest

from calc import cast
from calc.errors import UsageError
from pipelines.codes.country import economy
from pipelines.ingest.economies import economies
from pipelines.ingest.words import folded, words
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


def test_states_that_are_no_more_are_read_by_their_names_too() -> None:
    known = economies().general
    for code, names in words().former.items():
        assert code not in read_reference().names
        for name in names:
            assert known[folded(name)] == code == economy(name).code


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


@pytest.mark.parametrize("name", ["EU", "European Union", "european-union"])
def test_the_union_without_its_members_is_refused_with_all_memberships(name: str) -> None:
    told = (
        "EU12 (1986-01-01 to 1994-12-31) or EU15 (1995-01-01 to 2004-04-30) or EU25 (2004-05-01 to "
        "2006-12-31) or EU27-2007 (2007-01-01 to 2013-06-30) or EU28 (2013-07-01 to 2020-01-31) or "
        "EU27 (since 2020-02-01)"
    )
    read = cast.economy_cast(pl.col("text"), economies().general, economies().ambiguous)
    found = pl.DataFrame({"text": [name]}).select(value=read.value, fault=read.fault).row(0)
    assert found == (None, f"may be {told}")
    with pytest.raises(UsageError) as refused:
        economy(name)
    assert refused.value.problems[0].what == f"{name!r} may be {told}"
    for word in told.split(" or "):
        assert economies().general[folded(word.partition(" ")[0])].startswith("EU")
