"""Floors, credits and portions in the workbook: an input that is changed gives what a run gives."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.report.office import office, recalculated
from tests.report.test_live_workbook import cells, totals
from tests.run.tool import Place

# Four kinds of goods of four partners: none of the measures meets another on a line.
TRADE = """\
importer,partner,period,flow,nomenclature,code,customs_value_usd,quantity,quantity_unit
USA,JPN,2024,import,HTS2024,87032301,100000,,
USA,JPN,2024,import,HTS2024,87032401,40000,,
USA,KOR,2024,import,HTS2024,87082990,30000,,
USA,KOR,2024,import,HTS2024,87083050,20000,,
USA,KOR,2024,import,HTS2024,87089981,10000,,
USA,DEU,2024,import,HTS2024,87082990,4000,,
USA,DEU,2024,import,HTS2024,87083050,6000,,
USA,GBR,2024,import,HTS2024,85176200,8000,,
USA,GBR,2024,import,HTS2024,85171300,2000,,
"""
BASE = """\
importer,partner,programme,code,ad_valorem_rate,rate_text,valid_from,valid_until,source
USA,*,mfn,8703,0.025,2.5%,2024-01-01,,made up
USA,*,mfn,870829,0.025,2.5%,2024-01-01,,made up
USA,*,mfn,870830,0.18,18%,2024-01-01,,made up
USA,*,mfn,870899,0,Free,2024-01-01,,made up
USA,*,mfn,8517,0,Free,2024-01-01,,made up
"""
OFFSETS = """\
importer,partner,code,amount_usd,low_usd,high_usd,source
USA,DEU,8708,700,,,made up
"""
SCENARIO = """\
id = "whole-law"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
base = "base.csv"
[[measure]]
id = "cars"
authority = "section-301"
partners = ["JPN"]
products = ["8703"]
portion = { central = 0.4, low = 0.2, high = 0.5, source = "made up" }
rate = "50%"
mode = "add"
source = "made up"
[[measure]]
id = "floor"
authority = "section-232"
partners = ["KOR"]
products = ["8708"]
rate = "15% all-in"
source = "made up"
[[measure]]
id = "offset"
authority = "section-232"
partners = ["DEU"]
products = ["8708"]
rate = "25%"
mode = "add"
credit = { table = "offsets.csv", cap = "own duty" }
source = "made up"
[[measure]]
id = "rebate"
authority = "section-232"
partners = ["GBR"]
products = ["8517"]
rate = "25%"
mode = "add"
credit = { rate = "3.75%", share = 0.33, source = "made up" }
source = "made up"
"""
EDITS = {
    ("portion", "cars/portion"): 0.45,
    ("floor", "floor"): 0.2,
    ("rate", "offset"): 0.05,
    ("rate", "rebate"): 0.4,
    ("credit", "offset, DEU, 8708"): 450.0,
}
IN_WORDS = {
    "central = 0.4,": "central = 0.45,",
    "15% all-in": "20% all-in",
    'rate = "25%"\nmode = "add"\ncredit = { table': 'rate = "5%"\nmode = "add"\ncredit = { table',
    '"offsets.csv"': '"edited-offsets.csv"',
    'rate = "25%"\nmode = "add"\ncredit = { rate': 'rate = "40%"\nmode = "add"\ncredit = { rate',
    '"whole-law"': '"whole-law-edited"',
}
"""The same edits of the scenario; of the credit, in a table of its own: the run keeps its law."""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("live-law")
    place = Place(folder)
    for name, text in (("trade", TRADE), ("base", BASE), ("offsets", OFFSETS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    done = place.do("ingest", folder / "trade.csv", "--name", "t")
    assert done.code == 0, done.err
    run(place, "whole-law", SCENARIO)
    return place


def run(place: Place, name: str, text: str) -> None:
    (place.root / f"{name}.toml").write_text(text, encoding="utf-8")
    done = place.do("run", place.root / f"{name}.toml", "-q")
    assert done.code == 0, done.err


@pytest.fixture(scope="module")
def book(ran: Place) -> Any:
    """The workbook of the run with the values that it carries, to look at."""
    return openpyxl.load_workbook(ran.folder("whole-law") / "report.xlsx", data_only=True)


def test_each_input_says_what_follows_it(book: Any) -> None:
    inputs = {(row["Kind"], row["Name"]): row for row in cells(book["inputs"])}
    assert set(EDITS) <= set(inputs)
    assert inputs["floor", "floor"]["Value (change me)"] == 0.15
    assert inputs["credit", "offset, DEU, 8708"]["Value (change me)"] == 700
    told = inputs["portion", "cars/portion"]["What it drives"]
    assert told.startswith("The part of the flow in what_if and totals")
    assert not [row for row in inputs.values() if row["What it drives"].startswith("Not live")]


def test_a_floor_has_a_row_for_each_base_rate(book: Any) -> None:
    rows = [row for row in cells(book["what_if"]) if row["Measure"] == "floor"]
    # 15 % less Free, 2.5 and 18 % of 10,000, 30,000 and 20,000: the last is above the floor.
    assert [row["Duty of the measure, at unchanged trade (USD)"] for row in rows] == [
        1500, 3750, 0,
    ]  # fmt: skip


@pytest.mark.usefixtures("tables_alone")
def test_edited_inputs_give_the_totals_of_a_run(ran: Place, tmp_path: Path) -> None:
    office()
    edited = tmp_path / "edited.xlsx"
    book = openpyxl.load_workbook(ran.folder("whole-law") / "report.xlsx")
    changed = 0
    for row in book["inputs"].iter_rows(min_row=2):
        if (row[1].value, row[2].value) in EDITS:
            row[3].value = EDITS[row[1].value, row[2].value]
            changed += 1
    assert changed == len(EDITS)
    book.save(edited)
    found = openpyxl.load_workbook(recalculated(edited, tmp_path), data_only=True)
    text = SCENARIO
    for old, new in IN_WORDS.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (ran.root / "edited-offsets.csv").write_text(OFFSETS.replace("700", "450"), encoding="utf-8")
    run(ran, "whole-law-edited", text)
    row = ran.table("by_importer", "whole-law-edited").row(0, named=True)

    now = {name: value for name, (_, value) in totals(found).items()}
    assert now["Duty added, at unchanged trade"] == pytest.approx(
        row["duty_increment_usd"], abs=0.01
    )
    assert now["Duty after, at unchanged trade"] == pytest.approx(row["duty_after_usd"], abs=0.01)
    # Cars: 50 % of 45 % of 140,000; floor 20 % less the base; offset 5 % of 10,000 less 450.
    assert row["duty_increment_usd"] == pytest.approx(
        31_500 + (2_000 + 5_250 + 400) + 50 + 0.40 * 10_000 - 123.75, abs=0.01
    )


def test_a_floor_and_a_share_stated_by_a_measure_are_read_back(ran: Place) -> None:
    sheet, target = ran.root / "inputs.csv", ran.root / "read-back.toml"
    sheet.write_text(
        "importer,kind,name,value,low,high\nUSA,floor,floor,20%,,\n"
        'USA,portion,cars/portion,45%,20%,50%\nUSA,credit,"offset, DEU, 8708",450,,\n',
        encoding="utf-8",
    )
    done = ran.do("import-assumptions", "whole-law", sheet, "-o", target)
    assert done.code == 0, done.err
    assert "edited    floor of measure floor: 15% -> 20%" in done.out
    assert "edited    portion cars/portion, central: 40% -> 45%" in done.out
    assert (
        "not taken credit offset, DEU, 8708: 700 -> 450: a credit is changed in the scenario, "
        "with its source" in done.out
    )
    assert '"20% all-in"' in target.read_text(encoding="utf-8")
