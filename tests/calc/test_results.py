"""Which lines, or parts of lines, a row of a report is the sum of."""

from typing import Any

import polars as pl

from calc.results import LINE_KEY, lines_behind
from calc.tables.lines import Lines
from tests.strategies import table

LINE: dict[str, Any] = {
    "importer": "USA", "partner": "JPN", "period": "2024", "flow": "import",
    "nomenclature": "HTS2024", "code": "87032301", "segment": "whole", "status": "in force",
    "customs_value_usd": 100.0, "duty_before_usd": 2.5, "duty_after_usd": 27.5,
    "duty_increment_usd": 25.0,
}  # fmt: skip
LINES = table(
    [LINE, LINE | {"code": "87032400"}, LINE | {"code": "70051000"}, LINE | {"partner": "KOR"},
     LINE | {"importer": "CAN"}],
    Lines,
)  # fmt: skip
BY_MEASURE = pl.DataFrame(
    {"importer": ["USA", "USA", "CAN"], "measure_id": ["cars", "glass", "cars"],
     "authority": ["section-232", "section-301", "surtax"]}
)  # fmt: skip


def behind(name: str, **row: str) -> list[tuple[str, str, str]]:
    told = LINES.select(*LINE_KEY, "status", "customs_value_usd", "duty_increment_usd")
    parts = told.with_columns(
        measure_duty_usd=25.0, measure_id=pl.Series(["cars", "cars", "glass", "cars", "cars"])
    )
    tables = {"lines": LINES, "components": parts, "by_measure": BY_MEASURE}
    found = lines_behind(name, row, tables).collect()
    return found.select("importer", "partner", "code").rows()


def test_lines_are_those_that_have_all_of_the_key() -> None:
    assert behind("by_product", importer="USA", hs6="870323") == [
        ("USA", "JPN", "87032301"), ("USA", "KOR", "87032301"),
    ]  # fmt: skip
    assert behind("by_partner", importer="USA", partner="KOR") == [("USA", "KOR", "87032301")]
    assert behind("by_importer", importer="CAN") == [("CAN", "JPN", "87032301")]


def test_parts_are_those_of_the_measure_or_of_its_authority() -> None:
    assert behind("by_measure", importer="USA", measure_id="glass") == [("USA", "JPN", "70051000")]
    assert behind("by_authority", importer="USA", authority="section-232") == [
        ("USA", "JPN", "87032301"), ("USA", "JPN", "87032400"), ("USA", "KOR", "87032301"),
    ]  # fmt: skip
    assert behind("by_authority", importer="CAN", authority="section-232") == []
