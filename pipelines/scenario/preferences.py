"""Preferences of a base: those that a change has ended, and those that a portion claims."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from calc.errors import ScenarioError, did_you_mean


def without_ended(
    rates: pl.DataFrame, ended: Sequence[tuple[str, date]], *, name: str, file: str
) -> pl.DataFrame:
    """The rates of a base, those of ended programmes cut short at the day that ends them.

    Args:
        rates: Rows of BASE.
        ended: Programme and first day on which it is no longer granted.
        name: The base, as messages give it.
        file: The scenario, as messages give it.

    Raises:
        ScenarioError: The base has no rates of such a programme.
    """
    known = sorted(set(rates["programme"]))
    for programme, day in ended:
        if programme not in known:
            raise ScenarioError(
                f"{name} has no rates of the programme {programme}, which a change disables",
                where=f"{file}, [[change]]",
                hint=did_you_mean(programme, known),
            )
        is_of = pl.col("programme") == programme
        over = pl.min_horizontal("valid_until", pl.lit(day))
        rates = rates.with_columns(
            valid_until=pl.when(is_of).then(over).otherwise("valid_until")
        ).filter(~is_of | (pl.col("valid_from") < day))
    return rates
