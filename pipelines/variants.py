"""Which variants of a scenario are computed: rates of a measure, or the dates of its law."""

from typing import TYPE_CHECKING

import polars as pl

from pipelines.by_date import by_date
from pipelines.run.step import question_of
from pipelines.sweep import read_wanted, sweep

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs


def found_for(inputs: "Inputs", rate: str | None) -> pl.DataFrame:
    """SWEEP of the rates that are asked for, else BY_DATE.

    Raises:
        UsageError: The rates are not a range, or of no measure of the scenario.
        ScenarioError: The law cannot be used, or never changes.
    """
    return by_date(inputs) if rate is None else sweep(question_of(inputs), read_wanted(rate))
