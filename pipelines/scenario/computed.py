"""What the language says and the engine does not compute yet: one list, refused by name.

To compute something, take its line out of ``NOT_COMPUTED``.
"""

from collections.abc import Iterator, Mapping

from calc.errors import Problem, ScenarioError
from pipelines.scenario.model import Measure, Scenario

NOT_COMPUTED: Mapping[str, str] = {
    "reading": "leave it out: the law is read as it is",
}
"""Name to what to do instead."""


def refuse_what_is_not_computed(scenario: Scenario) -> None:
    """Nothing, where the engine computes all that a scenario says.

    Raises:
        ScenarioError: It says something of ``NOT_COMPUTED``; holds all such things.
    """
    problems = [
        Problem(f"{name} is read but not computed yet", f"{scenario.path.name}, {where}",
                NOT_COMPUTED[name])
        for name, where in _used(scenario) if name in NOT_COMPUTED
    ]  # fmt: skip
    if problems:
        raise ScenarioError.collected(problems)


def _used(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What a scenario uses that an engine may not compute, and where."""
    if scenario.reading:
        yield "reading", "reading"
    for measure in scenario.measures:
        for name in _used_by(measure):
            yield name, f'measure "{measure.measure_id}"'


def _used_by(measure: Measure) -> Iterator[str]:
    yield from measure.features
