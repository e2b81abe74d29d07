"""When a measure or exclusion is in force: from its events, or from a first and a last day."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from calc.errors import did_you_mean
from calc.law import STATE_AFTER
from calc.rate_text import quoted
from pipelines.scenario.fields import Table, day_of, kind_of, named_tables_of, shown, tables_of
from pipelines.scenario.grammar import EVENT, NAMED_EVENT, check_keys
from pipelines.scenario.names import LEGAL_BASIS
from pipelines.scenario.timed import FIRST_DAY, VOID, Happening, Timing

SHORTHAND = ("from", "through", "before")
FIRST_EVENTS = ("announced", "adopted", "effective")
VOIDS = ("ex-nunc", "ex-tunc")
THROUGHOUT = Timing()
AN_EVENT = 'events = [{ on = 2024-05-16, is = "announced" }]'
NOT_YET = date.max
"""Stands for the day of an event that has not happened."""

Events = Mapping[str, date | None]


def read_events(top: Table, *, known_at: date | None) -> dict[str, date | None]:
    """The days of the named events; null where one has not happened, or not by ``known_at``."""
    tables = named_tables_of(
        top, "events", pattern=LEGAL_BASIS, example="[events.panel-ruling] on = 2021-06-01"
    )
    found = {}
    for name, table in tables.items():
        check_keys(table, NAMED_EVENT)
        day = day_of(table, "on")
        is_known = day is None or known_at is None or day <= known_at
        found[name] = day if is_known else None
    return found


def read_timing(table: Table, events: Events, known_at: date | None) -> Timing:
    """The events of a table, or those that ``from``, ``through`` and ``before`` stand for.

    Something without a date is in force throughout; something with an end alone is in force until
    then; something that waits for an event that has not happened is not yet in force.
    """
    shorthand = [key for key in SHORTHAND if key in table.values]
    if "events" in table.values:
        if shorthand:
            table.refuse(shorthand[0], f"{shorthand[0]} and events both give dates",
                         "give either events, or from and through")  # fmt: skip
        timing = _from_events(table, events)
    else:
        timing = _from_days(table, events) if shorthand else THROUGHOUT
    return _dated_back(table, timing).known_at(known_at)


def when_of(table: Table, key: str, events: Events) -> date | None:
    """The day of a key: a date, a named event, or the earliest of several.

    Null where it is absent or refused, ``NOT_YET`` where it waits for what has not happened.
    """
    value = table.values.get(key)
    if isinstance(value, dict) and "earliest" in value:
        return _earliest(table.inner(key, value), events)
    if isinstance(value, str) and value in events:
        return events[value] or NOT_YET
    if isinstance(value, str) and events:
        table.refuse(key, f"{quoted(value)} is neither a date nor a named event",
                     did_you_mean(value, events))  # fmt: skip
        return None
    return day_of(table, key)


def _earliest(table: Table, events: Events) -> date | None:
    listed = table.values["earliest"]
    others = [key for key in table.values if key != "earliest"]
    if others or not isinstance(listed, list) or not listed:
        table.refuse("earliest", "earliest is not a list of dates and events",
                     'write { earliest = [2021-06-01, "panel-ruling"] }')  # fmt: skip
        return None
    days = []
    for number, item in enumerate(listed):
        if isinstance(item, str):
            if item not in events:
                table.at("earliest").refuse(number, f"{quoted(item)} is not a named event",
                                            did_you_mean(item, events)
                                            or f"write [events.{item}] and its day")  # fmt: skip
            days.append(events.get(item) or NOT_YET)
        else:
            place = Table((*table.path, "earliest"), {"day": item}, table.ledger)
            days.append(day_of(place, "day") or NOT_YET)
    return min(days)


def _from_days(table: Table, events: Events) -> Timing:
    first, last, end = (when_of(table, key, events) for key in SHORTHAND)
    if "through" in table.values and "before" in table.values:
        table.refuse("before", "through and before both give the end",
                     "keep through (the last day) or before (the first day after)")  # fmt: skip
    if first is not None and last is not None and last < first:
        table.refuse("through", f"through {last} is before from {first}", "swap the two days")
    if first is not None and end is not None and end <= first != NOT_YET:
        table.refuse("before", f"before {end} leaves no day after from {first}",
                     "before is the first day on which it is no longer in force")  # fmt: skip
    if first == NOT_YET:
        return Timing((), starts_in_force=False)
    over = last + timedelta(days=1) if last not in (None, NOT_YET) and last else end
    begins = [Happening(first, "effective")] if first is not None else []
    ends = [Happening(over, "ended")] if over is not None and over != NOT_YET else []
    return Timing((*begins, *ends), starts_in_force="from" not in table.values)


def _from_events(table: Table, named: Events) -> Timing:
    """The events that have happened or have a day; one that waits for another is not there yet."""
    tables = tables_of(table, "events", header=AN_EVENT)
    if table.values["events"] == []:
        table.refuse("events", "events is an empty list", f"write {AN_EVENT}, or leave it out")
    for each in tables:
        check_keys(each, EVENT)
    read = [event for event in (_event(each, named) for each in tables) if event is not None]
    events = sorted((event for event in read if event.on != NOT_YET), key=lambda event: event.on)
    if len(read) == len(tables):
        _check_order(table, events)
    return Timing(tuple(events), starts_in_force=False)


def _event(table: Table, named: Events) -> Happening | None:
    day, kind, since = when_of(table, "on", named), _kind(table), day_of(table, "since")
    if since is not None and day is not None and since >= day:
        table.refuse("since", f"since {since} is not before on {day}",
                     "since is for what holds from a day before its decision")  # fmt: skip
    if "void" in table.values:
        if kind is not None and kind != VOID:
            table.refuse("void", f"void says how something is annulled, and the event is {kind}",
                         'write is = "void"')  # fmt: skip
        since = FIRST_DAY if void_of(table, "void") == "ex-tunc" else since
    return Happening(day, kind, since) if day is not None and kind is not None else None


def void_of(table: Table, key: str) -> str | None:
    """How something is annulled: ``ex-nunc`` or ``ex-tunc``; null where absent or refused."""
    value = table.values.get(key)
    if value is None:
        return None
    if isinstance(value, str) and value in VOIDS:
        return value
    near = did_you_mean(value, VOIDS) if isinstance(value, str) else f"known: {', '.join(VOIDS)}"
    table.refuse(key, f"{shown(value)} is not a way to annul", near)
    return None


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


def _check_order(table: Table, events: list[Happening]) -> None:
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


def _dated_back(table: Table, timing: Timing) -> Timing:
    """The timing with its first coming into force dated back to ``would_apply_from``."""
    day = day_of(table, "would_apply_from")
    if day is None:
        return timing
    events = list(timing.events)
    for place, event in enumerate(events):
        if event.kind == "effective":
            if day >= event.on:
                table.refuse("would_apply_from", f"would_apply_from {day} is not before {event.on},"
                             " when it comes into force", "leave it out")  # fmt: skip
                return timing
            events[place] = Happening(event.on, event.kind, day)
            return Timing(tuple(events), timing.starts_in_force)
    return timing
