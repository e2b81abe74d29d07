"""Quotas under the readings that average and that compare, worked by hand on made-up trade.

Pipes: 200 kg and 1,000 USD from Germany against a quota of 100 kg: 5 percent within, 40 over, on
the full value; steel is half of each pipe, at 50 percent.

- Compared: within, the 25 percent on steel are more than 5; over, 40 are more than 25. On 500 USD
  each: 125 + 200 = 325.
- All charged: 250 on steel, 25 and 200 on the value: 475.

Averages. What claims a preference, 40 percent of the flow, is exempt. So 120 of 200 kg count
against the quota, and a sixth of them is over. By law 500 USD pay 5 percent and 100 pay 40: 25 + 40
= 65. Averaged it is one rate, 5 * 5/6 + 40 / 6 = 10.8333 percent, on three fifths of the value: 65.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.run.tool import Place, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

TOP = """
id = "pipes"
importer = "USA"
nomenclature = "HTS2024"
trade = "pipes"
base = "Free"
READING
[quota.pipes]
amount = 100
unit = "kg"
period = "year"
over = "40%"
source = "made up"
[[measure]]
id = "full"
authority = "section-232"
programme = "pipes"
products = ["7306"]
rate = "5%"
mode = "add"
quota = "pipes"
source = "made up"
"""
EXEMPT = """
by_portion = { claimed = { rate = "Free" } }
[portions.claimed]
central = 0.4
source = "made up"
"""
STEEL = """
[contents.steel]
central = 0.5
source = "made up"
[[measure]]
id = "metal"
authority = "section-232"
programme = "steel"
products = ["7306"]
rate = "50%"
mode = "add"
on = "steel"
source = "made up"
"""
HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit\n"


def ran(folder: Path, *scenarios: str) -> Place:
    """One run of each scenario on the same trade."""
    place = Place(folder / "place")
    place.root.mkdir()
    row = "USA,DEU,2024,import,HTS2024,730630,1000,200,kg\n"
    (folder / "pipes.csv").write_text(HEADER + row, encoding="utf-8")
    assert place.do("ingest", folder / "pipes.csv", "--name", "pipes").code == 0
    for number, text in enumerate(scenarios):
        path = folder / f"s{number}.toml"
        path.write_text(text.replace('"pipes"', f'"s{number}"', 1), encoding="utf-8")
        done = place.run("-q", scenario=path)
        assert done.code == 0, done.err
    return place


def duties(place: Place, number: int) -> dict[str, Any]:
    table = place.table("by_measure", f"s{number}")
    return dict(table.select("measure_id", "measure_duty_usd").iter_rows())


def test_compared_and_summed_programmes_under_a_quota(tmp_path: Path) -> None:
    place = ran(
        tmp_path,
        TOP.replace("READING", 'reading = "highest-of-programmes"') + STEEL,
        TOP.replace("READING", 'reading = "sum-of-programmes"') + STEEL,
    )
    assert duties(place, 0) == {"full": 200.0, "metal": 125.0}
    assert duties(place, 1) == {"full": 225.0, "metal": 250.0}
    for number in (0, 1):
        told = place.table("by_quota", f"s{number}").row(0, named=True)
        assert (told["over_share"], told["over_value_usd"]) == (0.5, 500.0)


def test_an_average_of_what_is_within_and_over(tmp_path: Path) -> None:
    law = TOP.replace("READING", "") + EXEMPT
    averaged = TOP.replace("READING", 'reading = "averaged"') + EXEMPT
    place = ran(tmp_path, law, averaged)
    assert duties(place, 0) == duties(place, 1) == {"full": 65.0}
    for number in (0, 1):
        told = place.table("by_quota", f"s{number}").row(0, named=True)
        assert told["imports_amount"] == 120.0
        assert told["over_value_usd"] == 100.0
    lines = [place.table("lines", f"s{number}")["segment"].to_list() for number in (0, 1)]
    assert len(lines[0]) > 1
    assert lines[1] == ["whole"]
    (reason,) = place.table("components", "s1")["reason"]
    assert reason == "in force and first in rank, what is within and over quota pipes averaged"


@pytest.mark.parametrize("reading", ["averaged", "highest-of-programmes"])
def test_a_prohibition_is_neither_averaged_nor_compared(tmp_path: Path, reading: str) -> None:
    path = tmp_path / "s.toml"
    text = TOP.replace("READING", f'reading = "{reading}"').replace('"40%"', '"prohibited"')
    path.write_text(text, encoding="utf-8")
    done = retorsion("scenario", "check", path)
    assert done.code == 4
    assert "what is prohibited over a quota has no rate to average or compare" in done.err
    assert "[quota.pipes], over" in done.err
