"""Laws of money: rounded half away from zero, and sums that no order changes."""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calc.money import LARGEST_SUM_USD, UNITS_PER_USD, to_units, to_usd, unit_of
from pipelines.report.figures import FEW_ROWS, exact_sum

dollars = st.floats(-1e12, 1e12)
lists = st.lists(dollars | st.none(), max_size=20)


def units(amounts: Any) -> list[int | None]:
    """The amounts of a polars or pyarrow table in ten-thousandths."""
    converted: list[int | None] = (
        nw.from_native(amounts).select(to_units(nw.col("usd"))).get_column("usd").to_list()
    )
    return converted


def polars_table(amounts: list[float | None]) -> pl.DataFrame:
    return pl.DataFrame({"usd": amounts}, schema={"usd": pl.Float64})


def rounded(amount: float) -> int:
    """Exact decimal rounding of the scaled amount; ROUND_HALF_UP is half away from zero."""
    scaled = Decimal(amount * UNITS_PER_USD)
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@given(dollars)
@example(0.00005)
@example(-0.00005)
@example(0.000049999999999999996)
@example(450_359_962_737.0497)
@example(-450_359_962_737.0497)
@example(-0.0)
def test_amount_is_rounded_half_away_from_zero(amount: float) -> None:
    assert unit_of(amount) == rounded(amount)


@given(lists)
@example([0.000049999999999999996, 450_359_962_737.0497, -0.00005, None])
def test_column_is_rounded_as_a_single_amount_is(amounts: list[float | None]) -> None:
    expected = [None if amount is None else unit_of(amount) for amount in amounts]
    assert units(polars_table(amounts)) == expected


@given(lists)
def test_engines_round_alike(amounts: list[float | None]) -> None:
    arrow = pa.table({"usd": pa.array(amounts, pa.float64())})
    assert units(arrow) == units(polars_table(amounts))


@given(lists, st.randoms(use_true_random=False))
def test_sum_does_not_depend_on_the_order(amounts: list[float | None], chance: Any) -> None:
    other = list(amounts)
    chance.shuffle(other)
    expected = sum(unit_of(amount) for amount in amounts if amount is not None)
    for column in (amounts, other):
        total = nw.from_native(polars_table(column).lazy()).select(to_units(nw.col("usd")).sum())
        assert total.to_native().collect().item() == expected


@given(st.integers(-(2**53), 2**53))
def test_whole_ten_thousandths_survive_the_way_to_dollars_and_back(amount: int) -> None:
    assert abs(unit_of(to_usd(amount)) - amount) <= (1 if abs(amount) > 2**51 else 0)


@given(dollars)
def test_rounding_is_odd_and_moves_an_amount_by_half_a_unit_at_most(amount: float) -> None:
    assert unit_of(-amount) == -unit_of(amount)
    half = 0.5 / UNITS_PER_USD
    assert abs(to_usd(unit_of(amount)) - amount) <= half + math.ulp(amount)


@given(st.lists(st.floats(0, LARGEST_SUM_USD / 20), max_size=20))
def test_sums_within_the_limit_do_not_wrap(amounts: list[float]) -> None:
    assert sum(unit_of(amount) for amount in amounts) < 2**63


@pytest.mark.parametrize("amount", [math.nan, math.inf, -math.inf, 1e18])
def test_what_is_no_amount_is_refused(amount: float) -> None:
    with pytest.raises(nw.exceptions.InvalidOperationError, match="conversion"):
        units(polars_table([amount]))


@given(st.lists(dollars, min_size=1, max_size=20))
def test_few_rows_and_many_are_added_up_alike(amounts: list[float]) -> None:
    """A report adds up a short column one by one, a long one by the engine."""
    few = polars_table([*amounts, None])
    many = polars_table([*amounts, *[0.0] * FEW_ROWS])
    expected = float(to_usd(sum(map(rounded, amounts))))
    assert exact_sum(few, "usd") == exact_sum(many, "usd") == expected
