"""Programmes, portions, contents and floors together, against the arithmetic in notes.md."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")

CASE = Path(__file__).parent / "stacking-by-hand"
EXPECTED = {
    ("JPN", "8703230100", "whole"): (1_000_000.0, 25_000.0, 150_000.0),
    ("CHN", "8703230100", "whole"): (1_000_000.0, 25_000.0, 475_000.0),
    ("MEX", "8703230100", "usmca"): (800_000.0, 0.0, 120_000.0),
    ("MEX", "8703230100", "not usmca"): (200_000.0, 5_000.0, 55_000.0),
    ("DEU", "7326908688", "whole"): (1_000_000.0, 29_000.0, 369_000.0),
    ("GBR", "7326908688", "whole"): (1_000_000.0, 29_000.0, 219_000.0),
    ("CHN", "7326908688", "whole"): (1_000_000.0, 29_000.0, 569_000.0),
    ("DEU", "0201300000", "whole"): (1_000_000.0, 8_800.0, 78_800.0),
    ("JPN", "7005211010", "whole"): (50_000.0, 1_650.0, 7_500.0),
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("stacking"))
    shutil.copytree(CASE, place.root, dirs_exist_ok=True)
    assert place.do("ingest", place.root / "trade.csv", "--name", "t").code == 0
    done = place.run(scenario=place.root / "scenario.toml")
    assert done.code == 0, done.err
    return place


def test_every_line_is_as_worked_by_hand(ran: Place) -> None:
    lines = ran.table("lines").sort("partner", "code", "segment")
    figures = ("customs_value_usd", "duty_before_usd", "duty_after_usd")
    found = {
        (row["partner"], row["code"], row["segment"]): tuple(row[name] for name in figures)
        for row in lines.iter_rows(named=True)
    }

    assert found == EXPECTED


def test_what_yields_stays_with_its_reason(ran: Place) -> None:
    parts = ran.table("components")
    yields = parts.filter((pl.col("code") == "8703230100") & (pl.col("measure_id") == "recip"))

    assert yields.select("status", "reason").unique().rows() == [
        ("displaced", "232-cars bites on the full value")
    ]
    rest = parts.filter((pl.col("partner") == "DEU") & (pl.col("code") == "7326908688"))
    assert dict(rest.select("measure_id", "bites_on").iter_rows()) == {
        "232-steel": "content of steel",
        "recip": "what steel leaves",
    }


def test_parts_of_the_total_add_up(ran: Place) -> None:
    total = ran.table("by_importer")["duty_increment_usd"].item()
    shared = ran.table("by_authority")["duty_increment_usd"].sum()

    assert total == sum(after - before for _, before, after in EXPECTED.values())
    assert shared == pytest.approx(total, abs=0.01)
