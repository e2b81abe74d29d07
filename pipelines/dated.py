"""The law of a scenario over time, and sums of the trade on which all of it can be computed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc.accounting import sums_of
from calc.alike import CLASS, Laws, code_classes, partner_classes
from calc.compact import added_up
from calc.errors import ScenarioError
from calc.policy.additive import lines_apart
from calc.policy.kinds import partners_asked
from calc.terms import ROW, Frame
from pipelines.run.assess import assess
from pipelines.run.question import Question
from pipelines.run.resolve import Resolved, resolve
from pipelines.run.step import question_of

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs

NEEDED = (
    *(ROW, "importer", "partner", "period", "flow", "nomenclature", "code", "quantity"),
    *("quantity_unit", "quantity_2", "quantity_2_unit", "net_mass_kg", "calculated_duty_usd"),
    *("duty_base_usd", "value_e4"),
)
"""Columns of the trade that a duty is computed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The law between two of its changes, both days null where open, and what it is put to."""

    valid_from: date | None
    valid_until: date | None
    question: Question


def stretches_of(inputs: "Inputs", days: Sequence[date] = ()) -> list[Stretch]:
    """The law from each of its changes on; before the first too, where a measure is in force then.

    Args:
        inputs: What a run is made from.
        days: Days on which the law of another importer changes: where there are any, they part
            the stretches too, and the first begins before all of them.

    Raises:
        ScenarioError: The law never changes, or cannot be used at one of the dates.
    """
    from pipelines.scenario.law import law_at

    dates = sorted({*days, *inputs.law.change_dates})
    if not dates:
        raise ScenarioError(
            "the law of the scenario never changes",
            where=inputs.scenario.path.name,
            hint="run it without --by-date",
        )
    earlier = law_at(inputs.scenario, dates[0] - timedelta(days=1))
    begins: list[date | None] = [None] if days or earlier.measures["is_in_force"].any() else []
    begins += dates
    return [
        Stretch(
            valid_from=begin,
            valid_until=end,
            question=question_of(
                replace(inputs, law=law_at(inputs.scenario, begin) if begin else earlier)
            ),
        )
        for begin, end in zip(begins, (*begins[1:], None), strict=True)
    ]


def like_lines(
    questions: Sequence[Question], imports: pl.LazyFrame, *, by: Sequence[str] = ()
) -> pl.DataFrame:
    """The imports added up by what none of several laws tells apart: one row a group.

    Rounded once a group, so that a figure may differ from a run's by a fraction of a dollar.

    Args:
        questions: The laws, put to the same table.
        imports: The imports with their value for duty.
        by: Columns that tell lines apart besides.
    """
    trade = imports.select(NEEDED)
    distinct = [trade.select(name).unique() for name in ("code", "partner")]
    codes, partners = (one.lazy() for one in pl.collect_all(distinct, engine="streaming"))
    laws = Laws(
        **{
            name: [rows.lazy() for rows in _distinct(getattr(one.law, name) for one in questions)]
            for name in ("products", "partners", "exclusions", "base", "shares")
        }
    )
    asked = sorted({name for one in questions for name in partners_asked(one.policy)})
    classes = pl.collect_all(
        [code_classes(laws, codes), partner_classes(laws, partners, apart=asked)]
    )
    for name, of in zip(("code", "partner"), classes, strict=True):
        trade = trade.join(of.lazy(), on=name, how="inner", validate="m:1")
    keys = {*by, *_apart_by(questions)}
    told = trade.with_columns(pl.col(name).alias(f"by_{name}") for name in sorted(keys))
    expressions = pl.concat([rows.select("expression") for rows in laws.base]).drop_nulls()
    apart = lines_apart(
        (one.policy for one in questions), has_expressions=not expressions.collect().is_empty()
    )
    names = [*CLASS, *(f"by_{name}" for name in sorted(keys))]
    return added_up(told, names, apart=apart).collect()


def _apart_by(questions: Sequence[Question]) -> Iterator[str]:
    """What tells lines apart that are alike to the law: unit values, and who shares in a credit."""
    if any(one.estimate or one.policy.credits for one in questions):
        yield "code"
    if any(one.policy.credits for one in questions):
        yield "partner"


def _distinct(tables: Iterable[pl.LazyFrame]) -> list[pl.DataFrame]:
    """The tables of several laws that differ, each once."""
    found: dict[tuple[int, int], list[pl.DataFrame]] = {}
    for table in tables:
        rows = table.collect()
        same = found.setdefault((rows.height, int(rows.hash_rows().sum() or 0)), [])
        if not any(rows.equals(other) for other in same):
            same.append(rows)
    return [rows for same in found.values() for rows in same]


def figures(
    stretch: Stretch, trade: pl.DataFrame, imports: Frame, *, by: Sequence[str]
) -> pl.DataFrame:
    """What the law of a stretch comes to on sums of like lines, by some of their columns.

    Raises:
        ScenarioError: The law is unsettled on some lines, which are counted in ``imports``.
    """
    asked = stretch.question
    resolved = _resolved(asked, trade, imports)
    if resolved is None:
        return pl.DataFrame()
    found = assess(asked, resolved, nw.from_native(trade.lazy()))
    whole = found.lines.lazy().with_columns(all=pl.lit(value=True))
    return sums_of(whole, ["all", *by]).drop("all").collect()


def _resolved(asked: Question, trade: pl.DataFrame, imports: Frame) -> Resolved | None:
    try:
        return resolve(asked, nw.from_native(trade.lazy()))
    except ScenarioError:
        resolve(asked, imports)  # refused again, with every line counted
        raise
