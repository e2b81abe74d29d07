"""What each measure of a run is charged on, for the sheets that an analyst changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.report.columns import NOT_APPLICABLE
from pipelines.report.figures import Tables, exact_sum

NEEDED = ("components", "by_measure", "by_importer")
FULL_VALUE = "full value"
ROUNDING_USD = 0.01
ALL_IN = "all-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What a measure is charged on where it is applied, in USD.

    ``rate`` is null where the measure is no single rate on the full value. ``is_scaled`` says that
    its duty is in proportion to its rate as written all the same: specific and compound rates,
    several rates, a rate on a part of the value; not a floor, nor what credits are taken off.
    ``known`` is the part of the value of which the base duty is known, ``before`` that duty,
    ``known_duty`` the measure's there, ``replaced`` what the measure takes away of it.
    """

    importer: str
    measure_id: str
    rate_text: str
    rate: float | None
    is_scaled: bool
    value: float
    known: float
    known_duty: float
    before: float
    replaced: float
    duty: float | None
    added: float | None
    source: str


def charged_of(tables: Tables) -> list[Charged]:
    """Each measure that is applied, in the order of importer and measure."""
    if any(name not in tables for name in NEEDED):
        return []
    applied = tables["components"].filter(pl.col("status") == "applied")
    key = ["importer", "measure_id"]
    line = ["importer", "partner", "period", "flow", "nomenclature", "code", "segment"]
    before = tables["lines"].select(*line, "duty_before_usd")
    rows = applied.join(before, on=line, how="left", validate="m:1")
    told = dict(iter(rows.group_by(key, maintain_order=True)))
    measures = tables["by_measure"].sort(key).iter_rows(named=True)
    return [
        _charged(row, told[row["importer"], row["measure_id"]])
        for row in measures
        if (row["importer"], row["measure_id"]) in told
    ]


def _charged(measure: Mapping[str, Any], rows: pl.DataFrame) -> Charged:
    known = rows.filter(pl.col("duty_increment_usd").is_not_null())
    duty, added = measure["measure_duty_usd"], measure["duty_increment_usd"]
    known_duty = exact_sum(known, "measure_duty_usd") or 0.0
    return Charged(
        importer=measure["importer"],
        measure_id=measure["measure_id"],
        rate_text=measure["rate_text"] or NOT_APPLICABLE,
        rate=_one_rate(rows),
        is_scaled=_is_scaled(rows),
        value=exact_sum(rows, "customs_value_usd") or 0.0,
        known=exact_sum(known, "customs_value_usd") or 0.0,
        known_duty=known_duty,
        before=exact_sum(known, "duty_before_usd") or 0.0,
        replaced=known_duty - (exact_sum(known, "duty_increment_usd") or 0.0),
        duty=duty,
        added=added,
        source=measure["source"] or NOT_APPLICABLE,
    )


def _one_rate(rows: pl.DataFrame) -> float | None:
    """The rate by which the duty is in proportion to the value; null where there is none."""
    gap = pl.col("measure_rate") * pl.col("customs_value_usd") - pl.col("measure_duty_usd")
    is_plain = (
        (pl.col("bites_on") == FULL_VALUE)
        & (pl.col("credit_usd").fill_null(0.0) == 0)
        & (pl.col("mode") != ALL_IN)
        & (gap.abs() < ROUNDING_USD).fill_null(value=False)
    )
    rates = rows["measure_rate"].unique()
    if not rows.select(is_plain.all()).item() or rates.len() != 1:
        return None
    return float(rates.item())


def _is_scaled(rows: pl.DataFrame) -> bool:
    """Whether twice the rates as written are twice the duty: no floor, no credit, no other cap."""
    is_plain = (pl.col("credit_usd").fill_null(0.0) == 0) & (pl.col("mode") != ALL_IN)
    return bool(rows.select(is_plain.all()).item()) and rows["measure_duty_usd"].null_count() == 0
