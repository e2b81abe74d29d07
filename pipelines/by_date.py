"""One result for each change of the law, on the same reference trade."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from calc.accounting import sums_of
from calc.dictionary import conform, polars_schema
from calc.errors import ScenarioError
from calc.tables.reports import ByDate
from pipelines.run.assess import assess
from pipelines.run.question import chosen_period, refuse_misfits, shape_of
from pipelines.run.resolve import resolve
from pipelines.run.step import question_of

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs


def by_date(inputs: "Inputs") -> pl.DataFrame:
    """BY_DATE: one row a day on which the law of a scenario changes, in order.

    Raises:
        ScenarioError: The law never changes, or cannot be used at one of the dates.
    """
    dates = inputs.law.change_dates
    if not dates:
        raise ScenarioError(
            "the law of the scenario never changes",
            where=inputs.scenario.path.name,
            hint="run it without --by-date",
        )
    rows = pl.concat(_rows(inputs, dates), how="diagonal")
    missing = [name for name in ByDate.columns() if name not in rows.columns]
    empty = [pl.lit(None, polars_schema(ByDate)[name]).alias(name) for name in missing]
    return conform(rows.lazy().with_columns(empty), ByDate).collect()


def _rows(inputs: "Inputs", dates: tuple[date, ...]) -> Iterator[pl.DataFrame]:
    from pipelines.scenario.law import law_at

    question = question_of(inputs)
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    for day, following in zip(dates, (*dates[1:], None), strict=True):
        asked = question_of(replace(inputs, law=law_at(inputs.scenario, day)))
        resolved = resolve(asked, shape, period)
        since = pl.DataFrame(
            {"valid_from": [day], "valid_until": [following]},
            schema={"valid_from": pl.Date, "valid_until": pl.Date},
        )
        if resolved is None:
            yield since
            continue
        found = assess(asked, resolved, asked.imports(period))
        whole = found.lines.lazy().with_columns(all=pl.lit(value=True))
        yield pl.concat([since, sums_of(whole, ["all"]).drop("all").collect()], how="horizontal")
