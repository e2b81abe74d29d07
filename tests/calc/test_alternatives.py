"""Who else supplies the goods, and what they are for."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.alternatives import end_use_of, imports_of_codes, suppliers
from pipelines.reference import end_uses

LINES = pl.LazyFrame(
    {
        "importer": ["USA", "USA", "USA"],
        "partner": ["JPN", "JPN", "KOR"],
        "code": ["870840", "700521", "870840"],
        "product_group": ["car-parts", None, "car-parts"],
        "status": ["in force", "threatened", "excluded"],
    }
)
IMPORTS = pl.LazyFrame(
    [
        ("USA", "JPN", "870840", 60_000),
        ("USA", "KOR", "870840", 30_000),
        ("USA", "MEX", "870840", 10_000),
        ("USA", "JPN", "700521", 100_000),
        ("USA", "JPN", "999999", 5_000_000),
    ],
    schema=["importer", "partner", "code", "value_e4"],
    orient="row",
)


def test_shares_are_of_the_codes_covered_and_concentration_is_of_all_sources() -> None:
    found = suppliers(LINES, imports_of_codes(LINES, IMPORTS)).collect()

    expected = pl.DataFrame(
        [
            ("USA", "all", "JPN", True, 16.0, 0.8, 0.665),
            ("USA", "all", "KOR", False, 3.0, 0.15, 0.665),  # its line is excluded
            ("USA", "all", "MEX", False, 1.0, 0.05, 0.665),
            ("USA", "car-parts", "JPN", True, 6.0, 0.6, 0.46),
            ("USA", "car-parts", "KOR", False, 3.0, 0.3, 0.46),
            ("USA", "car-parts", "MEX", False, 1.0, 0.1, 0.46),
            ("USA", "other", "JPN", True, 10.0, 1.0, 1.0),
        ],
        schema=found.schema,
        orient="row",
    )
    assert_frame_equal(found, expected)


def test_concentration_has_twelve_digits() -> None:
    """Seven equal sources: 1 / 7, of which further digits are those of sums of fractions."""
    names = ["JPN", "KOR", "MEX", "CAN", "BRA", "THA", "DEU"]
    lines = LINES.head(1)
    trade = pl.LazyFrame(
        [("USA", name, "870840", 10_000) for name in names],
        schema=["importer", "partner", "code", "value_e4"],
        orient="row",
    )
    found = suppliers(lines, imports_of_codes(lines, trade)).collect()
    assert found["concentration_index"].unique().to_list() == [0.142857142857]


@pytest.mark.parametrize(
    ("categories", "end_use"),
    [
        ("41", "capital"), ("53", "intermediate"), ("62", "consumer"), ("111|41", "mixed"),
        ("22|42", "intermediate"), ("51", "mixed"), ("7", "not classified"),
        (None, "not classified"),
    ],
)  # fmt: skip
def test_categories_make_a_class_of_goods(categories: str | None, end_use: str) -> None:
    assert end_use_of(categories) == end_use


def test_codes_have_the_class_of_their_edition() -> None:
    now = dict(end_uses("HTS2024").iter_rows())
    assert now["870840"] == "intermediate"  # parts of vehicles: BEC 53
    assert now["870323"] == "mixed"  # passenger motor cars: BEC 51
    assert now["901812"] == "capital"
    assert "010111" not in now
    assert "010111" in dict(end_uses("HS1992").iter_rows())
