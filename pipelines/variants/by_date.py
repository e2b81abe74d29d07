"""One result for each change of the law, on the same reference trade, which is read once."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from calc.dictionary import conform, polars_schema
from calc.tables.reports import ByDate
from pipelines.run.alike import like_lines
from pipelines.run.question import chosen_period, refuse_misfits, shape_of
from pipelines.variants.dated import figures, stretches_of

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs
    from pipelines.run.whole import Whole

KEY = ("interval", "importer", "valid_from", "valid_until")


def by_date(inputs: "Whole") -> pl.DataFrame:
    """BY_DATE: one row a stretch between two changes of the law and an importer, in order.

    Of several importers each has a row a stretch, which ends where the law of any of them changes.

    Raises:
        ScenarioError: No law ever changes, or one cannot be used at one of the dates.
    """
    several = len(inputs.parts) > 1
    days = sorted({day for part in inputs.parts for day in part.law.change_dates})
    rows = [row for part in inputs.parts for row in _rows(part, days if several else ())]
    found = pl.LazyFrame(rows, schema=polars_schema(ByDate), orient="row")
    return conform(found, ByDate).sort("interval", "importer").collect()


def _rows(inputs: "Inputs", days: Sequence[date]) -> Iterator[dict[str, Any]]:
    """The rows of one importer; the law is read on other days than those of its changes too."""
    stretches = stretches_of(inputs, days)
    question = stretches[0].question
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    imports = question.imports(period)
    laws = [one.question for one in stretches]
    by = ["period"] if any(one.policy.seasons for one in laws) else []
    trade = like_lines(laws, imports.to_native(), by=by)
    nothing = {name: 0.0 for name in polars_schema(ByDate) if name not in KEY}
    for number, stretch in enumerate(stretches, 1):
        found = figures(stretch, trade, imports, by=())
        told = found.row(0, named=True) if found.height else nothing
        yield {
            "interval": number,
            "importer": inputs.scenario.importer,
            "valid_from": stretch.valid_from,
            "valid_until": stretch.valid_until,
            **{name: told[name] for name in nothing},
        }
