"""Each part of a run answered by itself, and the tables of all of them put together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from calc.border import border_charges
from calc.funnel import funnel_table
from calc.periods import Reference
from calc.tables import TABLES
from pipelines.progress import Talk
from pipelines.run.assumptions import assumptions_table
from pipelines.run.beside import beside_stages, beside_table, drawback_table
from pipelines.run.compute import Answer, Tables, answer
from pipelines.run.controls import controls_table
from pipelines.run.convert import Converted
from pipelines.run.effects import trade_answers
from pipelines.run.exports import export_duties_table
from pipelines.run.funnel import stages_of
from pipelines.run.inputs import Inputs
from pipelines.run.instruments import amounts_table, instruments_table
from pipelines.run.question import Question
from pipelines.run.units import refuse_other_units
from pipelines.run.unsuited import no_sum


@dataclass(frozen=True, kw_only=True)
class Part:
    """One importer's part of a run: what it was made from, and what was found.

    ``tables`` are all of its tables: those of the answer, the funnel, and where the scenario has
    any, the measures that are no duty and the control totals. ``notes`` are what a reader must know
    of how trade was taken to respond; ``converted`` says how it was put into the edition of the
    schedule, null where it was not.
    """

    inputs: Inputs
    found: Answer
    tables: Tables
    notes: tuple[str, ...] = ()
    converted: Converted | None = None

    @property
    def importer(self) -> str:
        """The importer whose part it is."""
        return self.inputs.scenario.importer


class Together(NamedTuple):
    """The tables of all importers of a run together, and what a reader must know of them."""

    tables: Mapping[str, pl.DataFrame]
    notes: tuple[str, ...] = ()


ALONE = Together({})
"""What a run of one importer has of several."""


def answered(inputs: Inputs, question: Question, talk: Talk) -> Part:
    """A part of a run, computed by itself; what takes long is told as it goes.

    Raises:
        ScenarioError: The law is in conflict with itself, suits no trade, or is in another edition.
        DataRejectedError: The table lacks the values that the importer levies duty on.
        LimitError: The values are beyond what is summed exactly.
    """
    found = replace(answer(question), links=question.links)
    if inputs.response is not None:
        no_sum(found.period, "trade answers year by year")
    refuse_other_units(found.tables)
    importer = inputs.scenario.importer
    flows = beside_table(inputs)
    stages = [
        *stages_of(question, found, inputs.record, inputs.verdict),
        *beside_stages(flows),
    ]
    tables = {**found.tables, "funnel": funnel_table(stages, importer)}
    tables |= {"beside": flows} if flows.height else {}
    if inputs.scenario.drawback:
        tables["drawback"] = drawback_table(inputs, found.tables)
    if inputs.scenario.charges:
        charges = [one.charge for one in inputs.scenario.charges]
        behind: pl.LazyFrame = question.imports(found.period).to_native()
        lines = found.tables["lines"].lazy()
        tables["border_charges"] = border_charges(lines, charges, behind).collect()
    if any(one.instrument.kind != "duty" for one in inputs.scenario.measures):
        tables["instruments"] = instruments_table(inputs, question, found.period)
        tables |= dict(_of_some(inputs, question, found.period))
    if question.converted is not None:
        tables["conversion"] = question.converted.became
    if inputs.scenario.controls:
        tables["controls"] = controls_table(inputs, found.tables["by_importer"])
    calibrated = {share.name: share.calibrated_to for share in inputs.scenario.shares}
    assumptions = assumptions_table(question, found, calibrated)
    if assumptions is not None:
        tables["assumptions"] = assumptions
    notes: tuple[str, ...] = ()
    if inputs.response is not None:
        told = trade_answers(inputs.response, question, found, talk)
        tables, notes = tables | told.tables, told.notes
    return Part(
        inputs=inputs, found=found, tables=tables, notes=notes, converted=question.converted
    )


def _of_some(
    inputs: Inputs, question: Question, period: Reference
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Tables of what only some scenarios say: rows of amounts, duties of exporters."""
    amounts = amounts_table(inputs)
    if amounts.height:
        yield "amounts", amounts
    if inputs.law.export_policy.branches:
        yield "export_duties", export_duties_table(inputs, question, period)


def joined(parts: Sequence[Tables]) -> Tables:
    """The tables of all parts, each sorted by its key, which holds the importer.

    No figure of one part depends on another, and nothing is added up over importers.
    """
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: pl.concat([part[name] for part in parts if name in part]).sort(
            list(TABLES[name].primary_key())
        )
        for name in names
    }
