"""The days of base duties: those of one day for every day, and days on which there are none."""

from datetime import date

import polars as pl

from calc.base import in_force_at
from calc.errors import ScenarioError
from calc.tables.base import Base
from pipelines.scenario.model import Scenario
from pipelines.scenario.timed import FIRST_DAY


def of_day(rates: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """The rates of the day that stands for every day, without dates; all where there is none.

    Raises:
        ScenarioError: None is in force on that day.
    """
    day = scenario.base.as_of
    if day is None:
        return rates
    found = in_force_at(rates.lazy(), day).collect()
    if found.is_empty():
        raise none_in_force(rates, scenario.base.written, day)
    always = {"valid_from": pl.lit(FIRST_DAY), "valid_until": pl.lit(None, pl.Date)}
    return found.with_columns(**always).sort(Base.primary_key())


def none_in_force(rates: pl.DataFrame, name: str, day: date | None) -> ScenarioError:
    """No rate of a base is in force at a date: since when, and until when, any was."""
    begins, ends = rates["valid_from"].to_list(), rates["valid_until"].to_list()
    until = "" if None in ends else f", the last ends before {max(ends)}"
    near = max((each for each in begins if day is not None and each <= day), default=min(begins))
    return ScenarioError(
        f"no base rate of {name} is in force at {day}",
        where=name,
        hint=f"the first begins on {min(begins)}{until}; write base_as_of = {near} to take those "
        "of that day for every day",
    )
