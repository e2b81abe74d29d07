"""On which value an importer levies duty that the tool does not know, as the scenario says."""

from pathlib import Path

import polars as pl
import pytest

from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

TRADE = (
    "importer,partner,period,flow,nomenclature,code,cif_value_usd,fob_value_usd\n"
    "BRA,USA,2024,import,HS2022,870323,1100,1000\n"
    "USA,BRA,2024,import,HS2022,870323,1100,1000\n"
)
SCENARIO = """
id = "answer"
importer = "BRA"
nomenclature = "HS2022"
trade = "t"
base = "35%"
[[measure]]
id = "cars"
authority = "reciprocity"
products = ["8703"]
rate = "10%"
mode = "add"
source = "made up"
"""
STATED = 'levied_on = {{ basis = "{}", source = "decree" }}\n'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    (tmp_path / "trade.csv").write_text(TRADE, encoding="utf-8")
    assert found.do("ingest", tmp_path / "trade.csv", "--name", "t", "-q").code == 0
    return found


def scenario(place: Place, top: str, importer: str = "BRA") -> Path:
    path = place.root / "answer.toml"
    path.write_text(top + SCENARIO.replace("BRA", importer), encoding="utf-8")
    return path


@pytest.mark.parametrize(("basis", "duties"), [("cif", (385.0, 110.0)), ("fob", (350.0, 100.0))])
def test_a_basis_that_is_stated_is_levied_on(
    place: Place, basis: str, duties: tuple[float, float]
) -> None:
    done = place.run("-q", "--json", scenario=scenario(place, STATED.format(basis)))
    assert done.code == 0, done.err
    total = place.table("by_importer").row(0, named=True)
    assert (total["duty_before_usd"], total["duty_increment_usd"]) == duties
    assert done.object["failed_checks"] == []


def test_a_basis_that_is_missing_is_asked_for_by_its_key(place: Place) -> None:
    done = place.run("-q", scenario=scenario(place, ""))
    assert done.code == 3
    assert "1 row of BRA has no value on which it levies duty" in done.err
    assert 'at the top of the scenario, levied_on = { basis = "cif", source = "..." }' in done.err


@pytest.mark.parametrize(
    ("top", "importer", "what"),
    [
        (STATED.format("CIF"), "BRA", '"CIF" is not a value that duty is levied on'),
        (STATED.format("cif"), "USA", "USA levies duty on fob values, by law"),
        ('levied_on = { basis = "cif" }\n', "BRA", "source is missing"),
        ('levied_on = "cif"\n', "BRA", 'write levied_on = { basis = "cif", source = "..." }'),
    ],
)
def test_what_cannot_be_stated(place: Place, top: str, importer: str, what: str) -> None:
    done = place.run("-q", scenario=scenario(place, top, importer))
    assert done.code == 4
    assert what in done.err


@pytest.mark.parametrize(("basis", "duty", "not_fob"), [("fob", 200.0, 0.0), ("cif", None, 1000.0)])
def test_an_exporter_levies_on_customs_values_that_are_free_on_board(
    tmp_path: Path, basis: str, duty: float | None, not_fob: float
) -> None:
    """China's 20 % on what Brazil recorded at 1,000: a value free on board only if it says so."""
    place = Place(tmp_path)
    flows = "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"
    flows += "BRA,CHN,2024,import,HS2022,850511,1000\n"
    (tmp_path / "trade.csv").write_text(flows, encoding="utf-8")
    assert place.do("ingest", tmp_path / "trade.csv", "--name", "t", "-q").code == 0
    law = SCENARIO.replace('products = ["8703"]\nrate = "10%"', 'products = ["8505"]\nrate = "20%"')
    law = law.replace('"cars"', '"magnets"\ninstrument = "export-duty"\nimposed_by = "CHN"')
    path = tmp_path / "answer.toml"
    path.write_text(STATED.format(basis) + law, encoding="utf-8")
    done = place.run("-q", scenario=path)
    assert done.code == 0, done.err
    row = place.table("export_duties").row(0, named=True)
    assert (row["export_duty_usd"] or None, row["value_not_fob_usd"]) == (duty, not_fob)


def test_parts_of_a_flow_that_were_added_up_are_a_step_of_the_funnel(tmp_path: Path) -> None:
    """Brazil's eight digits stay, and its parts by state, which are one flow, lose no value."""
    place = Place(tmp_path)
    header = (
        '"CO_ANO";"CO_MES";"CO_NCM";"CO_UNID";"CO_PAIS";"SG_UF_NCM";"CO_VIA";"CO_URF";"QT_ESTAT";'
        '"KG_LIQUIDO";"VL_FOB";"VL_FRETE";"VL_SEGURO"'
    )
    rows = [
        f'"2025";"01";"{code}";"11";"249";"{state}";"01";"0817600";1;9;{value};0;0'
        for code, state, value in (
            ("87032310", "MT", 200),
            ("87032310", "SP", 300),
            ("87032390", "SP", 300),
        )
    ]
    (tmp_path / "IMP_2025.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    (tmp_path / "codes.csv").write_text("code,iso3\n249,USA\n", encoding="utf-8")
    own = ("--partner-codes", tmp_path / "codes.csv", "-q")
    assert place.do("ingest", tmp_path / "IMP_2025.csv", "--name", "t", *own).code == 0
    line = SCENARIO.replace("HS2022", "NCM2025").replace('"8703"', '"8703.23.10"')
    (tmp_path / "line.toml").write_text(STATED.format("fob") + line, encoding="utf-8")
    done = place.run("-q", "--json", scenario=tmp_path / "line.toml")
    assert done.code == 0, done.err
    assert done.object["failed_checks"] == []
    funnel = place.table("funnel").filter(pl.col("kind") != "part")
    assert funnel.select("kind", "rows", "value_usd").rows() == [
        ("in", 3, 800.0),
        ("excluded", 1, 0.0),
        ("kept", 2, 800.0),
    ]
    assert place.table("by_importer")["listed_value_usd"].to_list() == [500.0]
