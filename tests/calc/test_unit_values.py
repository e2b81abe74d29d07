"""What a unit of goods is worth, from the flows that have both a value and a quantity."""

from typing import Any

import polars as pl

from calc.unit_values import attach_unit_values

FLOW: dict[str, Any] = {
    "importer": "USA", "code": "87032301", "value_e4": 10_000, "quantity": 2.0,
    "quantity_unit": "kg", "quantity_2": None, "quantity_2_unit": None, "net_mass_kg": None,
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "importer": pl.String, "code": pl.String, "value_e4": pl.Int64, "quantity": pl.Float64,
    "quantity_unit": pl.String, "quantity_2": pl.Float64, "quantity_2_unit": pl.String,
    "net_mass_kg": pl.Float64,
}  # fmt: skip


def worth(*flows: dict[str, Any]) -> list[float | None]:
    trade = pl.LazyFrame([FLOW | flow for flow in flows], schema=SCHEMA)
    rows = pl.LazyFrame({"importer": ["USA"], "code": ["87032301"]})
    found = attach_unit_values(rows, trade, ["kg"], method="unctad-1", oecd=()).collect()
    return found["unit_value_0"].to_list()


def test_a_unit_is_worth_the_value_of_all_flows_over_their_quantity() -> None:
    assert worth({}, {"quantity": 6.0, "value_e4": 30_000}) == [0.5]


def test_flows_without_a_value_or_a_quantity_say_nothing() -> None:
    assert worth({}, {"value_e4": 0}, {"quantity": 0.0}, {"quantity": None}) == [0.5]
    assert worth({"quantity": 0.0}) == [None]


def test_the_least_amounts_count() -> None:
    """A hundredth of a cent for a ten-thousandth of a kilogram is a dollar a kilogram."""
    assert worth({"value_e4": 1, "quantity": 0.0001}) == [1.0]
