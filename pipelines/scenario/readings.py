"""Readings of other engines in place of the law: read by name, checked, and told of."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from calc.errors import Problem, ScenarioError, did_you_mean
from calc.policy.expression import PROHIBITED, needs_base
from calc.policy.readings import AVERAGED, CONSTANT, HIGHEST, MEANINGS, OF_ALL, is_read
from pipelines.scenario.fields import Table, shown

if TYPE_CHECKING:
    from pipelines.scenario.model import Measure, Scenario

ALL = "all"
PUBLISHED = "as published"
TITLE = "As published, not law: "
LATEST, EVERY = "latest", "every authority"
OVERWRITES = (
    "of several measures of an authority on a line the last overwrites the others, whatever goes "
    "first in rank"
)
Readings = Mapping[str, tuple[str, ...]]
"""Name of a reading to the authorities that are read so; none for all of them."""


def read_readings(top: Table) -> Readings:
    """The readings that a scenario names; empty where the law is read as it is."""
    value = top.values.get("reading")
    if value is None:
        return {}
    if isinstance(value, dict):
        place = top.inner("reading", value)
        stated = [(place, name, name, held) for name, held in value.items()]
    else:
        names = value if isinstance(value, list) and value else [value]
        stated = [(top, "reading", name, ALL) for name in names]
    found: dict[str, tuple[str, ...]] = {}
    for table, key, name, held in stated:
        if not isinstance(name, str) or name not in MEANINGS:
            near = did_you_mean(name, MEANINGS) if isinstance(name, str) else ""
            table.refuse(key, f"{shown(name)} is not a known reading of the law",
                         near or f"known: {', '.join(MEANINGS)}")  # fmt: skip
            continue
        found[name] = _authorities(table, name, held)
    return dict(sorted(found.items()))


def _authorities(table: Table, name: str, held: Any) -> tuple[str, ...]:
    """The authorities that are read so; none for all."""
    if held == ALL:
        return ()
    names = held if isinstance(held, list) else [held]
    if not names or not all(isinstance(each, str) for each in names):
        table.refuse(name, f"{shown(held)} names no authority",
                     f'write {name} = "section-232", a list of them, or "all"')  # fmt: skip
        return ()
    if name in OF_ALL:
        table.refuse(name, f"{name} is a reading of the whole law, not of an authority",
                     f'write {name} = "all"')  # fmt: skip
    return tuple(sorted(names))


def check_readings(top: Table, readings: Readings, authorities: Collection[str]) -> None:
    """Enter a problem for each authority of a reading of which there is no measure."""
    value = top.values.get("reading")
    if not isinstance(value, dict):
        return
    place = top.inner("reading", value)
    for name, held in readings.items():
        for authority in held:
            if name in value and authority not in authorities:
                place.refuse(name, f"{shown(authority)} is not an authority of the measures",
                             did_you_mean(authority, sorted(authorities)))  # fmt: skip


def stated_of(readings: Readings) -> list[str] | dict[str, Any]:
    """Readings as a scenario states them."""
    if not any(readings.values()):
        return list(readings)
    return {name: list(held) or ALL for name, held in readings.items()}


def applied_readings(scenario: "Scenario") -> Readings:
    """The readings of a scenario, and ``latest`` where its stacking asks for it."""
    words = [word for era in scenario.eras for word in era.stacking.within.items()]
    names = sorted({name for name, word in words if word == LATEST})
    if not names:
        return scenario.reading
    return {**scenario.reading, LATEST: () if EVERY in names else tuple(names)}


def reading_notes(scenario: "Scenario") -> Iterator[str]:
    """What a reader must know of a scenario that is not read as law."""
    for name, held in applied_readings(scenario).items():
        whom = f" of {' and '.join(held)}" if held else ""
        meaning = MEANINGS.get(name, OVERWRITES)
        yield f"as published, not law: the reading {name}{whom}: {meaning}"


def told_title(title: str, readings: Readings) -> str:
    """The title of a scenario, which says that it is no law where a reading is applied."""
    return title if not readings or PUBLISHED in title.casefold() else f"{TITLE}{title}"


def refuse_what_does_not_suit(scenario: "Scenario") -> None:
    """Nothing, where the measures and the base can be read as the readings say.

    Raises:
        ScenarioError: They cannot; holds all problems.
    """
    problems = [
        Problem(what, f"{scenario.path.name}, {where}", hint)
        for what, where, hint in _unsuited(scenario)
    ]
    if problems:
        raise ScenarioError.collected(problems)


def _unsuited(scenario: "Scenario") -> Iterator[tuple[str, str, str]]:
    readings = scenario.reading
    if CONSTANT in readings and scenario.base.rate is None:
        yield (
            f"under {CONSTANT} the base is one rate for all goods",
            "base",
            'write base = "2.3%"',
        )
    for measure in scenario.measures:
        for what, hint in _unsuited_measure(measure, readings):
            yield what, f'measure "{measure.measure_id}"', hint
    for quota in scenario.quotas if {AVERAGED, HIGHEST} & set(readings) else ():
        if any(choice.duty.expression == PROHIBITED for choice in quota.over):
            yield (
                "what is prohibited over a quota has no rate to average or compare",
                f"[quota.{quota.name}], over",
                "write a rate, or leave the reading out",
            )


def _unsuited_measure(measure: "Measure", readings: Readings) -> Iterator[tuple[str, str]]:
    rates = [
        *(choice.duty.expression for choice in measure.rates),
        *(one.rate for one in measure.alternatives if one.rate is not None),
    ]
    if CONSTANT in readings and any(needs_base(rate) for rate in rates):
        yield f"a rate that depends on the base has no meaning under {CONSTANT}", "write it out"
    if measure.mode == "replace" and is_read(readings, HIGHEST, measure.authority):
        yield (f"under {HIGHEST} no measure takes the place of the base duty",
               'write mode = "add" or "all-in"')  # fmt: skip
