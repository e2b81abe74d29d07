"""Duties of an exporter, bans, tables of amounts: beside the importer's duties, never in them."""

from pathlib import Path
from typing import Any

import pytest

from tests.run.test_include import flow
from tests.run.tool import Place
from tests.validation.tables import write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

TOP = """
id = "answer"
importer = "{importer}"
nomenclature = "HS2022"
trade = "{table}"
base = "Free"
as_of = 2025-06-01
{top}
"""
DUTY = """
[[measure]]
id = "magnets"
authority = "section-301"
partners = ["CHN"]
products = ["8505"]
rate = "25%"
mode = "add"
source = "made up"
"""
EXPORT = """
[[measure]]
id = "rare-earths"
instrument = "export-duty"
authority = "china-export-law"
imposed_by = "CHN"
products = ["8505", "2805"]
rate = "{rate}"
mode = "add"
{more}
source = "made up"
"""
MASS = {"net_mass_kg": 2000.0}
OFF = {"cif_value_usd": 1000.0}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("exports"))
    none: Any = None
    write_trade(made.workspace, "world", [
        flow("USA", "CHN", "850511", 1_000_000.0), flow("USA", "CHN", "280530", 400_000.0, **MASS),
        flow("USA", "JPN", "850511", 999.0), flow("USA", "CHN", "870323", 5.0),
        flow("EU27", "CHN", "850511", none, **OFF),
        flow("EU27", "CHN", "280530", none, cif_value_usd=500.0, fob_value_usd=450.0),
        flow("CHN", "USA", "854231", none, fob_value_usd=700_000.0),
        flow("MEX", "USA", "854231", none, fob_value_usd=50.0),
    ])  # fmt: skip
    return made


def asked(place: Place, *measures: str, importer: str = "USA", top: str = "") -> dict[str, Any]:
    path = place.root / "answer.toml"
    text = TOP.format(importer=importer, table="world", top=top)
    path.write_text(text + "".join(measures), encoding="utf-8")
    done = place.run("--json", "-q", scenario=path)
    assert done.code == 0, done.err
    found: dict[str, Any] = done.object
    return found


def export(rate: str = "20%", more: str = "") -> str:
    return EXPORT.format(rate=rate, more=more)


def test_revenue_of_the_exporter_is_never_the_importer_s(place: Place) -> None:
    """25 % of 1,000,000 for the United States; 20 % of 1,400,000 for China."""
    told = asked(place, DUTY, export())

    assert told["figures"]["duty_increment_usd"] == 250_000.0
    assert told["figures"]["listed_value_usd"] == 1_000_000.0
    assert place.table("by_measure", "answer")["measure_id"].to_list() == ["magnets"]
    assert set(place.table("components", "answer")["measure_id"]) == {"magnets"}
    row = place.table("export_duties", "answer").row(0, named=True)
    assert row == {
        "importer": "USA", "measure_id": "rare-earths", "revenue_of": "CHN",
        "authority": "china-export-law", "state": "in force", "rate_text": "20%", "lines": 2,
        "covered_value_usd": 1_400_000.0, "in_force_value_usd": 1_400_000.0,
        "threatened_value_usd": 0.0, "value_not_fob_usd": 0.0, "export_duty_usd": 280_000.0,
        "export_duty_unknown_value_usd": 0.0, "threatened_export_duty_usd": None,
        "fob_share": None, "source": "made up",
    }  # fmt: skip
    assert told["export_duties"] == [row]


def test_an_export_duty_alone_is_a_result(place: Place) -> None:
    told = asked(place, export())

    assert told["figures"] == {}
    assert told["export_duties"][0]["export_duty_usd"] == 280_000.0
    screen = place.run("-q", scenario=place.root / "answer.toml").out
    assert (
        "export duty  rare-earths (CHN's revenue, in force): 280,000 USD on 1,400,000 USD" in screen
    )


@pytest.mark.parametrize(
    ("rate", "more", "figures"),
    [
        # Two tonnes of the second good; no mass of the first: its duty is unknown.
        ("50 USD/t", "", (100.0, 1_000_000.0, 0.0)),
        ("20%", "from = 2026-01-01", (None, 0.0, 1_400_000.0)),
        ("20%", 'except = ["850511"]', (80_000.0, 0.0, 0.0)),
    ],
)
def test_any_duty_expression_in_any_state(
    place: Place, rate: str, more: str, figures: tuple[float | None, ...]
) -> None:
    row = asked(place, export(rate, more))["export_duties"][0]

    names = ("export_duty_usd", "export_duty_unknown_value_usd", "threatened_value_usd")
    assert tuple(row[name] for name in names) == figures


@pytest.mark.parametrize(
    ("top", "figures"),
    [
        # Free on board 450 is recorded of one line; of the other only 1,000 with freight.
        ("", (90.0, 450.0, 1000.0, None)),
        ('fob_share = { central = 0.94, low = 0.9, source = "made up" }',
         (278.0, 1390.0, 0.0, 0.94)),
    ],
)  # fmt: skip
def test_values_on_another_basis_are_not_taken_for_it(
    place: Place, top: str, figures: tuple[float | None, ...]
) -> None:
    row = asked(place, export(), importer="EU27", top=top)["export_duties"][0]

    names = ("export_duty_usd", "in_force_value_usd", "value_not_fob_usd", "fob_share")
    assert tuple(row[name] for name in names) == figures


def test_a_mean_of_years_is_levied_on(place: Place) -> None:
    """20 % of half of 1,000,000 + 2,000,000; what is not free on board in one year is not known."""
    none: Any = None
    write_trade(place.workspace, "years", [
        flow("USA", "CHN", "850511", 1_000_000.0, period="2023"),
        flow("USA", "CHN", "850511", 2_000_000.0),
        flow("EU27", "CHN", "850511", none, fob_value_usd=100.0, cif_value_usd=110.0,
             period="2023"),
        flow("EU27", "CHN", "850511", none, cif_value_usd=90.0),
    ])  # fmt: skip
    found = []
    for importer in ("USA", "EU27"):
        text = TOP.format(importer=importer, table="years", top="") + export()
        (place.root / "years.toml").write_text(text, encoding="utf-8")
        done = place.run(
            "--json", "-q", "--period", "2023..2024", scenario=place.root / "years.toml"
        )
        assert done.code == 0, done.err
        row = done.object["export_duties"][0]
        found.append((row["export_duty_usd"], row["in_force_value_usd"], row["value_not_fob_usd"]))

    assert found == [(300_000.0, 1_500_000.0, 0.0), (None, 0.0, 100.0)]


def test_resolved_scenario_reads_back(place: Place, tmp_path: Path) -> None:
    top = 'fob_share = { central = 0.94, source = "made up" }'
    first = asked(place, DUTY, export(), top=top)
    again = tmp_path / "again.toml"
    again.write_bytes((place.folder("answer") / "scenario.toml").read_bytes())

    assert place.run("--json", scenario=again).object["run"]["run_id"] == first["run"]["run_id"]


def ban(name: str, kind: str, code: str, more: str = "") -> str:
    return (
        f'[[measure]]\nid = "{name}"\ninstrument = "{kind}"\nauthority = "bans"\n'
        f'products = ["{code}"]\nsource = "made up"\n{more}\n'
    )


def test_bans_have_the_trade_that_they_reach(place: Place) -> None:
    asked(
        place,
        ban("of-japan", "import-ban", "8505", 'partners = ["JPN"]'),
        ban("by-china", "export-ban", "8505", 'imposed_by = "CHN"'),
        ban("to-china", "export-ban", "8542", 'partners = ["CHN"]'),
        ban("to-all", "export-ban", "8542"),
    )
    rows = place.table("instruments", "answer").select(
        "measure_id", "imposed_by", "trade_value_usd"
    )

    assert rows.rows() == [
        ("by-china", "CHN", 1_000_000.0),
        ("of-japan", "USA", 999.0),
        ("to-all", "USA", 700_050.0),
        ("to-china", "USA", 700_000.0),
    ]


def test_exports_that_the_table_does_not_have_are_unknown(place: Place) -> None:
    asked(place, ban("to-china", "export-ban", "8542", 'partners = ["CHN"]'), importer="EU27")

    assert place.table("instruments", "answer")["trade_value_usd"].to_list() == [None]


def test_tables_of_amounts_are_summed_and_kept(place: Place) -> None:
    """1,000,000.10 + 499,999.95 + 0.45; the least of the second is 400,000, of others the same."""
    awards = place.root / "awards.csv"
    awards.write_text(
        "partner,code,group,amount_usd,low_usd,source,note\n"
        "JPN,,telecom,1000000.10,,register,first\n"
        "Japan,8517,,499999.95,400000,register,\n,,,0.45,,,\n",
        encoding="utf-8",
    )
    more = (
        'covered_usd = { central = 3e6, source = "a" }\n'
        'affected = { table = "awards.csv", source = "b" }\n'
    )
    asked(place, ban("title-vii", "procurement-ban", "8517", more))
    row = place.table("instruments", "answer").row(0, named=True)

    names = (
        "affected_usd",
        "affected_low_usd",
        "affected_high_usd",
        "affected_rows",
        "covered_rows",
    )
    assert [row[name] for name in names] == [1_500_000.50, 1_400_000.55, None, 3, None]
    assert row["affected_share"] == 0.5000001666666667
    kept = place.table("amounts", "answer")
    assert kept.select("source_row", "source_id", "partner", "code", "product_group").rows() == [
        (2, "awards.csv", "JPN", None, "telecom"),
        (3, "awards.csv", "JPN", "8517", None),
        (4, "awards.csv", None, None, None),
    ]
    assert place.do("verify", "answer").code == 0
    awards.write_bytes(awards.read_bytes() + b"JPN,,,1,,,\n")
    done = place.do("verify", "answer")
    assert done.code == 8
    assert "awards.csv has changed since the run" in done.err
