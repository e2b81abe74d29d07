"""The law of a scenario over time, and sums of the trade on which all of it can be computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc.accounting import sums_of
from calc.errors import ScenarioError
from calc.terms import Frame
from pipelines.run.assess import assess
from pipelines.run.question import Question
from pipelines.run.resolve import Resolved, resolve
from pipelines.run.step import question_of

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The law between two of its changes, both days null where open, and what it is put to."""

    valid_from: date | None
    valid_until: date | None
    question: Question


def stretches_of(inputs: "Inputs", days: Sequence[date] = ()) -> list[Stretch]:
    """The law from each of its changes on; before the first too, where a measure is in force then.

    Args:
        inputs: What a run is made from.
        days: Days on which the law of another importer changes: where there are any, they part
            the stretches too, and the first begins before all of them.

    Raises:
        ScenarioError: The law never changes, or cannot be used at one of the dates.
    """
    from pipelines.scenario.law import law_at

    dates = sorted({*days, *inputs.law.change_dates})
    if not dates:
        raise ScenarioError(
            "the law of the scenario never changes",
            where=inputs.scenario.path.name,
            hint="run it without --by-date",
        )
    earlier = law_at(inputs.scenario, dates[0] - timedelta(days=1))
    begins: list[date | None] = [None] if days or earlier.measures["is_in_force"].any() else []
    begins += dates
    # Trade is put into the edition of the schedule once: that does not depend on the date.
    as_is = replace(inputs, settings=replace(inputs.settings, convert=False))
    converted = question_of(inputs).converted
    laws = [law_at(inputs.scenario, begin) if begin else earlier for begin in begins]
    asked = [replace(question_of(replace(as_is, law=law)), converted=converted) for law in laws]
    return [
        Stretch(valid_from=begin, valid_until=end, question=question)
        for begin, end, question in zip(begins, (*begins[1:], None), asked, strict=True)
    ]


def figures(
    stretch: Stretch, trade: pl.DataFrame, imports: Frame, *, by: Sequence[str]
) -> pl.DataFrame:
    """What the law of a stretch comes to on sums of like lines, by some of their columns.

    Raises:
        ScenarioError: The law is unsettled on some lines, which are counted in ``imports``.
    """
    asked = stretch.question
    resolved = _resolved(asked, trade, imports)
    if resolved is None:
        return pl.DataFrame()
    found = assess(asked, resolved)
    whole = found.lines.lazy().with_columns(all=pl.lit(value=True))
    return sums_of(whole, ["all", *by]).drop("all").collect()


def _resolved(asked: Question, trade: pl.DataFrame, imports: Frame) -> Resolved | None:
    try:
        return resolve(asked, nw.from_native(trade.lazy()))
    except ScenarioError:
        resolve(asked, imports)  # refused again, with every line counted
        raise
