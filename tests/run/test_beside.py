"""Flows that the trade table does not hold, and duty that is paid back: beside, never within."""

from pathlib import Path
from typing import Any

import pytest

from tests.run.test_include import flow
from tests.run.tool import Done, Place
from tests.validation.tables import write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

SCENARIO = """
id = "parcels"
importer = "USA"
nomenclature = "HS2022"
trade = "world"
as_of = 2025-06-01
base = "10%"

[[measure]]
id = "reciprocal"
authority = "reciprocal"
partners = ["CHN", "HKG"]
products = "all"
except = ["4901"]
rate = "30%"
mode = "add"
source = "made up"
{measure}

[[measure]]
id = "magnets"
authority = "section-301"
partners = ["CHN"]
products = ["8505"]
rate = "25%"
mode = "add"
source = "made up"

[[stacking]]
section-301 = "adds"
source = "made up"

{more}
"""
PARCELS = """
[[beside]]
id = "small-consignments"
table = "parcels.csv"
measure = "reciprocal"
source = "customs"
"""
CELLS = """partner,code,value_usd,low_usd,high_usd,source
CHN,,1000.10,900,1200,register
HKG,6109,200,,,
JPN,,50,,,
CHN,490199,7,,,
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("beside"))
    rows = [flow("USA", "CHN", "850511", 1_000_000.0), flow("USA", "HKG", "610910", 10_000.0)]
    write_trade(made.workspace, "world", rows)
    (made.root / "parcels.csv").write_text(CELLS, encoding="utf-8")
    return made


def asked(place: Place, more: str, *arguments: str, measure: str = "") -> Done:
    path = place.root / "parcels.toml"
    path.write_text(SCENARIO.format(more=more, measure=measure), encoding="utf-8")
    return place.run("-q", *arguments, scenario=path)


def told(place: Place, more: str, measure: str = "") -> dict[str, Any]:
    done = asked(place, more, "--json", measure=measure)
    assert done.code == 0, done.err
    found: dict[str, Any] = done.object
    return found


def test_parcels_are_charged_beside_the_lines(place: Place) -> None:
    """30 % of 1,000.10 and of 200; of Japan none, of printed matter none."""
    plain = told(place, "")
    found = told(place, PARCELS)
    rows = place.table("beside", "parcels")

    figures = ("source_row", "partner", "status", "duty_usd", "duty_low_usd", "duty_high_usd")
    assert rows.select(figures).rows() == [
        (2, "CHN", "charged", 300.03, 270.0, 360.0),
        (3, "HKG", "charged", 60.0, None, None),
        (4, "JPN", "not reached", 0.0, None, None),
        (5, "CHN", "not reached", 0.0, None, None),
    ]
    assert found["figures"] == plain["figures"]
    assert found["failed_checks"] == []
    steps = place.table("funnel", "parcels").select("kind", "stage", "rows", "value_usd").rows()
    assert steps[-1] == ("beside", "beside the trade table: small-consignments", 4, 1257.1)
    assert found["read"] == {"rows": 2, "value_usd": 1_010_000.0}
    screen = place.run("-q", scenario=place.root / "parcels.toml").out
    assert "beside       small-consignments: 1,257 USD not in the table, duty 360 USD" in screen


def test_what_is_not_in_force_only_threatens(place: Place) -> None:
    rows = told(place, PARCELS, 'events = [{ on = 2024-01-01, is = "announced" }]')["beside"]

    assert [(row["status"], row["duty_usd"], row["threatened_duty_usd"]) for row in rows[:2]] == [
        ("threatened", 0.0, 300.03), ("threatened", 0.0, 60.0),
    ]  # fmt: skip


def test_a_rate_of_their_own_on_one_amount(place: Place) -> None:
    flows = PARCELS.replace('table = "parcels.csv"\nmeasure = "reciprocal"', 'rate = "54%"\n'
                            "central = 1e9\nlow = 8e8")  # fmt: skip
    row = told(place, flows)["beside"][0]

    names = ("source_row", "source_id", "value_usd", "duty_usd", "duty_low_usd", "duty_high_usd")
    assert [row[name] for name in names] == [1, "parcels.toml", 1e9, 5.4e8, 4.32e8, None]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('measure = "reciprocal"', "", "a flow beside the trade is charged by one rate or one"),
        ('measure = "reciprocal"', 'rate = "5 USD/kg"', '"5 USD/kg" is not a share of the value'),
        ('table = "parcels.csv"', "", "the flow has no value"),
        ('measure = "reciprocal"', 'measure = "recprocal"',
         'the measure "recprocal" is not in the scenario\nwhere: parcels.toml line 37, beside, '
         'item 1, measure\nhint: did you mean reciprocal?\n'),
    ],
)  # fmt: skip
def test_flows_that_cannot_be_charged(place: Place, old: str, new: str, what: str) -> None:
    done = asked(place, PARCELS.replace(old, new))

    assert done.code == 4
    assert what in done.err
    checked = place.do("scenario", "check", place.root / "parcels.toml")
    assert (checked.code, checked.err) == (4, done.err)


@pytest.mark.parametrize(
    "measure",
    ['rate = { all = "30%", HKG = "10%" }', 'rate = "5 USD/kg"', 'rate = "30% all-in"'],
)
def test_a_flow_is_checked_against_the_rate_of_its_measure(place: Place, measure: str) -> None:
    text = SCENARIO.format(more=PARCELS, measure="").replace('rate = "30%"\nmode = "add"', measure)
    path = place.root / "parcels.toml"
    path.write_text(text, encoding="utf-8")
    done = place.do("scenario", "check", path)
    assert done.code == 4
    assert done.err == (
        "error: the flow small-consignments is charged by reciprocal, which has several rates, or "
        "one that is no share of value\nwhere: parcels.toml, [[beside]] small-consignments\n"
        'hint: write the rate itself: rate = "30%"\n'
    )


def test_a_flow_is_not_charged_by_what_is_no_import_duty(place: Place) -> None:
    flow = PARCELS.replace('"reciprocal"', '"rare-earths"')
    done = asked(place, LEFT_OUT + flow)
    assert done.code == 4
    assert 'the measure "rare-earths" is export-duty, no import duty' in done.err


def test_drawback_is_beside_the_duty(place: Place) -> None:
    """Base 10 % of 1,010,000; added 30 % of 1,010,000, and 25 % of 1,000,000."""
    plain = told(place, "")["figures"]
    found = told(
        place,
        '[drawback]\nshare = { central = 0.1, low = 0.05, high = "20%", source = "study" }\n'
        'section-301 = { central = 0, source = "9903.88, no drawback" }\n',
    )
    names = ("part", "duty_usd", "drawback_usd", "duty_after_drawback_usd",
             "duty_after_drawback_low_usd", "duty_after_drawback_high_usd")  # fmt: skip

    assert [tuple(row[name] for name in names) for row in found["drawback"]] == [
        ("base", 101_000.0, 10_100.0, 90_900.0, 80_800.0, 95_950.0),
        ("reciprocal", 303_000.0, 30_300.0, 272_700.0, 242_400.0, 287_850.0),
        ("section-301", 250_000.0, 0.0, 250_000.0, None, None),
    ]
    assert found["figures"] == plain
    assert sum(row["duty_usd"] for row in found["drawback"]) == plain["duty_after_usd"]


def test_only_what_has_a_share_is_told(place: Place) -> None:
    only = '[drawback]\nreciprocal = { central = 0.5, source = "study" }\n'
    rows = told(place, only)["drawback"]
    wrong = asked(place, only.replace("reciprocal", "reciprcal"))

    assert [(row["part"], row["drawback_usd"]) for row in rows] == [("reciprocal", 151_500.0)]
    assert wrong.code == 4
    assert '"reciprcal" is no authority of the scenario' in wrong.err
    assert "did you mean reciprocal?" in wrong.err


def test_resolved_scenario_reads_back(place: Place, tmp_path: Path) -> None:
    drawback = '[drawback]\nsection-301 = { central = 0.5, source = "study" }\n'
    first = told(place, PARCELS + drawback)
    again = tmp_path / "again.toml"
    again.write_bytes((place.folder("parcels") / "scenario.toml").read_bytes())
    (tmp_path / "parcels.csv").write_text(CELLS, encoding="utf-8")

    assert place.run("--json", scenario=again).object["run"]["run_id"] == first["run"]["run_id"]


LEFT_OUT = """
[[measure]]
id = "rare-earths"
authority = "export-control"
direction = "export"
imposed_by = "CHN"
products = ["8505"]
rate = "10%"
source = "made up"

[[measure]]
id = "buy-at-home"
authority = "title-vii"
instrument = "procurement-ban"
partners = ["CHN"]
products = ["8505"]
source = "made up"

[drawback]
share = { central = 0.05, source = "made up" }

[effects]
penetration = { central = 0.4, source = "made up" }
"""


def test_a_sweep_says_what_it_leaves_out(place: Place) -> None:
    path = place.root / "parcels.toml"
    path.write_text(SCENARIO.format(more=PARCELS + LEFT_OUT, measure=""), encoding="utf-8")
    notes = [
        "Export duties (rare-earths) are in no figure here; retorsion run has them.",
        "Bans (buy-at-home) are in no figure here; retorsion run has them.",
        "Flows beside the trade table (small-consignments) are in no figure here; retorsion run "
        "has them.",
        "Duty is told before drawback; retorsion run has it.",
        "Duty is told at unchanged trade, without what trade does in answer; retorsion run has it.",
    ]
    done = place.do("sweep", path, "--rate", "magnets=0:25:25", "-q")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-5:] == [f"note: {note}" for note in notes]
    told = place.do("sweep", path, "--rate", "magnets=0:25:25", "-q", "--json").object
    assert told["notes"] == notes
    # 1,000,000 of China pays 30 and 25 percent, 10,000 of Hong Kong 30.
    assert [row["duty_increment_usd"] for row in told["sweep"]] == [303_000.0, 553_000.0]
    path.write_text(SCENARIO.format(more="", measure=""), encoding="utf-8")
    assert place.do("sweep", path, "--rate", "magnets=0:5:5", "--json").object["notes"] == []
