"""Classes of the list of faults beside files that ingest refuses, through the command line.

Refusals: the exit code, the place in the message, nothing written, what was there byte-identical.
Classes that are read or only told of: the figure or the note, and what was there byte-identical.
"""

from pathlib import Path

import polars as pl
import pytest

from tests.faults.test_command_faults import LAWFUL, line
from tests.ingest.files import HEADER, write
from tests.run.tool import Done, Place, contents

TOP = """id = "faults"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
base = "2.5%"
"""
MEASURE = """[[measure]]
id = "ID"
authority = "section-301"
partners = ["JPN"]
products = ["8708"]
rate = "25%"
mode = "add"
source = "made up"
"""
ONE = TOP + MEASURE
CAPPED = "".join(f"USA,JPN,2024,import,HTS2024,{8703_0000 + n},5\n" for n in range(500))
OBJECT = '!!python/object/apply:os.system ["touch executed"]\n'
SCENARIOS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "F30 country as a truth value": ("s.yaml", "partner: NO\n", ("scenarios are TOML",)),
    "F31 octal": ("s.yml", "code: 010121\nrate: 1_000\n", ("scenarios are TOML",)),
    "F31 code as a number": (
        "s.toml",
        ONE.replace('["8708"]', "[870829]"),
        ("the code 870829 is a number", 'line 10, measure "ID", products, item 1'),
    ),
    "F31 rate with an underscore": (
        "s.toml",
        ONE.replace('"25%"', "1_000"),
        ("rate 1000 is a bare number", "line 11"),
    ),
    "F33 object": ("s.yaml", OBJECT, ("scenarios are TOML", "s.yaml")),
    "C11 code that no trade has": (
        "s.toml",
        ONE.replace("8708", "87082959"),
        ("no imports of USA in t.parquet match any measure", "products and partners"),
    ),
    "C14 two rates": (
        "s.toml",
        ONE + MEASURE.replace("ID", "other").replace("25%", "50%"),
        ("measures ID and other have the same rank on 1 line", "USA from JPN, code 87082951"),
    ),
    "V07 without its sign": ("s.toml", ONE.replace("25%", "25"), ('"25" has no % sign', "line 11")),
    "V07 above": ("s.toml", ONE.replace("25%", "2000%"), ("--allow-rate-above", "line 11")),
    "V07 negative": ("s.toml", ONE.replace("25%", "-5%"), ('"-5%" is negative', "line 11")),
}
ELASTICITIES = {
    "V14 wrong sign": ("-2", "between-imports of -2 cannot be"),
    "V14 zero": ("0", "between-imports of 0 cannot be"),
    "V14 infinite": ("inf", "between-imports of inf cannot be"),
    "V14 missing": ("", "the row has no elasticity"),
    "V14 no number": ("nan", '"nan" is not a number'),
}
FILES = {
    "V02 two units": (
        ("Trade Value (US$)", "Trade Value (1000 US$)"),
        ("b.csv has no column for the value", "b.csv row 1", "Trade Value (1000 US$)"),
    ),
    "V02 two moneys": (
        ("Trade Value (US$)", "Trade Value (EUR)"),
        ("b.csv row 1", "Trade Value (EUR)"),
    ),
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with a lawful table that was judged."""
    place = Place(tmp_path_factory.mktemp("classes"))
    write(place.root / "good.csv", LAWFUL)
    assert place.do("ingest", place.root / "good.csv", "--name", "t", "-q").code == 0
    assert place.do("validate", "t", "-q").code == 0
    return place


def refused(place: Place, code: int, *arguments: str | Path) -> Done:
    before = contents(place.root)
    done = place.do(*arguments)
    assert (done.code, done.out) == (code, ""), done
    assert done.err.startswith("error: ")
    assert "Traceback" not in done.err
    assert contents(place.root) == before
    return done


def kept(place: Place, code: int, *arguments: str | Path) -> Done:
    """A command that writes something, and leaves all that was there as it was."""
    before = contents(place.root)
    done = place.do(*arguments)
    assert done.code == code, done
    after = contents(place.root)
    same = {name for name, content in before.items() if after.get(name) == content}
    assert before.keys() - same <= {"data/processed/runs/faults/latest"}
    return done


def read(place: Place, folder: Path, content: str, name: str) -> tuple[Done, pl.DataFrame]:
    path = write(folder / f"{name}.csv", content)
    done = kept(place, 0, "ingest", path, "--name", name, "-q")
    return done, pl.read_parquet(place.root / "data" / "processed" / "trade" / f"{name}.parquet")


@pytest.mark.parametrize("fault", SCENARIOS)
def test_scenarios(judged: Place, tmp_path: Path, fault: str) -> None:
    name, content, said = SCENARIOS[fault]
    done = refused(judged, 4, "run", write(tmp_path / name, content))
    assert all(text in done.err for text in said), done.err


@pytest.mark.parametrize("fault", ELASTICITIES)
def test_elasticities(judged: Place, tmp_path: Path, fault: str) -> None:
    cell, said = ELASTICITIES[fault]
    content = f"parameter,central,source\nbetween-imports,{cell},made up\n"
    write(tmp_path / "e.csv", content)
    scenario = write(tmp_path / "s.toml", f'{ONE}[effects]\nelasticities = "e.csv"\n')
    done = refused(judged, 4, "run", scenario, "--effects")
    assert f"error: {said}\nwhere: e.csv row 2" in done.err


@pytest.mark.parametrize("fault", FILES)
def test_files_that_differ(judged: Place, tmp_path: Path, fault: str) -> None:
    (first, second), said = FILES[fault]
    a = write(tmp_path / "a.csv", LAWFUL.replace("customs_value_usd", first))
    b = write(tmp_path / "b.csv", LAWFUL.replace("customs_value_usd", second))
    done = refused(judged, 3, "ingest", a, b, "--name", "two", "--valuation", "customs")
    assert all(text in done.err for text in said), done.err


def test_f04_a_byte_that_no_checksum_of_a_page_holds(judged: Place) -> None:
    """Byte after byte of the pages and the description: none is taken for the table."""
    table = judged.root / "data" / "processed" / "trade" / "t.parquet"
    whole = table.read_bytes()
    try:
        for place in range(5, len(whole), len(whole) // 12):
            flipped = bytearray(whole)
            flipped[place] ^= 1
            table.write_bytes(flipped)
            done = refused(judged, 3, "validate", "t", "-q")
            assert "t.parquet is not the table that t.json records: its SHA-256 differs" in done.err
    finally:
        table.write_bytes(whole)


@pytest.mark.parametrize(
    ("asked", "said"), [("gud.csv", "did you mean good.csv"), ("*.txt", "good.csv")]
)
def test_f09_a_file_that_is_not_there(judged: Place, asked: str, said: str) -> None:
    done = refused(judged, 3, "ingest", judged.root / asked, "--name", "none")
    assert f"error: {asked} does not exist" in done.err
    assert said in done.err


def test_c08_an_area_that_stands_for_several(judged: Place, tmp_path: Path) -> None:
    content = line(partner='"Other Asia, nes"') + "USA,490,2024,import,HTS2024,84713001,7\n"
    path = write(tmp_path / "asia.csv", content)
    done = refused(judged, 3, "ingest", path, "--name", "asia")
    assert 'column "partner" = "Other Asia, nes": is not an economy that is known' in done.err
    assert "where: asia.csv row 5" in done.err
    assert 'column "partner" = "490"' in done.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cut", LAWFUL.rstrip("\n"), "the last line has no line end"),
        ("capped", f"{HEADER}\n{CAPPED}", "exactly 500 rows"),
    ],
)
def test_f01_f07_what_may_not_be_whole(
    judged: Place, tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = write(tmp_path / f"{name}.csv", content)
    done = kept(judged, 8, "ingest", path, "--name", name, "--strict", "-q")
    assert f"error: {name}.csv" in done.err
    assert said in done.err


def test_v13_a_control_total_that_is_not_met(judged: Place, tmp_path: Path) -> None:
    control = '[control]\ncovered_usd = { equals = 5.9e9, source = "a page" }\n'
    path = write(tmp_path / "s.toml", ONE.replace("faults", "controlled") + control)
    done = kept(judged, 8, "run", path)
    assert "covered_usd is not met: 100 against 5,900,000,000 USD" in done.err
    assert "a difference of -5,899,999,900" in done.err


def test_f11_a_byte_order_mark_changes_no_row(judged: Place, tmp_path: Path) -> None:
    """Only the name of the file is another."""
    _, plain = read(judged, tmp_path, LAWFUL, "plain")
    _, marked = read(judged, tmp_path, f"\ufeff{LAWFUL}", "marked")
    assert marked.drop("source_id").equals(plain.drop("source_id"))


@pytest.mark.parametrize("token", ["..", "-", ""])
def test_f28_what_is_missing_is_not_zero(judged: Place, tmp_path: Path, token: str) -> None:
    name = f"missing{len(token)}"
    done, table = read(judged, tmp_path, line(customs_value_usd=token), name)
    assert table["customs_value_usd"].null_count() == 1
    assert table["customs_value_usd"].sum() == 123.5
    assert done.code == 0


def test_c03_codes_however_they_are_written(judged: Place, tmp_path: Path) -> None:
    written = LAWFUL.replace("87082951,100", "8708.29.51,100").replace("01012100", "'0101 2100")
    _, table = read(judged, tmp_path, written, "written")
    assert sorted(table["code"]) == ["01012100", "87082951", "87082951"]


def test_c06_the_world_beside_its_partners(judged: Place, tmp_path: Path) -> None:
    path = write(tmp_path / "w.csv", f"{LAWFUL}USA,WLD,2024,import,HTS2024,87082951,103\n")
    done = kept(judged, 0, "ingest", path, "--name", "world")
    assert "left out: 1 row, USD 103: the partner is the world or a total" in done.out + done.err
    assert "kept: 3 rows, USD 124" in done.out + done.err


def test_c12_a_part_of_a_code_is_an_upper_bound(judged: Place, tmp_path: Path) -> None:
    scenario = ONE.replace("faults", "part").replace('"8708"', '"ex 8708.29.51"')
    path = write(tmp_path / "s.toml", scenario)
    checked = judged.do("scenario", "check", path)
    assert "note: ID names parts of codes (ex) without a portion" in checked.out
    ran = kept(judged, 0, "run", path)
    assert (
        "upper bound  ID: of goods finer than the trade's codes the whole code is taken" in ran.out
    )
    runs = judged.root / "data" / "processed" / "runs" / "part"
    page = next(runs.rglob("report.html")).read_text(encoding="utf-8")
    assert "ID names parts of codes (ex) without a portion: its figures are upper bounds" in page
