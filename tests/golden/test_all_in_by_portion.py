"""An all-in rate for a part of the flow, worked by hand.

Mexico sends cars of USD 1,000,000, of which 80 % claims a preference that is free. The base is
2.5 %, the measure 25 %; what claims the preference pays 15 % all-in, so 800,000 x (15 % - 0), or
120,000. What does not claim it pays 200,000 x (2.5 % + 25 %) = 55,000. Japan sends USD 100,000, to
which another measure, itself all-in at 15 %, applies; half of it pays the plain 10 % of its portion
on top of the base: 50,000 x 15 % + 50,000 x (2.5 % + 10 %) = 7,500 + 6,250.
"""

from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import Place

TRADE = """\
importer,partner,period,flow,nomenclature,code,customs_value_usd
USA,MEX,2024,import,HTS2024,8703230100,1000000
USA,JPN,2024,import,HTS2024,8703230100,100000
"""
BASE = """\
importer,partner,programme,code,ad_valorem_rate,specific_rate_usd,specific_unit,rate_text,\
valid_from,valid_until,source
USA,*,mfn,8703,0.025,,,2.5%,2020-01-01,,made up
USA,MEX,usmca,8703,0,,,Free,2020-07-01,,made up
"""
SCENARIO = """\
id = "all-in-by-portion"
title = "Made up"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
as_of = 2025-09-01
base = "base.csv"
[portions.usmca]
central = 0.8
programme = "usmca"
source = "made up"
[portions.half]
central = 0.5
source = "made up"
[[measure]]
id = "cars"
authority = "section-232"
partners = ["MEX"]
products = ["8703"]
rate = "25%"
mode = "add"
by_portion = { usmca = { rate = "15% all-in" } }
source = "made up"
[[measure]]
id = "deal"
authority = "section-232"
partners = ["JPN"]
products = ["8703"]
rate = "15% all-in"
by_portion = { half = { rate = "10%" } }
source = "made up"
"""


@pytest.fixture
def ran(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    texts = {"trade.csv": TRADE, "base.csv": BASE, "scenario.toml": SCENARIO}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert place.do("ingest", tmp_path / "trade.csv", "--name", "t").code == 0
    done = place.run(scenario=tmp_path / "scenario.toml")
    assert done.code == 0, done.err
    return place


def test_each_part_pays_in_its_own_mode(ran: Place) -> None:
    lines = ran.table("lines").filter(partner="MEX").sort("segment")
    told = ("segment", "mode", "measure_rate", "rate_after", "duty_before_usd", "duty_after_usd")
    assert lines.select(told).rows() == [
        ("not usmca", "add", 0.25, 0.275, 5_000.0, 55_000.0),
        ("usmca", "all-in", 0.15, 0.15, 0.0, 120_000.0),
    ]
    parts = ran.table("components").filter(partner="MEX").sort("segment")
    assert parts.select("mode", "rate_text", "measure_duty_usd").rows() == [
        ("add", "25%", 50_000.0),
        ("all-in", "15% all-in", 120_000.0),
    ]


def test_a_plain_rate_of_a_part_is_not_all_in_because_the_rest_is(ran: Place) -> None:
    lines = ran.table("lines").filter(partner="JPN")
    sums = lines.group_by("mode").agg(pl.col("duty_after_usd").sum()).sort("mode")
    assert dict(sums.iter_rows()) == {"add": 6_250.0, "all-in": 7_500.0}
