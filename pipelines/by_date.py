"""One result for each change of the law, on the same reference trade, which is read once."""

from typing import TYPE_CHECKING

import polars as pl

from calc.dictionary import conform, polars_schema
from calc.tables.reports import ByDate
from pipelines.dated import figures, like_lines, stretches_of
from pipelines.run.question import chosen_period, refuse_misfits, shape_of

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs

TIME = ("interval", "valid_from", "valid_until")


def by_date(inputs: "Inputs") -> pl.DataFrame:
    """BY_DATE: one row a stretch between two changes of the law, in order.

    Raises:
        ScenarioError: The law never changes, or cannot be used at one of the dates.
    """
    stretches = stretches_of(inputs)
    question = stretches[0].question
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    imports = question.imports(period)
    trade = like_lines([one.question for one in stretches], imports.to_native())
    schema = polars_schema(ByDate)
    nothing = {name: 0.0 for name in schema if name not in TIME}
    rows = []
    for number, stretch in enumerate(stretches, 1):
        found = figures(stretch, trade, imports, by=())
        told = found.row(0, named=True) if found.height else nothing
        days = {"valid_from": stretch.valid_from, "valid_until": stretch.valid_until}
        rows.append({"interval": number, **days} | {name: told[name] for name in nothing})
    return conform(pl.LazyFrame(rows, schema=schema, orient="row"), ByDate).collect()
