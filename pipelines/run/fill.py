"""How far the quotas of a law are filled by a trade table, and what is over them on each row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from calc.errors import ScenarioError
from calc.policy.readings import AVERAGED
from calc.policy.rows import components_table, terms_of
from calc.quota_fill import FILL, fills_of, shares_over, with_idle
from calc.quotas import (
    counted_parts,
    counted_trade,
    flows_under_quotas,
    incomplete_of,
    span_of,
)
from calc.terms import Frame
from pipelines.run.compiled import Lines, divided
from pipelines.run.question import Question


@dataclass(frozen=True, kw_only=True)
class Fill:
    """How far quotas are filled: the flows that count, row by row, and the sums of each amount."""

    flows: pl.DataFrame
    fills: pl.DataFrame


def fill_of(question: Question, lines: Lines, imports: Frame) -> Fill | None:
    """How far the quotas of a law are filled; null where its duties are under none.

    The law is compiled once more as it is within the quotas, which says what counts against them,
    and the trade is read once more for its quantities.

    Args:
        question: What is asked.
        lines: The rows that a measure names.
        imports: The imports with their value for duty, with ``table_row``.

    Raises:
        ScenarioError: The imports are those of a month, and a quota runs by a longer period.
    """
    quotas = question.law.quotas.collect()
    if quotas.is_empty():
        return None
    trade = imports.to_native()
    periods = trade.select(pl.col("period").unique()).collect()["period"].sort().to_list()
    _refuse_part_of_a_period(quotas, periods)
    units = quotas["counted_unit"].unique().sort().to_list()
    told = flows_under_quotas(
        _parts_that_count(question, lines),
        counted_trade(imports, units).to_native(),
        quotas.lazy(),
        units=units,
        span=span_of(periods),
    )
    flows = told.collect(engine="streaming")
    fills = fills_of(flows.lazy(), incomplete=incomplete_of(periods))
    standing = {one.quota for one in question.policy.branches if one.is_in_force and one.quota}
    whole = with_idle(fills, quotas.lazy(), periods, in_force=sorted(standing))
    return Fill(flows=flows, fills=whole.sort(FILL).collect())


def _parts_that_count(question: Question, lines: Lines) -> pl.LazyFrame:
    """The part of each row of trade on which a measure under a quota is charged within it.

    Counted part by part, as the law has it, even where rates are then averaged.
    """
    law = question.policy.without_quotas
    readings = {name: held for name, held in law.readings.items() if name != AVERAGED}
    policy = replace(law, readings=readings)
    within = divided(replace(question, policy=policy), lines)
    terms = terms_of(within.program, policy)
    components = components_table(within.program.components, policy, terms)
    return counted_parts(within.divisions.lazy(), within.weights.lazy(), components)


def with_shares_over(question: Question, held: pl.DataFrame, fill: Fill) -> pl.DataFrame:
    """What portions take of each row, and what is over its quota, or is not known to be."""
    names = {name: number for number, name in enumerate(question.policy.portions)}
    derived = {name: names[name] for name in question.policy.derived}
    over = shares_over(fill.flows.lazy(), fill.fills.lazy(), derived).collect()
    return pl.concat([held, over.select(held.columns).cast(held.schema)])


def _refuse_part_of_a_period(quotas: pl.DataFrame, periods: Sequence[str]) -> None:
    """The imports of a month do not say how far a quarter or a year is filled."""
    longer = quotas.filter(pl.col("period") != "month").sort("quota_id")
    if len(periods) == 1 and "-" in periods[0] and not longer.is_empty():
        name, runs_by = longer.select("quota_id", "period").row(0)
        raise ScenarioError(
            f"quota {name} runs by {runs_by}, and the imports are those of {periods[0]} alone",
            where=f"[quota.{name}], period",
            hint=f"run it on the months of a year: --period {periods[0][:4]}",
        )
