"""The imports added up by what several laws do not tell apart: what variants are computed on."""

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from calc.alike import CLASS, Laws, code_classes, partner_classes
from calc.compact import added_up
from calc.policy.additive import lines_apart
from calc.policy.kinds import partners_asked
from calc.terms import ROW
from pipelines.run.question import Question

NEEDED = (
    *(ROW, "importer", "partner", "period", "flow", "nomenclature", "code", "quantity"),
    *("quantity_unit", "quantity_2", "quantity_2_unit", "net_mass_kg", "calculated_duty_usd"),
    *("duty_base_usd", "value_e4"),
)
"""Columns of the trade that a duty is computed from."""


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
    """What tells lines apart that are alike to the law: unit values, credits and quotas."""
    if any(one.estimate or one.policy.credits for one in questions):
        yield "code"
    if any(one.policy.credits or one.policy.derived for one in questions):
        yield "partner"
    if any(one.policy.derived for one in questions):
        yield "period"


def _distinct(tables: Iterable[pl.LazyFrame]) -> list[pl.DataFrame]:
    """The tables of several laws that differ, each once."""
    found: dict[tuple[int, int], list[pl.DataFrame]] = {}
    for table in {id(one): one for one in tables}.values():  # most are the same table of one law
        rows = table.collect()
        same = found.setdefault((rows.height, int(rows.hash_rows().sum() or 0)), [])
        if not any(rows.equals(other) for other in same):
            same.append(rows)
    return [rows for same in found.values() for rows in same]
