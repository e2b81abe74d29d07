"""A scenario without measures: it runs, and changes nothing."""

from pathlib import Path

import pytest

from pipelines.run.manifest import read_manifest
from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

EMPTY = """
id = "empty"
importer = "USA"
nomenclature = "HTS2024"
trade = "cars"
base = "2.5%"
"""
MEASURE = """
[[measure]]
id = "cars"
authority = "section-232"
products = ["8703"]
rate = {rate}
mode = "add"
{date}
source = "hypothetical"
"""
TRADE = (
    "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"
    "USA,JPN,2024,import,HTS2024,8703230000,1000\n"
)


def test_an_empty_scenario_changes_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "cars.csv").write_text(TRADE, encoding="utf-8")
    assert place.do("ingest", tmp_path / "cars.csv", "--name", "cars").code == 0
    path = tmp_path / "empty.toml"
    path.write_text(EMPTY, encoding="utf-8")
    done = place.run("--json", "-q", scenario=path)
    assert done.code == 0, done.err
    assert place.table("lines").height == place.table("components").height == 0
    assert place.table("by_importer").height == 0
    assert place.do("verify", "empty").code == 0
    notes = read_manifest(place.folder()).facts["notes"]
    assert "the scenario has no measure: it changes nothing" in notes

    # the same law said with a measure that adds nothing
    path.write_text(EMPTY.replace("empty", "free") + MEASURE.format(rate='"0%"', date=""))
    assert place.run("-q", scenario=path).code == 0
    whole = place.table("by_importer", "free").row(0, named=True)
    assert (whole["duty_before_usd"], whole["duty_increment_usd"]) == (25.0, 0.0)


def test_a_sweep_by_date_without_a_date_says_what_its_first_row_is(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "cars.csv").write_text(TRADE, encoding="utf-8")
    assert place.do("ingest", tmp_path / "cars.csv", "--name", "cars").code == 0
    path = tmp_path / "dated.toml"
    dated = MEASURE.format(rate='"10%"', date="from = 2024-05-01")
    other = MEASURE.format(rate='"5%"', date="").replace('"cars"', '"glass"').replace("8703", "70")
    path.write_text(EMPTY + dated + other, encoding="utf-8")
    told = place.do("sweep", path, "--by-date", "--json", "-q").object
    assert told["notes"] == [
        "The scenario has no as_of: the first row is the law before it first changes, on "
        "2024-05-01; what has no date is in force on every day: glass."
    ]
    assert [row["duty_increment_usd"] for row in told["by_date"]] == [0.0, 100.0]
