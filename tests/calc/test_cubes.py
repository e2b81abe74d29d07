"""What rules on groups need of rows: cubes that hold others, unit values, first digits."""

from typing import Any

import polars as pl
import pytest

from calc.cubes import Cube, as_they_are, can_be_summed, cubes_of, with_first_digit, with_unit_value
from calc.judge import VALUE as NAME


def rows(*facts: dict[str, Any]) -> pl.LazyFrame:
    schema = {
        NAME: pl.Int64, "quantity": pl.Float64, "quantity_unit": pl.String,
        "net_mass_kg": pl.Float64,
    }  # fmt: skip
    return pl.LazyFrame(list(facts), schema=schema)


def test_a_unit_is_worth_its_power_of_ten_and_a_kilogram_where_nothing_else_counts() -> None:
    """10 USD a litre; 1 USD a kilogram where the quantity is zero, has no unit or is unknown."""
    counted = {"quantity": 1e4, "quantity_unit": "l", "net_mass_kg": 5.0}
    found = with_unit_value(rows(
        {NAME: 10**5} | counted,
        {NAME: 10**5} | counted | {"quantity": 0.0, "net_mass_kg": 1e5},
        {NAME: 10**5} | counted | {"quantity_unit": None, "net_mass_kg": 1e5},
        {NAME: 10**5} | counted | {"quantity": None, "net_mass_kg": 1e6},
        {NAME: 0} | counted,
        {NAME: None} | counted,
        {NAME: 10**5} | counted | {"quantity": float("inf")},
        {NAME: 10**5, "quantity": None, "quantity_unit": "l", "net_mass_kg": 0.0},
        {NAME: 10**5, "quantity": None, "quantity_unit": "l", "net_mass_kg": None},
    )).collect()  # fmt: skip
    one = 1_000_000_000
    assert found.select("quantity_unit", "all_powers", "highest", "lowest").rows() == [
        ("l", one, one, one),
        (None, 0, 0, 0),
        (None, 0, 0, 0),
        (None, -one, -one, -one),
    ]


@pytest.mark.parametrize(
    ("value_e4", "digit"),
    [(10_000, 1), (99_999, 9), (10**12, 1), (2, 2), (299, 2), (3 * 10**8, 3), (9_999_999, 9)],
)
def test_first_digits_are_those_of_values_above_nothing(value_e4: int, digit: int) -> None:
    table = rows({NAME: value_e4}, {NAME: 0}, {NAME: None})
    assert with_first_digit(table).select(NAME, "digit").collect().rows() == [(value_e4, digit)]


def test_a_cube_can_be_summed_to_one_of_fewer_keys_of_the_same_rows() -> None:
    wide = Cube(keys=("flow", "importer", "period"), prepare=as_they_are)
    least = Cube(keys=("flow",), prepare=as_they_are)
    assert can_be_summed(wide, least)
    assert not can_be_summed(least, wide)
    assert not can_be_summed(wide, Cube(keys=("flow",), prepare=with_first_digit))
    assert cubes_of([]) == {}
