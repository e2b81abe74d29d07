"""Quotas by quarter and year, and what may not enter, against the arithmetic in notes.md."""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.report.summary import QUOTA_STATES
from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")

CASE = Path(__file__).parent / "quotas-by-hand"
SUMS = {
    "covered_value_usd": 3_000_000.0,
    "in_force_value_usd": 2_750_000.0,
    "prohibited_value_usd": 250_000.0,
    "affected_value_usd": 2_750_000.0,
    "duty_before_usd": 300_000.0,
    "duty_after_usd": 745_000.0,
    "duty_increment_usd": 445_000.0,
}
FILLS = [
    ("beef", "*", "2024-Q1", "over-quota", 60.0, 0.5, 300_000.0, 0.0),
    ("beef", "*", "2024-Q2", "over-quota", 60.0, 0.5, 300_000.0, 0.0),
    ("beef", "*", "2024-Q3", "unfilled", 10.0, 0.0, 0.0, 0.0),
    ("beef", "*", "2024-Q4", "exactly filled", 30.0, 0.0, 0.0, 0.0),
    ("beef", "ARG", "2024-Q3", "over-quota", 40.0, 0.75, 300_000.0, 0.0),
    ("plate", "*", "2024", "over-quota", 100.0, 0.25, 250_000.0, 250_000.0),
]
NAMES = (
    *("quota_id", "origin", "quota_period", "state", "imports_amount", "over_share"),
    *("over_value_usd", "prohibited_value_usd"),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("quotas")
    for path in CASE.iterdir():
        shutil.copy(path, root)
    found = Place(root)
    assert found.do("ingest", root / "trade.csv", "--name", "t").code == 0
    done = found.run(scenario=root / "scenario.toml")
    assert done.code == 0, done.err
    return found


def told(place: Place, *arguments: str) -> Any:
    done = place.run(*arguments, "-q", "--json", scenario=place.root / "scenario.toml")
    assert done.code == 0, done.err
    return done.object


def test_sums_and_fills_are_as_worked_by_hand(place: Place) -> None:
    sums = place.table("by_importer").row(0, named=True)

    assert {name: sums[name] for name in SUMS} == SUMS
    assert place.table("by_quota").select(NAMES).rows() == FILLS


def test_authorities_dates_and_rates_keep_to_the_fill(place: Place) -> None:
    shared = place.table("by_authority").select("authority", "duty_increment_usd").rows()
    assert shared == [
        ("absolute-quota", -25_000.0),
        ("surtax", 275_000.0),
        ("tariff-rate-quota", 195_000.0),
    ]
    scenario = place.root / "scenario.toml"
    by_date = place.do("sweep", scenario, "--by-date", "--json", "-q").object["by_date"]
    assert [(row["valid_from"], row["duty_increment_usd"]) for row in by_date] == [
        (None, 462_500.0),  # the first amount stands for the days before it
        ("2024-01-01", 462_500.0),
        ("2024-07-01", 445_000.0),
    ]
    swept = place.do("sweep", scenario, "--rate", "beef=0:5:5", "--json", "-q").object["sweep"]
    assert [row["duty_increment_usd"] for row in swept] == [390_000.0, 445_000.0]
    assert {row["prohibited_value_usd"] for row in swept} == {250_000.0}


def test_people_are_told_how_far_quotas_are_filled(place: Place) -> None:
    done = place.run(scenario=place.root / "scenario.toml")
    lines = done.out.splitlines()

    assert "prohibited value (may not enter)                  250,000 USD" in done.out
    assert [line for line in lines if line.startswith("quota ")] == [
        "quota        beef, in force: 1 unfilled, 1 exactly filled, 3 over-quota; "
        "over quota >= 900,000 USD",
        "quota        plate, in force: 1 over-quota; over quota >= 250,000 USD",
    ]
    trail = place.do("explain", "quotas-by-hand", "--line", "0201200000").out
    assert (
        "quota        beef for all others in 2024-Q2: in-quota quantity 30 t, used up: 60 t "
        "imported, at least 50 % of that over the quota (in force; made up)" in trail
    )
    own = place.do("explain", "quotas-by-hand", "--line", "0201", "--partner", "ARG").out
    assert own.count("beef for ARG in 2024-Q3: in-quota quantity 10 t, used up: 40 t") == 2
    assert "all others" not in own
    notes = told(place)["run"]["notes"]
    assert sum("more may be over than is told" in note for note in notes) == 6
    assert sorted(QUOTA_STATES) == ["exactly filled", "over-quota", "unfilled", "unknown"]


def test_the_year_as_a_whole_is_a_lower_bound(tmp_path: Path) -> None:
    place = Place(tmp_path)
    shutil.copy(CASE / "scenario.toml", tmp_path)
    with (CASE / "trade.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    summed: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        kilograms = float(row["quantity"]) * (1000 if row["quantity_unit"] == "t" else 1)
        held = summed.setdefault((row["partner"], row["code"]), [0.0, 0.0])
        held[0] += float(row["customs_value_usd"])
        held[1] += kilograms
    year = tmp_path / "year.csv"
    with year.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(rows[0])
        for (partner, code), (value, kilograms) in summed.items():
            out.writerow(
                ["USA", partner, "2024", "import", "HTS2024", code, value, kilograms, "kg"]
            )
    assert place.do("ingest", year, "--name", "t").code == 0
    found = told(place)["by_quota"]

    assert [(row["origin"], row["state"], row["over_value_usd"]) for row in found] == [
        ("*", "over-quota", 400_000.0),
        ("ARG", "exactly filled", 0.0),
        ("*", "over-quota", 250_000.0),
    ]
    assert [row["is_lower_bound"] for row in found] == [True, True, False]
