"""Facts about the law at a date that a reader of its figures must know, as sentences."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from calc.codes import edition_of
from calc.law import IN_FORCE
from pipelines.scenario.limits import beyond_limits, unknown_authorities
from pipelines.scenario.model import Measure, Scenario
from pipelines.scenario.quota_rows import quota_notes
from pipelines.scenario.readings import reading_notes
from pipelines.scenario.reference import Reference
from pipelines.scenario.scopes import product_groups

if TYPE_CHECKING:
    from pipelines.scenario.base_table import ScenarioBase


NO_MEASURE = "the scenario has no measure: it changes nothing"


def notes_of(
    scenario: Scenario, day: date | None, base: "ScenarioBase", reference: Reference
) -> tuple[str, ...]:
    """The notes, in an order that does not depend on that of the file's measures."""
    measures = _by_name(scenario)
    return (
        *([] if measures else [NO_MEASURE]),
        *reading_notes(scenario),
        *_product_notes(scenario, reference),
        *_importer_notes(scenario, day, reference),
        *_partner_notes(scenario, day, reference),
        *(note for measure in measures for note in _measure_notes(measure, day)),
        *quota_notes(scenario),
        *beyond_limits(scenario),
        *unknown_authorities(scenario),
        *scenario.notes,
        *_base_notes(scenario, day, base),
    )


def told_at_once(scenario: Scenario) -> list[str]:
    """The notes that a check of a scenario tells: what may be a mistake, and what is no law."""
    none = [] if scenario.measures or scenario.parts else [NO_MEASURE]
    told = (*reading_notes(scenario), *beyond_limits(scenario), *unknown_authorities(scenario))
    bounds = [_bound_note(measure) for measure in _by_name(scenario) if is_bound(measure)]
    return [*none, *bounds, *told]


def is_bound(measure: Measure) -> bool:
    """Whether a measure names parts of codes and does not say how much of each."""
    return measure.portion is None and any(word.is_part for word in measure.products)


def _bound_note(measure: Measure) -> str:
    return (
        f"{measure.measure_id} names parts of codes (ex) without a portion: its figures are upper "
        "bounds"
    )


def _by_name(scenario: Scenario) -> list[Measure]:
    return sorted(scenario.measures, key=lambda measure: measure.measure_id)


def _product_notes(scenario: Scenario, reference: Reference) -> Iterator[str]:
    edition = edition_of(scenario.nomenclature) or ""
    for name in product_groups(scenario):
        group = reference.product_groups[name]
        codes = len(group.codes[edition])
        yield (
            f"@{name} stands for HS {', '.join(group.headings)} "
            f"({codes} six-digit codes of {edition})"
        )


def _importer_notes(scenario: Scenario, day: date | None, reference: Reference) -> Iterator[str]:
    group = reference.partner_groups.get(scenario.importer)
    if group is None:
        return
    yield (
        f"trade among the {len(group.members)} members of {group.name} is no import of it: "
        f"{', '.join(group.members)}"
    )
    if day is not None and not group.is_valid_at(day):
        yield f"{group.name} does not exist at {day}; the members are those that it had"


def _partner_notes(scenario: Scenario, day: date | None, reference: Reference) -> Iterator[str]:
    names = sorted({name for scope in scenario.scopes for name in scope.groups})
    for name in names:
        group = reference.partner_groups[name]
        listed = f"{group.listed_as} in trade tables and " if group.listed_as else ""
        itself = "itself and " if group.is_aggregate else listed
        yield f"{name} stands for {itself}its {len(group.members)} members: " + ", ".join(
            group.members
        )
        if day is not None and not group.is_valid_at(day):
            yield f"{name} does not exist at {day}; the members are those that it had"


def _measure_notes(measure: Measure, day: date | None) -> Iterator[str]:
    name = measure.measure_id
    if not measure.is_mode_stated:
        yield f"{name} does not say its mode: its rate is added to the base duty"
    if measure.partners.reach == "some" and measure.partners.groups and measure.partners.economies:
        yield f"{name} names economies and groups: all of its partners rank as a group"
    if is_bound(measure):
        yield _bound_note(measure)
    if measure.would_apply_from is not None and not any(
        event.since == measure.would_apply_from for event in measure.timing.events
    ):
        yield f"{name} would apply from {measure.would_apply_from} once it comes into force"
    for number, exclusion in enumerate(measure.exclusions, 1):
        state = exclusion.timing.state_at(day).state
        if state != IN_FORCE:
            yield f"exclusion {number} of {name} is {state} at {day}: it leaves nothing out"


def _preference_notes(scenario: Scenario, base: "ScenarioBase", name: str) -> Iterator[str]:
    granted = sorted(set(base.preferences["programme"]))
    claimed = {claim.programme: claim.portion for claim in scenario.claims}
    unclaimed = [programme for programme in granted if programme not in claimed]
    if unclaimed:
        yield f"preferences in {name} that no portion claims are not used: {', '.join(unclaimed)}"
    for programme in sorted(set(claimed) - set(granted)):
        portion = claimed[programme]
        yield f"{name} has no rates of {programme}: the portion {portion} pays the base duty"


def _base_notes(scenario: Scenario, day: date | None, base: "ScenarioBase") -> Iterator[str]:
    if scenario.base.is_unknown:
        yield (
            "the base duty is not known: of a duty on top of it what is added is known, of one in "
            "lieu of it the duty after"
        )
        return
    if base.source is None:
        yield f"the base duty is taken to be {scenario.base.written} on all goods"
        return
    name, table = base.source[0], base.table
    if scenario.base.as_of is not None:
        yield f"the base duties of {name} are those of {scenario.base.as_of}, on whatever day"
    yield from _preference_notes(scenario, base, name)
    if base.rows_of_others:
        yield f"{base.rows_of_others:,} rates of other importers in {name} are not used"
    if day is None:
        yield f"the rates of {name} are used whatever their dates, because no date is given"
        return
    unused = table.height - base.in_force_at(day).height
    if unused:
        yield f"{unused:,} of {table.height:,} rates in {name} are not in force at {day}"
