"""What state a measure is in at a date, and when the law changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

STATE_AFTER = {
    "announced": "announced",
    "adopted": "adopted",
    "effective": "in force",
    "suspended": "suspended",
    "resumed": "in force",
    "ended": "ended",
    "withdrawn": "withdrawn",
    "void": "void",
}
"""State that a measure is in from the day of each event on."""

IN_FORCE = "in force"
STATE_BEFORE = {
    "suspended": IN_FORCE,
    "resumed": "suspended",
    "ended": IN_FORCE,
    "void": IN_FORCE,
}
"""State that a measure was in before its first event, where the event says so: what ends was in
force until then, though no day is given on which it began."""

BEFORE_ANY_EVENT = "not yet in force"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to a measure on a day; it holds from that day on."""

    on: date
    kind: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A state and the half-open interval of days over which it lasts; null where open."""

    state: str
    valid_from: date | None
    valid_until: date | None


def state_at(events: Sequence[Event], as_of: date | None) -> Interval:
    """The state of a measure at a date, and how long it lasts.

    A measure without events is in force throughout. Before its first event a measure is not yet
    in force, unless that event is the end, the suspension or the annulment of a measure that
    was. Of two events on one day the later in the list holds.

    Args:
        events: The measure's events, in any order of days.
        as_of: The date; null only where no event is given.

    Raises:
        ValueError: Events are given but no date.
    """
    if not events:
        return Interval(IN_FORCE, None, None)
    if as_of is None:
        raise ValueError("a law that changes needs a date")
    ordered = sorted(events, key=lambda event: event.on)
    past = [event for event in ordered if event.on <= as_of]
    future = [event.on for event in ordered if event.on > as_of]
    until = future[0] if future else None
    if not past:
        before = STATE_BEFORE.get(ordered[0].kind, BEFORE_ANY_EVENT)
        return Interval(before, None, until)
    return Interval(STATE_AFTER[past[-1].kind], past[-1].on, until)


def change_dates(measures: Iterable[Sequence[Event]]) -> list[date]:
    """The days on which any of the measures changes, sorted, each once."""
    return sorted({event.on for events in measures for event in events})


def interval_of_law(dates: Sequence[date], as_of: date | None) -> tuple[date | None, date | None]:
    """The half-open interval around a date in which no measure changes; null where open."""
    if as_of is None:
        return None, None
    past = [day for day in dates if day <= as_of]
    future = [day for day in dates if day > as_of]
    return (past[-1] if past else None), (future[0] if future else None)
