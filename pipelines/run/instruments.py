"""Measures that are no import duty: what they cover and take, kept apart from any duty."""

from typing import TYPE_CHECKING

import polars as pl

from calc.dictionary import polars_schema
from calc.hits import totals
from calc.money import usd
from calc.periods import Reference
from calc.scope import match_partners, match_products
from calc.tables.reports import Instruments
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
    traded = _traded(inputs, question, period, [one.measure_id for one in others])
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


def _amount(name: str, amount: "Amount | None") -> dict[str, float | None]:
    stated = None if amount is None else amount.range
    return {
        f"{name}_usd": stated.central if stated else None,
        f"{name}_low_usd": stated.low if stated else None,
        f"{name}_high_usd": stated.high if stated else None,
    }


def _share(measure: "Measure") -> float | None:
    covered, affected = measure.instrument.covered, measure.instrument.affected
    if covered is None or affected is None or covered.range is None or affected.range is None:
        return None
    return affected.range.central / covered.range.central if covered.range.central else None


def _traded(
    inputs: "Inputs", question: Question, period: Reference, measures: list[str]
) -> dict[str, float]:
    """The imports of the goods of each measure from its partners; 0 where there are none."""
    law = inputs.law
    imports = totals(question.imports(period), ["importer", "partner", "code"]).to_native()
    trade = imports.collect(engine="streaming")
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
    return dict.fromkeys(measures, 0.0) | dict(found.iter_rows())
