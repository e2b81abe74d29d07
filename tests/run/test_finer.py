"""A schedule in ten digits on trade in six: a portion of a code, or the whole as an upper bound."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.run.manifest import read_manifest
from tests.run.tool import Place
from tests.validation.tables import row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

SCENARIO = """
id = "finer"
importer = "USA"
nomenclature = "HTS2024"
trade = "six-digits"
base = "2.5%"

[[measure]]
id = "wheels"
authority = "section-301"
partners = ["JPN"]
products = ["8708.70.45.30", "8708.70.60", "8708.80"]
rate = "25%"
mode = "add"
source = "made up"
"""


def flow(code: str, usd: float) -> dict[str, Any]:
    own = {"importer": "USA", "partner": "JPN", "code": code, "nomenclature": "HS2022"}
    values = {"customs_value_usd": usd, "cif_value_usd": None, "fob_value_usd": None}
    return row(**own | values | {"quantity": None, "quantity_unit": None})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "workspace")
    rows = [flow("870870", 1000.0), flow("870880", 50.0), flow("870899", 7.0)]
    write_trade(made.workspace, "six-digits", rows)
    return made


def run(place: Place, text: str = SCENARIO) -> None:
    path = place.root / "finer.toml"
    path.write_text(text, encoding="utf-8")
    done = place.run(scenario=path)
    assert done.code == 0, done.err


def notes(place: Place) -> list[str]:
    """The notes of the run that are on parts of codes."""
    told: list[str] = read_manifest(place.folder()).facts["notes"]
    return [note for note in told if "finer" in note]


def test_the_whole_code_is_taken_and_told_as_an_upper_bound(place: Place) -> None:
    run(place)

    lines = place.table("lines").select("code", "customs_value_usd", "duty_increment_usd").rows()
    assert lines == [("870870", 1000.0, 250.0), ("870880", 50.0, 12.5)]
    assert place.table("components")["prefix"].to_list() == ["8708704530", "870880"]
    assert place.table("unmatched").filter(kind="schedule").is_empty()
    assert notes(place) == [
        "wheels names parts of 1 codes of the trade, in finer codes: all of their USD 1,000 is "
        "taken, an upper bound; a portion says how much is meant"
    ]


def test_a_portion_says_how_much_is_meant(place: Place) -> None:
    # 30 % of 1,000 and of 50 pay 25 % more: 75 and 3.75
    run(place, SCENARIO.replace('rate = "25%"', 'rate = "25%"\nportion = 0.3'))

    total = place.table("by_importer").row(0, named=True)
    assert total["affected_value_usd"] == 315.0
    assert total["duty_increment_usd"] == 78.75
    assert notes(place) == [
        "wheels names parts of 1 codes of the trade, in finer codes: its portion says how much of "
        "each"
    ]


def test_an_exclusion_takes_out_a_part_only_by_its_portion(place: Place) -> None:
    excluded = '\n[[measure.exclusion]]\nproducts = ["8708.80.13"]\nsource = "made up"\n'
    run(place, SCENARIO + excluded)
    whole = place.table("by_importer").row(0, named=True)
    told = notes(place)

    run(place, SCENARIO + excluded + "portion = 0.4\n")
    partly = place.table("by_importer").row(0, named=True)

    assert whole["covered_value_usd"] == 1050.0
    assert partly["covered_value_usd"] == 1030.0  # 40 % of 50 are out
    assert told[1] == (
        "wheels leaves out 87088013, finer than the codes of the trade: nothing is left out of "
        "them, an upper bound; an exclusion with a portion takes that part out"
    )
    assert len(notes(place)) == 1


def test_two_lists_on_parts_of_one_code_are_told_how_to_settle(place: Place) -> None:
    other = SCENARIO[SCENARIO.index("[[measure]]") :].replace('"wheels"', '"rims"')
    other = other.replace('"8708.70.45.30", "8708.70.60", "8708.80"', '"8708.70.15.00"')
    other = other.replace("25%", "7.5%")
    path = place.root / "finer.toml"
    path.write_text(SCENARIO + other, encoding="utf-8")

    done = place.run(scenario=path)
    settled = '\n[[stacking]]\nsource = "made up"\nwithin = "highest"\n'
    run(place, SCENARIO + other + settled)

    assert done.code == 4
    assert "both name parts of a code that the trade does not divide" in done.err
    assert place.table("lines")["duty_increment_usd"].to_list() == [250.0, 12.5]
