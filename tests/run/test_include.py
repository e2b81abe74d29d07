"""Several importers in one run: the measure and its answer, each as if it were run by itself."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.errors import DataRejectedError
from calc.tables import TABLES
from pipelines.roundtrip.annex import put_annex
from pipelines.roundtrip.sheet import SheetRow
from pipelines.run.facts import OF_SOME, TABLE_FILES
from tests.run.tool import ROOT, Done, Place
from tests.shortened import judge_once, shorten
from tests.validation.tables import row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

EXAMPLE = ROOT / "data" / "raw" / "scenarios" / "ca-us-2025.toml"
LAW = EXAMPLE.parent / "law"
PARTS = {"CAN": LAW / "ca-2025-surtax.toml", "USA": LAW / "us-2025-northern-border.toml"}
IDS = {importer: path.stem for importer, path in PARTS.items()}


def flow(importer: str, partner: str, code: str, value: float, **cells: Any) -> dict[str, Any]:
    own = {"importer": importer, "partner": partner, "code": code, "nomenclature": "HS2022"}
    bare = dict.fromkeys(
        ("cif_value_usd", "fob_value_usd", "calculated_duty_usd", "quantity", "quantity_unit",
         "quantity_2", "quantity_2_unit", "net_mass_kg"),
    )  # fmt: skip
    return row(**own | bare | {"customs_value_usd": value} | cells)


FLOWS = [
    flow("USA", "CAN", "270900", 4_000_000.0), flow("USA", "CAN", "870323", 2_000_000.0),
    flow("USA", "MEX", "870323", 9_000_000.0), flow("USA", "CAN", "220830", 100_000.0),
    flow("CAN", "USA", "220830", 80_552_282.0), flow("CAN", "USA", "330499", 986_689_887.0),
    flow("CAN", "USA", "401110", 674_685_138.0), flow("CAN", "USA", "870323", 1_000_000.0),
    flow("CAN", "USA", "220830", 7.0, flow="export"),
]  # fmt: skip


@pytest.fixture(scope="module")
def war(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Done]:
    """A workspace in which both parts were run by themselves, then together with a workbook."""
    place = Place(tmp_path_factory.mktemp("war"))
    write_trade(place.workspace, "ca-us-2024", FLOWS)
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        for path in PARTS.values():
            assert place.run("-q", scenario=path).code == 0
    with pytest.MonkeyPatch.context() as patch:
        judge_once(patch)
        done = place.run("--json", scenario=EXAMPLE)
    assert done.code == 0, done.err
    return place, done


@pytest.mark.parametrize("name", [one for one in TABLE_FILES if one not in OF_SOME])
def test_the_run_is_the_runs_of_its_parts(war: tuple[Place, Done], name: str) -> None:
    place, _ = war
    alone = pl.concat([place.table(name, run) for run in IDS.values()])

    assert alone["importer"].n_unique() == (1 if name == "unmatched" else 2)  # all of CAN has trade
    assert_frame_equal(
        place.table(name, "ca-us-2025"), alone.sort(list(TABLES[name].primary_key())),
        check_exact=True,
    )  # fmt: skip


def test_figures_are_those_worked_out_by_hand(war: tuple[Place, Done]) -> None:
    """10 % of 4,000,000 of crude oil and 25 % of 2,100,000; 25 % of the list of Canada."""
    place, done = war
    found = place.table("by_importer", "ca-us-2025").select("importer", "duty_increment_usd")

    assert found.rows() == [("CAN", 435_481_826.75), ("USA", 400_000.0 + 525_000.0)]
    assert done.object["figures"]["duty_increment_usd"] == 436_406_826.75
    assert done.object["run"]["total_text"] == (
        "sum over CAN, USA, values free on board; each duty is of its importer"
    )
    assert done.object["failed_checks"] == []
    assert done.object["read"] == {"rows": None, "value_usd": None}  # one table, read twice
    assert [(one["importer"], one["rows"]) for one in done.object["read_by_importer"]] == [
        ("CAN", 9), ("USA", 9),
    ]  # fmt: skip


def test_the_screen_tells_both(war: tuple[Place, Done]) -> None:
    lines = war[0].run(scenario=EXAMPLE).out.splitlines()

    assert len(lines) <= 24
    assert lines[1].startswith("upper bound  ")  # surtax: the list of Canada is of eight digits
    assert lines[2].startswith("read         CAN: ca-us-2024 (2024, HS2022), law as of 2025-03-04")
    assert [line.split() for line in lines if line.startswith(("CAN  ", "USA  "))] == [
        ["CAN", "3", "1,741,927,307", "in", "force", "0", "435,481,827"],
        ["USA", "3", "6,100,000", "in", "force", "0", "925,000"],
    ]


def test_manifest_has_the_files_of_all_parts(war: tuple[Place, Done]) -> None:
    place, _ = war
    manifest = json.loads((place.folder("ca-us-2025") / "manifest.json").read_bytes())
    roles = [(item["role"], Path(item["name"]).name) for item in manifest["inputs"]]

    assert len(set(roles)) == len(roles)
    assert [role for role in roles if role[0] != "law and reference"] == [
        ("scenario", "ca-us-2025.toml"),
        ("scenario that is included", "ca-2025-surtax.toml"),
        ("trade table", "ca-us-2024.parquet"),
        ("scenario that is included", "us-2025-northern-border.toml"),
    ]
    assert place.do("verify", "ca-us-2025").code == 0
    names = {item["name"] for item in manifest["outputs"]}
    assert {"scenario.toml", "scenario-CAN.toml", "scenario-USA.toml"} < names
    assert all(item["what"] for item in manifest["outputs"])


def test_resolved_scenario_gives_the_same_run(war: tuple[Place, Done], tmp_path: Path) -> None:
    place, done = war
    for path in place.folder("ca-us-2025").glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    again = place.run("--json", scenario=tmp_path / "scenario.toml").object

    assert again["reused"] is True
    assert again["run"]["run_id"] == done.object["run"]["run_id"]


def test_workbook_checks_hold_and_the_cover_tells_the_parts(war: tuple[Place, Done]) -> None:
    book = openpyxl.load_workbook(war[0].folder("ca-us-2025") / "report.xlsx", data_only=True)
    told = {row[0]: row[1] for row in book["cover"].iter_rows(max_col=2, values_only=True)}
    checks = list(book["checks"].iter_rows(min_row=2, values_only=True))

    assert told["Part of CAN"].endswith("(ca-2025-surtax); duty on values free on board")
    assert {row[-1] for row in checks if row[0] and isinstance(row[-1], bool)} == {True}
    assert sum("last step keeps, CAN" in str(row[0]) for row in checks) == 2
    book.close()


def test_explain_tells_the_law_of_the_importer(war: tuple[Place, Done]) -> None:
    place, _ = war
    explained = place.do("explain", "ca-us-2025", "--line", "2208.30", "--json").object["trails"]
    of_canada = place.do("explain", "ca-us-2025", "--line", "2208.30", "--importer", "can")
    nobody = place.do("explain", "ca-us-2025", "--line", "2208.30", "--importer", "MEX")

    assert [(one["line"]["importer"], one["measures"][0]["measure_id"]) for one in explained] == [
        ("CAN", "surtax"), ("USA", "goods"),
    ]  # fmt: skip
    assert of_canada.out.startswith("CAN from USA, 220830, 2024\n")
    assert nobody.code == 2
    assert nobody.err.startswith("error: no measure names 220830 into MEX\n")


def test_check_and_show_tell_each_part(war: tuple[Place, Done]) -> None:
    place, _ = war
    checked = place.do("scenario", "check", EXAMPLE).out.splitlines()
    shown = place.do("scenario", "show", EXAMPLE).out
    parts = place.do("scenario", "show", EXAMPLE, "--json").object["parts"]

    assert checked[:3] == [
        "ca-us-2025 includes 2 scenarios, of USA, CAN",
        "us-2025-northern-border is good: 2 measures of USA, 2 in force at 2025-03-04",
        "  energy: in force since 2025-03-04",
    ]
    assert "ca-2025-surtax is good: 1 measure of CAN, 1 in force at 2025-03-04" in shown
    assert [(part["importer"], len(part["measures"])) for part in parts] == [("USA", 2), ("CAN", 1)]


def test_sweep_is_of_the_part_that_has_the_measure(war: tuple[Place, Done]) -> None:
    place, _ = war
    swept = place.do("sweep", EXAMPLE, "--rate", "surtax=0:50:25", "--json").object["sweep"]

    assert [(row["importer"], row["duty_increment_usd"]) for row in swept] == [
        ("CAN", 0.0), ("CAN", 435_481_826.75), ("CAN", 870_963_653.5),
    ]  # fmt: skip
    named = place.do("sweep", EXAMPLE, "--rate", "ca-2025-surtax/surtax=25:25:1", "--json").object
    assert named["sweep"] == swept[1:2]


def test_sweep_by_date_has_the_dates_of_all(war: tuple[Place, Done]) -> None:
    place, _ = war
    found = place.do("sweep", EXAMPLE, "--by-date", "--json").object["by_date"]
    told = ("interval", "valid_from", "importer", "duty_increment_usd")

    assert [tuple(one[name] for name in told) for one in found] == [
        (1, None, "CAN", 0.0), (1, None, "USA", 0.0),
        (2, "2025-03-04", "CAN", 435_481_826.75), (2, "2025-03-04", "USA", 925_000.0),
        (3, "2025-09-01", "CAN", 0.0), (3, "2025-09-01", "USA", 925_000.0),
    ]  # fmt: skip
    assert [one["valid_until"] for one in found[::2]] == ["2025-03-04", "2025-09-01", None]


# Parts of which one is changed


def changed(folder: Path, top: str = "", **changes: tuple[str, str]) -> Path:
    """A copy of the example in a folder, a text of a part replaced."""
    for importer, path in PARTS.items():
        old, new = changes.get(importer, ("", ""))
        text = path.read_text(encoding="utf-8")
        assert old in text
        (folder / path.name).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    names = ", ".join(f'"{path.name}"' for path in PARTS.values())
    path = folder / "war.toml"
    path.write_text(f'id = "war"\n{top}include = [{names}]\n', encoding="utf-8")
    return path


def test_measures_of_one_id_are_kept_apart(war: tuple[Place, Done], tmp_path: Path) -> None:
    place, _ = war
    path = changed(tmp_path, USA=('"goods"', '"surtax"'))
    assert place.run(scenario=path).code == 0

    rows = place.table("by_measure", "war").select("importer", "measure_id", "measure_duty_usd")
    assert rows.rows() == [
        ("CAN", "surtax", 435_481_826.75),
        ("USA", "energy", 400_000.0),
        ("USA", "surtax", 525_000.0),
    ]
    trails = place.do("explain", "war", "--line", "2208.30", "--json").object["trails"]
    assert [one["measures"][0]["source"][:9] for one in trails] == ["United St", "Executive"]
    both = place.do("sweep", path, "--rate", "surtax=0:50:25")
    assert both.err.splitlines()[-3:] == [
        "error: 2 importers have a measure 'surtax'",
        "where: --rate",
        "hint: write which: CAN/surtax or USA/surtax",
    ]
    only = place.do("sweep", path, "--rate", "USA/surtax=50:50:1", "--json").object["sweep"]
    assert only[0]["duty_increment_usd"] == 400_000.0 + 1_050_000.0


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ("MEX/surtax", "error: the scenario has no part 'MEX'"),
        ("sutax", "error: no part of the scenario has a measure 'sutax'"),
        ("USA/surtax", "error: the scenario has no measure 'surtax' that is a duty"),
    ],
)
def test_sweep_of_what_is_not_there(war: tuple[Place, Done], wanted: str, error: str) -> None:
    done = war[0].do("sweep", EXAMPLE, "-q", "--rate", f"{wanted}=0:50:25")

    assert done.code == 2
    assert done.err.splitlines()[0] == error


def test_table_and_date_of_the_whole_go_before_those_of_the_parts(
    war: tuple[Place, Done], tmp_path: Path
) -> None:
    place, _ = war
    write_trade(place.workspace, "other", FLOWS[:5])
    path = changed(tmp_path, 'trade = "other"\nas_of = 2025-03-01\n')
    done = place.run("--json", scenario=path)

    assert {part["trade_name"] for part in done.object["run"]["parts"]} == {"other"}
    rows = place.table("by_importer", "war").select(
        "importer", "in_force_value_usd", "threatened_value_usd"
    )
    assert rows.rows() == [("CAN", 0.0, 80_552_282.0), ("USA", 0.0, 6_100_000.0)]


@pytest.mark.whole_run
def test_tables_of_parts_are_judged_each(war: tuple[Place, Done], tmp_path: Path) -> None:
    """Each part on a table of its own, one of which breaks a rule and says so."""
    place, _ = war
    write_trade(place.workspace, "broken", [*FLOWS[:2], flow("USA", "CAN", "870323", -5.0)])
    write_trade(place.workspace, "lawful", FLOWS[4:8])
    old = '"ca-us-2024"'
    path = changed(tmp_path, CAN=(old, '"lawful"'), USA=(old, '"broken"'))
    refused = place.run("-q", scenario=path)
    done = place.run("--quarantine", "--json", scenario=path)

    assert refused.code == 3
    assert done.code == 0
    folder = place.folder("war")
    assert sorted(one.name for one in (folder / "validation").iterdir()) == ["broken", "lawful"]
    told = {one["name"]: one["what"] for one in done.object["run"]["files"]}
    assert told["validation/broken/quarantine.csv"] == "the same for spreadsheets, broken"
    assert all((folder / name).is_file() for name in told)
    outputs = json.loads((folder / "manifest.json").read_bytes())["outputs"]
    assert {item["name"] for item in outputs} | {"manifest.json"} >= told.keys()
    assert done.object["run"]["trade_name"] == "CAN: lawful; USA: broken"


def test_values_on_different_bases_have_no_total(war: tuple[Place, Done], tmp_path: Path) -> None:
    place, _ = war
    union = [flow("EU27", "USA", "220830", None, cif_value_usd=1000.0)]  # type: ignore[arg-type]
    write_trade(place.workspace, "three", [*FLOWS, *union])
    text = (LAW / "ca-2025-surtax.toml").read_text(encoding="utf-8").replace('"CAN"', '"EU27"')
    (tmp_path / "eu.toml").write_text(text, encoding="utf-8")
    (tmp_path / "us.toml").write_bytes(PARTS["USA"].read_bytes())
    path = tmp_path / "war.toml"
    path.write_text(
        'id = "war"\ntrade = "three"\ninclude = ["us.toml", "eu.toml"]\n', encoding="utf-8"
    )
    told = place.run("--json", scenario=path).object

    assert told["figures"] == {}
    assert told["run"]["total_text"] == (
        "none over EU27, USA: duty is levied on values on different bases"
    )
    assert [one["duty_increment_usd"] for one in told["by_importer"]] == [925_000.0, 250.0]


def test_controls_are_of_their_part(war: tuple[Place, Done], tmp_path: Path) -> None:
    place, _ = war
    path = changed(tmp_path)
    control = '\n[control]\ncovered_usd = {{ equals = {}, source = "made up" }}\n'
    for importer, stated in {"CAN": 1_741_927_307, "USA": 5}.items():
        with (tmp_path / PARTS[importer].name).open("a", encoding="utf-8") as stream:
            stream.write(control.format(stated))
    done = place.run("-q", scenario=path)

    assert done.code == 8
    assert "control      CAN covered should be 1,741,927,307 USD" in done.out
    assert "control total covered_usd is not met: 6,100,000 against 5 USD" in done.err
    rows = place.table("controls", "war").select("importer", "figure", "verdict").rows()
    assert rows == [("CAN", "covered_usd", "met"), ("USA", "covered_usd", "not met")]


def test_order_of_the_list_does_not_matter(war: tuple[Place, Done], tmp_path: Path) -> None:
    place, _ = war
    path = changed(tmp_path)
    first = place.run("--json", scenario=path).object["run"]["run_id"]
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["include"]
    text = path.read_text(encoding="utf-8").replace(
        f'"{listed[0]}", "{listed[1]}"', f'"{listed[1]}", "{listed[0]}"'
    )
    path.write_text(text, encoding="utf-8")

    assert place.run("--json", scenario=path).object["run"]["run_id"] == first


def test_schedules_and_answers_are_solved_together(war: tuple[Place, Done]) -> None:
    """Each exporter's gain or loss is known at finite supply, and what is sold is bought."""
    place, _ = war
    plain = place.table("by_importer", "ca-us-2025")
    folder = place.root / "together"
    folder.mkdir()
    ids = []
    for importer, path in PARTS.items():
        own = folder / f"{importer}.toml"
        penetration = 'penetration = { central = 0.4, source = "made up" }'
        text = path.read_text(encoding="utf-8").replace(
            f'id = "{IDS[importer]}"', f'id = "{importer.lower()}-part"'
        )
        own.write_text(f"{text}\n[effects]\ndraws = 64\n{penetration}\n", encoding="utf-8")
        ids.append(own.name)
    whole = folder / "together.toml"
    whole.write_text(f'id = "together"\ntitle = "both"\ninclude = {json.dumps(ids)}\n')
    done = place.run("--json", scenario=whole)
    assert done.code == 0, done.err
    assert (
        place.table("by_importer", "together")["duty_increment_usd"].to_list()
        == plain["duty_increment_usd"].to_list()
    )
    found = place.table("by_country", "together")
    every = found.filter(code="all", closure="foreign supply 5")
    assert every["exports_after_usd"].sum() == pytest.approx(
        every["imports_after_usd"].sum(), abs=0.01
    )
    assert every.filter(pl.col("imports_before_usd").is_not_null())["country"].to_list() == [
        "CAN",
        "USA",
    ]
    notes = done.object["run"]["notes"]
    assert [one for one in notes if one.startswith("BY_COUNTRY has the schedules of CAN and USA")]


def edited_book(place: Place, sheet: str, edit: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(place.folder("ca-us-2025") / "report.xlsx")
    edit(book[sheet])
    path = place.root / "edited.xlsx"
    book.save(path)
    return path


def test_edited_rates_of_each_importer_are_read_back(war: tuple[Place, Done]) -> None:
    place, _ = war

    def edit(sheet: Any) -> None:
        for cells in sheet.iter_rows(min_row=2):
            if (cells[0].value, cells[1].value) == ("CAN", "rate"):
                cells[3].value = 0.1

    path, target = edited_book(place, "inputs", edit), place.root / "milder.toml"
    done = place.do("import-assumptions", "ca-us-2025", path, "-o", target, "--json")

    assert done.code == 0, done.err
    assert {one["importer"] for one in done.object["difference"]["causes"]} == {"CAN"}
    assert tomllib.loads(target.read_text())["include"] == ["milder-CAN.toml", "milder-USA.toml"]
    assert place.run("-q", scenario=target).code == 0
    before, after = (
        dict(place.table("by_importer", run).select("importer", "duty_increment_usd").rows())
        for run in ("ca-us-2025", "milder")
    )
    assert after["USA"] == before["USA"]
    assert after["CAN"] == pytest.approx(0.4 * before["CAN"])  # 10 % in place of 25 %


def test_an_edited_list_of_several_importers_is_a_schedule_again(war: tuple[Place, Done]) -> None:
    place, _ = war

    def edit(sheet: Any) -> None:
        gone = next(one for one in sheet.iter_rows(min_row=2) if one[0].value == "330499")
        sheet.delete_rows(gone[0].row)

    path, target = edited_book(place, "annex", edit), place.root / "shorter.toml"
    done = place.do("import-annex", "ca-us-2025", path, "-o", target)

    assert done.code == 0, done.err
    assert "1 codes removed (330499)" in done.out
    assert place.run("-q", scenario=target).code == 0
    before, after = (
        dict(place.table("by_importer", run).select("importer", "covered_value_usd").rows())
        for run in ("ca-us-2025", "shorter")
    )
    assert before["CAN"] - after["CAN"] == 986_689_887.0
    assert after["USA"] == before["USA"]


def test_a_measure_of_two_importers_is_refused_by_name() -> None:
    rows = [SheetRow(2, {"code": "8703", "rate": "5%", "measure": "cars"})]
    document = {"measure": [{"id": "cars", "products": ["8703"], "rate": "25%"}]}
    with pytest.raises(DataRejectedError, match="measure cars is one of CAN and of USA"):
        put_annex({"CAN": document, "USA": dict(document)}, rows, rows, Path("list.csv"))
