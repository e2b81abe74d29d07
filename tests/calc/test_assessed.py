"""Which rows of trade are asked for on the hot path, and what stands for lines that are alike."""

import narwhals as nw
import polars as pl

from calc.assessed import alike, asked

ROWS = pl.DataFrame(
    [
        ("USA", "JPN", "2024", "import"),
        ("USA", "JPN", "2024-07", "import"),
        ("USA", "JPN", "2025-01", "import"),
        ("USA", "JPN", "12-2024", "import"),
        ("USA", "JPN", "2024-07", "export"),
        ("CAN", "JPN", "2024-07", "import"),
        ("USA", "USA", "2024-07", "import"),
        ("EU27", "DEU", "2024-07", "import"),
        ("EU27", "JPN", "2024-07", "import"),
    ],
    schema=["importer", "partner", "period", "flow"],
    orient="row",
)


def rows_asked(importers: list[str], members: list[str], parts: list[str]) -> list[int]:
    numbered = nw.from_native(ROWS.lazy().with_row_index("table_row"))
    found: pl.LazyFrame = asked(numbered, importers, members, parts).to_native()
    return found.collect()["table_row"].to_list()


def test_a_year_stands_for_its_months_and_a_month_for_itself() -> None:
    assert rows_asked(["USA"], [], ["2024"]) == [0, 1]
    assert rows_asked(["USA"], [], ["2024-07", "2025"]) == [1, 2]
    assert rows_asked(["USA", "CAN"], [], ["2024-07"]) == [1, 5]


def test_trade_within_an_importer_is_not_imported() -> None:
    assert rows_asked(["EU27"], ["DEU", "FRA"], ["2024"]) == [8]
    assert rows_asked(["EU27"], [], ["2024"]) == [7, 8]


def test_one_row_stands_for_the_lines_that_are_alike() -> None:
    trade = pl.LazyFrame(
        {
            "importer": ["USA"] * 4,
            "code": ["870323", "870321", "870321", "700521"],
            "partner": ["KOR", "JPN", "KOR", "KOR"],
            "code_class": [0, 0, 0, 1],
            "partner_class": [0, 0, 0, 0],
        }
    )
    found: pl.LazyFrame = alike(nw.from_native(trade)).to_native()
    assert found.sort("code_class").collect().rows() == [
        ("USA", 0, 0, "870321", "JPN"),
        ("USA", 1, 0, "700521", "KOR"),
    ]
