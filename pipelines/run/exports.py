"""Duties that an exporter levies on what it sends the importer: its revenue, on its own values."""

from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc import reports
from calc.accounting import value_where
from calc.attributed import with_increments
from calc.base import default_programme
from calc.dictionary import conform
from calc.hits import totals, with_value
from calc.means import BEHIND, mean_of_years
from calc.money import usd
from calc.periods import Reference
from calc.tables.instruments import ExportDuties
from calc.terms import ROW, Frame
from calc.valuation import any_value, export_base
from pipelines.run.assess import assess
from pipelines.run.question import Question
from pipelines.run.resolve import resolve
from pipelines.scenario.base_table import free_base

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs


def export_duties_table(inputs: "Inputs", question: Question, period: Reference) -> pl.DataFrame:
    """EXPORT_DUTIES: one row an export duty of the scenario, sorted by key.

    No import duty is in it: its lines are those of the import duties, and its amounts are not.

    Raises:
        ScenarioError: The export duties are in conflict with each other.
        LimitError: The values are beyond what is summed exactly.
    """
    asked = export_question(inputs, question)
    rows = asked.scan().filter(asked.is_asked & period.holds())
    own = export_base(asked.held, asked.stated, share=share_of(inputs))
    flows = valued_flows(rows, own, period)
    valued = flows.filter(~nw.col("duty_base_usd").is_null())
    resolved = resolve(asked, valued)
    measures = asked.law.measures
    if resolved is None:
        sums = _without_lines(measures)
    else:
        found = assess(asked, resolved)
        components = with_increments(found.components.lazy(), found.lines.lazy())
        sums = reports.by_measure(components, measures).join(
            _unknown(components), on="measure_id", how="left", validate="1:1"
        )
    by_id = {one.measure_id: one.instrument.imposed_by for one in inputs.scenario.measures}
    every = valued_flows(rows, any_value(asked.held, asked.stated), period)
    off_basis = _off_basis(asked, every.join(valued.select(ROW), on=ROW, how="anti"))
    whole = sums.with_columns(
        revenue_of=pl.col("measure_id").replace_strict(by_id, return_dtype=pl.String),
        value_not_fob_usd=pl.col("measure_id").replace_strict(
            off_basis, default=0.0, return_dtype=pl.Float64
        ),
        export_duty_usd=pl.col("measure_duty_usd"),
        export_duty_unknown_value_usd=pl.col("unknown_usd").fill_null(0.0),
        threatened_export_duty_usd=pl.col("threatened_measure_duty_usd"),
        fob_share=pl.lit(share_of(inputs), pl.Float64),
    )
    return conform(whole, ExportDuties).sort("importer", "measure_id").collect()


def share_of(inputs: "Inputs") -> float | None:
    """The value free on board as a share of a value on another basis; null where none is stated."""
    stated = inputs.scenario.fob_share
    return None if stated is None else stated.central


def export_question(inputs: "Inputs", question: Question) -> Question:
    """The question of what the export duties of a scenario do to the importer's imports."""
    law = inputs.law
    duties = [
        one.measure_id for one in inputs.scenario.measures if one.instrument.kind == "export-duty"
    ]
    is_duty = pl.col("measure_id").is_in(duties)
    base = free_base(inputs.scenario.importer)
    tables = question.law._replace(
        measures=law.measures.filter(is_duty).lazy(),
        products=law.products.filter(is_duty).lazy(),
        base=base.lazy(),
    )
    programme = default_programme(base["programme"].unique())
    return replace(question, law=tables, policy=law.export_policy, default_programme=programme)


def valued_flows(rows: pl.LazyFrame, value: nw.Expr, period: Reference) -> Frame:
    """Rows of TRADE with a value as their value for duty; their mean where the period is one."""
    valued = with_value(nw.from_native(rows), value)
    if period.years == 1:
        return valued
    return nw.from_native(mean_of_years(valued.to_native(), period).drop(BEHIND))


def _unknown(components: pl.LazyFrame) -> pl.LazyFrame:
    """The value on which each measure is levied and its duty is not known."""
    is_unknown = (pl.col("status") == "applied") & pl.col("measure_e4").is_null()
    return components.group_by("measure_id").agg(unknown_usd=usd(value_where(is_unknown)))


def _without_lines(measures: pl.LazyFrame) -> pl.LazyFrame:
    """What no line is named by: known zeros, and no duty."""
    nothing = pl.DataFrame(
        schema={
            "measure_id": pl.String, "table_row": pl.UInt32, "status": pl.String,
            **dict.fromkeys(("value_e4", "measure_e4", "credit_e4", "increment_e4"), pl.Int64),
        }
    ).lazy()  # fmt: skip
    return reports.by_measure(nothing, measures).with_columns(unknown_usd=pl.lit(0.0))


def _off_basis(question: Question, off: Frame) -> dict[str, float]:
    """By measure, the value on another basis of the lines without one on the exporter's."""
    resolved = resolve(question, off)
    if resolved is None:
        return {}
    values = totals(off, ["table_row"]).to_native()
    numbered = pl.LazyFrame(
        {
            "branch": list(range(len(question.policy.branches))),
            "measure_id": [branch.measure_id for branch in question.policy.branches],
        },
        schema={"branch": pl.UInt32, "measure_id": pl.String},
    )
    named = resolved.named.lazy().filter(~pl.col("is_left_out") & pl.col("excluded_by").is_null())
    sums = (
        named.select("table_row", "branch")
        .join(numbered, on="branch", how="inner", validate="m:1")
        .select("table_row", "measure_id")
        .unique()
        .join(values, on="table_row", how="inner", validate="m:1")
        .group_by("measure_id")
        .agg(value=usd(pl.col("total_e4").sum()))
        .collect()
    )
    return dict(sums.iter_rows())
