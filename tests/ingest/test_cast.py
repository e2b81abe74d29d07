"""Cells as values: each reading on its own, and the same as the rules of one code at a time."""

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc import cast, cast_numbers
from calc.cast import Cast
from calc.cast_numbers import Numbers
from calc.codes import normalise_code
from pipelines.ingest.words import folded

CELL = pl.col("cell")


def read(read_as: Cast, *cells: str | None) -> list[tuple[object, object]]:
    frame = pl.DataFrame({"cell": cells}, schema={"cell": pl.String})
    return frame.select(value=read_as.value, fault=read_as.fault).rows()


@given(cell=st.text(alphabet="0123456789.' -’x\u00a0", max_size=14))
def test_codes_are_read_as_one_at_a_time(cell: str) -> None:
    """As a scenario reads them, but for what may be a range, which a table has no use for."""
    [(value, fault)] = read(cast.code_cast(CELL, pad=False), cell)
    assert value == (None if re.search(cast.RANGE, cell) else normalise_code(cell))
    assert (fault is None) == (value is not None)


@given(cell=st.text(max_size=12))
def test_cells_are_folded_as_headers_are(cell: str) -> None:
    found = pl.DataFrame({"cell": [cell]}).select(cast.folded(CELL)).item()
    if cell.isascii():
        assert found == folded(cell)


@pytest.mark.parametrize("grouping", ["none", "throughout"])
@given(number=st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_numbers_as_python_writes_them_are_read_exactly(grouping: str, number: float) -> None:
    numbers = Numbers(decimal=".", grouping=grouping, unknown=())  # type: ignore[arg-type]
    assert read(cast_numbers.number_cast(CELL, numbers), repr(number)) == [(number, None)]


@given(number=st.integers(-(10**12), 10**12))
def test_numbers_with_separators_are_read_exactly(number: int) -> None:
    numbers = Numbers(decimal=".", grouping="throughout", unknown=())
    assert read(cast_numbers.number_cast(CELL, numbers), f"{number:,}") == [(float(number), None)]
    point = Numbers(decimal=",", grouping="throughout", unknown=())
    said = f"{number:,}".replace(",", ".") + ",5"
    half = 0.5 if not said.startswith("-") else -0.5
    assert read(cast_numbers.number_cast(CELL, point), said) == [(number + half, None)]


@pytest.mark.parametrize(
    ("cells", "decimal", "grouping"),
    [
        (["1", "12.5"], ".", "none"),
        (["1,234", "12"], ".", "unclear"),
        (["1,234,567", "1,234", "12"], ".", "throughout"),
        (["1,234.5"], ".", "throughout"),
        (["1,234,567", "1234"], ".", "throughout"),
        (["12,500,000", "1,500", "1000"], ".", "throughout"),
        (["1,500", "1000"], ".", "unclear"),
        (["1,500", "0.5"], ".", "unclear"),
        (["1,234,567", "1,234", "0,5"], ".", "contrary"),
        (["1,234,567", "0,500"], ".", "contrary"),
        (["1,234.5", "1234,56"], ".", "contrary"),
        (["1,234", "1.234,5"], ".", "contrary"),
        (["0,500"], ".", "none"),
        (["1.234"], ",", "throughout"),
        (["1.234", "1000"], ",", "throughout"),
        (["1.234", "1.5"], ",", "contrary"),
        (["12,5"], ",", "none"),
    ],
)
def test_grouping_is_of_the_whole_column(cells: list[str], decimal: str, grouping: str) -> None:
    frame = pl.DataFrame({"cell": cells})
    signs = frame.select(**cast_numbers.number_signs(CELL, decimal)).row(0, named=True)
    assert cast_numbers.grouping_of(signs, decimal_stated=decimal != ".") == grouping


@pytest.mark.parametrize(
    ("grouping", "cell", "expected"),
    [
        ("unclear", "12,500,000", (12_500_000.0, None)),
        ("contrary", "1,234.5", (1234.5, None)),
        ("unclear", "-1,500", (None, 'may be -1500 or -1.500: no number of the column has "," '
         "twice, or a decimal mark behind it")),
        ("contrary", "1,500", (None, 'may be 1500 or 1.500: other numbers of the column have "," '
         "where no group of three ends")),
        ("throughout", "0,500", (None, "is not a number")),
        ("throughout", "1,500", (1500.0, None)),
    ],
)  # fmt: skip
def test_a_number_that_can_be_read_one_way_is_read_in_any_column(
    grouping: str, cell: str, expected: tuple[float | None, str | None]
) -> None:
    numbers = Numbers(decimal=".", grouping=grouping, unknown=())  # type: ignore[arg-type]
    assert read(cast_numbers.number_cast(CELL, numbers), cell) == [expected]


@pytest.mark.parametrize(
    ("decimal", "cell", "fault"),
    [
        (".", "12,5", 'has "," where "." is the decimal mark'),
        (",", "1234.56", 'has "." where "," is the decimal mark'),
        (",", "1.23E+08", 'has "." where "," is the decimal mark'),
        (",", "abc", "is not a number"),
        (",", "1,2,3", "is not a number"),
    ],
)
def test_a_number_against_the_mark_that_is_stated_says_so(
    decimal: str, cell: str, fault: str
) -> None:
    numbers = Numbers(decimal=decimal, grouping="none", unknown=(), is_stated=True)
    assert read(cast_numbers.number_cast(CELL, numbers), cell) == [(None, fault)]
    quiet = Numbers(decimal=decimal, grouping="none", unknown=())
    assert read(cast_numbers.number_cast(CELL, quiet), cell) == [(None, "is not a number")]


@pytest.mark.parametrize("cell", ["8.7E+05", "8E5", " 8.71e+03 "])
@pytest.mark.parametrize("options", [{}, {"fill_to": 6}, {"cut_to": 6}, {"pad": True}])
def test_a_code_that_was_taken_for_a_number_is_no_code(cell: str, options: dict[str, int]) -> None:
    found = read(cast.code_cast(CELL, **{"pad": False, **options}), cell)  # type: ignore[arg-type]
    assert found == [(None, "is a code that was taken for a number: its last digits are gone")]


@pytest.mark.parametrize(
    ("written", "cell", "period"),
    [
        ("iso", "202407", None),
        ("compact", "202407", "2024-07"),
        ("compact", "202412", "2024-12"),
        ("compact", "202452", "2024"),
        ("compact", "202400", "2024"),
        ("compact", "202413", None),
        ("compact", "2024", "2024"),
        ("day", "2024-07-31", "2024-07"),
        ("day", "2024-07-31T00:00:00", "2024-07"),
        ("day", "202407", None),
        ("us-day", "7/31/2024", "2024-07"),
        ("us-day", "12/1/2024", "2024-12"),
        ("us-day", "13/1/2024", None),
    ],
)
def test_periods_as_sources_write_them(written: str, cell: str, period: str | None) -> None:
    [(value, fault)] = read(cast.period_cast(CELL, of_year=False, written=written), cell)
    assert (value, fault is None) == (period, period is not None)


def test_periods() -> None:
    assert read(cast.period_cast(CELL, of_year=False), "2024", " 2024-07 ", "24", None) == [
        ("2024", None),
        ("2024-07", None),
        (None, "is not a year (2024) or a month (2024-07)"),
        (None, "is empty"),
    ]
    assert read(cast.period_cast(CELL, of_year=True), "2024-12", "2024", "2024-11") == [
        ("2024", None),
        ("2024", None),
        (None, "is a year to date, not a whole year"),
    ]


def test_amounts_are_scaled_to_the_last_unit_of_money() -> None:
    frame = pl.DataFrame({"cell": [12.345, 0.0001234]})
    assert frame.select(cast_numbers.scaled(CELL, 1_000))["cell"].to_list() == [12345.0, 0.1234]
    assert frame.select(cast_numbers.scaled(CELL, 1))["cell"].to_list() == [12.345, 0.0001234]


def test_texts() -> None:
    assert read(cast.text_cast(CELL, ("", "na")), " kg ", "NA", None) == [
        ("kg", None),
        (None, None),
        (None, None),
    ]


def test_economies_and_what_may_be_several() -> None:
    """NA is Namibia, as it is written so; n/a says that nothing is known, and is no economy."""
    meanings = {"japan": "JPN", "jpn": "JPN", "na": "NAM"}
    found = read(
        cast.economy_cast(CELL, meanings, {"korea": "KOR or PRK"}),
        *("Japan", "JPN", "NA", " na ", "N/A", "n.a.", "Korea", "Atlantis", "", None),
    )
    unknown = "is not an economy that is known"
    assert found == [
        ("JPN", None), ("JPN", None), ("NAM", None), ("NAM", None),
        (None, unknown), (None, unknown), (None, "may be KOR or PRK"), (None, unknown),
        (None, cast.EMPTY), (None, cast.EMPTY),
    ]  # fmt: skip


def test_an_empty_code_is_told_as_empty() -> None:
    [one, other] = read(cast.code_cast(CELL, pad=True), None, "")
    assert one == other == (None, cast.EMPTY)
