"""Trade in one edition under a schedule in another: converted when asked, refused when not.

The table is in HS1996, the schedule in HS2022. By the published tables, code by code:
870829 is 870822 and 870829, which are both tagged as it (HS2022): half and half. 870831 and 870839
are 870830 (HS2007). 271011, of the Statistics Division's own, has none (HS2002). 870840 stays.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.run.manifest import read_manifest
from tests.run.tool import Place
from tests.validation.tables import row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")

SCENARIO = """
id = "windows"
importer = "USA"
nomenclature = "HTS2024"
trade = "older"
base = "2.5%"

[[measure]]
id = "windows"
authority = "section-301"
partners = ["JPN"]
products = ["870822"]
rate = "25%"
mode = "add"
source = "made up"

[[measure]]
id = "brakes"
authority = "section-301"
partners = ["JPN"]
products = ["8708.30"]
rate = "10%"
mode = "add"
source = "made up"
"""


def flow(code: str, usd: float, **cells: Any) -> dict[str, Any]:
    own = {"importer": "USA", "partner": "JPN", "code": code, "nomenclature": "HS1996"}
    values = {"customs_value_usd": usd, "cif_value_usd": None, "fob_value_usd": None}
    return row(**own | values | {"quantity": None, "quantity_unit": None} | cells)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with the trade of both editions, judged; not to be written to."""
    made = Place(tmp_path_factory.mktemp("judged"))
    older = [
        flow("870829", 100_000.0001), flow("870831", 10.0), flow("870839", 20.0),
        flow("870840", 7.0), flow("271011", 5.0), flow("870829", 40.0, flow="export"),
    ]  # fmt: skip
    newer = [
        flow("870822", 300.0, nomenclature="HS2022"), flow("870829", 100.0, nomenclature="HS2022")
    ]  # fmt: skip
    write_trade(made.workspace, "older", older)
    write_trade(made.workspace, "newer", newer)
    (made.root / "windows.toml").write_text(SCENARIO, encoding="utf-8")
    for name in ("older", "newer"):
        assert made.do("validate", made.workspace.trade / f"{name}.parquet").code == 0
    return made


@pytest.fixture
def place(judged: Place, tmp_path: Path) -> Place:
    return Place(shutil.copytree(judged.root, tmp_path / "workspace"))


@pytest.fixture(scope="module")
def converted(judged: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same with a run on the trade in equal shares; not to be written to."""
    folder = tmp_path_factory.mktemp("converted") / "workspace"
    made = Place(shutil.copytree(judged.root, folder))
    done = run(made, "--convert")
    assert done.code == 0, done.err
    return made


def run(place: Place, *arguments: str) -> Any:
    return place.run(*arguments, "--json", scenario=place.root / "windows.toml")


def notes(place: Place) -> list[str]:
    """The notes of the newest run."""
    found: list[str] = read_manifest(place.folder()).facts["notes"]
    return found


def test_it_is_refused_with_rows_dollars_and_the_way_out(place: Place) -> None:
    done = place.run(scenario=place.root / "windows.toml")

    assert done.code == 4
    assert (
        "error: the schedule is in HTS2024, the trade in HS1996: 5 rows, USD 100,042\n" in done.err
    )
    assert "put the trade into that of the schedule with --convert" in done.err


def test_values_are_split_and_merged_to_the_last_unit(converted: Place) -> None:
    # 100,000.0001 is 1,000,000,001 units: 500,000,000 and 500,000,001
    lines = converted.table("lines")
    assert lines.select("nomenclature", "code", "customs_value_usd", "is_estimated").rows() == [
        ("HS2022", "870822", 50_000.0, True),
        ("HS2022", "870830", 30.0, False),
    ]
    assert lines["duty_increment_usd"].to_list() == [12_500.0, 3.0]
    assert converted.table("conversion").rows() == [
        ("USA", "HS1996", "271011", "none", "HS2022", None, 5.0),
        ("USA", "HS1996", "870829", "870822", "HS2022", 0.5, 50_000.0),
        ("USA", "HS1996", "870829", "870829", "HS2022", 0.5, 50_000.0001),
        ("USA", "HS1996", "870831", "870830", "HS2022", 1.0, 10.0),
        ("USA", "HS1996", "870839", "870830", "HS2022", 1.0, 20.0),
        ("USA", "HS1996", "870840", "870840", "HS2022", 1.0, 7.0),
    ]


def test_the_funnel_names_what_has_no_code_there(converted: Place) -> None:
    steps = converted.table("funnel").select("stage", "kind", "rows", "value_usd").rows()
    assert steps[:4] == [
        ("rows of the trade table", "in", 6, 100_082.0001),
        ("imports whose codes have none in HS2022", "excluded", 1, 5.0),
        ("rows of other flows", "excluded", 1, 40.0),
        ("imports of USA in 2024", "kept", 4, 100_037.0001),
    ]


def test_a_line_leads_back_to_every_row_that_it_holds(converted: Place) -> None:
    place = converted
    found = place.table("provenance").select("code", "source_id", "source_row", "share").rows()
    assert found == [
        ("870822", "older.parquet", 2, 0.5),
        ("870830", "older.parquet", 3, 1.0),
        ("870830", "older.parquet", 4, 1.0),
    ]
    told = place.do("explain", "windows", "--line", "870830").out
    assert "source       older.parquet, row 3\n" in told
    assert "source       older.parquet, row 4\n" in told
    assert "row 2, 50.0000% of it" in place.do("explain", "windows", "--line", "870822").out


def test_the_summary_says_what_was_done(converted: Place) -> None:
    assert notes(converted)[0] == (
        "Imports in HS1996 were put into HS2022, in equal shares along the published conversion: 1 "
        "of 5 codes are split, USD 50,000 of the lines rests on such shares (is_estimated), and "
        "USD 5 has no code there and is left out."
    )


def test_trade_of_the_other_edition_weighs_the_split(place: Place) -> None:
    # 300 to 100: three quarters of 1,000,000,001 units, rounded down, are 750,000,000
    done = run(place, "--weights", "newer")

    assert done.code == 0, done.err
    assert place.table("lines")["customs_value_usd"].to_list() == [75_000.0, 30.0]
    assert "by the value of trade in newer" in notes(place)[0]


def test_weights_in_the_wrong_edition_are_refused(place: Place) -> None:
    done = place.run("--weights", "older", scenario=place.root / "windows.toml")

    assert done.code == 3
    assert "older.parquet has no imports in HS2022" in done.err


def test_a_conversion_is_a_run_of_its_own_that_verifies(converted: Place, tmp_path: Path) -> None:
    place = Place(shutil.copytree(converted.root, tmp_path / "workspace"))
    run(place, "--weights=newer")

    assert len({one["run_id"] for one in place.runs()}) == 2
    assert run(place, "--convert").object["reused"]
    assert place.do("verify", "windows").code == 0


def test_trade_in_the_edition_of_the_schedule_is_left_as_it_is(place: Place) -> None:
    done = run(place, "--trade", "newer", "--convert")

    assert done.code == 0, done.err
    lines = place.table("lines").select("code", "customs_value_usd", "is_estimated").rows()
    assert lines == [("870822", 300.0, False)]
    assert not (place.folder() / "conversion.parquet").exists()


@pytest.mark.parametrize(
    ("chosen", "whole"), [("--convert", 12_503.0), ("--weights=newer", 18_753.0)]
)
def test_a_sweep_is_on_the_converted_trade_too(place: Place, chosen: str, whole: float) -> None:
    """25 % of 50,000, or of 75,000, windows; and 3 of brakes, which pay from the first day on."""
    dated = SCENARIO.replace('rate = "25%"', 'rate = "25%"\nfrom = 2024-03-01')
    path = place.root / "windows.toml"
    path.write_text(dated.replace('trade = "older"', 'trade = "older"\nas_of = 2024-06-01'))
    swept = place.do("sweep", path, "--rate", "windows=25:25:1", chosen, "--json", "-q").object
    assert [row["duty_increment_usd"] for row in swept["sweep"]] == [whole]
    how = {
        "--convert": "in equal shares along the published conversion",
        "--weights=newer": "by the value of trade in newer",
    }[chosen]
    assert swept["notes"] == [
        f"Imports in HS1996 were put into HS2022, {how}: 1 of 5 codes are split, USD 100,000 of "
        "the imports rests on such shares, and USD 5 has no code there and is left out."
    ]
    dates = place.do("sweep", path, "--by-date", chosen, "--json", "-q").object
    assert [row["duty_increment_usd"] for row in dates["by_date"]] == [3.0, whole]
    assert dates["notes"] == swept["notes"]
    year = place.do("sweep", path, "--calendar", "2024", chosen, "--json", "-q").object
    added = [row["duty_increment_usd"] for row in year["by_calendar"]]
    # 60 of the 366 days are before March.
    assert added == pytest.approx([sum(added[1:]), 3.0 * 60 / 366, whole * 306 / 366], abs=1e-3)
    assert (
        f"note: {swept['notes'][0]}\n"
        in place.do("sweep", path, "--rate", "windows=25:25:1", chosen, "-q").out
    )


def test_a_sweep_on_another_edition_is_refused_as_a_run_is(place: Place) -> None:
    done = place.do("sweep", place.root / "windows.toml", "--rate", "windows=0:10:5", "-q")

    assert done.code == 4
    assert "put the trade into that of the schedule with --convert" in done.err
