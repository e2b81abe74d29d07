"""The duty over a calendar year as its law changes, through the command line."""

from pathlib import Path
from typing import Any

import pytest

from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

TOP = 'id = "{name}"\nimporter = "USA"\nnomenclature = "HTS2024"\ntrade = "grapes"\nbase = "2%"\n'
MEASURE = """
[[measure]]
id = "grapes"
authority = "section-232"
products = ["0806"]
rate = {rate}
mode = "add"
{time}
source = "hypothetical"
"""
HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"
SUMMER = '{ season = "05-16..10-15", rate = "10%" }'


def swept(
    folder: Path, rate: str, time: str, flows: dict[str, float], *options: str
) -> list[dict[str, Any]]:
    """The year 2025 of a law on imports from Chile by period and value."""
    place = Place(folder / "place")
    place.root.mkdir()
    rows = "".join(f"USA,CHL,{when},import,HTS2024,080610,{usd}\n" for when, usd in flows.items())
    (folder / "grapes.csv").write_text(HEADER + rows, encoding="utf-8")
    assert place.do("ingest", folder / "grapes.csv", "--name", "grapes").code == 0
    path = folder / "grapes.toml"
    path.write_text(TOP.format(name="grapes") + MEASURE.format(rate=rate, time=time), "utf-8")
    done = place.do("sweep", path, "--calendar", "2025", "--json", "-q", *options)
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = done.object["by_calendar"]
    return found


def told(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_months_weigh_by_their_trade_and_a_cut_month_by_its_days(tmp_path: Path) -> None:
    """10 percent from 16 May: 16 of 31 days of May, so 160 of 310 USD, and 100 of June."""
    rows = swept(tmp_path, '"10%"', "from = 2025-05-16",
                 {"2024-04": 50, "2024-05": 310, "2024-06": 100})  # fmt: skip
    assert told(rows, "interval", "valid_from", "valid_until", "days", "weighted_by") == [
        (0, "2025-01-01", "2026-01-01", 365, "months"),
        (1, "2025-01-01", "2025-05-16", 135, "months"),
        (2, "2025-05-16", "2026-01-01", 230, "months"),
    ]
    assert told(rows, "duty_increment_usd", "in_force_value_usd", "covered_value_usd") == [
        (26.0, 260.0, 460.0), (0.0, 0.0, 200.0), (26.0, 260.0, 260.0),
    ]  # fmt: skip
    assert told(rows, "weight") == [(1.0,), (200 / 460,), (260 / 460,)]


def test_a_year_without_months_weighs_by_days(tmp_path: Path) -> None:
    """230 of 365 days at 10 percent of 3,650 USD: 230; ended after 30 days: 30."""
    rows = swept(tmp_path, '"10%"', "from = 2025-05-16", {"2024": 3650})
    assert told(rows, "duty_increment_usd", "duty_before_usd", "weighted_by") == [
        (230.0, 73.0, "days"), (0.0, 27.0, "days"), (230.0, 46.0, "days"),
    ]  # fmt: skip


def test_a_season_is_counted_within_the_days_of_the_law(tmp_path: Path) -> None:
    """From 1 July on: 107 days of the season to 15 October, of 365; 3,650 USD at 10 percent."""
    rows = swept(tmp_path, SUMMER, "from = 2025-07-01", {"2024": 3650})
    assert told(rows, "duty_increment_usd")[0] == (107.0,)


def test_a_law_that_does_not_change_is_one_interval(tmp_path: Path) -> None:
    rows = swept(tmp_path, '"10%"', "", {"2023": 100, "2024": 300}, "--period", "2023..2024")
    assert told(rows, "interval", "days", "duty_increment_usd") == [(0, 365, 20.0), (1, 365, 20.0)]


def test_a_change_in_another_year_does_not_part_this_one(tmp_path: Path) -> None:
    rows = swept(tmp_path, '"10%"', "from = 2024-03-01\nbefore = 2027-01-01", {"2024": 100})
    assert told(rows, "interval", "duty_increment_usd") == [(0, 10.0), (1, 10.0)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--calendar", "2025", "--by-date"), "give either"),
        (("--calendar", "2025", "--as-of", "2025-01-01"), "leave --as-of out"),
        (("--calendar", "2025", "--period", "2024-04"), "2024-04 is no year"),
    ],
)
def test_what_is_no_year_is_refused(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    swept(tmp_path, '"10%"', "", {"2024-04": 50, "2024-05": 310})
    place = Place(tmp_path / "place")
    done = place.do("sweep", tmp_path / "grapes.toml", *options)
    assert done.code != 0
    assert said in done.err
