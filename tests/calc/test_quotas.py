"""Periods of quotas: what the months of a reference are together, and which of them lack months."""

from collections.abc import Sequence

import polars as pl
import pytest

from calc.quota_fill import fills_of
from calc.quotas import flows_under_quotas, incomplete_of, quarter_of, span_of
from calc.tables.quotas import Quotas
from tests.run.quotas import quota
from tests.strategies import table

YEAR = [f"2024-{month:02}" for month in range(1, 13)]
TWELVE = ["2023-11", "2023-12", *YEAR[:10]]
MEAN = [f"2022-{month:02}..2024-{month:02}" for month in range(1, 13)]


@pytest.mark.parametrize(
    ("periods", "span", "incomplete"),
    [
        (["2024"], "2024", []),
        (["2022..2024"], "2022..2024", []),
        (["2024-07"], "2024-07", []),
        (YEAR, "2024", []),
        (MEAN, "2022..2024", []),
        (TWELVE, "2023-11..2024-10", ["2023-Q4", "2024-Q4"]),
        (YEAR[:5], "2024", ["2024", "2024-Q2"]),
    ],
)
def test_what_periods_are_together_and_what_they_lack(
    periods: Sequence[str], span: str, incomplete: Sequence[str]
) -> None:
    assert span_of(periods) == span
    assert incomplete_of(periods) == incomplete


@pytest.mark.parametrize(
    ("period", "quarter"),
    [
        ("2024-01", "2024-Q1"),
        ("2024-03", "2024-Q1"),
        ("2024-04", "2024-Q2"),
        ("2024-12", "2024-Q4"),
        ("2022-08..2024-08", "2022..2024-Q3"),
    ],
)
def test_quarter_of_a_month(period: str, quarter: str) -> None:
    assert quarter_of(period) == quarter


@pytest.mark.parametrize(
    ("periods", "by", "expected"),
    [
        (["2024"], "quarter", [("2024", 4, 1)]),
        (["2022..2024"], "month", [("2022..2024", 12, 1)]),
        (MEAN, "quarter", [(f"2022..2024-Q{quarter}", 1, 3) for quarter in range(1, 5)]),
        (TWELVE, "year", [("2023-11..2024-10", 1, 12)]),
        (TWELVE, "month", [(period, 1, 1) for period in TWELVE]),
    ],
)
def test_flows_of_a_reference_fill_the_periods_of_a_quota(
    periods: list[str], by: str, expected: list[tuple[str, int, int]]
) -> None:
    """One kilogram of 1 USD in each period."""
    rows = range(len(periods))
    parts = pl.LazyFrame(
        {"table_row": rows, "quota_id": "beef", "part_in_force": 1.0, "part_as_if": 1.0},
        schema_overrides={"table_row": pl.UInt32},
    )
    trade = pl.LazyFrame(
        {"table_row": rows, "importer": "USA", "partner": "ARG", "period": periods,
         "value_e4": 10_000, "counted_0": 1.0},
        schema_overrides={"table_row": pl.UInt32},
    )  # fmt: skip
    quotas = table([quota(1.0, period=by)], Quotas).lazy()
    flows = flows_under_quotas(parts, trade, quotas, units=["kg"], span=span_of(periods))
    fills = fills_of(flows, incomplete=incomplete_of(periods)).sort("quota_period").collect()

    counted = pl.col("counted") // 1_000_000
    assert fills.select("quota_period", "times", counted).rows() == sorted(expected)
