"""What a law does to the lines of trade, as a run finds it before it makes its other tables.

For tests that look at lines, the measures on them and their sums: nothing is written.
"""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from calc import reports
from calc.accounting import sums_of
from calc.attributed import with_increments
from calc.lines import components_table, lines_table
from pipelines.progress import Talk
from pipelines.run.assess import Found, assess
from pipelines.run.inputs import RunSettings
from pipelines.run.question import Question, chosen_period, refuse_misfits, shape_of
from pipelines.run.resolve import Resolved, resolve
from pipelines.run.step import question_of, read_inputs
from tests.run.tool import Place


class Assessed(NamedTuple):
    """A question, its law on the rows of trade, and the lines and components that it gives."""

    question: Question
    resolved: Resolved
    found: Found

    def lines(self) -> pl.DataFrame:
        """LINES."""
        told = self.question.descriptions.lazy()
        return lines_table(self.found.lines.lazy(), told, self.question.interval).collect()

    def components(self) -> pl.DataFrame:
        """COMPONENTS."""
        lines = self.found.lines.lazy()
        told = with_increments(self.found.components.lazy(), lines)
        return components_table(told, lines, self.resolved.named.lazy()).collect()

    def by_measure(self) -> pl.DataFrame:
        """BY_MEASURE."""
        components = with_increments(self.found.components.lazy(), self.found.lines.lazy())
        return reports.by_measure(components, self.question.law.measures).collect()

    def sums(self) -> dict[str, Any]:
        """The sums over all lines, by column as BY_IMPORTER has them."""
        return sums_of(self.found.lines.lazy(), ["importer"]).collect().row(0, named=True)


def assessed(place: Place, scenario: Path, as_of: str | None = None) -> Assessed:
    """The law of a scenario of one importer put to its trade table, as of a day."""
    settings = RunSettings(as_of=None if as_of is None else date.fromisoformat(as_of))
    (part,) = read_inputs(place.workspace, scenario, settings, Talk(quiet=True)).parts
    return assessed_question(question_of(part))


def assessed_question(question: Question) -> Assessed:
    """The law of a question on its trade."""
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    resolved = resolve(question, question.imports(period))
    assert resolved is not None
    return Assessed(question, resolved, assess(question, resolved))
