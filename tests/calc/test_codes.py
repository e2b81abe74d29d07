"""Codes as written, editions of the Harmonized System, digits of the dutiable line."""

import pytest

from calc.codes import edition_of, line_digits, normalise_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8703.23.00", "87032300"),
        ("8703 23", "870323"),
        ("'870323", "870323"),
        ("’010121", "010121"),
        ("8703-23", "870323"),
        ("\u00a08703.23\u2009", "870323"),
        ("8703.23\n", "870323"),
        ("01", "01"),
        ("0101", "0101"),
        ("8703230140", "8703230140"),
    ],
)
def test_code_is_its_digits_with_leading_zeros(text: str, code: str) -> None:
    assert normalise_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        *("", "8", "870", "10121", "8703231", "870323014", "870323014000"),
        *("87O323", "8703,23", "8703/23", "8703*", "-", "TOTAL", "+8703", "8703_23", "0x8703"),
        *("８７０３２３", "٨٧٠٣", "8703²3"),
    ],
)
def test_what_is_no_code_is_not_guessed(text: str) -> None:
    assert normalise_code(text) is None


@pytest.mark.parametrize(
    ("nomenclature", "edition"),
    [
        ("HS1988", "HS1992"),
        ("HS1992", "HS1992"),
        ("HS1996", "HS1996"),
        ("HS2002", "HS2002"),
        ("HS2007", "HS2007"),
        ("HS2012", "HS2012"),
        ("HS2017", "HS2017"),
        ("HS2022", "HS2022"),
        ("HTS1989", "HS1992"),
        ("HTS1995", "HS1992"),
        ("HTS1996", "HS1996"),
        ("CN2006", "HS2002"),
        ("CN2021", "HS2017"),
        ("HTS2022", "HS2022"),
        ("NCM2016", "HS2012"),
        ("HTS2027", "HS2022"),
    ],
)
def test_nomenclature_uses_the_edition_in_force_that_year(nomenclature: str, edition: str) -> None:
    assert edition_of(nomenclature) == edition


@pytest.mark.parametrize(
    "nomenclature",
    [
        *("", "HS", "HS2024", "HS1987", "HS2028", "HTS1987", "HTS2028", "CN2099"),
        *("hs2022", "H5", "SITC4", "HS2022 ", "HS2022\n", "XHS2022", "HS２０２２"),
    ],
)
def test_edition_that_is_not_known_is_null(nomenclature: str) -> None:
    assert edition_of(nomenclature) is None


@pytest.mark.parametrize(
    ("nomenclature", "digits"),
    [("HTS2024", 8), ("CN2025", 8), ("NCM2025", 8), ("HS2022", 6), ("HS1988", 6)],
)
def test_line_that_carries_the_duty(nomenclature: str, digits: int) -> None:
    assert line_digits(nomenclature) == digits
