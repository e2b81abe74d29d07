"""When a measure or exclusion is in force: from its events, or from a first and a last day."""

from datetime import timedelta
from itertools import pairwise

from calc.errors import did_you_mean
from calc.law import STATE_AFTER, Event
from calc.rate_text import quoted
from pipelines.scenario.fields import Table, day_of, kind_of, shown, tables_of
from pipelines.scenario.grammar import EVENT, check_keys
from pipelines.scenario.model import Timing

SHORTHAND = ("from", "through", "before")
FIRST_EVENTS = ("announced", "adopted", "effective")
THROUGHOUT = Timing()
AN_EVENT = 'events = [{ on = 2024-05-16, is = "announced" }]'


def read_timing(table: Table) -> Timing:
    """The events of a table, or those that ``from``, ``through`` and ``before`` stand for.

    Something without a date is in force throughout; something with an end alone is in force until
    then.
    """
    shorthand = [key for key in SHORTHAND if key in table.values]
    if "events" in table.values:
        if shorthand:
            table.refuse(shorthand[0], f"{shorthand[0]} and events both give dates",
                         "give either events, or from and through")  # fmt: skip
        return _from_events(table)
    return _from_days(table) if shorthand else THROUGHOUT


def _from_days(table: Table) -> Timing:
    first, last, end = (day_of(table, key) for key in SHORTHAND)
    if "through" in table.values and "before" in table.values:
        table.refuse("before", "through and before both give the end",
                     "keep through (the last day) or before (the first day after)")  # fmt: skip
    if first is not None and last is not None and last < first:
        table.refuse("through", f"through {last} is before from {first}", "swap the two days")
    if first is not None and end is not None and end <= first:
        table.refuse("before", f"before {end} leaves no day after from {first}",
                     "before is the first day on which it is no longer in force")  # fmt: skip
    over = last + timedelta(days=1) if last is not None else end
    begins = [Event(first, "effective")] if first is not None else []
    ends = [Event(over, "ended")] if over is not None else []
    return Timing((*begins, *ends), starts_in_force="from" not in table.values)


def _from_events(table: Table) -> Timing:
    events = []
    tables = tables_of(table, "events", header=AN_EVENT)
    if table.values["events"] == []:
        table.refuse("events", "events is an empty list", f"write {AN_EVENT}, or leave it out")
    for each in tables:
        check_keys(each, EVENT)
        day, kind = day_of(each, "on"), _kind(each)
        if day is not None and kind is not None:
            events.append(Event(day, kind))
    events.sort(key=lambda event: event.on)
    if len(events) == len(tables):
        _check_order(table, events)
    return Timing(tuple(events), starts_in_force=False)


def _kind(table: Table) -> str | None:
    if "is" not in table.values:
        return None
    value = table.values["is"]
    if isinstance(value, str) and value in STATE_AFTER:
        return value
    if isinstance(value, str):
        table.refuse("is", f"{quoted(value)} is not an event", did_you_mean(value, STATE_AFTER))
    else:
        table.refuse("is", f"is is {kind_of(value)} ({shown(value)}), not a text",
                     f"write one of {', '.join(STATE_AFTER)}")  # fmt: skip
    return None


def _check_order(table: Table, events: list[Event]) -> None:
    """The state of each day must be certain, and nothing can end before it was begun."""
    for earlier, later in pairwise(events):
        if earlier.on == later.on:
            table.refuse("events", f"two events on {later.on}: {earlier.kind} and {later.kind}",
                         "keep the one that holds at the end of the day")  # fmt: skip
    if events and events[0].kind not in FIRST_EVENTS:
        table.refuse(
            "events",
            f"the first event ({events[0].on}) is {events[0].kind}, but nothing has begun before",
            f"begin with one of {', '.join(FIRST_EVENTS)}",
        )
