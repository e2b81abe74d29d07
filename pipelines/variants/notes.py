"""What a reader of a sweep must know: what its figures rest on, and what they leave out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from pipelines.report.figures import exact_sum
from pipelines.run.question import chosen_period, shape_of
from pipelines.run.step import question_of
from pipelines.variants.step import part_of
from pipelines.variants.sweep import read_wanted

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.report.money import Currency
    from pipelines.run.inputs import Inputs
    from pipelines.run.whole import Whole
    from pipelines.variants.step import Asked


def money_notes(
    currency: "Currency | None", asked: "Asked", output: "Path | None"
) -> Iterator[str]:
    """What the money of a sweep means for its rows and its file; nothing in USD."""
    if currency is None:
        return
    if not asked.is_at_date:
        yield (
            f"Each row is in {currency.code} at the one rate of {currency.on}, whatever its own "
            "days: so rows differ by the law alone, and not by exchange rates."
        )
    if output is not None and output.suffix == ".parquet":
        yield f"{output.name} is in USD, as all Parquet files are; its metadata tell the rate."


def notes_of_variants(inputs: "Whole", rate: str | None, *, is_answered: bool = False) -> list[str]:
    """The notes of a sweep, of each part that it computes; the part is named where it has others.

    Args:
        inputs: What the sweep is made from.
        rate: The rates that are asked for; null where the dates of the law are.
        is_answered: Whether the sweep tells what trade does in answer.
    """
    parts = inputs.parts if rate is None else (part_of(inputs, read_wanted(rate))[0],)
    undated = [] if rate is not None else [note for part in parts for note in _undated(part)]
    return undated + [
        f"{part.scenario.importer}: {note}" if inputs.includes else note
        for part in parts
        for note in (*_conversion(part), *_left_out(part, is_answered=is_answered))
    ]


def _undated(part: "Inputs") -> Iterator[str]:
    """What stands on every day, where the dates of the law are read and the file states none."""
    if part.scenario.as_of is not None or not part.law.change_dates:
        return
    names = [one.measure_id for one in part.scenario.measures if not one.timing.days()]
    whose = f": {', '.join(sorted(names))}" if names else ""
    yield (
        "The scenario has no as_of: the first row is the law before it first changes, on "
        f"{part.law.change_dates[0]}; what has no date is in force on every day{whose}."
    )


def _conversion(part: "Inputs") -> Iterator[str]:
    """How the trade was put into the edition of the schedule."""
    if not part.settings.convert:
        return
    question = question_of(part)
    if question.converted is None:
        return
    imports = question.imports(chosen_period(question, shape_of(question)))
    rows: pl.LazyFrame = imports.to_native()
    estimated = rows.filter("is_estimated").select("duty_base_usd").collect()
    yield question.converted.note(exact_sum(estimated, "duty_base_usd"), of="imports").replace(
        " (is_estimated)", ""
    )


def _left_out(part: "Inputs", *, is_answered: bool) -> Iterator[str]:
    """What the scenario says that is in no figure of a sweep, with its names."""
    scenario, run = part.scenario, "retorsion run has them"
    exports = [one.measure_id for one in scenario.measures if one.instrument.kind == "export-duty"]
    if exports:
        yield f"Export duties ({', '.join(exports)}) are in no figure here; {run}."
    kinds = ("duty", "export-duty")
    bans = [one.measure_id for one in scenario.measures if one.instrument.kind not in kinds]
    if bans:
        yield f"Bans ({', '.join(bans)}) are in no figure here; {run}."
    if scenario.beside:
        names = ", ".join(flow.name for flow in scenario.beside)
        yield f"Flows beside the trade table ({names}) are in no figure here; {run}."
    if scenario.drawback:
        yield "Duty is told before drawback; retorsion run has it."
    if scenario.charges:
        names = ", ".join(one.charge.name for one in scenario.charges)
        yield f"Charges at the border beside the duty ({names}) are in no figure here; {run}."
    if part.response is not None and not is_answered:
        yield (
            "Duty is told at unchanged trade, without what trade does in answer; retorsion run has "
            "it."
        )
