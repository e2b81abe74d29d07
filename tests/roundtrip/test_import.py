"""A workbook edited by a person: what changes is shown, and a scenario written when accepted."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.run.tool import SCENARIO, Place, contents
from tests.shortened import judge_once
from tests.validation.tables import row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

RUN = "us-japan-2024"
FLOWS = {
    "8708103020": 400_000.0, "8708106010": 100_000.0, "8708292500": 500_000.0,
    "7005210000": 20_000.0, "8517130000": 3_000.0,
}  # fmt: skip
"""Imports from Japan: car parts, glass, telephones."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with a run of the demonstration's scenario on a few lines, and its workbook."""
    made = Place(tmp_path_factory.mktemp("kept"))
    rows = [row(code=code, customs_value_usd=value) for code, value in FLOWS.items()]
    write_trade(made.workspace, "us-2024", sorted(rows, key=lambda one: one["code"]))
    with pytest.MonkeyPatch.context() as patch:
        judge_once(patch)
        done = made.run("-q", scenario=SCENARIO)
    assert done.code == 0, done.err
    return made


@pytest.fixture
def place(kept: Place, tmp_path: Path) -> Place:
    copied = tmp_path / "workspace"
    shutil.copytree(kept.root, copied)
    return Place(copied)


def edited(place: Place, sheet: str, edit: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(place.folder(RUN) / "report.xlsx")
    edit(book[sheet])
    path = place.root / "edited.xlsx"
    book.save(path)
    return path


def set_value(kind: str, name: str, value: object) -> Callable[[Any], None]:
    def edit(sheet: Any) -> None:
        for cells in sheet.iter_rows(min_row=2):
            if (cells[1].value, cells[2].value) == (kind, name):
                cells[3].value = value

    return edit


def test_the_difference_is_shown_before_anything_is_written(place: Place) -> None:
    path = edited(place, "inputs", set_value("rate", "car-parts", 0.3))
    before = contents(place.root)

    done = place.do("import-assumptions", RUN, path)

    assert done.code == 0, done.err
    assert done.out.startswith("edited    rate of measure car-parts: 100% -> 30%\n")
    assert "USA  law: measure car-parts" in done.out
    assert "  ... and 5 more\n" in done.out  # and no file is named: none is written
    assert done.out.endswith("nothing is written; accept the edit with: -o NAME.toml\n")
    assert contents(place.root) == before


def test_accepted_it_is_a_scenario_with_the_figures_that_were_shown(place: Place) -> None:
    path = edited(place, "inputs", set_value("rate", "car-parts", "30%"))
    target = place.root / "thirty.toml"

    done = place.do("import-assumptions", RUN, path, "-o", target, "--json")
    assert place.run("-q", scenario=target).code == 0

    told = done.object
    assert told["written"] == [str(target)]
    (cause,) = told["difference"]["causes"]
    assert (cause["cause"], cause["what"]) == ("measure car-parts", "rate 100% -> 30%")
    assert cause["changes_usd"]["duty_increment"] == -0.7 * 1_000_000
    added = {row["figure"]: row["second_usd"] for row in told["difference"]["compared"]}
    run = place.table("by_importer", "thirty").row(0, named=True)
    assert run["duty_increment_usd"] == added["duty_increment"]
    assert run["covered_value_usd"] == added["covered_value"]


@pytest.mark.whole_run
def test_an_assumed_share_is_read_back_with_its_range(place: Place) -> None:
    text = SCENARIO.read_text(encoding="utf-8").replace('"us-japan-2024"', '"in-part"')
    part = '[portions.claimed]\ncentral = 0.5\nlow = 0.4\nhigh = 0.6\nsource = "a guess"\n\n'
    text = text.replace("[[measure]]", f"{part}[[measure]]", 1)
    text = text.replace('id = "car-parts"', 'id = "car-parts"\nportion = "claimed"')
    scenario = place.root / "in-part.toml"
    scenario.write_text(text, encoding="utf-8")
    assert place.run("-q", scenario=scenario).code == 0
    sheet = place.root / "inputs.csv"
    sheet.write_text("importer,kind,name,value,low,high\nUSA,portion,claimed,70%,0.6,0.8\n")
    target = place.root / "more.toml"

    done = place.do("import-assumptions", "in-part", sheet, "-o", target)

    assert done.code == 0, done.err
    assert "portion claimed, central: 50% -> 70%" in done.out
    assert "portion claimed, low: 40% -> 60%" in done.out
    assert "assumptions: portion claimed" in done.out
    assert "central = 0.7" in target.read_text(encoding="utf-8")


def test_an_edited_list_is_a_schedule_again(place: Place) -> None:
    def edit(sheet: Any) -> None:
        cells = {cell.value: cell.row for (cell,) in sheet.iter_rows(min_row=2, max_col=1)}
        sheet.cell(cells["8708103020"], 3).value = "30%"
        sheet.delete_rows(cells["8708106010"])

    path = edited(place, "annex", edit)
    target = place.root / "lists" / "v2.toml"

    done = place.do("import-annex", RUN, path, "-o", target, "--json")
    assert place.run("-q", scenario=target).code == 0

    assert done.object["changes"] == [
        "measure car-parts: 1 codes removed (8708106010); "
        "1 rows with another rate or day (8708103020 30%)"
    ]
    with (target.parent / "car-parts-rates.csv").open(encoding="utf-8") as stream:
        assert list(csv.reader(stream)) == [["code", "rate"], ["8708103020", "30%"]]
    lines = place.table("lines", "v2").filter(measure_id="car-parts", status="in force")
    assert "8708106010" not in lines["code"]
    assert lines.filter(code="8708103020")["rate_after"].item() == 0.3
    covered = [place.table("by_importer", run)["covered_value_usd"].item() for run in (RUN, "v2")]
    assert covered[0] - covered[1] == 100_000.0  # the value of the code that went


def test_a_sheet_that_is_as_it_was_changes_nothing(place: Place) -> None:
    path = edited(place, "annex", lambda _: None)

    for command in ("import-annex", "import-assumptions"):
        done = place.do(command, RUN, path, "-o", place.root / "same.toml")
        assert (done.code, done.out) == (0, "nothing in the sheet changes the scenario\n")
    assert not (place.root / "same.toml").exists()


@pytest.mark.parametrize(
    ("kind", "name", "value", "message"),
    [
        ("rate", "car-parts", 99, "99 is no rate from 0 to 10"),
        ("rate", "car-parts", "much", "much is no rate from 0 to 10"),
        ("elasticity", "car-parts", 1000, "1000 is no elasticity from -100 to 100"),
    ],
)
def test_a_value_out_of_range_is_named_by_row_and_column(
    place: Place, kind: str, name: str, value: object, message: str
) -> None:
    path = edited(place, "inputs", set_value(kind, name, value))

    done = place.do("import-assumptions", RUN, path, "-o", place.root / "no.toml")

    assert done.code == 3
    assert message in done.err
    assert "edited.xlsx, row " in done.err
    assert not (place.root / "no.toml").exists()


def test_rows_of_no_measure_are_named_together(place: Place) -> None:
    path = place.root / "list.csv"
    path.write_text("code,rate,measure\n870840,,car-parts\n,5%,cars\n", encoding="utf-8")

    done = place.do("import-annex", RUN, path)

    assert done.code == 3
    assert "the row has no rate" in done.err
    assert "cars is no measure of the run" in done.err
    assert "did you mean car-parts?" in done.err
    assert "list.csv, row 3, column code" in done.err


def test_what_is_there_already_is_not_overwritten(place: Place) -> None:
    path = edited(place, "inputs", set_value("rate", "car-parts", 0.3))
    target = place.root / "mine.toml"
    target.write_text("mine", encoding="utf-8")

    done = place.do("import-assumptions", RUN, path, "-o", target)

    assert done.code == 2
    assert "mine.toml is there already and holds something else" in done.err
    assert target.read_text(encoding="utf-8") == "mine"
