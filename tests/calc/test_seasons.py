"""Seasons: which days they have, how they are told apart, what of a period falls into them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.seasons import DAYS, Season, name_of, part_of, told_apart, windows_of

SUMMER, WINTER = Season((5, 16), (10, 15)), Season((11, 1), (3, 31))
DAY = st.sampled_from([(day.month, day.day) for day in DAYS])
SEASONS = st.lists(st.builds(Season, DAY, DAY), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("season", "period", "within", "whole"),
    [
        (SUMMER, "2024", 153, 366),
        (SUMMER, "2023", 153, 365),
        (SUMMER, "2024-05", 16, 31),
        (SUMMER, "2024-06", 30, 30),
        (SUMMER, "2024-10", 15, 31),
        (SUMMER, "2024-11", 0, 30),
        (WINTER, "2023", 151, 365),
        (WINTER, "2024", 152, 366),
        (WINTER, "2024-02", 29, 29),
        (Season((2, 29), (2, 29)), "2023", 0, 365),
        (Season((2, 29), (2, 29)), "2024", 1, 366),
        (SUMMER, "2022..2024", 459, 1096),
        (SUMMER, "2023-05..2024-05", 32, 62),
    ],
)
def test_days_of_a_period_in_a_season(season: Season, period: str, within: int, whole: int) -> None:
    assert part_of(season.days(), windows_of(period)) == (within, whole)


def test_seasons_that_overlap_are_made_of_stretches_that_do_not() -> None:
    harvest = Season((8, 1), (12, 31))
    found = told_apart([SUMMER, harvest])
    assert [name_of(days) for days in found[SUMMER]] == [
        "entered 05-16..07-31, by days", "entered 08-01..10-15, by days",
    ]  # fmt: skip
    assert [name_of(days) for days in found[harvest]] == [
        "entered 08-01..10-15, by days", "entered 10-16..12-31, by days",
    ]  # fmt: skip
    assert name_of(WINTER.days()) == "entered 11-01..03-31, by days"


@given(SEASONS)
def test_stretches_are_disjoint_and_make_up_their_seasons(seasons: list[Season]) -> None:
    found = told_apart(seasons)
    parts = {days for stretches in found.values() for days in stretches}
    assert sum(map(len, parts)) == len(frozenset().union(*parts))
    for season, stretches in found.items():
        assert frozenset().union(*stretches) == season.days()
    assert len({name_of(days) for days in parts}) == len(parts)


@given(st.builds(Season, DAY, DAY), st.integers(1990, 2030))
def test_months_of_a_year_add_up_to_it(season: Season, year: int) -> None:
    months = [part_of(season.days(), windows_of(f"{year}-{month:02}")) for month in range(1, 13)]
    whole = part_of(season.days(), windows_of(str(year)))
    assert (sum(one[0] for one in months), sum(one[1] for one in months)) == whole


def test_windows_of_a_mean_are_those_of_each_year() -> None:
    assert windows_of("2023-02..2024-02") == [
        (date(2023, 2, 1), date(2023, 3, 1)), (date(2024, 2, 1), date(2024, 3, 1)),
    ]  # fmt: skip
