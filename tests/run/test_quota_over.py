"""What is charged over a quota by season, all-in and by firm, through the command line."""

from pathlib import Path

import pytest

from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import resolved_toml
from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

TOP = """
id = "beyond"
importer = "USA"
nomenclature = "HTS2024"
trade = "goods"
base = "2%"
"""
QUOTA = """
[quota.{name}]
amount = 100
unit = "kg"
period = "year"
over = {over}
source = "hypothetical"

[[measure]]
id = "m-{name}"
authority = "section-201"
products = ["{code}"]
rate = "5%"
mode = "add"
quota = "{name}"
source = "hypothetical"
"""
FIRMS = "firm,portion,rate\nacme,0.25,10%\nall others,0.75,40%\n"
GOODS = (
    ("grapes", "0806", '[{ season = "05-16..10-15", rate = "10%" }, '
     '{ season = "10-16..05-15", rate = { all = "20%", CHL = "30%" } }]'),
    ("tops", "0702", '"15% all-in"'),
    ("pipes", "7306", '{ split = "firms.csv" }'),
)  # fmt: skip
HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit\n"
FLOWS = (("PER", "080610", 3660), ("PER", "070200", 1000), ("PER", "730630", 800))


def scenario(folder: Path) -> Path:
    (folder / "firms.csv").write_text(FIRMS, encoding="utf-8")
    path = folder / "beyond.toml"
    measures = (QUOTA.format(name=name, code=code, over=over) for name, code, over in GOODS)
    path.write_text(TOP + "".join(measures), encoding="utf-8")
    return path


def test_seasons_all_in_rates_and_firms_beyond_a_quota(tmp_path: Path) -> None:
    """Half of each flow is over its quota of 100 kg.

    Grapes: 1,830 USD at 5 percent, 765 (153 of 366 days) at 10, 1,065 at 20: 381.00 USD. Tops: 500
    at 5 percent, 500 from 2 to 15: 90.00. Pipes: 400 at 5 percent, 100 at 10, 300 at 40: 150.00.
    """
    place = Place(tmp_path / "place")
    place.root.mkdir()
    rows = "".join(f"USA,{p},2024,import,HTS2024,{code},{v},200,kg\n" for p, code, v in FLOWS)
    (tmp_path / "goods.csv").write_text(HEADER + rows, encoding="utf-8")
    assert place.do("ingest", tmp_path / "goods.csv", "--name", "goods").code == 0
    done = place.run("-q", scenario=scenario(tmp_path))
    assert done.code == 0, done.err
    duty = place.table("by_measure").select("measure_id", "measure_duty_usd").rows()
    assert duty == [("m-grapes", 381.0), ("m-pipes", 150.0), ("m-tops", 90.0)]
    over = place.table("by_quota").select("quota_id", "over_share", "over_value_usd").rows()
    assert over == [("grapes", 0.5, 1830.0), ("pipes", 0.5, 400.0), ("tops", 0.5, 500.0)]
    within = place.table("lines").filter(code="070200").select("segment", "duty_after_usd").rows()
    assert within == [("not over quota tops", 35.0), ("over quota tops", 75.0)]


def test_a_law_with_such_rates_reads_back_the_same(tmp_path: Path) -> None:
    read = read_scenario(scenario(tmp_path))
    law = law_at(read)
    texts = dict(law.quotas.filter(partner="*").select("quota_id", "over_rate_text").iter_rows())
    assert texts == {
        "grapes": "10% (05-16..10-15); 20% (10-16..05-15)",
        "tops": "15% all-in",
        "pipes": "40%, pipes/acme 10%",
    }
    assert "10% (05-16..10-15); 30% (10-16..05-15)" in set(law.quotas["over_rate_text"])
    again = tmp_path / "again.toml"
    again.write_text(resolved_toml(read, law), encoding="utf-8")
    assert law_at(read_scenario(again)).policy == law.policy
