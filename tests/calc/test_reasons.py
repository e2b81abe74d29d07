"""Why the duty of a measure is unknown: what it wants, in words."""

from typing import Any

import narwhals as nw
import polars as pl

from calc.policy.expression import AdValorem, BaseShare, Specific
from calc.policy.outcome import On
from calc.reasons import NEEDS_BASE, NO_VALUE, no_quantity, tell_measure_unknown
from calc.terms import Terms

TERMS = Terms(
    rates=(AdValorem(0.25), BaseShare(0.5), Specific(2.0, "kg")),
    ons=(On(), On("content", ("steel",))),
    contents=("steel",),
)
COMPONENT: dict[str, Any] = {
    "mode": "add", "rate": 0, "on": 0, "rebate_on": None, "rebate_rate": None, "measure_e4": None,
    "duty_before_e4": 5, "content_0": 0.5, "quantity": 1.0, "quantity_unit": "kg",
    "quantity_2": None, "quantity_2_unit": None, "net_mass_kg": None,
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "mode": pl.String, "rate": pl.Int32, "on": pl.Int32, "rebate_on": pl.Int32,
    "rebate_rate": pl.Int32, "measure_e4": pl.Int64, "duty_before_e4": pl.Int64,
    "content_0": pl.Float64, "quantity": pl.Float64, "quantity_unit": pl.String,
    "quantity_2": pl.Float64, "quantity_2_unit": pl.String, "net_mass_kg": pl.Float64,
}  # fmt: skip
STEEL = "the share of the content steel is unknown"


def reason(**facts: Any) -> str | None:
    components = pl.LazyFrame([COMPONENT | facts], schema=SCHEMA)
    found: pl.LazyFrame = tell_measure_unknown(nw.from_native(components), TERMS).to_native()
    told: str | None = found.collect()["unknown"].item()
    return told


def test_a_measure_wants_what_its_own_rate_and_part_depend_on() -> None:
    assert reason(measure_e4=7) is None
    assert reason() == NO_VALUE
    assert reason(duty_before_e4=None) == NO_VALUE
    assert reason(mode="all-in", duty_before_e4=None) == NEEDS_BASE
    assert reason(rate=1, duty_before_e4=None) == NEEDS_BASE
    assert reason(rate=1) == NO_VALUE
    assert reason(rate=2, quantity=None) == no_quantity("kg")
    assert reason(rate=2) == NO_VALUE


def test_a_content_is_wanted_by_what_is_on_it_and_by_a_rebate_of_a_rate() -> None:
    unknown: dict[str, Any] = {"content_0": None}
    assert reason(**unknown) == NO_VALUE
    assert reason(**unknown, on=1) == STEEL
    assert reason(on=1) == NO_VALUE
    assert reason(**unknown, rebate_on=1, rebate_rate=0) == STEEL
    assert reason(**unknown, rebate_on=1) == NO_VALUE
    assert reason(**unknown, rebate_on=0, rebate_rate=0) == NO_VALUE
