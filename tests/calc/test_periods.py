"""Reference periods: what their names hold, and what a table lacks of them."""

from datetime import date

import polars as pl
import pytest

from calc.days import days_of
from calc.periods import Reference, is_reference, lacking, reference_of

MONTHS = [f"2023-{month:02}" for month in range(1, 13)]


@pytest.mark.parametrize(
    "text",
    [
        "2024",
        "2024-07",
        "latest-12",
        "2022..2024",
        "2023-11..2024-10",
        "1999..2000",
        "2022+..+2024",
    ],
)
def test_names_of_reference_periods(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024-13", "latest", "2024..2022", "2024..2024", "2023-11..2024-11", "2023..2024-10",
     "latest-12..2024", "2024+..+2022", "2023-11+..+2024-10", "2022+2024", "2022+..2024"],
)  # fmt: skip
def test_what_is_no_reference_period(text: str) -> None:
    assert not is_reference(text)


def held(reference: Reference | None, *periods: str) -> list[str]:
    assert reference is not None
    return pl.DataFrame({"period": periods}).filter(reference.holds())["period"].to_list()


def test_a_year_holds_its_months() -> None:
    year = reference_of("2024", ["2024-01", "2024-02"])
    assert held(year, "2024", "2024-07", "2023-12", "2024-1") == ["2024", "2024-07", "2024-1"]
    assert year == Reference(name="2024", parts=("2024",), by_month=True)


def test_the_latest_twelve_months_end_with_the_last() -> None:
    latest = reference_of("latest-12", ["2022", *MONTHS, "2024-01", "2024-02"])
    assert latest is not None
    assert latest.name == "2023-03..2024-02"
    assert latest.parts == (*MONTHS[2:], "2024-01", "2024-02")
    assert latest.days == (date(2023, 3, 1), date(2024, 2, 29))
    assert reference_of("latest-12", ["2022", "2023"]) is None


def test_a_mean_has_as_many_years_as_it_names() -> None:
    mean = reference_of("2022..2024", ["2022", "2023", "2024"])
    assert mean == Reference(name="2022..2024", parts=("2022", "2023", "2024"), years=3)
    assert held(mean, "2021", "2022", "2023-05", "2025") == ["2022", "2023-05"]


def test_a_sum_of_years_has_each_of_them() -> None:
    whole = reference_of("2022+..+2024", ["2022", "2023", "2024"])
    assert whole == Reference(name="2022+..+2024", parts=("2022", "2023", "2024"))
    assert whole.is_sum_of_years
    assert lacking(whole, ["2022", "2024"]) == ["2023"]
    months = reference_of("2023-11..2024-10", MONTHS)
    mean = reference_of("2022..2024", [])
    assert months is not None
    assert mean is not None
    assert not months.is_sum_of_years
    assert not mean.is_sum_of_years


def test_what_a_table_lacks() -> None:
    latest = reference_of("latest-12", MONTHS)
    assert latest is not None
    assert lacking(latest, MONTHS) == []
    assert lacking(latest, [*MONTHS[:3], *MONTHS[5:]]) == ["2023-04", "2023-05"]
    mean = reference_of("2022..2024", ["2024"])
    assert mean is not None
    assert lacking(mean, ["2022", *MONTHS[1:]]) == ["2023-01", "2024"]


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [("2024", (2024, 1, 1), (2025, 1, 1)), ("2024-02", (2024, 2, 1), (2024, 3, 1)),
     ("2023-12", (2023, 12, 1), (2024, 1, 1))],
)  # fmt: skip
def test_days_of_a_period(
    period: str, first: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    assert days_of(period) == (date(*first), date(*after))


def test_a_year_alone_is_there_with_any_of_its_months() -> None:
    """One of several years must be whole; what a year by itself lacks its table never had."""
    half = [*MONTHS[:6]]
    year = reference_of("2023", half)
    assert year is not None
    assert lacking(year, half) == []
    assert lacking(year, ["2022-12", "2024"]) == ["2023"]


def test_a_year_that_is_there_whole_too_is_not_by_month() -> None:
    by_month = {
        told: reference_of("2023", periods)
        for told, periods in (("months", MONTHS), ("both", ["2023", *MONTHS]), ("year", ["2023"]))
    }
    assert {told: found and found.by_month for told, found in by_month.items()} == {
        "months": True, "both": False, "year": False,
    }  # fmt: skip
