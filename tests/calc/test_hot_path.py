"""Small steps of the hot path by themselves: base rates, lines without sums, repeated keys."""

from typing import Any

import narwhals as nw
import polars as pl

from calc.base_duty import tell_base_rate
from calc.hits import fill_sums
from calc.judge import KEEPS, REPEATED, REPEATED_AMONG_KEPT, ROW, VALUE, repeated_keys
from calc.terms import NO_TERMS


def test_a_base_rate_is_its_ad_valorem_part_and_what_else_comes_to_over_the_value() -> None:
    """Of 200 USD: 5 %; 5 % and 4 USD; 6 USD by an expression; 5 % and nothing known; no value."""
    schema: dict[str, Any] = {
        "duty_base_usd": pl.Float64, "base_specific_e4": pl.Int64, "has_other_base": pl.Boolean,
        "base_expression": pl.String, "base_ad_valorem_rate": pl.Float64,
    }  # fmt: skip
    lines = pl.LazyFrame(
        [
            (200.0, 0, False, None, 0.05),
            (200.0, 40_000, True, None, 0.05),
            (200.0, 60_000, True, "max(3%, 1 USD/kg)", None),
            (200.0, None, True, None, 0.05),
            (0.0, 0, True, None, 0.05),
            (200.0, 0, False, None, None),
        ],
        schema=schema,
        orient="row",
    )
    found: pl.LazyFrame = tell_base_rate(nw.from_native(lines), NO_TERMS).to_native()
    assert found.collect()["rate_before"].to_list() == [0.05, 0.07, 0.03, None, None, None]


def test_lines_without_a_sum_are_charged_nothing() -> None:
    schema: dict[str, Any] = {
        "has_sum": pl.Boolean, "sum_e4": pl.Int64, "sum_e12": pl.Int64,
    }  # fmt: skip
    lines = pl.LazyFrame(
        [(True, 70_000, 250_000_000_000), (None, None, None), (True, None, None)],
        schema=schema,
        orient="row",
    )
    found: pl.LazyFrame = fill_sums(nw.from_native(lines), NO_TERMS).to_native()
    assert found.select("measures_e4", "measures_rate").collect().rows() == [
        (70_000, 0.25), (0, 0.0), (None, None),
    ]  # fmt: skip


def test_a_key_is_repeated_among_all_rows_and_among_those_that_keep_the_rules() -> None:
    """Two of a's three rows keep the rules, one of b's two; c is there once, and null is a key."""
    rows = [("a", True), ("a", True), ("a", False), ("b", True), ("b", False), ("c", True),
            (None, True), (None, True)]  # fmt: skip
    candidates = pl.LazyFrame(
        {"key": [key for key, _ in rows], KEEPS: [keeps for _, keeps in rows]}
    ).with_columns(pl.int_range(pl.len()).alias(ROW), pl.lit(1).alias(VALUE))
    found = repeated_keys(candidates, ["key"]).collect().sort(ROW)
    assert found[ROW].to_list() == [0, 1, 2, 3, 4, 6, 7]
    assert found[REPEATED].to_list() == [True] * 7
    assert found[REPEATED_AMONG_KEPT].to_list() == [True, True, False, False, False, True, True]
