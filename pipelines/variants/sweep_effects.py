"""What trade does in answer at one rate, or one value of an assumption, after another."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from calc.dictionary import conform
from calc.effects.turning import crossing_of, crossings_between, peak_between, peak_of
from calc.errors import ScenarioError, UsageError, did_you_mean
from calc.tables.elasticities import PARAMETERS
from calc.tables.swept import SweepEffects
from pipelines.run.compute import Answer, answer
from pipelines.run.question import Question
from pipelines.run.rates import with_rate
from pipelines.variants.sweep import Wanted

if TYPE_CHECKING:
    from pipelines.progress import Talk
    from pipelines.scenario.assumed import Response

FEWEST_DRAWS = 2
"""Of a solution that only its central figure is asked of."""
TOLD = ("markets", "markets_solved", "unsolved_value_usd")
SPREAD = ("central_usd", "low_usd", "median_usd", "high_usd", "share_of_draws_below_zero")


class Turns(NamedTuple):
    """Where duty after response is most, null for nowhere within the grid; where welfare is 0."""

    peak: float | None
    break_even: tuple[float, ...]


class SweptEffects(NamedTuple):
    """SWEEP_EFFECTS, where its curves turn at central values, and how markets are closed."""

    table: pl.DataFrame
    turns: Turns
    notes: tuple[str, ...]


def sweep_effects(
    question: Question, response: "Response", wanted: Wanted, talk: "Talk"
) -> SweptEffects:
    """The totals over all markets at each value, in order, and where they turn.

    Args:
        question: What is asked.
        response: How trade responds.
        wanted: A measure with its rates, an elasticity with its values, or a share.
        talk: Shows how far it is.

    Raises:
        UsageError: There is no such measure or assumption.
        ScenarioError: No trade matches the schedule, or the law is unsettled.
    """
    from pipelines.run.effects import closure_notes, trade_answers

    name = wanted.measure_id
    known = known_in(question)
    if name not in known:
        what = f"the scenario has no duty or assumption {name!r}"
        raise UsageError(what, where="sweep", hint=did_you_mean(name, known))
    unchanged = answer(question) if name in PARAMETERS else None

    def rows_at(value: float, response: "Response") -> list[dict[str, Any]]:
        asked, responding = changed(question, response, name, value)
        found = answered(asked) if unchanged is None else unchanged
        tables = {} if found is None else trade_answers(responding, asked, found, talk).tables
        return list(rows_of(tables, question, name, value))

    rows: list[dict[str, Any]] = []
    with talk.counting("what trade does in answer", len(wanted.rates)) as step:
        for value in wanted.rates:
            rows += rows_at(value, response)
            step(1)
    if not rows:
        raise ScenarioError("no imports match any measure, so trade has nothing to answer")
    found = conform(pl.LazyFrame(rows, infer_schema_length=None), SweepEffects).collect()
    central = replace(response, draws=FEWEST_DRAWS)
    with talk.working("finding where the curves turn"):
        turns = turns_of(found, lambda value: rows_at(value, central))
    return SweptEffects(found, turns, tuple(closure_notes(response)))


def known_in(question: Question) -> set[str]:
    """The names that can be swept: duties, shares and elasticities."""
    shares = set(question.law.shares.select("name").collect()["name"])
    return {branch.measure_id for branch in question.policy.branches} | shares | {*PARAMETERS}


def answered(question: Question) -> Answer | None:
    """The answer to a question; null where no measure names a line of trade."""
    return answer(replace(question, may_hit_nothing=True))


def changed(
    question: Question, response: "Response", name: str, value: float
) -> tuple[Question, "Response"]:
    """The question and the response with one of their values in the place of what was stated."""
    if name in PARAMETERS:
        return question, replace(response, fixed={name: value})
    if any(branch.measure_id == name for branch in question.policy.branches):
        return replace(question, policy=with_rate(question.policy, name, value)), response
    is_it = pl.col("name") == name
    ends = [
        pl.when(is_it).then(of).otherwise(pl.col(end)).alias(end)
        for end, of in (("central", pl.lit(value)), ("low", None), ("high", None))
    ]
    shares = question.law.shares.with_columns(ends)
    return replace(question, law=question.law._replace(shares=shares)), response


def rows_of(
    tables: dict[str, pl.DataFrame], question: Question, name: str, value: float
) -> Iterator[dict[str, Any]]:
    """The totals of all markets at a value."""
    if "by_effect" not in tables:
        return
    of_all = tables["by_effect"].filter(pl.col("kind") == "all").sort("figure")
    for row in of_all.iter_rows(named=True):
        yield {
            "importer": question.importers_text,
            "swept": name,
            "swept_value": value,
            "figure": row["figure"],
            **{column: row[column] for column in (*TOLD, *SPREAD)},
        }


def turns_of(found: pl.DataFrame, rows_at: Callable[[float], Sequence[dict[str, Any]]]) -> Turns:
    """Where the curves of a sweep turn: between which points they do, then solved anew there.

    Args:
        found: SWEEP_EFFECTS.
        rows_at: Its rows at a value, of which the central figures are read.
    """

    def figure(name: str) -> Callable[[float], float]:
        def at(value: float) -> float:
            known = {row["figure"]: row["central_usd"] for row in rows_at(value)}
            central = known.get(name)
            return math.nan if central is None else float(central)

        return at

    curve = {
        name: list(own.select("swept_value", "central_usd").iter_rows())
        for (name,), own in found.sort("swept_value").group_by("figure")
    }
    ends = peak_between(curve["duty_after_usd"])
    places = [
        crossing_of(figure("welfare_usd"), each) for each in crossings_between(curve["welfare_usd"])
    ]
    return Turns(
        None if ends is None else peak_of(figure("duty_after_usd"), ends),
        tuple(place for place in places if place is not None),
    )
