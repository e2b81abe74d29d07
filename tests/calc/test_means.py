"""The mean of several years, flow by flow: exact to ten-thousandths, with sums that add up."""

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from calc.means import BEHIND, mean_of_years
from calc.periods import Reference

YEARS = Reference(name="2022..2024", parts=("2022", "2023", "2024"), years=3)
FLOW: dict[str, Any] = {
    "importer": "USA", "partner": "JPN", "flow": "import", "nomenclature": "HTS2024",
    "code": "870323", "period": "2022", "value_e4": 0, "calculated_duty_usd": 0.0,
    "quantity": 6.0, "quantity_unit": "number", "quantity_2": None, "quantity_2_unit": None,
    "net_mass_kg": 30.0, "is_estimated": False,
}  # fmt: skip
TYPES = {
    "table_row": pl.UInt32, "quantity": pl.Float64, "quantity_2": pl.Float64,
    "quantity_2_unit": pl.String, "quantity_unit": pl.String, "calculated_duty_usd": pl.Float64,
}  # fmt: skip


def mean(*flows: dict[str, Any], reference: Reference = YEARS) -> pl.DataFrame:
    rows = [FLOW | {"table_row": number} | flow for number, flow in enumerate(flows)]
    frame = pl.LazyFrame(rows, schema_overrides=TYPES, infer_schema_length=None)
    return mean_of_years(frame, reference).collect()


def test_a_flow_is_divided_by_the_years_whether_or_not_it_is_there_in_all() -> None:
    """900.0000 and 300.0001 USD in two of three years: 400.00003 a year; 12 cars: 4."""
    found = mean(
        {"value_e4": 9_000_000, "calculated_duty_usd": 22.5},
        {"value_e4": 3_000_001, "calculated_duty_usd": 7.5, "period": "2024"},
    ).row(0, named=True)
    assert found["period"] == "2022..2024"
    assert (found["value_e4"], found["duty_base_usd"]) == (4_000_000, 400.0)
    assert (found["quantity"], found["net_mass_kg"]) == (4.0, 20.0)
    assert found["calculated_duty_usd"] == 10.0
    assert (found["table_row"], found[BEHIND]) == (0, [0, 1])


def test_what_is_not_known_in_a_year_is_not_known_in_the_mean() -> None:
    found = mean({}, {"period": "2023", "quantity": None, "calculated_duty_usd": None})
    assert found.row(0, named=True)["quantity"] is None
    assert found["calculated_duty_usd"].to_list() == [None]
    assert found["net_mass_kg"].to_list() == [20.0]


def test_quantities_in_other_units_are_not_added_up() -> None:
    found = mean({}, {"period": "2023", "quantity_unit": "kg"})
    assert found.select("quantity", "quantity_unit").rows() == [(None, None)]


def test_months_stay_apart_where_all_years_are_by_month() -> None:
    by_month = Reference(name="2022..2023", parts=("2022", "2023"), years=2, by_month=True)
    found = mean(
        {"period": "2022-01", "value_e4": 10}, {"period": "2023-01", "value_e4": 20},
        {"period": "2022-02", "value_e4": 40}, reference=by_month,
    )  # fmt: skip
    assert found.select("period", "value_e4").rows() == [
        ("2022-01..2023-01", 15), ("2022-02..2023-02", 20),
    ]  # fmt: skip


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=30), st.integers(2, 7))
def test_the_sum_of_the_means_is_the_mean_of_the_sums(values: list[int], years: int) -> None:
    parts = tuple(str(2000 + year) for year in range(years))
    flows = [{"code": f"{10_0000 + n}", "value_e4": value} for n, value in enumerate(values)]
    found = mean(*flows, reference=Reference(name="mean", parts=parts, years=years))
    assert int(found["value_e4"].sum()) == (sum(values) + years // 2) // years
    for value, own in zip(values, found["value_e4"].to_list(), strict=True):
        assert abs(own - value / years) <= 1
