"""The law of a scenario at a date as objects: branches, how they combine, shares, claims."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from calc.base_seasons import on_days
from calc.law import IN_FORCE
from calc.money import unit_of
from calc.policy.model import Alternative, Branch, Credit, Policy, Stacking
from calc.policy.readings import CONSTANT
from calc.seasons import Days, Season, name_of, told_apart
from pipelines.scenario.branches import MeasureBranch
from pipelines.scenario.instruments import Quota
from pipelines.scenario.model import Measure, Scenario
from pipelines.scenario.quota_rows import (
    charged_over,
    portions_of_quotas,
    quotas_used,
    seasons_of_quotas,
)
from pipelines.scenario.relations import disjoint_of, nested_of, outer_of
from pipelines.scenario.stacking import EVERY


def policy_of(
    scenario: Scenario,
    branches: Sequence[MeasureBranch],
    as_of: date | None,
    *,
    instrument: str = "duty",
    base_seasons: Sequence[Season] = (),
) -> Policy:
    """The duties of the law at a date; branches in the order of MEASURES, shares by name.

    Import duties, or export duties by themselves; bans are in neither.

    Args:
        scenario: The scenario.
        branches: The branches of its measures at the date, sorted by measure and number.
        as_of: The date.
        instrument: The kind of measure that is in it.
        base_seasons: The seasons of the base duties at the date.
    """
    begun = sorted(scenario.measures, key=_place)
    order = {measure.measure_id: place for place, measure in enumerate(begun)}
    known = {share.name: share for share in scenario.shares}
    outer = {name: len(outer_of(name, known)) for name in known}
    stated_seasons = (each.season for each in branches if each.season is not None)
    used = quotas_used(scenario) if instrument == "duty" else []
    seasons = told_apart((*stated_seasons, *base_seasons, *seasons_of_quotas(used, as_of)))
    entered = {name_of(days): days for parts in seasons.values() for days in parts}
    derived = tuple(portions_of_quotas(used, as_of))
    stated = (share.name for share in scenario.shares if share.kind == "portion")
    read = (
        (each, _as_read(_branch(each, as_of, order[each.measure.measure_id]), scenario))
        for each in branches
        if each.measure.instrument.kind == instrument
    )
    return Policy(
        as_of=as_of,
        branches=tuple(
            replace(
                one,
                seasons=tuple(map(name_of, seasons[each.season])) if each.season else (),
                alternatives=(*one.alternatives, *_beyond(each, used, as_of, seasons)),
            )
            for each, one in read
        ),
        stacking=_stacking(scenario, as_of),
        portions=(*stated, *entered, *derived),
        contents=tuple(share.name for share in scenario.shares if share.kind == "content"),
        claims=tuple(sorted(scenario.claims, key=lambda claim: -outer[claim.portion])),
        nested_in=nested_of(scenario.shares),
        disjoint=(*disjoint_of(scenario.shares), *([tuple(entered)] if entered else [])),
        seasons=entered,
        base_seasons=on_days(base_seasons, seasons),
        credits=tuple(_credits(scenario)),
        derived=derived,
        readings=scenario.reading,
    )


def _credits(scenario: Scenario) -> Iterator[Credit]:
    """The amounts that are taken off duties, by measure, partner and code."""
    for measure in sorted(scenario.measures, key=lambda each: each.measure_id):
        for row in measure.credit.rows if measure.credit else ():
            yield Credit(
                measure_id=measure.measure_id,
                partner=row.partner,
                prefix=row.prefix,
                amount_e4=unit_of(row.range.central),
                low_usd=row.range.low,
                high_usd=row.range.high,
                source=row.source,
            )


def _place(measure: Measure) -> tuple[float, date, str]:
    """What tells the latest of several: the order stated, then the first event, then the id."""
    first_day = min((event.on for event in measure.timing.events), default=date.min)
    return measure.order, first_day, measure.measure_id


def _branch(branch: MeasureBranch, as_of: date | None, order: int) -> Branch:
    measure = branch.measure
    return Branch(
        measure_id=measure.measure_id,
        step=branch.step,
        authority=measure.authority,
        programme=measure.programme,
        mode=branch.duty.mode or measure.mode,
        rate=branch.duty.expression,
        state=branch.interval.state,
        partner_rank=branch.partner_rank,
        names_products=branch.names_products,
        on=measure.on,
        portion=measure.portion,
        exclusion_portions={
            number: exclusion.portion
            for number, exclusion in enumerate(measure.exclusions, 1)
            if exclusion.portion is not None and exclusion.timing.state_at(as_of).state == IN_FORCE
        },
        alternatives=tuple(_in_its_mode(one, branch) for one in branch.alternatives),
        is_upper_bound=branch.is_part and measure.portion is None,
        order=order,
        rebate=measure.credit.rebate if measure.credit else None,
        quota=measure.quota,
    )


def _as_read(branch: Branch, scenario: Scenario) -> Branch:
    """A branch on top of the base duty, where a reading makes the base a constant."""
    if CONSTANT not in scenario.reading:
        return branch
    paid = tuple(replace(one, mode=None) for one in branch.alternatives)
    return replace(branch, mode="add", alternatives=paid)


def _in_its_mode(alternative: Alternative, branch: MeasureBranch) -> Alternative:
    """What a portion pays, in the mode that its words say, else that of the measure."""
    mode = alternative.mode or branch.measure.mode
    return replace(alternative, mode=None if mode == branch.mode else mode)


def _beyond(
    branch: MeasureBranch,
    used: Sequence[Quota],
    as_of: date | None,
    seasons: Mapping[Season, Sequence[Days]],
) -> Iterator[Alternative]:
    """What a branch charges over its quota, in the mode of the branch where that is the same."""
    for one in charged_over(branch.measure, used, as_of, seasons):
        yield replace(one, mode=None if one.mode == branch.mode else one.mode)


def _stacking(scenario: Scenario, as_of: date | None) -> Stacking | None:
    """The rule of the era in force at the date, with a word for every authority spelt out."""
    era = next((era for era in scenario.eras if era.holds_at(as_of)), None)
    if era is None:
        return None
    stated = dict(era.stacking.within)
    word = stated.pop(EVERY, None)
    every = {measure.authority: word for measure in scenario.measures} if word else {}
    within = dict(sorted({**every, **stated}.items()))
    return replace(era.stacking, within=within)
