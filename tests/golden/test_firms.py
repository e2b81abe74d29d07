"""Rates by firm, worked by hand: two firms, and all others, of two partners.

Japan sends 100,000 USD. A has 20 % of it at 60 %, B has 30 % and is free of the duty, all others
have 50 % at 40 %: 12,000 + 0 + 20,000 = 32,000. Korea sends 10,000; C has a tenth at 10 %, all
others 20 %: 100 + 1,800 = 1,900. Of the code 73072210 of Japan, 1,000 USD, all is of all others,
at 5 %: 50.
"""

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.run.assessed import assessed
from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")

TRADE = """\
importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit
USA,JPN,2024,import,HTS2024,73072300,100000,,
USA,JPN,2024,import,HTS2024,73072210,1000,,
USA,KOR,2024,import,HTS2024,73072300,10000,,
"""
FIRMS = """\
partner,code,firm,portion,rate,source
JPN,,A,0.2,60%,made up
JPN,,B,30%,Free,made up
JPN,,All others,0.5,40%,made up
JPN,7307.22.10,all others,1,5%,made up
KOR,,C,0.1,10%,made up
KOR,,all others,0.9,20%,made up
"""
SCENARIO = """\
id = "fittings"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
base = "5%"
[[measure]]
id = "order"
authority = "anti-dumping"
partners = ["JPN", "KOR"]
products = ["7307"]
rate = { split = "firms.csv" }
mode = "add"
source = "made up"
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with the run of the scenario, not to be written to."""
    found = Place(tmp_path_factory.mktemp("firms"))
    for name, text in (("trade.csv", TRADE), ("firms.csv", FIRMS), ("fittings.toml", SCENARIO)):
        (found.root / name).write_text(text, encoding="utf-8")
    assert found.do("ingest", found.root / "trade.csv", "--name", "t").code == 0
    done = found.do("run", found.root / "fittings.toml", "-q")
    assert done.code == 0, done.err
    return found


@pytest.fixture
def place(ran: Place, tmp_path: Path) -> Place:
    return Place(shutil.copytree(ran.root, tmp_path / "workspace"))


def test_each_firm_is_a_segment_with_its_own_duty(ran: Place) -> None:
    place = ran
    lines = place.table("lines", "fittings").sort("partner", "code", "segment")
    told = lines.select("partner", "code", "segment", "customs_value_usd", "duty_increment_usd")

    assert told.rows() == [
        ("JPN", "73072210", "whole", 1_000.0, 50.0),
        ("JPN", "73072300", "not order/A; not order/B", 50_000.0, 20_000.0),
        ("JPN", "73072300", "order/A", 20_000.0, 12_000.0),
        ("JPN", "73072300", "order/B", 30_000.0, 0.0),
        ("KOR", "73072300", "not order/C", 9_000.0, 1_800.0),
        ("KOR", "73072300", "order/C", 1_000.0, 100.0),
    ]
    parts = place.table("components", "fittings").filter(pl.col("segment") == "order/B")
    assert parts.select("status", "reason").row(0) == (
        "excluded",
        "exempt in the portion order/B",
    )
    assert place.table("by_importer", "fittings")["duty_increment_usd"].item() == 33_950.0


def test_a_line_in_parts_is_one_row_of_the_funnel(ran: Place) -> None:
    """Three rows of trade in six segments: three rows at each step, and the dollars once."""
    steps = ran.table("funnel", "fittings").select("kind", "stage", "rows", "value_usd")

    assert ran.table("lines", "fittings").height == 6
    assert {row[2:] for row in steps.rows() if row[0] == "kept"} == {(3, 111_000.0)}
    # The line of which B is free of the duty is a row of what is covered: its other parts are.
    assert [row[2:] for row in steps.rows() if row[0] == "part"] == [
        (3, 111_000.0), (3, 81_000.0), (3, 81_000.0), (3, 81_000.0), (0, 0.0), (0, 0.0),
    ]  # fmt: skip


def test_the_scenario_as_resolved_says_the_same(place: Place) -> None:
    text = (place.folder("fittings") / "scenario.toml").read_text(encoding="utf-8")

    assert 'rate = { split = "firms.csv" }' in text
    again = place.root / "again.toml"
    again.write_text(text, encoding="utf-8")
    assert assessed(place, again).lines().equals(place.table("lines", "fittings"))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("JPN,,A,0.2", "JPN,,A,0.3", "the portions of firms.csv of JPN sum to 1.1, not to 1"),
        ("KOR,,all others,0.9,20%,made up\n", "", 'firms.csv has no firm "all others" of KOR'),
        ("JPN,,B,30%", "JPN,,A,30%", "the firm is there twice"),
        ("KOR,,C,0.1", "KOR,,,0.1", "the row names no firm"),
        ("KOR,,C,0.1", "KOR,,C,", "the row has no portion"),
        ("firm,portion", "firma,portion", "column firm is missing"),
    ],
)
def test_faults_of_firms_are_told(place: Place, old: str, new: str, what: str) -> None:
    assert FIRMS.count(old) == 1
    (place.root / "firms.csv").write_text(FIRMS.replace(old, new), encoding="utf-8")
    done = place.do("run", place.root / "fittings.toml", "-q")

    assert done.code == 4
    assert what in done.err


REVIEW = """\
partner,firm,portion,rate
*,A,0.5,10%
*,all others,0.5,30%
"""
BY_STEP = """\
rate = [
    { from = 2024-01-01, rate = { split = "firms.csv" } },
    { from = 2024-07-01, rate = { split = "review.csv" } },
]
"""
BY_SEASON = """\
rate = [
    { season = "01-01..06-30", rate = { split = "firms.csv" } },
    { season = "07-01..12-31", rate = { split = "review.csv" } },
]
"""


def test_a_firm_may_have_another_portion_at_each_step(place: Place) -> None:
    """After the review A has a half of each flow at 10 %, all others 30 %: a fifth of 111,000."""
    (place.root / "review.csv").write_text(REVIEW, encoding="utf-8")
    text = SCENARIO.replace('rate = { split = "firms.csv" }\n', BY_STEP)
    path = place.root / "steps.toml"
    path.write_text(text, encoding="utf-8")
    before, after = (assessed(place, path, day) for day in ("2024-03-01", "2024-08-01"))
    assert before.sums()["duty_increment_usd"] == 33_950.0
    assert after.sums()["duty_increment_usd"] == 22_200.0
    assert after.lines()["segment"].unique().sort().to_list() == [
        "not order from 2024-07-01/A", "order from 2024-07-01/A",
    ]  # fmt: skip


def test_a_firm_may_have_another_portion_in_each_season(place: Place) -> None:
    """182 of 366 days under the first annex, 184 under the second."""
    (place.root / "review.csv").write_text(REVIEW, encoding="utf-8")
    text = SCENARIO.replace('rate = { split = "firms.csv" }\n', BY_SEASON)
    (place.root / "seasons.toml").write_text(
        text.replace('id = "fittings"', 'id = "seasons"'), encoding="utf-8"
    )
    assert place.do("run", place.root / "seasons.toml", "-q").code == 0
    found = place.table("by_importer", "seasons")["duty_increment_usd"].item()
    assert found == pytest.approx(33_950.0 * 182 / 366 + 22_200.0 * 184 / 366, abs=0.01)
