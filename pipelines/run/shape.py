"""What a trade table holds: rows and value by flow, period, nomenclature, importer and partner."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc.hits import with_duty_base
from calc.money import to_units
from calc.terms import Frame
from calc.valuation import any_value

if TYPE_CHECKING:
    from pipelines.run.question import Question


def shaped(trade: Frame, question: "Question", key: Sequence[str]) -> Frame:
    """What ``shape_of`` tells, by a key, on any engine."""
    held, stated = question.held, question.stated
    value = any_value(held, stated)
    any_e4 = to_units(value).alias("any_e4")
    levied = with_duty_base(trade, held=held, stated=stated)
    valued = levied.with_columns(value.alias("any_usd"), any_e4)
    return valued.group_by(*key).agg(
        nw.col("source_rows").sum().alias("rows"),
        nw.col("any_e4").sum().alias("total_e4"),
        nw.col("any_usd").sum().alias("total_usd"),
        nw.col("any_usd").is_null().cast(nw.Int64).sum().alias("rows_without"),
        nw.col("duty_base_usd").is_null().cast(nw.Int64).sum().alias("rows_off_basis"),
    )


def summed(plans: Sequence[pl.LazyFrame], key: Sequence[str]) -> pl.DataFrame:
    """Sums of the files of a table by a key, each worked out by itself, as those of all."""
    parts = [plan.collect(engine="streaming") for plan in plans]
    return parts[0] if len(parts) == 1 else pl.concat(parts).group_by(key).agg(pl.all().sum())
