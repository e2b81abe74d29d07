"""Groups of partners at a date: whether those that a measure in force reaches exist then."""

from datetime import date

from calc.errors import ScenarioError
from calc.law import IN_FORCE
from pipelines.scenario.model import Measure, Scenario
from pipelines.scenario.reference import Reference


def check_groups(scenario: Scenario, day: date | None, reference: Reference) -> None:
    """Nothing, where each group that a measure in force reaches has members at the date.

    A measure that is over keeps the group's last members: its threatened value is still known.

    Raises:
        ScenarioError: A group has no members then.
    """
    if day is None:
        return
    for measure in scenario.measures:
        is_standing = measure.timing.state_at(day).state == IN_FORCE
        for name in _groups(measure) if is_standing else ():
            group = reference.partner_groups[name]
            if not group.is_valid_at(day):
                until = (
                    "" if group.valid_until is None else f" to the day before {group.valid_until}"
                )
                valid = [g.name for g in reference.partner_groups.values() if g.is_valid_at(day)]
                raise ScenarioError(
                    f"{name} does not exist at {day}, when the measure is in force",
                    where=f'{scenario.path.name}, measure "{measure.measure_id}", partners',
                    hint=f"it exists from {group.valid_from}{until}; at {day}: {', '.join(valid)}",
                )


def _groups(measure: Measure) -> list[str]:
    """The groups that a measure or one of its rates reaches, sorted."""
    scopes = [measure.partners, *(c.partners for c in measure.rates if c.partners is not None)]
    return sorted({name for scope in scopes for name in scope.groups})
