"""What happens to a measure, when it is known, and the state that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from calc.law import BEFORE_ANY_EVENT, IN_FORCE, Event, Interval, state_at

FIRST_DAY = date(1800, 1, 1)
"""First day that a scenario can name; what never was is annulled from it on."""

VOID = "void"
"""The event that annuls; ``since`` FIRST_DAY where it does so from the beginning (ex tunc)."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event: decided on a day, and holding from that day or from an earlier one (``since``)."""

    on: date
    kind: str
    since: date | None = None

    @property
    def is_retroactive(self) -> bool:
        """Whether it holds from a day before it was decided."""
        return self.since is not None and self.since < self.on

    @property
    def holds_from(self) -> date:
        """The day from which it holds."""
        return self.on if self.since is None else self.since


@dataclass(frozen=True, slots=True)
class Timing:
    """When a measure or exclusion is in what state.

    ``starts_in_force`` says that it is in force before its first event: something that only has
    an end, or no event at all. Something that has no event and does not start in force waits for
    one that has not happened.
    """

    events: tuple[Happening, ...] = ()
    starts_in_force: bool = True

    def state_at(self, as_of: date | None) -> Interval:
        """The state at a date and the half-open interval in which it lasts.

        Raises:
            ValueError: There are events but no date.
        """
        if not self.events and not self.starts_in_force:
            return Interval(BEFORE_ANY_EVENT, None, None)
        found = state_at(self._as_they_hold(), as_of)
        if self.starts_in_force and found.state == BEFORE_ANY_EVENT:
            return Interval(IN_FORCE, None, found.valid_until)
        return found

    def _as_they_hold(self) -> list[Event]:
        """The events on the days from which they hold.

        One with retroactive effect undoes what was decided before it for those days.
        """
        back = [event for event in self.events if event.is_retroactive]
        standing = [
            event
            for event in self.events
            if not any(
                other.on > event.on and other.holds_from <= event.holds_from for other in back
            )
        ]
        return [Event(event.holds_from, event.kind) for event in standing]

    def days(self) -> set[date]:
        """The days on which the state changes, but for the first day of all."""
        return {event.on for event in self._as_they_hold()} - {FIRST_DAY}

    def known_at(self, day: date | None) -> "Timing":
        """The timing without what was decided with retroactive effect after a day."""
        if day is None:
            return self
        kept = (event for event in self.events if not event.is_retroactive or event.on <= day)
        return Timing(tuple(kept), self.starts_in_force)

    def ended(self, event: Happening) -> "Timing":
        """The timing with one more event, in place of those that were to come on or after it.

        What would have begun only then is withdrawn instead.
        """
        before = tuple(each for each in self.events if each.on < event.on)
        if self.starts_in_force or before:
            return Timing((*before, event), starts_in_force=self.starts_in_force)
        return Timing((Happening(event.on, "withdrawn"),), starts_in_force=False)


def days_of(timings: Sequence[Timing]) -> set[date]:
    """The days on which any of several timings changes its state."""
    return {day for timing in timings for day in timing.days()}
