"""The static job on a cluster: small tables are settled here, rows of trade by the workers."""

from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl

from calc import reports
from calc.assessed import AMOUNTS, LIKE, TEXTS, Law, alike, asked, assessed, cells, classed
from calc.classes import classes_of
from calc.codes import line_digits
from calc.errors import LimitError, ScenarioError
from calc.hits import totals_by_code, with_duty_base
from calc.money import LARGEST_SUM_USD, UNITS_PER_USD
from calc.periods import Reference
from calc.terms import ROW, Frame
from pipelines.run.compute import Tables, flows_of, nothing_hit
from pipelines.run.question import (
    SHAPE_KEY,
    Question,
    chosen_period,
    refuse_misfits,
    refuse_overflow,
    shaped,
)
from pipelines.run.resolve import Resolved, program_frames, resolve
from pipelines.spark.cluster import Cluster

LIKENESS = ["importer", "code_class", "partner_class"]


@dataclass(frozen=True, kw_only=True)
class Worked:
    """What a job found: tables, cells in place of lines, shape of the table, reference period."""

    tables: Tables
    cells: pl.DataFrame
    shape: pl.DataFrame
    period: Reference


def work(cluster: Cluster, question: Question, folder: Path) -> Worked:
    """The reports of a question; the lines are written into a folder by the workers.

    Raises:
        ScenarioError: As ``pipelines.run.compute.answer`` does, and of a mean of years.
        DataRejectedError: The table lacks the values that the importer levies duty on.
        LimitError: The values are beyond what is summed exactly.
    """
    trade = cluster.table(question)
    shape = cluster.collected(shaped(trade, question, SHAPE_KEY)).sort(SHAPE_KEY)
    refuse_overflow(question, shape)
    period = chosen_period(question, shape)
    refuse_misfits(question, shape, period)
    if period.years > 1:
        what = "Spark cannot do a mean of years yet"
        raise ScenarioError(what, where=period.name, hint="choose one year with --period")
    ours = asked(trade, question.importers, question.members, period.parts)
    levied = with_duty_base(ours, held=question.held, stated=question.stated)
    imports = _classed(cluster, question, levied)
    likes = cluster.collected(alike(imports)).sort(LIKENESS).with_row_index(ROW)
    resolved = resolve(question, nw.from_native(likes.lazy()))
    if resolved is None:
        raise nothing_hit(question)
    numbers = cluster.handed("likes", likes.select(*LIKENESS, pl.col(ROW).alias(LIKE)))
    law = _law(cluster, question, resolved)
    lines = cluster.written(assessed(imports, numbers, law, resolved.terms), folder)
    found = _restored(cluster.collected(cells(lines)))
    _refuse_beyond(question, found)
    sums = _totals(cluster, question, (imports, found), (shape, period))
    return Worked(tables=_tables(question, found, sums), cells=found, shape=shape, period=period)


def _classed(cluster: Cluster, question: Question, imports: Frame) -> Frame:
    """The imports with the class of code and partner of each, and its product group."""
    codes, partners = (
        cluster.collected(imports.group_by(name).agg(nw.len().alias("rows"))).select(name).lazy()
        for name in ("code", "partner")
    )
    plans = classes_of(question.law, question.policy, (codes, partners), question.groups.lazy())
    of_codes, of_partners = pl.collect_all(list(plans))
    return classed(
        imports, cluster.handed("codes", of_codes), cluster.handed("partners", of_partners)
    )


def _law(cluster: Cluster, question: Question, resolved: Resolved) -> Law:
    """The law on each like line, handed to the workers."""
    rows = resolved.rows.rename({ROW: LIKE})
    as_is = program_frames(resolved, question)
    as_if = program_frames(resolved, question, as_if=True)
    tables = [rows, *pl.collect_all([*as_is, *as_if])]
    return Law(*(cluster.handed(*pair) for pair in zip(Law._fields, tables, strict=True)))


def _restored(found: pl.DataFrame) -> pl.DataFrame:
    """Cells as reports take lines: what is not known is null again."""
    amounts = [pl.when(~pl.col(f"no_{name}")).then(name).alias(name) for name in AMOUNTS]
    texts = [pl.when(~pl.col(f"no_{name}")).then(pl.lit("")).alias(name) for name in TEXTS]
    return found.with_columns(*amounts, *texts)


def _refuse_beyond(question: Question, found: pl.DataFrame) -> None:
    """Nothing, where the sums of all amounts are exact."""
    sums = found.select(pl.col("^.*_e4$").cast(pl.Float64).abs().sum()).row(0)
    if max(total or 0.0 for total in sums) > LARGEST_SUM_USD * UNITS_PER_USD:
        raise LimitError(
            f"duties on {question.table.name} are beyond what is summed exactly",
            where="rates of the scenario and its base, quantities of the table",
            hint=f"the sum of an amount may be USD {LARGEST_SUM_USD:.0e}; check rates and units",
        )


def _totals(
    cluster: Cluster,
    question: Question,
    frames: tuple[Frame, pl.DataFrame],
    told: tuple[pl.DataFrame, Reference],
) -> reports.Totals:
    """Sums of the whole table: by importer and partner, and by code of the importers."""
    imports, found = frames
    pairs = found.select("importer", "partner", is_hit=pl.lit(value=True)).unique()
    by_code = cluster.collected(totals_by_code(imports, cluster.handed("pairs", pairs)))
    return reports.Totals(
        by_flow=flows_of(question, *told), by_code=by_code.lazy(), by_line=pl.LazyFrame()
    )


def _tables(question: Question, found: pl.DataFrame, sums: reports.Totals) -> Tables:
    lines, groups = found.lazy(), question.groups.lazy()
    digits = line_digits(question.nomenclature)
    plans = {
        "by_importer": reports.by_importer(lines, sums, digits),
        "by_partner": reports.by_partner(lines, sums, digits),
        "by_group": reports.by_group(lines, sums, groups, digits),
        "by_product": reports.by_product(lines, sums, digits),
    }
    return dict(zip(plans, pl.collect_all(list(plans.values())), strict=True))
