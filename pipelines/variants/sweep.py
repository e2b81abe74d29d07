"""A measure given one rate after another: the trade read once, the law computed for each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import narwhals as nw
import polars as pl

from calc.dictionary import conform
from calc.errors import ScenarioError, UsageError, did_you_mean
from calc.tables.reports import Sweep
from pipelines.run.alike import like_lines
from pipelines.run.question import Question, chosen_period, refuse_misfits, shape_of
from pipelines.run.rates import sums_at_rates
from pipelines.run.resolve import resolve
from pipelines.run.variants import Variants

RANGE = re.compile(r"(?P<low>[0-9.]+)%?:(?P<high>[0-9.]+)%?:(?P<step>[0-9.]+)%?")
MOST_RATES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The measure whose rate is changed, and its rates as fractions, rising."""

    measure_id: str
    rates: Sequence[float]


def read_wanted(text: str) -> Wanted:
    """``car-parts=0:200:10``: the rates of a measure in percent, from, to and by how much.

    Raises:
        UsageError: It says something else, or too many rates.
    """
    name, _, written = text.partition("=")
    match = RANGE.fullmatch(written)
    hint = "write MEASURE=FROM:TO:STEP in percent, such as car-parts=0:200:10"
    if not name or match is None:
        raise UsageError(f"{text!r} is not a range of rates", where="--rate", hint=hint)
    try:
        low, high, step = (Decimal(match[part]) for part in ("low", "high", "step"))
    except ArithmeticError as err:
        raise UsageError(f"{text!r} holds no number", where="--rate", hint=hint) from err
    if step <= 0 or high < low or (high - low) / step >= MOST_RATES:
        what = f"{written} does not rise from its first rate to its last by at most {MOST_RATES:,}"
        raise UsageError(f"{what} steps", where="--rate", hint=hint)
    count = int((high - low) / step) + 1
    rates = [float((low + number * step) / 100) for number in range(count)]
    return Wanted(measure_id=name, rates=rates)


def read_assumed(text: str) -> Wanted:
    """``between-imports=2:8:1`` or ``demand=-2:-0.5:0.5``: values of an elasticity or a share.

    Raises:
        UsageError: It says something else, or too many values.
    """
    name, _, written = text.partition("=")
    hint = "write NAME=FROM:TO:STEP as numbers, such as between-imports=2:8:1"
    try:
        low, high, step = (Decimal(part) for part in written.split(":"))
        count = int((high - low) / step) + 1
    except (ArithmeticError, ValueError) as err:
        raise UsageError(f"{text!r} is no range of values", where="--assume", hint=hint) from err
    if not name or step <= 0 or not 0 < count <= MOST_RATES:
        raise UsageError(f"{text!r} does not rise by its step", where="--assume", hint=hint)
    return Wanted(measure_id=name, rates=[float(low + one * step) for one in range(count)])


def sweep(question: Question, wanted: Wanted) -> pl.DataFrame:
    """SWEEP: one row a rate, in rising order.

    The trade is read once and added up by like lines; each rate is then computed on the sums, each
    rounded once, so that a figure may differ from the run's by a fraction of a dollar.

    Raises:
        UsageError: The scenario has no such measure.
        ScenarioError: No trade matches the schedule, or the law is unsettled.
    """
    known = {branch.measure_id for branch in question.policy.branches}
    if wanted.measure_id not in known:
        raise UsageError(
            f"the scenario has no measure {wanted.measure_id!r} that is a duty",
            where="--rate",
            hint=did_you_mean(wanted.measure_id, known),
        )
    shape = shape_of(question)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    by = ["period"] if question.policy.seasons else []
    trade = like_lines([question], question.imports(period).to_native(), by=by)
    resolved = resolve(question, nw.from_native(trade.lazy()))
    if resolved is None:
        raise ScenarioError("no imports match any measure, so no rate changes anything")
    variants = Variants(question=question, resolved=resolved)
    sums = pl.concat(sums_at_rates(variants, wanted.measure_id, wanted.rates)).sort("measure_rate")
    told = sums.lazy().with_columns(
        importer=pl.lit(question.importers_text), measure_id=pl.lit(wanted.measure_id)
    )
    return conform(told, Sweep).collect()
