"""Legal limits of authorities, and in what a scenario goes beyond them."""

from collections.abc import Iterator
from datetime import date

from calc.errors import nearest
from calc.law import IN_FORCE
from pipelines.scenario.legal import Limit, read_limits
from pipelines.scenario.model import Measure, Scenario


def beyond_limits(scenario: Scenario) -> Iterator[str]:
    """A sentence on each measure that goes beyond what its authority allows, by measure."""
    for measure in sorted(scenario.measures, key=lambda each: each.measure_id):
        limit = read_limits().get(measure.authority)
        if limit is not None:
            yield from _beyond(measure, limit)


def unknown_authorities(scenario: Scenario) -> Iterator[str]:
    """A sentence on each authority that the tool does not know, with the nearest that it does."""
    known = read_limits()
    for name in sorted({measure.authority for measure in scenario.measures} - {*known}):
        near = nearest(name, known, count=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        yield f"{name} is no authority that the tool knows: no limit of its law is checked{meant}"


def _beyond(measure: Measure, limit: Limit) -> Iterator[str]:
    name, law = measure.measure_id, f"{measure.authority} allows at most"
    rates = [choice.duty.ad_valorem_rate for choice in measure.rates]
    highest = max((rate for rate in rates if rate is not None), default=0.0)
    if limit.highest_rate is not None and highest > limit.highest_rate:
        allowed = f"{limit.highest_rate * 100:g} %"
        yield f"{name} is at {highest * 100:g} %: {law} {allowed} ({limit.source})"
    if limit.most_days is None:
        return
    days = _longest(measure)
    if days is None:
        yield f"{name} has no end: {law} {limit.most_days} days ({limit.source})"
    elif days > limit.most_days:
        yield f"{name} is in force for {days} days: {law} {limit.most_days} ({limit.source})"


def _longest(measure: Measure) -> int | None:
    """The most days on end for which a measure is in force; null where it has no end."""
    days = sorted(measure.timing.days())
    if not days or measure.timing.state_at(days[-1]).state == IN_FORCE:
        return None
    starts: list[date] = []
    longest = 0
    for day in days:
        if measure.timing.state_at(day).state == IN_FORCE:
            starts = starts or [day]
        elif starts:
            longest, starts = max(longest, (day - starts[0]).days), []
    return longest
