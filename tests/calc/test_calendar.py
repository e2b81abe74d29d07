"""A calendar year of law on the trade of a reference year: windows, parts, exact scaling."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.calendar import overlap, part_within, scaled_units, window_of
from calc.days import days_of

YEAR = days_of("2025")


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2024", (2025, 1, 1), (2026, 1, 1)),
        ("2024-02", (2025, 2, 1), (2025, 3, 1)),
        ("2022..2024", (2025, 1, 1), (2026, 1, 1)),
        ("2022-12..2024-12", (2025, 12, 1), (2026, 1, 1)),
    ],
)
def test_a_period_stands_for_its_month_or_the_year(
    period: str, first: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    assert window_of(period, 2025) == (date(*first), date(*after))


@given(
    st.lists(st.dates(date(2025, 1, 2), date(2025, 12, 31)), unique=True),
    st.sampled_from(["2024", "2024-02", "2024-07", "2020..2024"]),
)
def test_the_parts_of_a_period_add_up_to_it(days: list[date], period: str) -> None:
    bounds = [YEAR[0], *sorted(days), YEAR[1]]
    parts = [part_within(period, 2025, window) for window in pairwise(bounds)]
    assert sum(parts) == 1


def test_windows_that_share_no_day() -> None:
    assert overlap(days_of("2025-01"), days_of("2025-02")) is None
    assert part_within("2024-03", 2025, days_of("2025-02")) == 0


@pytest.mark.parametrize(
    ("usd", "part", "units"),
    [(1.0, Fraction(1, 3), 3333), (-1.0, Fraction(2, 3), -6667), (0.0001, Fraction(1, 2), 1)],
)
def test_amounts_are_rounded_once(usd: float, part: Fraction, units: int) -> None:
    assert scaled_units(usd, part) == units
