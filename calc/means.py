"""The mean of several years of trade, flow by flow.

A flow that is not there in a year was nothing in it: a table that records trade has no row where
there was none. What is recorded but not known in a year is not known in the mean.
"""

import polars as pl

from calc.money import UNITS_PER_USD, usd
from calc.periods import Reference
from calc.terms import ROW

KEY = ("importer", "partner", "flow", "nomenclature", "code")
AMOUNTS = {
    "quantity": "quantity_unit",
    "quantity_2": "quantity_2_unit",
    "net_mass_kg": None,
}
"""Quantities, and the column that tells the unit of each."""
BEHIND = "rows_behind"


def mean_of_years(imports: pl.LazyFrame, reference: Reference) -> pl.LazyFrame:
    """The mean of the imports of several years by line; by calendar month where it is by month.

    Money is divided to ten-thousandths of a USD so that the sum of the lines is the sum of the
    years, divided: what rounding leaves of a line is carried to the next. A quantity in other units
    in another year is not known.

    Args:
        imports: Imports of those years with their value for duty, with ``table_row``.
        reference: The years.

    Returns:
        One row a line: ``calc.means.KEY``, ``period``, the first ``table_row``, ``value_e4``,
        ``duty_base_usd``, calculated duty, quantities and their units, ``is_estimated``
        (in any year), sorted by key; and ``rows_behind``, the rows of the table that it is the mean
        of.
    """
    month = pl.col("period").str.slice(4) if reference.by_month else pl.lit("")
    money = {"value_e4": pl.col("value_e4"), "calculated_e4": _units("calculated_duty_usd")}
    ordered = imports.with_columns(month=month, **money).sort(*KEY, "month", "period")
    summed = ordered.group_by(*KEY, "month", maintain_order=True).agg(
        pl.col(ROW).min(),
        *(_known(pl.col(name), pl.col(name).is_null().any()).alias(name) for name in money),
        *(_quantity(name, unit, reference.years) for name, unit in AMOUNTS.items()),
        *(_unit(unit) for unit in AMOUNTS.values() if unit),
        pl.col("is_estimated").any(),
        pl.col(ROW).alias(BEHIND),
    )
    means = summed.with_columns(_mean(name, reference.years) for name in money)
    first, last = reference.parts[0], reference.parts[-1]
    return means.select(
        *KEY,
        pl.concat_str(pl.lit(first), "month", pl.lit(".."), pl.lit(last), "month").alias("period"),
        ROW,
        "value_e4",
        usd(pl.col("value_e4")).alias("duty_base_usd"),
        usd(pl.col("calculated_e4")).alias("calculated_duty_usd"),
        *AMOUNTS,
        *(unit for unit in AMOUNTS.values() if unit),
        "is_estimated",
        BEHIND,
    )


def _units(name: str) -> pl.Expr:
    """An amount that is never below nothing as whole ten-thousandths of a USD."""
    return (pl.col(name) * UNITS_PER_USD + 0.5).floor().cast(pl.Int64)


def _known(amount: pl.Expr, is_unknown: pl.Expr) -> pl.Expr:
    """The sum of an amount, null where it is not known in some year."""
    return pl.when(~is_unknown).then(amount.sum())


def _quantity(name: str, unit: str | None, years: int) -> pl.Expr:
    unknown = pl.col(name).is_null().any()
    if unit:
        unknown = unknown | (pl.col(unit).n_unique() > 1)
    return (_known(pl.col(name), unknown) / years).alias(name)


def _unit(name: str) -> pl.Expr:
    return pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)


def _mean(name: str, years: int) -> pl.Expr:
    """A whole number divided by the years, what rounding leaves carried to the next row."""
    total = pl.col(name).cum_sum()
    before = total - pl.col(name)
    return (nearest(total, years) - nearest(before, years)).alias(name)


def nearest(total: pl.Expr, years: int) -> pl.Expr:
    """A whole number that is not below nothing, divided by the years, to the nearest."""
    return (total + years // 2) // years
