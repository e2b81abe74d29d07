"""Laws of states: the days decide, not the order in which events are listed."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from calc.law import STATE_AFTER, Event, Interval, change_dates, interval_of_law, state_at
from tests.strategies import days, events

STATES = {*STATE_AFTER.values(), "not yet in force"}
dated = events().filter(bool)


def contains(interval: tuple[date | None, date | None], day: date) -> bool:
    begin, end = interval
    return (begin is None or begin <= day) and (end is None or day < end)


@given(st.none() | days())
def test_measure_without_events_is_in_force_throughout(as_of: date | None) -> None:
    assert state_at([], as_of) == Interval("in force", None, None)


@given(events(), days(), st.data())
def test_order_of_events_on_different_days_does_not_matter(
    happened: list[Event], as_of: date, data: st.DataObject
) -> None:
    assume(len({event.on for event in happened}) == len(happened))
    other = data.draw(st.permutations(happened))
    assert state_at(other, as_of) == state_at(happened, as_of)


@given(st.lists(st.sampled_from(sorted(STATE_AFTER)), min_size=1), days())
def test_of_events_on_one_day_the_last_in_the_list_holds(kinds: list[str], day: date) -> None:
    happened = [Event(day, kind) for kind in kinds]
    assert state_at(happened, day) == Interval(STATE_AFTER[kinds[-1]], day, None)


@given(events(), days())
def test_interval_contains_the_date(happened: list[Event], as_of: date) -> None:
    found = state_at(happened, as_of)
    assert contains((found.valid_from, found.valid_until), as_of)
    assert found.state in STATES


@given(dated, days(), days())
def test_state_is_the_same_throughout_its_interval(
    happened: list[Event], as_of: date, other: date
) -> None:
    found = state_at(happened, as_of)
    if contains((found.valid_from, found.valid_until), other):
        assert state_at(happened, other) == found


@given(dated, days())
def test_state_after_all_events_is_that_of_the_last_day(happened: list[Event], as_of: date) -> None:
    last = max(event.on for event in happened)
    assume(as_of >= last)
    kind = [event.kind for event in happened if event.on == last][-1]
    assert state_at(happened, as_of) == Interval(STATE_AFTER[kind], last, None)


@given(st.lists(events(), max_size=4), days())
def test_no_measure_changes_within_the_interval_of_the_law(
    measures: list[list[Event]], as_of: date
) -> None:
    dates = change_dates(measures)
    begin, end = interval_of_law(dates, as_of)
    assert contains((begin, end), as_of)
    assert all(not contains((begin, end), day) or day == begin for day in dates)
    for happened in measures:
        if happened:
            own = state_at(happened, as_of)
            assert own.valid_from is None or (begin is not None and own.valid_from <= begin)
            assert own.valid_until is None or (end is not None and end <= own.valid_until)


@given(st.lists(events(), max_size=4))
def test_change_dates_are_sorted_and_each_once(measures: list[list[Event]]) -> None:
    dates = change_dates(measures)
    assert dates == sorted({event.on for happened in measures for event in happened})
    assert change_dates([*reversed(measures)]) == dates
