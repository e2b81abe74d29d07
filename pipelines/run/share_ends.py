"""The lines of a run at both ends of each share that it assumes: what their draws go between."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from calc import lines as line_tables
from calc.dictionary import polars_schema
from calc.errors import ScenarioError
from calc.periods import Reference
from calc.tables.lines import Lines
from pipelines.run.assess import assess
from pipelines.run.assumptions import ENDS, question_at, touching
from pipelines.run.compute import Answer
from pipelines.run.question import Question
from pipelines.run.resolve import resolve

MOST_SHARES = 24
Pair = tuple[pl.LazyFrame, pl.LazyFrame]
SourcesAt = Callable[[pl.DataFrame], pl.LazyFrame]


@dataclass(frozen=True, kw_only=True)
class DrawnShares:
    """SOURCES at the low and the high end of each share with a range, and what is to be told."""

    sources: dict[str, Pair]
    notes: tuple[str, ...]


def shares_at_ends(question: Question, found: Answer, sources_at: SourcesAt) -> DrawnShares:
    """Each share that touches what a measure names, at its ends, the others central.

    Args:
        question: What was asked.
        found: The answer to it.
        sources_at: SOURCES as other lines make them.
    """
    every = question.law.shares.collect()
    names = touching(question, found)
    ranged = every.filter(
        pl.col("name").is_in(names),
        pl.col("low").is_not_null() | pl.col("high").is_not_null(),
    )
    asked = sorted(ranged["name"].unique())
    sources: dict[str, Pair] = {}
    notes = []
    for name in asked[:MOST_SHARES]:
        try:
            low, high = (
                sources_at(lines_at(question_at(question, every, {name: end}), found.period))
                for end in ENDS
            )
        except ScenarioError as err:
            why = err.problems[0].what if err.problems else str(err)
            notes.append(f"The share {name} is not drawn, as an end of it cannot be: {why}.")
        else:
            sources[name] = (low, high)
    if len(asked) > MOST_SHARES:
        rest = ", ".join(asked[MOST_SHARES:][:3])
        notes.append(f"{len(asked) - MOST_SHARES:,} shares more are not drawn: {rest}.")
    if sources:
        notes.insert(0, f"Drawn between their ends too: the shares {', '.join(sources)}.")
    return DrawnShares(sources=sources, notes=tuple(notes))


def lines_at(question: Question, period: Reference) -> pl.DataFrame:
    """LINES of a question alone; no rows where no measure names a line.

    Raises:
        ScenarioError: The law is in conflict with itself.
    """
    resolved = resolve(question, question.imports(period))
    if resolved is None:
        return pl.DataFrame(schema=polars_schema(Lines))
    found = assess(question, resolved)
    told = line_tables.lines_table(
        found.lines.lazy(), question.descriptions.lazy(), question.interval
    )
    return told.collect()
