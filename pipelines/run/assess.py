"""Lines and measures with their duty: the hot path run on a trade table under a resolved law."""

from dataclasses import dataclass

import narwhals as nw
import polars as pl

from calc import lines as line_tables
from calc.credits import share_out
from calc.errors import LimitError
from calc.hits import charged_lines, combine, segment_lines, sum_applied, threats
from calc.money import LARGEST_SUM_USD, UNITS_PER_USD
from calc.sides import tell_charged
from calc.terms import ROW
from pipelines.engines import engine_for
from pipelines.run.question import Question
from pipelines.run.resolve import Resolved, program_frames


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the hot path found: lines by segment, and the measures on each."""

    lines: pl.DataFrame
    components: pl.DataFrame


NOT_THREATENED = {
    "threatened_e4": pl.Int64(),
    "threatened_unknown": pl.String(),
    "threatened_estimate": pl.String(),
}
"""What ``calc.hits.threats`` tells, of lines on which no measure waits."""


def assess(question: Question, resolved: Resolved, *, with_threats: bool = True) -> Found:
    """The lines that a measure names with their duty before and after, and the measures on them.

    Args:
        question: What is asked.
        resolved: The law on the rows of trade that a measure names.
        with_threats: Whether it is told what measures not in force would add; null otherwise.
    """
    terms = resolved.terms
    segments, parts = (nw.from_native(one) for one in program_frames(resolved, question))
    rows = nw.from_native(resolved.rows.lazy())
    trade = nw.from_native(resolved.trade.lazy())
    lines = segment_lines(trade, rows, segments, terms)
    held = _within_limits(question, lines.to_native(), resolved.rows)
    lines = nw.from_native(held.lazy())
    alone = _within_limits(question, charged_lines(lines, parts, terms).to_native(), held)
    credits = question.policy.credits
    components = (
        share_out(alone.lazy(), held.lazy(), credits).collect(engine=engine_for(alone))
        if credits
        else alone
    )
    sums = sum_applied(nw.from_native(components.lazy()))
    whole = line_tables.with_status(combine(lines, sums, terms).to_native())
    if terms.sides:
        whole = tell_charged(whole, components.lazy())
    waiting = held.filter(
        pl.col("is_covered") & ~pl.col("is_in_force") & ~pl.col("is_prohibited") & with_threats
    )
    added = _threats(question, resolved, held, waiting)
    tagged = line_tables.tag_groups(
        whole.join(added, on=[ROW, "segment"], how="left", validate="1:1"), question.groups.lazy()
    )
    return Found(lines=_within_limits(question, tagged, components), components=components)


def _within_limits(question: Question, plan: pl.LazyFrame, of: pl.DataFrame) -> pl.DataFrame:
    """A plan collected, whose amounts are within what whole ten-thousandths of a USD can sum.

    Raises:
        LimitError: They are not.
    """
    beyond = LimitError(
        f"duties on {question.table.name} are beyond what is summed exactly",
        where="rates of the scenario and its base, quantities of the table",
        hint=f"the sum of an amount may be USD {LARGEST_SUM_USD:.0e}; check rates and units",
    )
    try:
        found = plan.collect(engine=engine_for(of))
    except pl.exceptions.InvalidOperationError as err:  # an amount that no whole number holds
        raise beyond from err
    if any(is_beyond(amounts) for amounts in found if amounts.name.endswith("_e4")):
        raise beyond
    return found


def is_beyond(amounts: pl.Series) -> bool:
    """Whether whole ten-thousandths of a USD come to more than what is summed exactly."""
    most = LARGEST_SUM_USD * UNITS_PER_USD
    ends = (amounts.min(), amounts.max())
    largest = max((abs(end) for end in ends if isinstance(end, int | float)), default=0)
    # what no sum of so many can reach needs none
    return largest * amounts.len() > most and amounts.cast(pl.Float64).abs().sum() > most


def _threats(
    question: Question, resolved: Resolved, lines: pl.DataFrame, waiting: pl.DataFrame
) -> pl.LazyFrame:
    """What measures not in force would add on the lines where none is in force."""
    if waiting.is_empty():  # the usual case, and half of the time of a small run
        return pl.LazyFrame(schema=waiting.select(ROW, "segment").schema | NOT_THREATENED)
    terms = resolved.terms
    segments, parts = (
        nw.from_native(one) for one in program_frames(resolved, question, as_if=True)
    )
    held = nw.from_native(waiting.lazy())
    alone: pl.LazyFrame = charged_lines(held, parts, terms).to_native()
    if question.policy.credits:
        held_alone = alone.collect(engine=engine_for(waiting)).lazy()
        alone = share_out(held_alone, lines.lazy(), question.policy.credits)
    sums = sum_applied(nw.from_native(alone))
    added: pl.LazyFrame = threats(held, segments, sums, terms).to_native()
    return added
