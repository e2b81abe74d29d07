"""Well-known damages of a cell are undone one after another; what may mean two things is not."""

from collections.abc import Iterator

import polars as pl
import pytest

from calc.cell_repairs import (
    IN_DOUBT,
    TEXT,
    UNITS,
    CellRepair,
    code_repairs,
    economy_repairs,
    flow_repairs,
    number_repairs,
    period_repairs,
)


def undone(text: str, repairs: Iterator[CellRepair]) -> tuple[str, list[str]]:
    """The text after all repairs, and the names of those that changed it."""
    frame, names = pl.DataFrame({TEXT: [text]}), []
    for repair in repairs:
        after = frame.select(repair.text.alias(TEXT))
        if not after.equals(frame):
            names.append(repair.name)
        frame = after
    return frame[TEXT][0], names


@pytest.mark.parametrize(
    ("text", "mended", "names"),
    [
        ("\u00a01234\u202f", "1234", ["blanks"]),
        ("2,429=", "2429", ["sign behind", IN_DOUBT]),
        ("2429 *", "2429", ["sign behind"]),
        ("5#", "5", ["sign behind"]),
        ("$1,234.50", "1234.50", ["currency", "thousands"]),
        ("US$ 600", "600", ["currency"]),
        ("600 USD", "600", ["currency"]),
        ("12 kg", "12", ["unit behind"]),
        ("3 PCS.", "3", ["unit behind"]),
        ("n.a.", "", ["not known"]),
        ("#N/A", "", ["not known"]),
        ("Confidential", "", ["not known"]),
        ("1,234,567", "1234567", ["thousands"]),
        ("-1,234.5", "-1234.5", ["thousands"]),
        ("12,34,567", "1234567", ["thousands"]),
        ("1 234 567", "1234567", ["thousands"]),
        ("1\u202f234.5", "1234.5", ["thousands"]),
        ("1'234", "1234", ["thousands"]),
        ("1,234", "1234", [IN_DOUBT]),
        ("0,234", "0.234", ["decimal mark"]),
        ("12,5", "12.5", ["decimal mark"]),
        ("1.234.567,5", "1234567.5", ["decimal mark"]),
        ("12,3456", "12.3456", ["decimal mark"]),
        ("1,23,4", "1,23,4", []),
        ("12 34", "12 34", []),
        ("1.234.567", "1.234.567", []),
        ("many", "many", []),
        ("10-20", "10-20", []),
        ("=1+1", "=1+1", []),
    ],
)
def test_numbers(text: str, mended: str, names: list[str]) -> None:
    assert undone(text, number_repairs(".", is_usd=True, units=UNITS)) == (mended, names)


@pytest.mark.parametrize(
    ("text", "mended", "names"),
    [
        ("1.234.567", "1234567", ["thousands"]),
        ("1.234,5", "1234,5", ["thousands"]),
        ("12.5", "12,5", ["decimal mark"]),
        ("1.234", "1234", [IN_DOUBT]),
        ("$5", "$5", []),
        ("5 kg", "5 kg", []),
    ],
)
def test_numbers_of_a_decimal_comma_and_no_dollars(
    text: str, mended: str, names: list[str]
) -> None:
    assert undone(text, number_repairs(",", is_usd=False, units="")) == (mended, names)


@pytest.mark.parametrize(
    ("text", "mended", "names"),
    [
        ("10121", "010121", ["lost zero"]),
        ("101.21", "010121", ["lost zero"]),
        ("870323.0", "870323", ["decimals"]),
        ("10121.0", "010121", ["decimals", "lost zero"]),
        ("HS 8703.23", "8703.23", ["name before"]),
        ('="870323"', "870323", ["formula"]),
        ("'870323", "870323", ["formula"]),
        ("87O323", "870323", ["letter O"]),
        ("8.70323E+09", "8.70323E+09", []),
        ("870", "870", []),
        ("cars", "cars", []),
    ],
)
def test_codes(text: str, mended: str, names: list[str]) -> None:
    assert undone(text, code_repairs()) == (mended, names)


@pytest.mark.parametrize(
    ("text", "mended", "names"),
    [
        ("2024.0", "2024", ["decimals"]),
        ("202407", "2024-07", ["month"]),
        ("2024M07", "2024-07", ["month"]),
        ("07/2024", "2024-07", ["month"]),
        ("July 2024", "2024-07", ["month"]),
        ("dec-2024", "2024-12", ["month"]),
        ("2024-07-31", "2024-07", ["day"]),
        ("Jul-24", "Jul-24", []),
        ("202413", "202413", []),
        ("FY2024", "FY2024", []),
    ],
)
def test_periods(text: str, mended: str, names: list[str]) -> None:
    assert undone(text, period_repairs()) == (mended, names)


def test_words() -> None:
    assert undone("Imp.", flow_repairs()) == ("import", ["flow"])
    assert undone("\u00a0Importación", flow_repairs()) == ("import", ["blanks", "flow"])
    assert undone("transit", flow_repairs()) == ("transit", [])
    assert undone("Germnay", economy_repairs({"Germnay": "DEU"})) == ("DEU", ["spelling"])
