"""Which variants of a scenario are computed: rates of a measure, or the dates of its law."""

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from calc.errors import UsageError, did_you_mean
from pipelines.by_calendar import by_calendar
from pipelines.by_date import by_date
from pipelines.run.step import question_of
from pipelines.sweep import Wanted, read_wanted, sweep

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs
    from pipelines.run.whole import Whole


def found_for(inputs: "Whole", rate: str | None, calendar: int | None = None) -> pl.DataFrame:
    """SWEEP of the rates that are asked for, BY_CALENDAR of the year, else BY_DATE.

    The rates are of a measure of one part, and so are the figures: no duty of another importer
    depends on them.

    Raises:
        UsageError: The rates are not a range, or of no measure or of several of the scenario.
        ScenarioError: The law cannot be used, or never changes.
    """
    if calendar is not None:
        return by_calendar(inputs, calendar)
    if rate is None:
        return by_date(inputs)
    wanted = read_wanted(rate)
    part, measure_id = part_of(inputs, wanted)
    return sweep(question_of(part), replace(wanted, measure_id=measure_id))


def part_of(inputs: "Whole", wanted: Wanted) -> tuple["Inputs", str]:
    """The part that a measure is of, and its id; ``CAN/surtax`` names the part too.

    A part has the name of its importer and that of its scenario.

    Raises:
        UsageError: There is no such part, or several parts have a measure of that id.
    """
    name, _, measure_id = wanted.measure_id.rpartition("/")
    parts = {part.scenario.importer: part for part in inputs.parts}
    ids = [part.scenario.scenario_id for part in inputs.parts]
    known = parts | {
        name: part for name, part in zip(ids, inputs.parts, strict=True) if ids.count(name) == 1
    }
    if name:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"the scenario has no part {name!r}", where="--rate", hint=hint)
        return known[name], measure_id
    having = [
        importer
        for importer, part in parts.items()
        if any(one.measure_id == measure_id for one in part.scenario.measures)
    ]
    if len(having) > 1:
        choices = " or ".join(f"{importer}/{measure_id}" for importer in having)
        what = f"{len(having)} importers have a measure {measure_id!r}"
        raise UsageError(what, where="--rate", hint=f"write which: {choices}")
    if having:
        return parts[having[0]], measure_id
    if len(parts) == 1:
        return inputs.parts[0], measure_id  # which is refused there, with the nearest that it has
    ids = [one.measure_id for part in inputs.parts for one in part.scenario.measures]
    what = f"no part of the scenario has a measure {measure_id!r}"
    raise UsageError(what, where="--rate", hint=did_you_mean(measure_id, ids))
