"""LINES and COMPONENTS as told to people: status, group, the measure shown, reasons, duties."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc import lines as line_tables
from calc.dictionary import polars_schema
from calc.tables.lines import Components, Lines
from tests.run.asking import WAITING, ask, law_of, trade_of
from tests.run.hits import excluded, hits, in_force, threatened
from tests.strategies import Law

KEY = {
    "importer": "USA", "partner": "JPN", "period": "2024", "flow": "import",
    "nomenclature": "HTS2024", "segment": "whole",
}  # fmt: skip


@pytest.mark.parametrize(
    ("is_covered", "is_in_force", "is_prohibited", "status"),
    [
        (True, True, False, "in force"),
        (True, False, False, "threatened"),
        (True, False, True, "prohibited"),
        (False, False, False, "excluded"),
        (False, True, False, "excluded"),
    ],
)
def test_status(is_covered: bool, is_in_force: bool, is_prohibited: bool, status: str) -> None:
    frame = pl.LazyFrame(
        {
            "is_covered": [is_covered],
            "is_in_force": [is_in_force],
            "is_prohibited": [is_prohibited],
        }
    )
    assert line_tables.with_status(frame).collect()["status"].item() == status


def test_groups_are_those_of_the_first_six_digits() -> None:
    frame = pl.LazyFrame({"code": ["8708990010", "870899", "8708", "70051080"]})
    groups = pl.LazyFrame({"prefix": ["870899"], "product_group": ["car-parts"]})
    found = line_tables.tag_groups(frame, groups).collect()
    expected = pl.DataFrame(
        {
            "code": ["8708990010", "870899", "8708", "70051080"],
            "product_group": ["car-parts", "car-parts", None, None],
        }
    )
    assert_frame_equal(found, expected)


def test_lines_are_in_dollars_and_show_the_nearest_measure() -> None:
    found = line_tables.lines_table(
        hits(
            threatened("85171300", 200.0, 0.0),
            in_force("70031200", 2280.0, 0.014, calculated_duty_usd=32.0, calculated_e4=320_000),
            excluded("90181100", 7.0),
            in_force("70051080", 40.0, None, duty_unknown_reason="no such quantity"),
        ),
        pl.LazyFrame({"code": ["70031200"], "description": ["cast glass"]}),
        (date(2024, 12, 12), None),
    ).collect()
    shared = KEY | {"valid_from": date(2024, 12, 12), "base_programme": "mfn"}
    shared |= {"is_estimated": False}
    mine = {"measure_id": "cars", "mode": "replace", "measure_rate": 1.0, "status": "in force"}
    rows = [
        shared | mine
        | {"code": "70031200", "description": "cast glass", "customs_value_usd": 2280.0,
           "is_affected": True, "rate_before": 0.014, "rate_after": 1.0,
           "calculated_duty_usd": 32.0, "duty_before_usd": 31.92, "duty_after_usd": 2280.0,
           "duty_increment_usd": 2248.08, "statutory_minus_calculated_usd": -0.08},
        shared | mine
        | {"code": "70051080", "customs_value_usd": 40.0, "is_affected": None,
           "rate_after": 1.0, "duty_after_usd": 40.0, "duty_unknown_reason": "no such quantity"},
        shared
        | {"code": "85171300", "customs_value_usd": 200.0, "status": "threatened",
           "is_affected": False, "measure_id": "telecom", "mode": "replace", "measure_rate": 1.0,
           "rate_before": 0.0, "rate_after": 0.0, "duty_before_usd": 0.0, "duty_after_usd": 0.0,
           "duty_increment_usd": 0.0, "threatened_increment_usd": 200.0},
        shared
        | {"code": "90181100", "customs_value_usd": 7.0, "status": "excluded",
           "is_affected": False, "mode": "replace", "measure_rate": 1.0, "rate_before": 0.025,
           "rate_after": 0.025, "duty_before_usd": 0.175, "duty_after_usd": 0.175,
           "duty_increment_usd": 0.0},
    ]  # fmt: skip
    assert_frame_equal(found, pl.DataFrame(rows, schema=polars_schema(Lines)))


def components_of(folder: Path, law: Law) -> pl.DataFrame:
    """What becomes of each measure on the lines of two codes from Japan."""
    trade = [
        {"code": "870323", "customs_value_usd": 100.0},
        {"code": "870324", "customs_value_usd": 10.0},
    ]
    return ask(folder, trade_of(trade), law).tables["components"]


def told(components: pl.DataFrame) -> list[tuple[str, str, str, str]]:
    return components.select("measure_id", "code", "status", "reason").rows()


def test_reasons_of_measures_in_force(tmp_path: Path) -> None:
    law = law_of(
        {"wide": {}, "near": {}},
        [("wide", "include", "8703"), ("near", "include", "870323")],
    )
    components = components_of(tmp_path, law)
    assert told(components) == [
        ("near", "870323", "applied", "in force and first in rank"),
        ("wide", "870323", "displaced", "near of the same authority goes first in rank"),
        ("wide", "870324", "applied", "in force and first in rank"),
    ]
    assert components["prefix"].to_list() == ["870323", "8703", "8703"]


def test_reasons_of_measures_not_in_force(tmp_path: Path) -> None:
    law = law_of(
        {"wide": WAITING, "near": WAITING | {"state": "withdrawn"}},
        [("wide", "include", "8703"), ("near", "include", "870323")],
    )
    assert told(components_of(tmp_path, law)) == [
        ("near", "870323", "threatened", "withdrawn: not in force"),
        ("wide", "870323", "displaced", "announced, and another of the same authority is nearer"),
        ("wide", "870324", "threatened", "announced: not in force"),
    ]


def test_reasons_of_what_is_left_out(tmp_path: Path) -> None:
    law = law_of(
        {"cars": {}},
        [("cars", "include", "8703"), ("cars", "exclude", "870324")],
        [("cars", 2, "870323", "*"), ("cars", 1, "8703", "KOR")],
    )
    assert told(components_of(tmp_path, law)) == [
        ("cars", "870323", "excluded", "exclusion 2 takes it out"),
        ("cars", "870324", "excluded", "left out by 870324"),
    ]


def test_components_have_each_measures_own_duty(tmp_path: Path) -> None:
    law = law_of(
        {"wide": {"ad_valorem_rate": 0.1}, "near": {}},
        [("wide", "include", "8703"), ("near", "include", "870323")],
    )
    shared = KEY | {
        "authority": "section-301", "state": "in force", "mode": "add", "bites_on": "full value",
    }  # fmt: skip
    first = {"status": "applied", "reason": "in force and first in rank"}
    rows: list[dict[str, Any]] = [
        shared | first
        | {"code": "870323", "measure_id": "near", "prefix": "870323", "measure_rate": 0.25,
           "rate_text": "25%", "customs_value_usd": 100.0, "measure_duty_usd": 25.0,
           "duty_before_credit_usd": 25.0, "credit_usd": 0.0, "duty_increment_usd": 25.0},
        shared
        | {"code": "870323", "measure_id": "wide", "prefix": "8703", "measure_rate": 0.1,
           "rate_text": "10%", "customs_value_usd": 100.0, "measure_duty_usd": 10.0,
           "duty_before_credit_usd": 10.0, "credit_usd": 0.0, "status": "displaced",
           "reason": "near of the same authority goes first in rank"},
        shared | first
        | {"code": "870324", "measure_id": "wide", "prefix": "8703", "measure_rate": 0.1,
           "rate_text": "10%", "customs_value_usd": 10.0, "measure_duty_usd": 1.0,
           "duty_before_credit_usd": 1.0, "credit_usd": 0.0, "duty_increment_usd": 1.0},
    ]  # fmt: skip
    uncredited = [
        row
        | {"duty_before_credit_usd": row["measure_duty_usd"], "credit_usd": 0.0}
        | {"duty_increment_usd": row["measure_duty_usd"] if row["status"] == "applied" else None}
        for row in rows
    ]
    found = components_of(tmp_path, law)
    assert_frame_equal(found, pl.DataFrame(uncredited, schema=polars_schema(Components)))
