"""The static job on a cluster: small tables are settled here, rows of trade by the workers."""

from pathlib import Path

import narwhals as nw
import polars as pl

from calc import reports
from calc.assessed import LIKE, Law, alike, asked, assessed, cells, classed
from calc.classes import classes_of
from calc.hits import totals_by_code, with_duty_base
from calc.periods import Reference
from calc.terms import ROW, Frame
from pipelines.run.celled import (
    LIKENESS,
    Worked,
    celled_tables,
    law_tables,
    refuse_beyond,
    refuse_mean,
    restored,
)
from pipelines.run.compute import flows_of, nothing_hit
from pipelines.run.question import (
    SHAPE_KEY,
    Question,
    chosen_period,
    refuse_misfits,
)
from pipelines.run.resolve import Resolved, resolve
from pipelines.run.shape import shaped
from pipelines.run.unsuited import refuse_overflow
from pipelines.spark.cluster import Cluster


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
    refuse_mean(period, "Spark")
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
    found = restored(cluster.collected(cells(lines)))
    refuse_beyond(question, found)
    sums = _totals(cluster, question, (imports, found), (shape, period))
    return Worked(
        tables=celled_tables(question, found, sums), cells=found, shape=shape, period=period
    )


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
    rows, *others = law_tables(question, resolved)
    tables = [rows.rename({ROW: LIKE}), *others]
    return Law(*(cluster.handed(*pair) for pair in zip(Law._fields, tables, strict=True)))


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
