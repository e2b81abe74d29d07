"""The checks hold on a lawful run, and each kind of fault makes one fail."""

import polars as pl
import pytest

from pipelines.report.checks import failed_checks
from tests.report.tables import FUNNEL, Row, frame, tables


def test_all_hold_on_a_lawful_run() -> None:
    assert failed_checks(tables()) == []


def test_nothing_is_checked_without_tables() -> None:
    assert failed_checks({}) == []


def doubled(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.with_columns(pl.col(name) * 2)


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("by_group", "covered_value_usd", "Covered value (USD): by_group adds up to by_importer"),
        ("by_partner", "listed_value_usd", "Listed value (USD): by_partner adds up"),
        ("by_product", "duty_before_usd", "Duty before, at unchanged trade (USD): by_product"),
        ("lines", "duty_after_usd", "Duty after, at unchanged trade (USD): lines add up"),
    ],
)
def test_parts_that_do_not_add_up_are_told(table: str, column: str, expected: str) -> None:
    some = tables()
    some[table] = doubled(some[table], column)
    failed = failed_checks(some)
    assert len(failed) == 1
    assert failed[0].startswith(expected)


def test_values_that_do_not_nest_are_told() -> None:
    only = tables()["by_importer"]
    failed = failed_checks({"by_importer": doubled(only, "affected_value_usd")})
    assert failed == [
        "Value in force (USD) is not below affected value (USD): "
        "7,143,730,286.00 and 14,273,416,986.00 USD"
    ]


def test_a_row_that_gets_lost_is_told() -> None:
    lost = [step | ({"rows": 896} if step["kind"] == "kept" else {}) for step in FUNNEL]
    assert failed_checks({"funnel": frame("funnel", lost)}) == [
        "Rows in, less rejected, less excluded, is what the last step keeps: 897.00 and 896.00 rows"
    ]


def test_a_funnel_of_two_stages_is_judged_by_its_last_kept_rows() -> None:
    more: list[Row] = [
        {"step": 5, "stage": "quarantine", "kind": "excluded", "rows": 7, "value_usd": 3e9},
        {"step": 6, "stage": "valid", "kind": "kept", "rows": 890, "value_usd": 6.6e11},
        {"step": 7, "stage": "not counted any more", "kind": "excluded", "rows": 1},
    ]
    assert (
        failed_checks(
            {
                "funnel": frame(
                    "funnel", [*FUNNEL[:4], *({"importer": "USA"} | step for step in more)]
                )
            }
        )
        == []
    )


def test_the_funnel_of_each_importer_is_judged_by_itself() -> None:
    other = [step | {"importer": "CAN", "rows": step["rows"] * 2} for step in FUNNEL]
    assert failed_checks({"funnel": frame("funnel", [*FUNNEL, *other])}) == []

    other[3]["rows"] += 5
    assert failed_checks({"funnel": frame("funnel", [*FUNNEL, *other])}) == [
        "Rows in, less rejected, less excluded, is what the last step keeps, CAN: "
        "1,794.00 and 1,799.00 rows"
    ]
