"""What rows of a resolved law need beside rates: unit values, credits, what base rates mean."""

from dataclasses import replace
from typing import Any

import polars as pl

from calc.credits import attach_pools
from calc.policy.expression import units_of
from calc.policy.grammar import read_expression
from calc.terms import Terms
from calc.unit_values import attach_unit_values
from pipelines.run.question import Question, chosen_period, shape_of


def with_terms(question: Question, rows: pl.DataFrame, terms: Terms) -> tuple[pl.DataFrame, Terms]:
    """Rows with the unit values and credits that are asked of them, and terms that tell of both.

    Args:
        question: What is asked.
        rows: One row a trade row and base programme, with its base rate.
        terms: What the numbers in the program's tables stand for.
    """
    whole = replace(terms, **_of_base(rows))
    if question.estimate is not None:
        whole = replace(whole, estimated=_units_counted(whole))
        rows = _with_unit_values(question, rows, whole)
    if whole.credited:
        rows = attach_pools(rows.lazy(), question.policy, whole).collect()
    return rows, whole


def _of_base(rows: pl.DataFrame) -> dict[str, Any]:
    """What the base rates of rows count and mean, as ``Terms`` has it."""
    units, texts = (
        rows[name].unique().drop_nulls().sort().to_list()
        for name in ("base_specific_unit", "base_expression")
    )
    meanings = {text: read_expression(text) for text in texts}
    return {"base_units": tuple(units), "base_expressions": meanings}


def _units_counted(terms: Terms) -> tuple[str, ...]:
    """The units that rates and base rates count, sorted."""
    expressions = (*terms.rates, *terms.base_expressions.values())
    counted = {unit for expression in expressions for unit in units_of(expression)}
    return tuple(sorted(counted.union(terms.base_units)))


def _with_unit_values(question: Question, rows: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Rows with the unit values by which the question wants missing quantities estimated."""
    if question.estimate is None or not terms.estimated:
        return rows
    codes = rows.lazy().select(hs6=pl.col("code").str.slice(0, 6)).unique()
    period = chosen_period(question, shape_of(question))
    imports: pl.LazyFrame = question.all_imports(period).to_native()
    trade = imports.with_columns(hs6=pl.col("code").str.slice(0, 6)).join(
        codes, on="hs6", how="semi"
    )
    found = attach_unit_values(
        rows.lazy(),
        trade.collect(engine="streaming").lazy(),
        terms.estimated,
        method=question.estimate,
        oecd=question.oecd,
    )
    return found.collect()
