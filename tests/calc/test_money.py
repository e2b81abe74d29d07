"""Amounts in whole ten-thousandths of a dollar."""

import math

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.money import (
    LARGEST_SUM_USD,
    UNITS_PER_USD,
    to_rate,
    to_rate_units,
    to_units,
    to_units_below,
    to_usd,
    unit_of,
)

AMOUNTS = [
    (0.0, 0),
    (-0.0, 0),
    (1.0, 10_000),
    (0.00004, 0),
    (0.00005, 1),
    (-0.00005, -1),
    (0.03125, 313),
    (-0.03125, -313),
    (0.09375, 938),
    (0.000049999999999999996, 0),
    (1234.56785, 12_345_679),
    (-1234.56785, -12_345_679),
    (5.9e9, 59_000_000_000_000),
    (450_359_962_737.0497, 4_503_599_627_370_497),
    (-450_359_962_737.0497, -4_503_599_627_370_497),
    (LARGEST_SUM_USD, 9_000_000_000_000_000_000),
]


@pytest.mark.parametrize(("amount", "units"), AMOUNTS)
def test_single_amount_is_rounded_half_away_from_zero(amount: float, units: int) -> None:
    assert unit_of(amount) == units


def test_column_is_rounded_half_away_from_zero_and_null_stays_null() -> None:
    amounts = [*(amount for amount, _ in AMOUNTS), None]
    frame = pl.LazyFrame({"usd": amounts}, schema={"usd": pl.Float64})
    converted = nw.from_native(frame).select(usd_e4=to_units(nw.col("usd"))).to_native()
    expected = pl.LazyFrame({"usd_e4": [*(units for _, units in AMOUNTS), None]})
    assert_frame_equal(converted, expected)


@pytest.mark.parametrize("amount", [math.nan, math.inf, -math.inf, 1e15])
def test_amount_that_no_integer_holds_is_an_error_and_not_a_wrapped_figure(amount: float) -> None:
    frame = nw.from_native(pl.DataFrame({"usd": [1.0, amount]}))
    with pytest.raises(nw.exceptions.InvalidOperationError, match="in column 'usd' for 1 out of 2"):
        frame.select(to_units(nw.col("usd")))


def test_units_turn_back_into_dollars() -> None:
    assert to_usd(12_345) == 1.2345
    assert to_usd(-1) == -0.0001
    frame = pl.LazyFrame({"duty_e4": [12_345, None]}).select(duty_usd=to_usd(pl.col("duty_e4")))
    assert_frame_equal(frame, pl.LazyFrame({"duty_usd": [1.2345, None]}))


def test_largest_sum_fits_64_bits() -> None:
    assert LARGEST_SUM_USD * UNITS_PER_USD < 2**63 - 1


def test_what_an_amount_holds_is_rounded_towards_zero() -> None:
    amounts = [1.00009, -1.00019, 0.00009, 12.0, None]
    frame = nw.from_native(pl.LazyFrame({"usd": amounts}, schema={"usd": pl.Float64}))
    found: pl.LazyFrame = frame.select(e4=to_units_below(nw.col("usd"))).to_native()
    assert found.collect()["e4"].to_list() == [10_000, -10_001, 0, 120_000, None]


def test_rates_are_whole_units_and_back() -> None:
    rates = [0.25, -0.025, 0.0, 1 / 3, None]
    frame = nw.from_native(pl.LazyFrame({"rate": rates}, schema={"rate": pl.Float64}))
    units = frame.with_columns(e12=to_rate_units(nw.col("rate")))
    found: pl.LazyFrame = units.with_columns(back=to_rate(nw.col("e12"))).to_native()
    told = found.collect()
    assert told["e12"].to_list() == [
        250_000_000_000, -25_000_000_000, 0, 333_333_333_333, None,
    ]  # fmt: skip
    assert told["back"].to_list() == [0.25, -0.025, 0.0, 0.333333333333, None]
