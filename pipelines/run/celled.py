"""Reports made of cells in place of lines: for engines that do not hold the lines at once."""

from dataclasses import dataclass

import polars as pl

from calc import reports
from calc.assessed import AMOUNTS, TEXTS
from calc.codes import line_digits
from calc.errors import LimitError, ScenarioError
from calc.money import LARGEST_SUM_USD, UNITS_PER_USD
from calc.periods import Reference
from pipelines.run.compute import Tables
from pipelines.run.question import Question
from pipelines.run.resolve import Resolved, program_frames

LIKENESS = ["importer", "code_class", "partner_class"]
HINT = "choose one year with --period"


@dataclass(frozen=True, kw_only=True)
class Worked:
    """What a job found: tables, cells in place of lines, shape of the table, reference period."""

    tables: Tables
    cells: pl.DataFrame
    shape: pl.DataFrame
    period: Reference


def refuse_mean(period: Reference, engine: str) -> None:
    """Nothing, where a reference period is no mean of years.

    Raises:
        ScenarioError: It is, which the engine cannot do.
    """
    if period.years > 1:
        what = f"{engine} cannot do a mean of years yet"
        raise ScenarioError(what, where=period.name, hint=HINT)


def law_tables(question: Question, resolved: Resolved) -> list[pl.DataFrame]:
    """The law on each like line, as ``calc.assessed.Law`` has it; rows are still by number."""
    as_is = program_frames(resolved, question)
    as_if = program_frames(resolved, question, as_if=True)
    return [resolved.rows, *pl.collect_all([*as_is, *as_if])]


def restored(found: pl.DataFrame) -> pl.DataFrame:
    """Cells as reports take lines: what is not known is null again."""
    amounts = [pl.when(~pl.col(f"no_{name}")).then(name).alias(name) for name in AMOUNTS]
    texts = [pl.when(~pl.col(f"no_{name}")).then(pl.lit("")).alias(name) for name in TEXTS]
    return found.with_columns(*amounts, *texts)


def refuse_beyond(question: Question, found: pl.DataFrame) -> None:
    """Nothing, where the sums of all amounts are exact.

    Raises:
        LimitError: They are not.
    """
    sums = found.select(pl.col("^.*_e4$").cast(pl.Float64).abs().sum()).row(0)
    if max(total or 0.0 for total in sums) > LARGEST_SUM_USD * UNITS_PER_USD:
        raise LimitError(
            f"duties on {question.table.name} are beyond what is summed exactly",
            where="rates of the scenario and its base, quantities of the table",
            hint=f"the sum of an amount may be USD {LARGEST_SUM_USD:.0e}; check rates and units",
        )


def celled_tables(question: Question, found: pl.DataFrame, sums: reports.Totals) -> Tables:
    """The reports that cells tell: by importer, partner, group and product."""
    lines, groups = found.lazy(), question.groups.lazy()
    digits = line_digits(question.nomenclature)
    plans = {
        "by_importer": reports.by_importer(lines, sums, digits),
        "by_partner": reports.by_partner(lines, sums, digits),
        "by_group": reports.by_group(lines, sums, groups, digits),
        "by_product": reports.by_product(lines, sums, digits),
    }
    return dict(zip(plans, pl.collect_all(list(plans.values())), strict=True))
