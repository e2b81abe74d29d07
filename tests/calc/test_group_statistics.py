"""Figures of groups of rows that are odd by their statistics, from cubes by hand."""

import math
from typing import Any

import polars as pl
import pytest

from calc.group_statistics import first_digit, jump
from calc.grouped import FIGURE, Known
from calc.groups import FIGURES
from calc.judge import ROWS, VALUE
from calc.rules import Kind, Rule

NOTHING = Known(codes=pl.LazyFrame(), economies=pl.LazyFrame(), columns={})


def rule(kind: Kind, by: list[str], **parameters: Any) -> Rule:
    asked = {"by": by} | parameters
    return Rule(rule_id="rule", table="trade", column=None, kind=kind, message="", parameters=asked)


def test_gaps_of_first_digits_count_above_and_below_what_is_expected() -> None:
    """A tenth begins with 1 instead of 30.1 %, nine tenths with 9 instead of 4.6 %, none with 2..8.

    0.20103 + 0.854243 + 0.653213 is 1.708486, of which a ninth is 0.189832.
    """
    cube = pl.LazyFrame(
        {"importer": ["USA", "USA"], "digit": [1, 9], ROWS: [100, 900], VALUE: [7, 8]},
        schema_overrides={"digit": pl.UInt32},
    )
    asked = rule("first digit", ["importer"], least_rows=1_000)
    found = first_digit(cube, asked, NOTHING).collect().row(0, named=True)
    expected = (math.log10(2) - 0.1) + (0.9 - math.log10(10 / 9)) + (math.log10(9) - math.log10(2))
    assert found[FIGURE] == pytest.approx(expected / 9, abs=1e-9)
    assert found[FIGURE] == pytest.approx(0.189832, abs=1e-6)
    assert (found[ROWS], found[VALUE]) == (1_000, 15)
    few = rule("first digit", ["importer"], least_rows=1_001)
    assert first_digit(cube, few, NOTHING).collect()[FIGURE].to_list() == [None]


def test_a_jump_is_from_the_period_before_however_little_that_was() -> None:
    """From a hundredth of a cent to 50 USD: half a million times; from nothing there is no jump."""
    cube = pl.LazyFrame(
        {
            "period": ["2021", "2022", "2023", "2024", "2024-01"],
            ROWS: [1] * 5,
            VALUE: [1, 500_000, 0, 900_000, 100],
        }
    )
    asked = rule("jump", ["period"], least_usd=50)
    found = jump(cube, asked, NOTHING).collect().sort("period")
    assert found[FIGURE].to_list() == [None, 500_000.0, None, None, None]


@pytest.mark.parametrize(
    ("amounts", "apart"),
    [([600.0, 400.4], 0.0), ([600.0, 403.5], 0.003), ([996.5], 0.003), ([None, 1_000.5], 0.0)],
)
def test_a_published_total_is_met_within_half_of_a_unit(
    amounts: list[float | None], apart: float
) -> None:
    rows = pl.LazyFrame({"customs_value_usd": amounts, VALUE: [1] * len(amounts)})
    asked = rule("control", [], column="customs_value_usd", equals=1_000)
    found = FIGURES["control"](rows, asked, NOTHING).collect()
    assert found.rows() == [(len(amounts), len(amounts), pytest.approx(apart))]


def test_rows_without_any_of_the_cells_are_not_alike() -> None:
    rows = pl.LazyFrame(
        {"invoice": ["a", "a", None, None], "page": [1, 1, None, 2], VALUE: [1, 2, 3, 4]}
    )
    found = FIGURES["distinct"](rows, rule("distinct", ["invoice", "page"]), NOTHING).collect()
    told = found.sort(FIGURE).select("invoice", "page", FIGURE)
    assert told.rows() == [(None, 2, 1.0), ("a", 1, 2.0)]


def test_a_year_is_held_against_its_months_where_it_has_some() -> None:
    """1,000 in the year and 250 + 650 in its months are a tenth of the larger apart."""
    rows = pl.LazyFrame(
        {
            "period": ["2023", "2024", "2024-01", "2024-02"],
            VALUE: [7_000_000, 10_000_000, 2_500_000, 6_500_000],
        }
    )
    found = FIGURES["year"](rows, rule("year", ["year"]), NOTHING).collect()
    assert found.select(pl.exclude("months_e4")).rows(named=True) == [
        {"year": "2024", ROWS: 1, VALUE: 10_000_000, FIGURE: pytest.approx(0.1)}
    ]
