"""What is used of credits by amount, and what is left of them."""

from typing import Any

import polars as pl

from calc.credits import credits_table
from calc.policy.model import Credit

COMPONENT: dict[str, Any] = {
    "table_row": pl.UInt32, "pool": pl.UInt32, "status": pl.String, "before_credit_e4": pl.Int64,
    "measure_e4": pl.Int64,
}  # fmt: skip


def told(*rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    credits = [
        Credit(measure_id="cars", partner="JPN", prefix="8703", amount_e4=1_000_000),
        Credit(measure_id="cars", partner="KOR", prefix="*", amount_e4=50_000),
    ]
    components = pl.LazyFrame(list(rows), schema=COMPONENT, orient="row")
    found = credits_table(components, credits, "USA").collect()
    return found.select("partner", "lines", "amount_usd", "used_usd", "unused_usd").rows()


def test_what_is_not_used_is_the_amount_less_what_duties_took() -> None:
    """30 and 45 of 100 are taken off two lines in three parts; what is displaced takes nothing."""
    assert told(
        (0, 0, "applied", 500_000, 200_000),
        (1, 0, "applied", 300_000, 0),
        (1, 0, "applied", 150_000, 0),
        (2, 0, "displaced", 900_000, 0),
        (3, None, "applied", 900_000, 900_000),
    ) == [("JPN", 2, 100.0, 75.0, 25.0), ("KOR", 0, 5.0, 0.0, 5.0)]


def test_what_is_used_is_not_known_where_a_duty_is_not() -> None:
    assert told((0, 0, "applied", 500_000, 200_000), (1, 0, "applied", None, None)) == [
        ("JPN", 2, 100.0, None, None),
        ("KOR", 0, 5.0, 0.0, 5.0),
    ]
