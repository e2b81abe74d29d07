"""Lines as the hot path finds them, by hand: amounts in USD, kept in ten-thousandths."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from calc.money import unit_of
from calc.reports import Totals

Row = dict[str, Any]

HIT: dict[str, Any] = {
    "table_row": pl.UInt32,
    "importer": pl.String,
    "partner": pl.String,
    "period": pl.String,
    "flow": pl.String,
    "nomenclature": pl.String,
    "code": pl.String,
    "segment": pl.String,
    "product_group": pl.String,
    "status": pl.String,
    "is_estimated": pl.Boolean,
    "is_affected": pl.Boolean,
    "duty_base_usd": pl.Float64,
    "value_e4": pl.Int64,
    "calculated_duty_usd": pl.Float64,
    "calculated_e4": pl.Int64,
    "duty_before_e4": pl.Int64,
    "duty_after_e4": pl.Int64,
    "increment_e4": pl.Int64,
    "threatened_e4": pl.Int64,
    "rate_before": pl.Float64,
    "rate_after": pl.Float64,
    "measure_id": pl.String,
    "mode": pl.String,
    "measure_rate": pl.Float64,
    "threatened_measure_id": pl.String,
    "threatened_mode": pl.String,
    "threatened_measure_rate": pl.Float64,
    "base_programme": pl.String,
    "base_named": pl.String,
    "base_rate_text": pl.String,
    "quantity": pl.Float64,
    "quantity_unit": pl.String,
    "duty_unknown_reason": pl.String,
    "threatened_unknown": pl.String,
    "estimate": pl.String,
    "threatened_estimate": pl.String,
    "before_is_estimate": pl.Boolean,
    "after_is_estimate": pl.Boolean,
    "increment_is_estimate": pl.Boolean,
}
KEY: Row = {
    "is_estimated": False,
    "importer": "USA",
    "partner": "JPN",
    "period": "2024",
    "flow": "import",
    "nomenclature": "HTS2024",
    "segment": "whole",
    "base_programme": "mfn",
    "base_named": "mfn",
}


def units(usd: float | None) -> int | None:
    return None if usd is None else unit_of(usd)


def in_force(code: str, value: float, rate: float | None = 0.025, **cells: Any) -> Row:
    """A line that pays 100 percent in lieu of its base rate; null where the base is unknown."""
    before = None if rate is None else value * rate
    return KEY | {
        "code": code,
        "status": "in force",
        "is_affected": None if rate is None else rate != 1.0,
        "duty_base_usd": value,
        "value_e4": units(value),
        "duty_before_e4": units(before),
        "duty_after_e4": units(value),
        "increment_e4": units(None if before is None else value - before),
        "rate_before": rate,
        "rate_after": 1.0,
        "measure_id": "cars",
        "mode": "replace",
        "measure_rate": 1.0,
    } | cells  # fmt: skip


def threatened(code: str, value: float, rate: float = 0.025, **cells: Any) -> Row:
    """A line on which a measure of 100 percent in lieu waits."""
    own = {
        "status": "threatened",
        "is_affected": False,
        "duty_after_e4": units(value * rate),
        "increment_e4": 0,
        "threatened_e4": units(value - value * rate),
        "rate_after": rate,
        "measure_id": None,
        "mode": None,
        "measure_rate": None,
        "threatened_measure_id": "telecom",
        "threatened_mode": "replace",
        "threatened_measure_rate": 1.0,
    }
    return in_force(code, value, rate, **own | cells)


def excluded(code: str, value: float, rate: float = 0.025, **cells: Any) -> Row:
    """A line that an exclusion takes out of every measure."""
    out = {"status": "excluded", "threatened_e4": None}
    return threatened(code, value, rate, **out | {"threatened_measure_id": None} | cells)


def hits(*rows: Row) -> pl.LazyFrame:
    numbered = [row | {"table_row": number} for number, row in enumerate(rows)]
    return pl.LazyFrame(numbered, schema=HIT)


def one(frame: pl.LazyFrame) -> Row:
    """The only row of a frame."""
    return frame.collect().row(0, named=True) if frame.collect().height == 1 else {}


def totals(
    by_flow: Sequence[tuple[str, str, float]],
    by_code: Sequence[tuple[str, str, float, float]],
    by_line: Sequence[tuple[str, str, str, float]] = (),
) -> Totals:
    """Sums of a trade table, in USD; ``by_code`` gives all partners, then the partners hit."""
    text, number = pl.String, pl.Int64
    flow = {"importer": text, "partner": text, "total_e4": number}
    code = {"importer": text, "code": text, "total_e4": number, "hit_e4": number}
    line = {"importer": text, "partner": text, "code": text, "total_e4": number}
    return Totals(
        by_flow=pl.LazyFrame([(*key, units(usd)) for *key, usd in by_flow], flow, orient="row"),
        by_code=pl.LazyFrame(
            [(*key, units(usd), units(hit)) for *key, usd, hit in by_code], code, orient="row"
        ),
        by_line=pl.LazyFrame([(*key, units(usd)) for *key, usd in by_line], line, orient="row"),
    )
