"""Why a trade table does not suit what is asked of it, in words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from calc.errors import LimitError, Problem, ScenarioError, did_you_mean
from calc.levied import BASIS_OF_IMPORTER
from calc.money import LARGEST_SUM_USD, to_usd
from calc.periods import Reference, in_period
from calc.valuation import columns_for
from pipelines.report.words import how_many

if TYPE_CHECKING:
    from pipelines.run.question import Question

SHOWN = 12
LARGEST_RATE = 10.0


def no_imports(question: "Question", importer: str, imports: pl.DataFrame) -> ScenarioError:
    """That an importer is not in the table; its members may be, where it is a group."""
    where = f"{question.table.name}, column importer"
    listed = imports.filter(pl.col("importer").is_in(question.members))
    if listed.is_empty():
        known = sorted(imports["importer"].unique())
        what = f"the table has no imports of {importer}"
        return ScenarioError(what, where=where, hint=did_you_mean(importer, known))
    names = sorted(listed["importer"].unique())
    inside = listed.filter(pl.col("partner").is_in([importer, *question.members]))
    return ScenarioError(
        f"the table lists {len(names)} members of {importer} as importers ({', '.join(names[:3])}"
        f"{' ...' if len(names) > 3 else ''}), and not {importer} itself",
        where=where,
        hint=f"add their imports from outside {importer} up to rows of the importer {importer} and "
        f"ingest those; USD {to_usd(inside['total_e4'].sum()):,.0f} of them are trade within it",
    )


def no_period(question: "Question", periods: Sequence[str]) -> ScenarioError:
    """That the table has several periods and none is chosen, or no months where those are asked."""
    what = "the table has no months, so it has no latest twelve"
    if question.period is None:
        what = f"the table has {len(periods)} periods, and adding them up would be no year"
    return ScenarioError(
        what,
        where=_where(question, periods),
        hint=f"choose one with --period, such as --period {periods[-1]}",
    )


def not_whole(
    question: "Question", reference: Reference, missing: Sequence[str], own: Sequence[str]
) -> ScenarioError:
    """That the table lacks the period that is asked for, or some years or months of it."""
    names = missing[0] if len(reference.parts) == 1 else reference.name
    lacks = "" if len(reference.parts) == 1 else f": {', '.join(missing[:SHOWN])} not there"
    whole = "all of " if lacks else ""
    return ScenarioError(
        f"the table has no imports of {question.importers_text} in {whole}{names}{lacks}",
        where=_where(question, own),
        hint=f"choose one with --period, such as --period {own[-1]}",
    )


def no_sum(reference: Reference, why: str) -> None:
    """Nothing, where a reference period is not several years added up.

    Raises:
        ScenarioError: It is.
    """
    if reference.is_sum_of_years:
        raise ScenarioError(
            f"{why}: several years added up are no reference for it",
            where=f"reference period {reference.name}",
            hint=f"choose one year, or a mean with --period {reference.parts[0]}.."
            f"{reference.parts[-1]}",
        )


def refuse_twice(question: "Question", imports: pl.DataFrame, year: str) -> None:
    """Nothing, where no importer has a year as a whole and by month: it would be counted twice.

    Raises:
        ScenarioError: One has.
    """
    chosen = imports.filter(in_period(year))
    both = chosen.group_by("importer").agg((pl.col("period") == year).unique().len().alias("kinds"))
    names = sorted(both.filter(pl.col("kinds") > 1)["importer"])
    if names:
        raise _twice(question, names, year)


def _twice(question: "Question", importers: Sequence[str], year: str) -> ScenarioError:
    """That a year is there as a whole and by month."""
    return ScenarioError(
        f"the table has imports of {', '.join(importers)} in {year} as a whole and by month",
        where=f"{question.table.name}, column period",
        hint="choose a month with --period, or ingest the year and its months as two tables",
    )


def _where(question: "Question", periods: Sequence[str]) -> str:
    return f"{question.table.name}, column period: {', '.join(periods[:SHOWN])}"


def no_basis(question: "Question", importer: str, rows: int) -> Problem:
    """Rows of an importer have no value on which it levies duty."""
    columns = columns_for(importer, question.stated.get(importer))
    hint = f"{importer} levies duty on {columns}; a value on another basis is not taken for it"
    if importer not in {*BASIS_OF_IMPORTER, *question.stated}:
        hint = (
            f"on which value {importer} levies duty is not known here: say it at the top of the "
            'scenario, levied_on = { basis = "cif", source = "..." }, or ingest the value that its '
            "law names with --valuation customs"
        )
    return Problem(
        f"{how_many(rows, 'row')} of {importer} {'has' if rows == 1 else 'have'} no value on "
        "which it levies duty",
        where=f"{question.table.name}, column {columns}",
        hint=hint,
    )


def refuse_overflow(question: "Question", shape: pl.DataFrame) -> None:
    """Nothing, where the values of a table are within what is summed exactly.

    Raises:
        LimitError: They are not.
    """
    total = float(shape["total_usd"].sum())
    asked = shape.filter(question.is_asked).group_by("importer").agg(pl.col("total_usd").sum())
    most = max(asked["total_usd"], default=0.0)  # no duty of one importer is added to another's
    if max(total, most * LARGEST_RATE) > LARGEST_SUM_USD:
        raise LimitError(
            f"the values of {question.table.name} sum to {total:.3g} USD, beyond what is exact",
            where=question.table.name,
            hint="check the unit of the values; a year of world trade is about 2.5e13 USD",
        )
