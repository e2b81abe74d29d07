"""Measures that are no import duty: what they cover and take, kept apart from any duty."""

from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc.dictionary import polars_schema
from calc.hits import totals
from calc.money import usd
from calc.periods import Reference
from calc.scope import match_partners, match_products
from calc.tables.instruments import Amounts, Instruments
from calc.terms import Frame
from calc.valuation import export_base
from pipelines.run.exports import valued_flows
from pipelines.run.question import Question

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs
    from pipelines.scenario.instruments import Amount
    from pipelines.scenario.model import Measure


def instruments_table(inputs: "Inputs", question: Question, period: Reference) -> pl.DataFrame:
    """INSTRUMENTS: one row a measure of the scenario that is no import duty, sorted by id."""
    scenario, law = inputs.scenario, inputs.law
    others = [one for one in scenario.measures if one.instrument.kind != "duty"]
    states = dict(law.measures.select("measure_id", "state").unique().iter_rows())
    traded = _traded(inputs, question, period)
    rows = [
        {
            "importer": scenario.importer,
            "measure_id": one.measure_id,
            "instrument": one.instrument.kind,
            "imposed_by": one.instrument.imposed_by or scenario.importer,
            "authority": one.authority,
            "state": states[one.measure_id],
            **_amount("covered", one.instrument.covered),
            **_amount("affected", one.instrument.affected),
            "affected_share": _share(one),
            "trade_value_usd": traded.get(one.measure_id),
            "source": one.source,
        }
        for one in others
    ]
    return pl.DataFrame(rows, schema=polars_schema(Instruments)).sort("measure_id")


def amounts_table(inputs: "Inputs") -> pl.DataFrame:
    """AMOUNTS: the rows of the tables of amounts of the scenario, sorted by key."""
    rows = [
        {
            "importer": inputs.scenario.importer,
            "measure_id": one.measure_id,
            "amount": name,
            "source_row": row.number,
            "source_id": row.table,
            "partner": row.partner or None,
            "code": row.code or None,
            "product_group": row.group or None,
            "amount_usd": float(row.central),
            "amount_low_usd": None if row.low is None else float(row.low),
            "amount_high_usd": None if row.high is None else float(row.high),
            "source": row.source or None,
            "note": row.note or None,
        }
        for one in inputs.scenario.measures
        for name, amount in (
            ("covered", one.instrument.covered),
            ("affected", one.instrument.affected),
        )
        if amount is not None
        for row in amount.rows
    ]
    return pl.DataFrame(rows, schema=polars_schema(Amounts)).sort(Amounts.primary_key())


def _amount(name: str, amount: "Amount | None") -> dict[str, float | None]:
    stated = None if amount is None else amount.range
    return {
        f"{name}_usd": stated.central if stated else None,
        f"{name}_low_usd": stated.low if stated else None,
        f"{name}_high_usd": stated.high if stated else None,
        f"{name}_rows": len(amount.rows) or None if amount else None,
    }


def _share(measure: "Measure") -> float | None:
    covered, affected = measure.instrument.covered, measure.instrument.affected
    if covered is None or affected is None or covered.range is None or affected.range is None:
        return None
    return affected.range.central / covered.range.central if covered.range.central else None


def _traded(inputs: "Inputs", question: Question, period: Reference) -> dict[str, float | None]:
    """The trade in the goods of each measure; null where the table has none on the basis."""
    mine = [one.measure_id for one in inputs.scenario.measures if _is_own_export(one)]
    others = [
        one.measure_id
        for one in inputs.scenario.measures
        if one.instrument.kind != "duty" and one.measure_id not in mine
    ]
    found = dict.fromkeys(others, 0.0) | _sums(inputs, question.imports(period), others)
    return found | _exported(inputs, question, period, mine) if mine else found


def _is_own_export(measure: "Measure") -> bool:
    """Whether the importer of the scenario imposes a measure on its own exports."""
    return measure.instrument.kind == "export-ban" and not measure.instrument.imposed_by


def _exported(
    inputs: "Inputs", question: Question, period: Reference, measures: list[str]
) -> dict[str, float | None]:
    """What others import from the importer under each measure, free on board.

    Null throughout where the table has no such imports, or one of them has no such value.
    """
    own = (pl.col("flow") == "import") & pl.col("partner").is_in(question.importers)
    rows = question.scan().filter(own & period.holds())
    swapped = valued_flows(rows, export_base(question.held), period).rename(
        {"importer": "partner", "partner": "importer"}
    )
    counts = swapped.select(nw.len(), nw.col("value_e4").count()).to_native()
    every, valued = counts.rename({"len": "rows"}).collect().row(0)
    if not every or valued < every:
        return dict.fromkeys(measures)
    return dict.fromkeys(measures, 0.0) | _sums(inputs, swapped, measures)


def _sums(inputs: "Inputs", flows: Frame, measures: list[str]) -> dict[str, float | None]:
    """The value of the flows that each measure names."""
    law = inputs.law
    trade = totals(flows, ["importer", "partner", "code"]).to_native().collect(engine="streaming")
    seen = trade.lazy().select("importer", "partner").unique()
    of_measures = [
        table.lazy().filter(pl.col("measure_id").is_in(measures))
        for table in (law.products, law.partners, law.measures)
    ]
    products, partners, rows = (table.drop("step").unique() for table in of_measures)
    goods = match_products(products, trade.lazy().select("code").unique())
    whom = match_partners(partners, seen, rows.select("measure_id", "importer").unique())
    named = (
        goods.filter(pl.col("left_out_by").is_null())
        .join(whom, on="measure_id", how="inner")
        .join(trade.lazy(), on=["importer", "partner", "code"], how="inner")
    )
    found = named.group_by("measure_id").agg(value=usd(pl.col("total_e4").sum())).collect()
    return dict(found.iter_rows())
