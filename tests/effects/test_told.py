"""What is told of markets beside their figures: why one is not solved, totals, what was found."""

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.effects.compared import total
from calc.effects.markets import rows_told
from calc.effects.reasons import unknown_of, unsolved_reason

ROWS = [
    (0, "870323", "JPN", 5.0, 0.025, 0.25),
    (0, "870323", "KOR", 5.0, None, 0.25),
    (0, "870323", "CHN", 5.0, 0.025, None),
    (0, "870323", "DEU", 5.0, None, None),
    (0, "870323", "MEX", None, 0.0, 0.0),
    (0, "870323", "CAN", 5.0, None, 0.0),
    (1, "700521", "JPN", 5.0, 0.0, 0.0),
    (1, "700521", "KOR", None, 0.0, 0.0),
    (2, "851713", "JPN", 5.0, 0.0, 0.0),
]
SOURCES = pl.DataFrame(
    [("USA", *row) for row in ROWS],
    schema=["importer", "market", "code", "partner", "value_usd", "rate_before", "rate_after"],
    orient="row",
)
FOUND = pl.DataFrame(
    [("USA", "870323", "demand", -1.0), ("USA", "700521", "supply", None),
     ("USA", "700521", "demand", None)],
    schema={"importer": pl.String, "code": pl.String, "parameter": pl.String,
            "central": pl.Float64},
    orient="row",
)  # fmt: skip


def test_what_is_not_known_of_a_market_is_named() -> None:
    expected = pl.DataFrame(
        {
            "market": [0, 1, 2],
            "duty_unknown": ["CAN, CHN, DEU and 1 more", None, None],
            "value_unknown": ["MEX", "KOR", None],
            "lacks": [None, "demand, supply", None],
        }
    )
    assert_frame_equal(unknown_of(SOURCES, FOUND).sort("market"), expected)


@pytest.mark.parametrize(
    ("verdict", "has_domestic", "is_closed", "reason"),
    [
        ("solved", True, False, None),
        ("unknown input", True, False, "duty not known: CAN; no elasticity: demand"),
        ("unknown input", False, True, "duty not known: CAN; no elasticity: demand"),
        (
            "unknown input", False, False,
            "domestic sales are not known, and no share of imports is stated; "
            "duty not known: CAN; no elasticity: demand",
        ),
        ("not converged", False, False, "not converged"),
    ],
)  # fmt: skip
def test_why_a_market_is_not_solved(
    verdict: str, has_domestic: bool, is_closed: bool, reason: str | None
) -> None:
    market = pl.DataFrame(
        {
            "verdict": [verdict],
            "has_domestic_sales": [has_domestic],
            "duty_unknown": ["CAN"],
            "value_unknown": pl.Series([None], dtype=pl.String),
            "lacks": ["demand"],
        }
    )
    assert market.select(why=unsolved_reason(is_closed=is_closed)).item() == reason


def test_an_unknown_input_that_is_not_named_is_told_as_it_is() -> None:
    names = ("duty_unknown", "value_unknown", "lacks")
    market = pl.DataFrame({"verdict": ["unknown input"], "has_domestic_sales": [True]})
    market = market.with_columns(pl.lit(None, pl.String).alias(name) for name in names)
    assert market.select(why=unsolved_reason(is_closed=False)).item() == "unknown input"


def test_each_elasticity_says_what_it_was_found_by() -> None:
    found = pl.DataFrame({"parameter": ["supply", "demand"], "fallback": [None, "heading"]})
    assert found.select(told=rows_told()).item() == "demand: heading; supply: not in the table"


@pytest.mark.parametrize(
    ("figures", "whole"),
    [([1.5, 2.25], 3.75), ([], None), ([1.0, math.nan], None), ([0.1, 0.2], 0.3)],
)
def test_a_total_is_of_known_amounts_alone(figures: list[float], whole: float | None) -> None:
    assert total(np.array(figures)) == whole
