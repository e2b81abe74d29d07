"""Rates by season through the command line, on trade by month and by year."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.run.manifest import read_manifest
from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import resolved_toml
from tests.run.assessed import assessed
from tests.run.tool import Place, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

TOP = """
id = "grapes"
importer = "USA"
nomenclature = "HTS2024"
trade = "grapes"
base = "2%"
"""
MEASURE = """
[[measure]]
id = "{name}"
authority = "{authority}"
products = ["0806"]
rate = {rate}
mode = "add"
source = "hypothetical"
"""
SUMMER = '{ season = "05-16..10-15", rate = "10%" }'
BOTH = '[{ season = "05-16..10-15", rate = "10%" }, { season = "10-16..05-15", rate = "5%" }]'
HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"


def scenario(folder: Path, *rates: str, top: str = "") -> Path:
    path = folder / "grapes.toml"
    names = [("first", "section-232"), ("second", "section-301")]
    measures = (
        MEASURE.format(name=name, authority=authority, rate=rate)
        for (name, authority), rate in zip(names, rates, strict=False)
    )
    path.write_text(TOP + top + "".join(measures), encoding="utf-8")
    return path


def ingested(folder: Path, *flows: tuple[str, float]) -> Place:
    """A workspace with imports from Chile by period and value."""
    place = Place(folder / "place")
    place.root.mkdir()
    rows = "".join(f"USA,CHL,{period},import,HTS2024,080610,{value}\n" for period, value in flows)
    (folder / "grapes.csv").write_text(HEADER + rows, encoding="utf-8")
    assert place.do("ingest", folder / "grapes.csv", "--name", "grapes").code == 0
    return place


def ran(folder: Path, path: Path, *flows: tuple[str, float]) -> Place:
    """A run of a scenario on these imports."""
    place = ingested(folder, *flows)
    done = place.run("-q", scenario=path)
    assert done.code == 0, done.err
    return place


def lines_of(place: Place, *names: str) -> list[tuple[Any, ...]]:
    return place.table("lines").select(names).rows()


def notes_of(place: Place) -> str:
    return " ".join(read_manifest(place.folder()).facts["notes"])


def test_months_in_a_season_have_its_rate_and_a_month_it_cuts_is_split(tmp_path: Path) -> None:
    """May: 16 of 31 days, so 160 of 310 USD, pay 10 percent."""
    place = ran(tmp_path, scenario(tmp_path, SUMMER), ("2024-04", 50), ("2024-05", 310),
                ("2024-06", 100))  # fmt: skip
    assert lines_of(place, "period", "segment", "status", "customs_value_usd",
                    "duty_increment_usd") == [
        ("2024-04", "whole", "excluded", 50.0, 0.0),
        ("2024-05", "entered 05-16..10-15, by days", "in force", 160.0, 16.0),
        ("2024-05", "not entered 05-16..10-15, by days", "excluded", 150.0, 0.0),
        ("2024-06", "whole", "in force", 100.0, 10.0),
    ]  # fmt: skip
    assert "Imports on 1 line, USD 310, are entered in a season and out of it" in notes_of(place)
    assert "a season cuts their month" in notes_of(place)
    reasons = dict(
        place.table("components")
        .filter(period="2024-04")
        .select("measure_id", "reason")
        .iter_rows()
    )
    assert reasons == {"first": "entered outside its season"}


def test_a_year_is_split_by_its_days(tmp_path: Path) -> None:
    """153 of 366 days at 10 percent, the others at 5: of 3,660 USD 153.00 and 106.50."""
    place = ran(tmp_path, scenario(tmp_path, BOTH), ("2024", 3660))
    assert lines_of(place, "segment", "customs_value_usd", "duty_increment_usd") == [
        ("entered 05-16..10-15, by days", 1530.0, 153.0),
        ("entered 10-16..05-15, by days", 2130.0, 106.5),
    ]
    assert "the table has no months" in notes_of(place)
    assert place.table("by_measure")["measure_duty_usd"].item() == 259.5


def test_seasons_of_two_measures_are_on_the_days_that_they_share(tmp_path: Path) -> None:
    """Both from 1 July to 31 August, 62 of 366 days: 20 percent there, 10 on the other 91."""
    stacking = '[[stacking]]\n"section-232" = "adds"\n"section-301" = "adds"\nsource = "none"\n'
    path = scenario(tmp_path, SUMMER, '{ season = "07-01..08-31", rate = "10%" }', top=stacking)
    lines = assessed(ingested(tmp_path, ("2024", 3660)), path).lines()
    told = lines.select("segment", "customs_value_usd", "duty_increment_usd")
    both = {segment: rest for segment, *rest in told.rows()}
    assert both["entered 07-01..08-31, by days"] == [620.0, 124.0]
    assert both["entered 05-16..06-30 and 09-01..10-15, by days"] == [910.0, 91.0]
    assert sum(value for value, _ in both.values()) == 3660.0


def test_a_partner_has_a_rate_of_its_own_in_one_season(tmp_path: Path) -> None:
    rate = (
        '[{ season = "05-16..10-15", rate = { all = "10%", CHL = "3%" } }, '
        '{ season = "10-16..05-15", rate = "5%" }]'
    )
    place = ingested(tmp_path, ("2024-07", 100), ("2024-12", 100))
    assert assessed(place, scenario(tmp_path, rate)).lines()["duty_increment_usd"].to_list() == [
        3.0,
        5.0,
    ]


def test_dates_and_rates_are_swept_with_seasons(tmp_path: Path) -> None:
    steps = f'[{{ from = 2024-01-01, rate = {SUMMER} }}, {{ from = 2025-01-01, rate = "20%" }}]'
    path = scenario(tmp_path, steps, top="as_of = 2024-06-01\n")
    place = ingested(tmp_path, ("2024-05", 310), ("2024-06", 100))
    done = place.do("sweep", path, "--by-date", "--json", "-q")
    assert done.code == 0, done.err
    added = [row["duty_increment_usd"] for row in done.object["by_date"]]
    assert added == [pytest.approx(26.0), pytest.approx(82.0)]


def test_a_resolved_scenario_keeps_its_seasons(tmp_path: Path) -> None:
    read = read_scenario(scenario(tmp_path, BOTH))
    law = law_at(read)
    assert law.measures["rate_text"].to_list() == ["10% (05-16..10-15)", "5% (10-16..05-15)"]
    again = tmp_path / "again.toml"
    again.write_text(resolved_toml(read, law), encoding="utf-8")
    assert law_at(read_scenario(again)).policy == law.policy


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ('[{ season = "05-16..10-15", rate = "10%" }, { season = "10-15..12-31", rate = "5%" }]',
         "the season 10-15..12-31 shares days with 05-16..10-15"),
        ('[{ season = "02-30..10-15", rate = "10%" }]', '"02-30..10-15" is not a part of the year'),
        ('[{ season = "05-16..10-15", rate = [{ from = 2024-01-01, rate = "1%" }] }]',
         "a season has neither steps nor seasons of its own"),
        ('[{ season = "05-16..10-15" }]', "rate is missing"),
    ],
)  # fmt: skip
def test_seasons_that_cannot_be_read_are_refused(tmp_path: Path, rate: str, said: str) -> None:
    done = retorsion("scenario", "check", scenario(tmp_path, rate))
    assert done.code == 4
    assert said in done.err
    assert "line" in done.err
