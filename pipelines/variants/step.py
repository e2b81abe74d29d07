"""Which variants of a scenario are computed: rates of a measure, or the dates of its law."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from calc.errors import UsageError, did_you_mean
from pipelines.run.step import question_of
from pipelines.variants.by_calendar import by_calendar
from pipelines.variants.by_date import by_date
from pipelines.variants.sweep import Wanted, read_assumed, read_wanted, sweep

if TYPE_CHECKING:
    from pipelines.progress import Talk
    from pipelines.run.inputs import Inputs
    from pipelines.run.whole import Whole
    from pipelines.variants.sweep_effects import SweptEffects, Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which variants are asked for: one of the first four, and whether with trade's answer."""

    rate: str | None = None
    assume: str | None = None
    by_date: bool = False
    calendar: int | None = None
    effects: bool = False

    @property
    def is_at_date(self) -> bool:
        """Whether the law is read at one date."""
        return self.rate is not None or self.assume is not None

    def refuse_misfits(self, *, has_date: bool) -> None:
        """Nothing, where exactly one kind is asked for and the other options suit it.

        Raises:
            UsageError: None or several are, or an option does not suit it.
        """
        options = {
            "--rate": self.rate is not None,
            "--assume": self.assume is not None,
            "--by-date": self.by_date,
            "--calendar": self.calendar is not None,
        }
        chosen = [name for name, is_given in options.items() if is_given]
        example = "--rate car-parts=0:200:10"
        if len(chosen) != 1:
            raise UsageError(f"give either {', '.join(options)}", hint=example)
        if self.effects and not self.is_at_date:
            raise UsageError(f"{chosen[0]} has no --effects", hint=example)
        if has_date and not self.is_at_date:
            raise UsageError(f"{chosen[0]} reads the law at all dates", hint="leave --as-of out")


class Found(NamedTuple):
    """The table that was asked for, its name, and what trade's answer has: turns and notes."""

    name: str
    table: pl.DataFrame
    turns: "Turns | None" = None
    notes: tuple[str, ...] = ()


def found_by_name(inputs: "Whole", asked: Asked, talk: "Talk") -> Found:
    """The table that is asked for, with its name.

    Raises:
        UsageError: Rates or values are no range, or of nothing in the scenario.
        ScenarioError: The law cannot be used.
    """
    if asked.effects or asked.assume is not None:
        swept = found_with_effects(inputs, asked.rate, asked.assume, talk)
        return Found("sweep_effects", *swept)
    name = "sweep" if asked.rate is not None else "by_calendar" if asked.calendar else "by_date"
    with talk.working("computing each variant"):
        return Found(name, found_for(inputs, asked.rate, asked.calendar))


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


def found_with_effects(
    inputs: "Whole", rate: str | None, assume: str | None, talk: "Talk"
) -> "SweptEffects":
    """SWEEP_EFFECTS of the rates, or of the values of an assumption, that are asked for.

    Raises:
        UsageError: They are not a range, or of no measure or assumption of the scenario.
        ScenarioError: The law cannot be used.
    """
    from pipelines.scenario.assumed import Response
    from pipelines.variants.sweep_effects import sweep_effects

    if rate is not None:
        wanted = read_wanted(rate)
        part, name = part_of(inputs, wanted)
    else:
        wanted = read_assumed(assume or "")
        part, name = inputs.parts[0], wanted.measure_id
        if len(inputs.parts) > 1:
            raise UsageError("an assumption is swept in a scenario of one importer",
                             where="--assume", hint="name the file of one part")  # fmt: skip
    response = part.response or Response()
    return sweep_effects(question_of(part), response, replace(wanted, measure_id=name), talk)


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
