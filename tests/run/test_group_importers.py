"""The European Union as an importer: what its members send each other is no import of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.run.tool import Place
from tests.validation.tables import row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

SCENARIO = """
id = "eu"
importer = "EU27"
nomenclature = "HS2022"
trade = "{table}"
base = "10%"
{top}

[[measure]]
id = "all-cars"
authority = "surtax"
products = ["8703"]
rate = "25%"
mode = "add"
source = "made up"
"""
CARS = "870323"


def flow(importer: str, partner: str, cif: float, **cells: Any) -> dict[str, Any]:
    own = {"importer": importer, "partner": partner, "code": CARS, "nomenclature": "HS2022"}
    values = {"customs_value_usd": None, "cif_value_usd": cif, "fob_value_usd": None}
    return row(**own | values | {"quantity": None, "quantity_unit": None} | cells)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "workspace")
    union = [
        flow("EU27", "USA", 1000.0), flow("EU27", "GBR", 400.0),
        flow("EU27", "DEU", 70.0), flow("EU27", "SVK", 5.0),
        flow("EU27", "DEU", 3.0, period="2023"), flow("USA", "DEU", 600.0),
    ]  # fmt: skip
    members = [flow("DEU", "USA", 900.0), flow("FRA", "USA", 100.0), flow("FRA", "DEU", 80.0)]
    write_trade(made.workspace, "union", union)
    write_trade(made.workspace, "members", members)
    write_trade(made.workspace, "older", [flow("EU27", "USA", 1.0, period="2019")])
    return made


def scenario(place: Place, table: str, top: str = "") -> Path:
    path = place.root / "eu.toml"
    path.write_text(SCENARIO.format(table=table, top=top), encoding="utf-8")
    return path


def test_trade_within_the_union_is_left_out_with_its_dollars(place: Place) -> None:
    done = place.run("--period", "2024", "--json", scenario=scenario(place, "union"))

    assert done.code == 0, done.err
    assert place.table("lines").select("partner", "customs_value_usd").rows() == [
        ("GBR", 400.0),
        ("USA", 1000.0),
    ]
    whole = place.table("by_importer").row(0, named=True)
    # Imports are the 1,400 from outside; a quarter of them is added to the tenth owed before.
    figures = ("imports_value_usd", "duty_before_usd", "duty_increment_usd", "coverage_ratio")
    assert [whole[name] for name in figures] == [1400.0, 140.0, 350.0, 1.0]
    steps = place.table("funnel").select("kind", "stage", "rows", "value_usd").rows()
    assert steps[:4] == [
        ("in", "rows of the trade table", 6, 2078.0),
        ("excluded", "imports of other importers", 1, 600.0),
        ("excluded", "trade within EU27", 3, 78.0),
        ("kept", "imports of EU27 in 2024", 2, 1400.0),
    ]
    assert done.object["failed_checks"] == []
    assert [note for note in done.object["run"]["notes"] if "trade among" in note] == [
        "trade among the 27 members of EU27 is no import of it: AUT, BEL, BGR, CYP, CZE, DEU, DNK, "
        "ESP, EST, FIN, FRA, GRC, HRV, HUN, IRL, ITA, LTU, LUX, LVA, MLT, NLD, POL, PRT, ROU, SVK, "
        "SVN, SWE"
    ]


def test_share_of_a_member_s_exports_counts_what_others_import(place: Place) -> None:
    text = scenario(place, "union").read_text(encoding="utf-8")
    path = place.root / "us.toml"
    path.write_text(text.replace('"EU27"', '"USA"').replace('"eu"', '"us"'), encoding="utf-8")
    write_trade(
        place.workspace, "fob", [flow("USA", "DEU", 600.0, fob_value_usd=600.0),
                                 flow("EU27", "DEU", 200.0)],
    )  # fmt: skip
    assert place.run("--trade", "fob", scenario=path).code == 0

    row = place.table("by_partner").row(0, named=True)
    assert (row["partner_exports_value_usd"], row["share_of_partner_exports"]) == (800.0, 0.75)


def test_members_listed_as_importers_are_refused(place: Place) -> None:
    done = place.run("-q", scenario=scenario(place, "members"))

    assert done.code == 4
    assert done.err == (
        "error: the table lists 2 members of EU27 as importers (DEU, FRA), and not EU27 itself\n"
        "where: members.parquet, column importer\n"
        "hint: add their imports from outside EU27 up to rows of the importer EU27 and ingest "
        "those; USD 80 of them are trade within it\n"
    )


@pytest.mark.parametrize(
    ("table", "top", "told"),
    [
        ("union", "as_of = 2024-06-01", []),
        ("union", "as_of = 2019-06-01",
         ["EU27 does not exist at 2019-06-01; the members are those that it had"]),
        ("older", "",
         ["EU27 has its members from 2020-02-01, and the trade is of 2019: what comes from these "
          "members is left out, from others it is not"]),
    ],
)  # fmt: skip
def test_membership_is_dated(place: Place, table: str, top: str, told: list[str]) -> None:
    period = () if table == "older" else ("--period", "2024")
    done = place.run(*period, "--json", scenario=scenario(place, table, top))

    notes = done.object["run"]["notes"]
    assert [one for one in notes if "does not exist" in one or "has its" in one] == told
