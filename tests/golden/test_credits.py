"""Credits worked by hand: amounts shared out over lines, and rebates as a rate.

The measure is 25 % on car parts. Three lines of Japan of 400 USD each owe 100; one of Korea of
1,000 owes 250. The offset of Japan is 100 USD: a third of it is 33.33333, so each of three lines
gets 33.3333, and the ten-thousandth that is left goes to the first of them. The offset for all
others is 1,000 USD, of which Korea's duty takes 250; that of Germany, which sells nothing, is left.

The rebate is that of the import adjustment offset of 2025 as engines model it: 3.75 % on the
share of parts that go into cars assembled in the United States, 33 %, so 1.2375 % of the value
(general knowledge of Proclamation 10925, to be verified): 25 % is then 23.7625 %.
"""

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.run.assessed import Assessed, assessed
from tests.run.tool import Place
from tests.shortened import shorten

pytestmark = pytest.mark.usefixtures("tables_alone")

TRADE = """\
importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit
USA,JPN,2024,import,HTS2024,87082990,400,,
USA,JPN,2024,import,HTS2024,87083050,400,,
USA,JPN,2024,import,HTS2024,87089981,400,,
USA,KOR,2024,import,HTS2024,87082990,1000,,
"""
OFFSETS = """\
importer,partner,code,amount_usd,low_usd,high_usd,source
USA,JPN,8708,100,80,120,made up
USA,*,*,1000,,,made up
USA,DEU,8708,50,,,made up
CAN,JPN,8708,7,,,made up
"""
TOP = """\
id = "parts"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
base = "2.5%"
[[measure]]
id = "parts"
authority = "section-232"
products = ["8708"]
rate = "25%"
mode = "add"
source = "made up"
"""
TABLE = 'credit = { table = "offsets.csv", cap = "own duty" }\n'
REBATE = 'credit = { rate = "3.75%", share = 0.33, source = "made up" }\n'
OTHER = """\
[[measure]]
id = "other"
authority = "section-301"
products = ["8708"]
rate = "10%"
mode = "add"
source = "made up"
[[stacking]]
section-301 = "adds"
section-232 = "adds"
source = "made up"
"""


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with the trade, not to be written to."""
    found = Place(tmp_path_factory.mktemp("credits"))
    (found.root / "trade.csv").write_text(TRADE, encoding="utf-8")
    (found.root / "offsets.csv").write_text(OFFSETS, encoding="utf-8")
    done = found.do("ingest", found.root / "trade.csv", "--name", "t")
    assert done.code == 0, done.err
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        assert found.do("validate", found.workspace.trade / "t.parquet").code == 0
    return found


@pytest.fixture
def place(ingested: Place, tmp_path: Path) -> Place:
    return Place(shutil.copytree(ingested.root, tmp_path / "workspace"))


def ran(place: Place, text: str) -> str:
    (place.root / "parts.toml").write_text(text, encoding="utf-8")
    done = place.do("run", place.root / "parts.toml", "-q")
    assert done.code == 0, done.err
    return done.out


def put(place: Place, text: str) -> Assessed:
    """The same as far as lines and measures on them."""
    path = place.root / "parts.toml"
    path.write_text(text, encoding="utf-8")
    return assessed(place, path)


def parts_of(components: pl.DataFrame) -> list[Any]:
    """What the measure comes to on each line before the credit, the credit, and what is owed."""
    parts = components.filter(pl.col("measure_id") == "parts")
    figures = ("duty_before_credit_usd", "credit_usd", "measure_duty_usd")
    return parts.sort("partner", "code").select(figures).rows()


def test_an_amount_is_shared_out_to_the_last_ten_thousandth(place: Place) -> None:
    told = ran(place, TOP + TABLE)

    assert parts_of(place.table("components", "parts")) == [
        (100.0, 33.3334, 66.6666),
        (100.0, 33.3333, 66.6667),
        (100.0, 33.3333, 66.6667),
        (250.0, 250.0, 0.0),
    ]
    credits = place.table("credits", "parts").drop("importer", "measure_id", "source")
    assert credits.rows() == [
        ("*", "*", 1, 1000.0, None, None, 250.0, 750.0),
        ("DEU", "8708", 0, 50.0, None, None, 0.0, 50.0),
        ("JPN", "8708", 3, 100.0, 80.0, 120.0, 100.0, 0.0),
    ]
    assert "credit       parts, *, *: 250 of 1,000 USD used, 750 not" in told
    lines = place.table("lines", "parts").sort("partner", "code")
    assert lines["duty_increment_usd"].to_list() == [66.6666, 66.6667, 66.6667, 0.0]
    assert lines["rate_after"].to_list() == pytest.approx(
        [0.025 + 66.6666 / 400, 0.025 + 66.6667 / 400, 0.025 + 66.6667 / 400, 0.025]
    )
    measure = place.table("by_measure", "parts").row(0, named=True)
    assert (measure["measure_duty_usd"], measure["credit_usd"]) == (200.0, 350.0)


@pytest.mark.parametrize(
    ("rate", "duties"),
    [
        ('rate = "25%"', (100.0, 4.95, 95.05)),
        ('rate = "15% all-in"', (50.0, 4.95, 45.05)),
        ('rate = "1%"', (4.0, 4.0, 0.0)),
    ],
)
def test_a_rebate_is_a_rate_that_never_takes_more_than_the_duty(
    place: Place, rate: str, duties: tuple[float, float, float]
) -> None:
    text = TOP.replace(
        'rate = "25%"\nmode = "add"', rate if "all-in" in rate else f'{rate}\nmode = "add"'
    )
    found = put(place, text + REBATE)

    assert parts_of(found.components())[:3] == [duties] * 3
    line = found.lines().sort("partner", "code").row(0, named=True)
    assert line["rate_after"] == pytest.approx(0.025 + duties[2] / 400, abs=1e-12)


def test_a_share_may_be_a_content(place: Place) -> None:
    content = '[contents.us-assembly]\ncentral = 0.33\nlow = 0.2\nhigh = 0.4\nsource = "made up"\n'
    found = put(place, TOP + REBATE.replace("0.33", '"us-assembly"') + content)

    assert parts_of(found.components())[0] == (100.0, 4.95, 95.05)


def test_parts_by_authority_add_up_with_a_credit(place: Place) -> None:
    ran(place, TOP + TABLE + OTHER)
    total = place.table("by_importer", "parts")["duty_increment_usd"].item()
    shares = dict(
        place.table("by_authority", "parts").select("authority", "duty_increment_usd").iter_rows()
    )

    assert total == 200.0 + 220.0
    assert shares == {"section-232": 200.0, "section-301": 220.0}


def test_a_sweep_takes_the_credit_off_at_each_rate(place: Place) -> None:
    """At 10 % Japan owes 120 less 100, Korea 100 less 100; at 25 % what a run says."""
    (place.root / "parts.toml").write_text(TOP + TABLE, encoding="utf-8")
    done = place.do("sweep", place.root / "parts.toml", "--rate", "parts=0:25:5", "--json", "-q")

    assert done.code == 0, done.err
    rows = {
        round(row["measure_rate"], 2): row["duty_increment_usd"] for row in done.object["sweep"]
    }
    assert (rows[0.0], rows[0.1], rows[0.25]) == (0.0, 20.0, 200.0)


def test_a_credit_shared_with_an_unknown_duty_is_unknown(place: Place) -> None:
    text = TOP.replace('"25%"', '{ all = "25%", KOR = "1 USD/kg" }')
    offsets = "partner,code,amount_usd,source\n*,*,100,made up\n"
    (place.root / "offsets.csv").write_text(offsets, encoding="utf-8")
    ran(place, text + TABLE)
    reasons = place.table("components", "parts").sort("partner", "code")["duty_unknown_reason"]

    assert parts_of(place.table("components", "parts"))[0] == (100.0, None, None)
    assert reasons.to_list() == [
        *["its credit is shared with lines on which its duty is unknown"] * 3,
        "specific rate per kg; the table has no such quantity",
    ]
    assert place.table("credits", "parts").select("used_usd", "unused_usd").rows() == [(None, None)]


@pytest.mark.parametrize(
    ("credit", "offsets", "what"),
    [
        ('{ cap = "own duty" }', OFFSETS, "a credit is either a table of amounts or a rate"),
        ('{ table = "offsets.csv", cap = "all" }', OFFSETS, 'cap is "all"'),
        ('{ rate = "1 USD/kg", source = "x" }', OFFSETS, "is no share of the value"),
        ('{ rate = "1%" }', OFFSETS, "source is missing: a rebate must have it"),
        ('{ rate = "1%", share = "sand", source = "x" }', OFFSETS, '"sand" is not a content'),
        (
            '{ table = "offsets.csv", cap = "own duty" }',
            OFFSETS.replace(",100,", ",-1,"),
            '"-1" is not an amount of USD',
        ),
        (
            '{ table = "offsets.csv", cap = "own duty" }',
            OFFSETS + "USA,JPN,8708,5,,,made up\n",
            "row 2 gives the same goods an amount",
        ),
    ],
)
def test_faults_of_a_credit_are_told(place: Place, credit: str, offsets: str, what: str) -> None:
    (place.root / "offsets.csv").write_text(offsets, encoding="utf-8")
    (place.root / "parts.toml").write_text(f"{TOP}credit = {credit}\n", encoding="utf-8")
    done = place.do("run", place.root / "parts.toml", "-q")

    assert done.code == 4
    assert what in done.err


def test_the_ends_of_a_credit_are_told(place: Place) -> None:
    """Of Japan's 300 USD 80 to 120 are taken off, at low and high; Korea's 250 all the same."""
    told = ran(place, TOP + TABLE)

    found = place.table("assumptions", "parts").drop("calibrated_to", "reason")
    figures = found.select("assumption", "kind", "end", "duty_increment_usd", "source").rows()
    assert figures == [
        ("parts/credit", "credit", "high", 180.0, "made up"),
        ("parts/credit", "credit", "low", 220.0, "made up"),
    ]
    assert found["central_least"].to_list() == [None, None]
    assert "assumed      parts/credit: duty added 180 to 220 USD" in told


def test_a_credit_and_a_portion_go_to_their_ends_together(place: Place) -> None:
    """A half to all of the flow pays: Japan owes 150 or 300, Korea 125 or 250, less the credits."""
    portion = 'portion = { central = 0.5, high = 1.0, source = "made up" }\n'
    ran(place, TOP + portion + TABLE)

    found = place.table("assumptions", "parts")
    by_end = {
        (one["assumption"], one["end"]): one["duty_increment_usd"]
        for one in found.iter_rows(named=True)
    }
    assert by_end == {
        ("all together", "least duty"): 30.0,  # 150 less 120
        ("all together", "most duty"): 220.0,  # 300 less 80
        ("parts/credit", "low"): 70.0,
        ("parts/credit", "high"): 30.0,
        ("parts/portion", "low"): 50.0,
        ("parts/portion", "high"): 200.0,
    }


def test_credits_without_a_range_are_no_assumption(place: Place) -> None:
    (place.root / "offsets.csv").write_text(
        "partner,amount_usd,source\nJPN,100,made up\n", encoding="utf-8"
    )
    ran(place, TOP + TABLE)
    assert not (place.folder("parts") / "assumptions.parquet").exists()
