"""The sums of a scenario at each rate of one measure, many rates at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import narwhals as nw
import polars as pl

from calc.accounting import sums_of
from calc.hits import segment_lines
from calc.policy.expression import AdValorem, ad_valorem_rate
from calc.policy.model import Policy
from calc.policy.readings import AVERAGED
from calc.swept import SUMMED, TOLD, at_rates, other_lines, own_lines
from calc.tables.reports import Sweep
from calc.terms import ROW, Frame
from pipelines.run.resolve import program_frames, under
from pipelines.run.variants import Variants

ROWS_AT_ONCE = 1_000_000
KEY = "measure_rate"
FIGURES = [name for name in Sweep.columns() if name not in Sweep.primary_key()]
ESTIMATED = ("before", "after", "increment")
READ = (*TOLD, *SUMMED)
UNREAD = [
    *(pl.lit(None, pl.Int64).alias(name) for name in (ROW, "calculated_e4", "threatened_e4")),
    *(pl.lit(None, pl.String).alias(name) for name in ("estimate", "threatened_estimate")),
    *(pl.lit(None, pl.Boolean).alias(f"{name}_is_estimate") for name in ESTIMATED),
]
"""What ``sums_of`` takes and the sums of a sweep do not need."""


def sums_at_rates(
    variants: Variants, measure_id: str, rates: Sequence[float]
) -> Iterator[pl.DataFrame]:
    """Value and duty of all lines at each rate: frames of one row a rate, in no order."""
    policy = variants.question.policy
    is_same = _is_law_the_same(policy)
    together = [rate for rate in rates if rate > 0] if is_same else []
    highest = max(rates)  # by itself: whether amounts are within what is summed exactly
    for rate in rates:
        if rate == highest or rate not in together:
            found = variants.under(with_rate(policy, measure_id, rate))
            whole = found.lines.lazy().with_columns(pl.lit(rate).alias(KEY))
            yield sums_of(whole, [KEY]).select(KEY, *FIGURES).collect()
    several = [rate for rate in together if rate != highest]
    if several:
        yield from _together(variants, measure_id, several)


def with_rate(policy: Policy, measure_id: str, rate: float) -> Policy:
    """A law in which a measure has one ad valorem rate, on all of its branches."""
    given = AdValorem(rate)
    branches = [
        replace(one, rate=given) if one.measure_id == measure_id else one for one in policy.branches
    ]
    return replace(policy, branches=branches)


def _is_law_the_same(policy: Policy) -> bool:
    """Whether the same measures are charged whatever a rate above zero is, and nothing else."""
    stacking = policy.stacking
    if AVERAGED in policy.readings:  # an average holds the rate beside what portions pay
        return False
    if policy.credits or any(branch.rebate for branch in policy.branches):
        return False
    return stacking is None or "highest" not in stacking.within.values()


def _together(
    variants: Variants, measure_id: str, rates: Sequence[float]
) -> Iterator[pl.DataFrame]:
    """The sums where every rate is above zero and none changes what is charged."""
    question = variants.question
    mark = 1.0 + max((*rates, *_rates_of(question.policy)))
    policy = with_rate(question.policy, measure_id, mark)
    resolved = under(variants.resolved, question, policy)
    segments, parts = program_frames(resolved, replace(question, policy=policy))
    pays_own = (pl.col("measure_id") == measure_id) & (pl.col("measure_rate") == mark)
    is_own = pays_own & (pl.col("status") == "applied")
    own, others = (nw.from_native(parts.filter(one)) for one in (is_own, ~is_own))
    trade, rows = nw.from_native(resolved.trade.lazy()), nw.from_native(resolved.rows.lazy())
    lines = _held(segment_lines(trade, rows, nw.from_native(segments), resolved.terms))
    paying = _held(own_lines(lines, own, others, resolved.terms))
    fixed = other_lines(lines, own, others, resolved.terms).collect().lazy()
    size = max(1, ROWS_AT_ONCE // (1 + paying.to_native().select(pl.len()).collect().item()))
    for start in range(0, len(rates), size):
        some = pl.LazyFrame({KEY: rates[start : start + size]}, schema={KEY: pl.Float64})
        changed = at_rates(paying, nw.from_native(some), resolved.terms).select(KEY, *READ)
        whole = pl.concat([changed, fixed.join(some, how="cross").select(KEY, *READ)])
        yield sums_of(whole.with_columns(UNREAD), [KEY]).select(KEY, *FIGURES).collect()


def _held(frame: Frame) -> Frame:
    """A frame worked out once, to be read many times."""
    plan: pl.LazyFrame = frame.to_native()
    held: Frame = nw.from_native(plan.collect().lazy())
    return held


def _rates_of(policy: Policy) -> Iterator[float]:
    """Every ad valorem rate of a law."""
    for branch in policy.branches:
        for one in (branch.rate, *(each.rate for each in branch.alternatives)):
            rate = None if one is None else ad_valorem_rate(one)
            if rate is not None:
                yield rate
