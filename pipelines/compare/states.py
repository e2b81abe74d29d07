"""The figures of each state between two runs, each computed anew."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import polars as pl

from calc.accounting import sums_of
from calc.comparison import FIGURES, figures_of
from calc.errors import DataRejectedError, ScenarioError
from pipelines.compare.steps import State, Step, state_of, steps_between
from pipelines.run.assess import assess
from pipelines.run.inputs import Inputs
from pipelines.run.question import Question, chosen_period, refuse_misfits, shape_of
from pipelines.run.resolve import resolve
from pipelines.run.step import question_of

LABELS = ("kind", "cause", "what")
KIND_OF_TOOL, TOGETHER, REST = "the tool", "together", "the rest"


def question_at(state: State) -> Question:
    """What a state asks; a law that names no trade is an answer too.

    Raises:
        ScenarioError: The law of the state cannot be used.
    """
    from pipelines.scenario.law import law_at

    law = law_at(state.scenario, state.day)
    inputs = replace(state.inputs, scenario=state.scenario, law=law)
    return replace(question_of(inputs), may_hit_nothing=True)


def figures_at(state: State) -> pl.DataFrame:
    """``importer``, ``figure`` and ``amount_e4`` of a state.

    Raises:
        ScenarioError: The law of the state cannot be used.
        DataRejectedError: The trade table does not suit it.
        LimitError: The values are beyond what is summed exactly.
    """
    question = question_at(state)
    importer = state.scenario.importer
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    resolved = resolve(question, question.imports(period))
    if resolved is None:
        return nothing_of(importer)
    lines = assess(question, resolved).lines
    return figures_of(sums_of(lines.lazy(), ["importer"])).collect()


def nothing_of(importer: str) -> pl.DataFrame:
    """The figures of an importer that has no scenario: all of them 0."""
    told = {"importer": importer, "figure": list(FIGURES), "amount_e4": 0}
    return pl.DataFrame(told, schema_overrides={"amount_e4": pl.Int64})


def states_between(first: Inputs, second: Inputs) -> Iterator[tuple[Step, pl.DataFrame]]:
    """Each step with the figures after it; steps that cannot be told apart are put on together.

    A state between two laws may be no law at all, as where a measure needs an assumption that
    another step brings. The step then waits for the next ones.

    Raises:
        ScenarioError: The second scenario itself cannot be used.
        DataRejectedError: Its trade table does not suit it.
    """
    state, waiting = state_of(first), list[Step]()
    for step in steps_between(first, second):
        state = step.put_on(state)
        waiting.append(step)
        try:
            figures = figures_at(state)
        except (ScenarioError, DataRejectedError):
            continue
        yield _together(waiting), figures
        waiting = []
    last = Step(kind=REST, cause="all else in the scenario", what="", put_on=lambda at: at)
    yield _together(waiting) if waiting else last, figures_at(state_of(second))


def _together(steps: Iterable[Step]) -> Step:
    """Steps as one, which says of what it is made."""
    listed = list(steps)
    if len(listed) == 1:
        return listed[0]
    kinds = {step.kind for step in listed}
    return Step(
        kind=kinds.pop() if len(kinds) == 1 else TOGETHER,
        cause=" and ".join(step.cause for step in listed),
        what="; ".join(f"{step.cause}: {step.what}" for step in listed),
        put_on=listed[-1].put_on,
    )


def labelled(figures: pl.DataFrame, step: Step | None, number: int) -> pl.DataFrame:
    """Figures with the step after which they are."""
    told = {name: getattr(step, name) if step else "" for name in LABELS}
    texts = {name: pl.lit(text, pl.String) for name, text in told.items()}
    return figures.with_columns(step=pl.lit(number, pl.Int64), **texts)
