"""States of measures at a date, and the days on which the law changes."""

from datetime import date

import pytest

from calc.law import STATE_AFTER, Event, Interval, change_dates, interval_of_law, state_at
from calc.tables.measures import STATES

ANNOUNCED, ADOPTED = date(1995, 5, 16), date(1995, 5, 18)
EFFECTIVE, SUSPENDED = date(1995, 5, 20), date(1995, 6, 1)
RESUMED, ENDED = date(1995, 6, 28), date(1996, 1, 1)
LIFE = [
    Event(ENDED, "ended"),
    Event(EFFECTIVE, "effective"),
    Event(SUSPENDED, "suspended"),
    Event(ANNOUNCED, "announced"),
    Event(RESUMED, "resumed"),
    Event(ADOPTED, "adopted"),
]


@pytest.mark.parametrize(
    ("as_of", "interval"),
    [
        (date(1995, 5, 15), Interval("not yet in force", None, ANNOUNCED)),
        (ANNOUNCED, Interval("announced", ANNOUNCED, ADOPTED)),
        (date(1995, 5, 17), Interval("announced", ANNOUNCED, ADOPTED)),
        (ADOPTED, Interval("adopted", ADOPTED, EFFECTIVE)),
        (EFFECTIVE, Interval("in force", EFFECTIVE, SUSPENDED)),
        (date(1995, 6, 1), Interval("suspended", SUSPENDED, RESUMED)),
        (date(1995, 12, 31), Interval("in force", RESUMED, ENDED)),
        (ENDED, Interval("ended", ENDED, None)),
        (date(2026, 1, 1), Interval("ended", ENDED, None)),
    ],
)
def test_life_of_a_measure(as_of: date, interval: Interval) -> None:
    assert state_at(LIFE, as_of) == interval


def test_measure_without_events_is_in_force_throughout() -> None:
    assert state_at([], None) == Interval("in force", None, None)
    assert state_at([], date(1900, 1, 1)) == Interval("in force", None, None)


def test_threat_withdrawn_never_was_in_force() -> None:
    threat = [Event(ANNOUNCED, "announced"), Event(RESUMED, "withdrawn")]
    assert state_at(threat, date(1995, 6, 1)) == Interval("announced", ANNOUNCED, RESUMED)
    assert state_at(threat, RESUMED) == Interval("withdrawn", RESUMED, None)


@pytest.mark.parametrize(
    ("kind", "before"),
    [
        ("ended", "in force"),
        ("suspended", "in force"),
        ("void", "in force"),
        ("resumed", "suspended"),
        ("announced", "not yet in force"),
        ("adopted", "not yet in force"),
        ("effective", "not yet in force"),
        ("withdrawn", "not yet in force"),
    ],
)
def test_first_event_says_what_was_before_it(kind: str, before: str) -> None:
    happened = [Event(ENDED, kind)]
    assert state_at(happened, date(1995, 12, 31)) == Interval(before, None, ENDED)


def test_of_two_events_on_one_day_the_later_in_the_list_holds() -> None:
    both = [Event(EFFECTIVE, "effective"), Event(EFFECTIVE, "suspended")]
    assert state_at(both, EFFECTIVE) == Interval("suspended", EFFECTIVE, None)
    assert state_at(both[::-1], EFFECTIVE) == Interval("in force", EFFECTIVE, None)


def test_law_that_changes_needs_a_date() -> None:
    with pytest.raises(ValueError, match="a law that changes needs a date"):
        state_at(LIFE, None)


def test_every_state_is_one_that_the_table_of_measures_allows() -> None:
    assert {*STATE_AFTER.values(), "not yet in force"} == set(STATES)


def test_days_on_which_any_measure_changes_are_sorted_and_each_once() -> None:
    other = [Event(ENDED, "effective"), Event(date(1990, 1, 1), "announced")]
    expected = [date(1990, 1, 1), ANNOUNCED, ADOPTED, EFFECTIVE, SUSPENDED, RESUMED, ENDED]
    assert change_dates([LIFE, [], other]) == expected
    assert change_dates([]) == []


@pytest.mark.parametrize(
    ("as_of", "interval"),
    [
        (None, (None, None)),
        (date(1995, 5, 15), (None, ANNOUNCED)),
        (ANNOUNCED, (ANNOUNCED, ENDED)),
        (date(1995, 12, 31), (ANNOUNCED, ENDED)),
        (ENDED, (ENDED, None)),
    ],
)
def test_interval_around_a_date_is_half_open(
    as_of: date | None, interval: tuple[date | None, date | None]
) -> None:
    assert interval_of_law([ANNOUNCED, ENDED], as_of) == interval


def test_law_that_never_changes_is_open_at_both_ends() -> None:
    assert interval_of_law([], date(2024, 1, 1)) == (None, None)
