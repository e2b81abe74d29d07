"""On which value an importer levies duty: the recorded one first, never one on another basis."""

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_series_equal

from calc.valuation import any_value, columns_for, duty_base, export_base

VALUES = ("customs_value_usd", "cif_value_usd", "fob_value_usd")


def value(expression: nw.Expr, importer: str, *values: float | None) -> float | None:
    row = {"importer": importer} | dict(zip(VALUES, values, strict=True))
    types = {"importer": pl.String, **dict.fromkeys(VALUES, pl.Float64)}
    trade = nw.from_native(pl.LazyFrame([row], schema=types))
    found: float | None = trade.select(found=expression).to_native().collect()["found"].item()
    return found


@pytest.mark.parametrize(
    ("importer", "values", "expected"),
    [
        ("USA", (7.0, 12.0, 10.0), 7.0),
        ("USA", (None, 12.0, 10.0), 10.0),
        ("USA", (None, 12.0, None), None),
        ("CAN", (None, 12.0, 10.0), 10.0),
        ("JPN", (None, 12.0, 10.0), 12.0),
        ("JPN", (None, None, 10.0), None),
        ("JPN", (7.0, 12.0, 10.0), 7.0),
        ("EU27", (None, 12.0, 10.0), 12.0),
        *((name, (None, 12.0, 10.0), 12.0) for name in ("CHN", "GBR", "IND", "KOR", "MEX")),
        *((name, (None, 12.0, 10.0), 10.0) for name in ("AUS", "NAM", "NZL", "ZAF")),
        ("BRA", (7.0, 12.0, 10.0), 7.0),
        ("BRA", (None, 12.0, 10.0), None),
        ("USA", (0.0, 12.0, 10.0), 0.0),
    ],
)
def test_duty_base(importer: str, values: tuple[float | None, ...], expected: float | None) -> None:
    assert value(duty_base(), importer, *values) == expected


@pytest.mark.parametrize(
    ("importer", "values", "expected"),
    [
        ("JPN", (None, None, 10.0), 10.0),
        ("USA", (None, 12.0, None), 12.0),
        ("BRA", (None, 12.0, 10.0), 12.0),
        ("USA", (None, 12.0, 10.0), 10.0),
        ("USA", (None, None, None), None),
    ],
)
def test_any_value_is_for_sums_of_trade(
    importer: str, values: tuple[float | None, ...], expected: float | None
) -> None:
    assert value(any_value(), importer, *values) == expected


def test_importers_of_one_table_each_have_their_own_basis() -> None:
    trade = pl.LazyFrame(
        {
            "importer": ["USA", "JPN", "BRA"],
            "customs_value_usd": [None, None, None],
            "cif_value_usd": [12.0, 12.0, 12.0],
            "fob_value_usd": [10.0, 10.0, 10.0],
        },
        schema_overrides={"customs_value_usd": pl.Float64},
    )
    found = nw.from_native(trade).select(found=duty_base()).to_native().collect()
    assert_series_equal(found["found"], pl.Series("found", [10.0, 12.0, None]))


def test_columns_in_words() -> None:
    assert columns_for("USA") == "customs_value_usd or fob_value_usd"
    assert columns_for("JPN") == "customs_value_usd or cif_value_usd"
    assert columns_for("BRA") == "customs_value_usd"


@pytest.mark.parametrize(
    ("importer", "values", "expected"),
    [
        ("USA", (7.0, 12.0, 10.0), 10.0),
        ("USA", (7.0, 12.0, None), 7.0),
        ("JPN", (12.0, 12.0, 10.0), 10.0),
        ("JPN", (12.0, 12.0, None), None),
    ],
)
def test_exports_are_valued_free_on_board(
    importer: str, values: tuple[float | None, ...], expected: float | None
) -> None:
    """Customs value stands for it where the importer levies duty on that, and nothing else does."""
    assert value(export_base(), importer, *values) == expected
    alone = export_base(("customs_value_usd",))
    assert value(alone, importer, *values) == (values[0] if importer == "USA" else None)


def test_a_share_of_another_value_is_taken_where_one_is_assumed() -> None:
    assumed = export_base(VALUES, share=0.5)
    assert value(assumed, "JPN", 12.0, 12.0, None) == 6.0
    assert value(assumed, "JPN", 12.0, 12.0, 10.0) == 10.0
    assert value(export_base(("customs_value_usd",), share=0.5), "JPN", 12.0, None, None) == 6.0
