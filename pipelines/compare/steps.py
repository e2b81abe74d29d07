"""The steps from one importer's scenario to another, in the order in which they are put on.

First the data: the trade table, its period, how it is converted. Then the assumptions that are
added or changed, then the law: its date, the base, how measures combine, quotas, and the measures
one by one by name, removed ones first. Assumptions and quotas that are no longer made go last,
since a measure that goes may still use them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipelines.compare.differences import (
    is_same,
    measure_change,
    partners_text,
    range_text,
    rates_text,
    share_change,
)
from pipelines.files import sha256_of
from pipelines.run.inputs import Inputs, content_of
from pipelines.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A scenario, a day and a trade table on the way from one run to another."""

    inputs: Inputs
    scenario: Scenario
    day: date | None

    def with_scenario(self, **parts: Any) -> "State":
        """The state with other parts of the scenario."""
        return replace(self, scenario=replace(self.scenario, **parts))

    def with_settings(self, **parts: Any) -> "State":
        """The state with other choices of the caller."""
        settings = replace(self.inputs.settings, **parts)
        return replace(self, inputs=replace(self.inputs, settings=settings))


def state_of(inputs: Inputs) -> State:
    """The state that the inputs of a run are."""
    return State(inputs=inputs, scenario=inputs.scenario, day=inputs.law.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One cause: its kind, its name, how it was changed, and the change made to a state."""

    kind: str
    cause: str
    what: str
    put_on: Callable[[State], State]


def steps_between(first: Inputs, second: Inputs) -> Iterator[Step]:
    """The steps from the inputs of one run to those of another."""
    yield from _data(first, second)
    old, new = first.scenario, second.scenario
    yield from _assumptions(old, new)
    yield from _settings_of_law(first, second)
    yield from _quotas(old, new, gone=False)
    yield from _measures(old, new)
    yield from _shares_gone(old, new)
    yield from _quotas(old, new, gone=True)


def _data(first: Inputs, second: Inputs) -> Iterator[Step]:
    contents = [content_of(one.table, one.record) for one in (first, second)]
    left_out = [len(one.verdict.quarantine_rows) for one in (first, second)]
    if contents[0] != contents[1] or left_out[0] != left_out[1]:
        what = f"{first.trade_name} -> {second.trade_name}"
        if contents[0] == contents[1]:
            what = f"rows left out: {left_out[0]:,} -> {left_out[1]:,}"
        elif first.trade_name == second.trade_name:
            what = f"{first.trade_name}: other rows"
        table: dict[str, Any] = {
            "table": second.table,
            "verdict": second.verdict,
            "record": second.record,
        }
        yield Step(kind="data", cause="trade table", what=what,
                   put_on=lambda at: replace(at, inputs=replace(at.inputs, **table)))  # fmt: skip
    periods = [one.settings.period or one.scenario.reference for one in (first, second)]
    if periods[0] != periods[1]:
        yield Step(kind="data", cause="reference period", what=_arrow(*periods),
                   put_on=lambda at: at.with_settings(period=None).with_scenario(
                       reference=periods[1]))  # fmt: skip
    yield from _conversion(first, second)


def _conversion(first: Inputs, second: Inputs) -> Iterator[Step]:
    told = [(one.scenario.nomenclature, one.settings.convert, one.weights)
            for one in (first, second)]  # fmt: skip
    if told[0] == told[1]:
        return
    words = [f"{name}{', converted' if is_put else ''}" for name, is_put, _ in told]

    def convert(at: State) -> State:
        settings = replace(at.inputs.settings, convert=second.settings.convert)
        inputs = replace(at.inputs, settings=settings, weights=second.weights)
        scenario = replace(at.scenario, nomenclature=second.scenario.nomenclature)
        return replace(at, inputs=inputs, scenario=scenario)

    yield Step(kind="data", cause="edition of the codes", what=_arrow(*words), put_on=convert)


def _assumptions(old: Scenario, new: Scenario) -> Iterator[Step]:
    before = {share.name: share for share in old.shares}
    for share in new.shares:
        known = before.get(share.name)
        if known is not None and is_same(known, share):
            continue
        what = "added" if known is None else share_change(known, share)
        yield Step(kind="assumptions", cause=f"{share.kind} {share.name}", what=what,
                   put_on=lambda at, share=share: at.with_scenario(  # type: ignore[misc]
                       shares=_put(at.scenario.shares, share)))  # fmt: skip
    if old.estimate != new.estimate:
        yield Step(kind="assumptions", cause="estimate of missing quantities",
                   what=_arrow(old.estimate, new.estimate),
                   put_on=lambda at: at.with_scenario(estimate=new.estimate))  # fmt: skip
    if old.fob_share != new.fob_share:
        yield Step(kind="assumptions", cause="value free on board",
                   what=_arrow(range_text(old.fob_share), range_text(new.fob_share)),
                   put_on=lambda at: at.with_scenario(fob_share=new.fob_share))  # fmt: skip
    if old.levied_on != new.levied_on:
        yield Step(kind="assumptions", cause="value for duty",
                   what=_arrow(old.levied_on, new.levied_on),
                   put_on=lambda at: at.with_scenario(levied_on=new.levied_on))  # fmt: skip


def _shares_gone(old: Scenario, new: Scenario) -> Iterator[Step]:
    kept = {share.name for share in new.shares}
    for share in old.shares:
        if share.name not in kept:
            yield Step(kind="assumptions", cause=f"{share.kind} {share.name}", what="removed",
                       put_on=lambda at, name=share.name: at.with_scenario(  # type: ignore[misc]
                           shares=_without(at.scenario.shares, name)))  # fmt: skip


def _settings_of_law(first: Inputs, second: Inputs) -> Iterator[Step]:
    old, new = first.scenario, second.scenario
    days = [(one.law.as_of, one.scenario.known_at) for one in (first, second)]
    if days[0] != days[1]:
        known = f", as known at {new.known_at}" if new.known_at else ""
        yield Step(kind="law", cause="date of the law", what=_arrow(days[0][0], days[1][0]) + known,
                   put_on=lambda at: replace(at.with_scenario(known_at=new.known_at),
                                             day=days[1][0]))  # fmt: skip
    if _base(old) != _base(new):
        yield Step(kind="law", cause="duty without the scenario",
                   what=_arrow(old.base_text, new.base_text) if old.base_text != new.base_text
                   else f"{new.base_text}: other rates",
                   put_on=lambda at: at.with_scenario(base=new.base))  # fmt: skip
    if not is_same((old.eras, old.reading), (new.eras, new.reading)):
        yield Step(kind="law", cause="how measures combine",
                   what=f"{len(old.eras)} rules of stacking -> {len(new.eras)}",
                   put_on=lambda at: at.with_scenario(eras=new.eras,
                                                      reading=new.reading))  # fmt: skip


def _base(scenario: Scenario) -> Any:
    base = scenario.base
    digest = None if base.path is None else sha256_of(base.path)
    return plain_rate(base.rate), digest, base.is_unknown, base.ended


def plain_rate(rate: Any) -> Any:
    """A rate without the text that it was written as; null where there is none."""
    return None if rate is None else (rate.expression, rate.mode)


def _quotas(old: Scenario, new: Scenario, *, gone: bool) -> Iterator[Step]:
    before, after = ({one.name: one for one in each.quotas} for each in (old, new))
    if gone:
        for name in sorted(set(before) - set(after)):
            yield Step(kind="law", cause=f"quota {name}", what="removed",
                       put_on=lambda at, name=name: at.with_scenario(  # type: ignore[misc]
                           quotas=_without(at.scenario.quotas, name)))  # fmt: skip
        return
    for name, quota in sorted(after.items()):
        if name in before and is_same(before[name], quota):
            continue
        yield Step(kind="law", cause=f"quota {name}",
                   what="changed" if name in before else "added",
                   put_on=lambda at, quota=quota: at.with_scenario(  # type: ignore[misc]
                       quotas=_put(at.scenario.quotas, quota)))  # fmt: skip


def _measures(old: Scenario, new: Scenario) -> Iterator[Step]:
    before, after = ({one.measure_id: one for one in each.measures} for each in (old, new))
    for name in sorted(set(before) - set(after)):
        yield Step(kind="law", cause=f"measure {name}", what="removed",
                   put_on=lambda at, name=name: at.with_scenario(  # type: ignore[misc]
                       measures=_without(at.scenario.measures, name, "measure_id")))  # fmt: skip
    for name, measure in sorted(after.items()):
        known = before.get(name)
        if known is not None and is_same(known, measure):
            continue
        rate, partners = rates_text(measure.rates), partners_text(measure.partners)
        what = f"added: {rate} on {partners}" if known is None else measure_change(known, measure)
        yield Step(kind="law", cause=f"measure {name}", what=what,
                   put_on=lambda at, measure=measure: at.with_scenario(  # type: ignore[misc]
                       measures=_put(at.scenario.measures, measure, "measure_id")))  # fmt: skip


def _put(things: Sequence[Any], thing: Any, key: str = "name") -> tuple[Any, ...]:
    """Things by their key with one more, or in place of the one of its name."""
    kept = {getattr(one, key): one for one in things} | {getattr(thing, key): thing}
    return tuple(kept[name] for name in sorted(kept))


def _without(things: Sequence[Any], name: str, key: str = "name") -> tuple[Any, ...]:
    return tuple(one for one in things if getattr(one, key) != name)


def _arrow(old: object, new: object) -> str:
    return f"{'none' if old is None else old} -> {'none' if new is None else new}"
