"""An all-in rate for a part of the flow, worked by hand.

Mexico sends cars of USD 1,000,000, of which 80 % claims a preference that is free. The base is
2.5 %, the measure 25 %; what claims the preference pays 15 % all-in, so 800,000 x (15 % - 0), or
120,000. What does not claim it pays 200,000 x (2.5 % + 25 %) = 55,000. Japan sends USD 100,000, to
which another measure, itself all-in at 15 %, applies; half of it pays the plain 10 % of its portion
on top of the base: 50,000 x 15 % + 50,000 x (2.5 % + 10 %) = 7,500 + 6,250.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")

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


Swap = tuple[str, str]


def run_of(folder: Path, *swaps: Swap, trade: str = TRADE, base: str = BASE) -> Place:
    """The run of the scenario in which texts are swapped for others."""
    scenario = SCENARIO
    for old, new in swaps:
        assert old in scenario
        scenario = scenario.replace(old, new)
    place = Place(folder)
    texts = {"trade.csv": trade, "base.csv": base, "scenario.toml": scenario}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert place.do("ingest", folder / "trade.csv", "--name", "t").code == 0
    done = place.run(scenario=folder / "scenario.toml")
    assert done.code == 0, done.err
    return place


def swept(place: Place, rates: str) -> list[dict[str, object]]:
    told = place.do("sweep", place.root / "scenario.toml", "--rate", f"cars={rates}", "--json")
    assert told.code == 0, told.err
    return list(told.object["sweep"])


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return run_of(tmp_path_factory.mktemp("ran"))


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


ALL_CLAIM = ("central = 0.8", "central = 1")
NONE_CLAIM = ("central = 0.8", "central = 0")
NO_PORTION = ('by_portion = { usmca = { rate = "15% all-in" } }\n', "")
ALL_IN_ITSELF = ('"25%"\nmode = "add"\nby_portion = { usmca = { rate = "15% all-in" } }\n',
                 '"15% all-in"\n')  # fmt: skip
IN_LIEU = ('mode = "add"', 'mode = "replace"')
PAID = ("base_programme", "mode", "measure_rate", "rate_before", "rate_after", "duty_after_usd")


@pytest.mark.parametrize(
    ("portion", "other", "pays"),
    [
        (ALL_CLAIM, (ALL_CLAIM, ALL_IN_ITSELF), ("usmca", "all-in", 0.15, 0.0, 0.15, 150_000.0)),
        (NONE_CLAIM, (NONE_CLAIM, NO_PORTION), ("mfn", "add", 0.25, 0.025, 0.275, 275_000.0)),
    ],
)
def test_a_portion_of_one_or_nothing_is_as_the_whole_or_its_absence(
    tmp_path: Path, portion: Swap, other: Sequence[Swap], pays: tuple[object, ...]
) -> None:
    found = []
    for name, swaps in (("with", (portion,)), ("without", other)):
        folder = tmp_path / name
        folder.mkdir()
        lines = run_of(folder, *swaps).table("lines").filter(partner="MEX")
        found.append(lines.select(PAID).rows())
    assert found == [[pays], [pays]]


def test_a_part_is_topped_up_where_the_rest_pays_in_lieu_of_the_base(tmp_path: Path) -> None:
    lines = run_of(tmp_path, IN_LIEU).table("lines").filter(partner="MEX").sort("segment")
    assert lines.select("segment", "mode", "rate_after", "duty_after_usd").rows() == [
        ("not usmca", "replace", 0.25, 50_000.0),
        ("usmca", "all-in", 0.15, 120_000.0),
    ]


def test_a_part_pays_nothing_more_where_its_base_is_higher(tmp_path: Path) -> None:
    base = BASE.replace("usmca,8703,0,,,Free", "usmca,8703,0.2,,,20%")
    lines = run_of(tmp_path, base=base).table("lines").filter(partner="MEX", segment="usmca")
    told = ("duty_before_usd", "duty_after_usd", "duty_increment_usd", "is_affected")
    assert lines.select(told).rows() == [(160_000.0, 160_000.0, 0.0, False)]


def test_only_the_topped_up_part_of_a_specific_base_is_told_as_estimated(tmp_path: Path) -> None:
    """100 kg at 1,000 USD/kg is 10 %: 80 kg topped up to 15 %, 20 kg pay 25 % more."""
    trade = (
        "importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit\n"
        "USA,MEX,2024,import,HTS2024,8703230100,1000000,100,kg\n"
        "USA,JPN,2024,import,HTS2024,8703230100,100000,10,kg\n"
    )
    specific = ",1000,kg,1000 USD/kg,"
    base = BASE.replace("0.025,,,2.5%,", f"0{specific}").replace("0,,,Free,", f"0{specific}")
    lines = run_of(tmp_path, trade=trade, base=base).table("lines").filter(partner="MEX")
    biased = "all-in rate on a line whose base duty is not ad valorem only: biased down"
    told = pl.col("estimate").str.contains(biased, literal=True).fill_null(value=False)
    found = lines.sort("segment").select("segment", "duty_after_usd", told)
    assert found.rows() == [("not usmca", 70_000.0, False), ("usmca", 120_000.0, True)]


def test_rates_swept_together_leave_what_the_part_pays(ran: Place) -> None:
    together = swept(ran, "0:100:25")
    assert together == [row for rate in range(0, 101, 25) for row in swept(ran, f"{rate}:{rate}:1")]
    # the part 120,000, Japan 13,750; the rest 200,000 x 2.5 % and x the rate
    duties = [row["duty_after_usd"] for row in together]
    assert duties == [138_750.0 + 200_000.0 * rate / 100 for rate in range(0, 101, 25)]


def test_what_a_part_pays_is_shown_with_the_law(ran: Place) -> None:
    file = ran.root / "scenario.toml"
    shown = ran.do("scenario", "show", file).out.splitlines()
    assert "cars in the portion usmca: 15% all-in" in shown
    assert "deal in the portion half: 10%" in shown
    measures = ran.do("scenario", "show", file, "--json").object["measures"]
    assert [each["by_portion"] for each in measures] == [{"usmca": "15% all-in"}, {"half": "10%"}]
