"""A folder of Parquet files is one trade table: the figures of its years, and faults by name."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.progress import Talk
from pipelines.run.compute import Tables, answer
from pipelines.run.inputs import RunSettings
from pipelines.run.manifest import read_manifest
from pipelines.run.step import question_of, read_inputs
from tests.run.tool import Done, Place, contents
from tests.run.years import SCENARIO, YEARS, by_year, write_folder, write_one, year_of_trade

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")
TABLES = ("by_importer", "by_partner", "by_group", "by_product", "by_measure", "lines", "suppliers")
HIT = (pl.col("importer") == "USA") & (
    (pl.col("partner").is_in(["JPN", "KOR"]) & pl.col("code").str.starts_with("8708"))
    | ((pl.col("partner") == "JPN") & (pl.col("code") == "700510"))
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with a folder of years, judged, and the same as one table."""
    made = Place(tmp_path_factory.mktemp("judged"))
    (made.root / "cars.toml").write_text(SCENARIO, encoding="utf-8")
    assert made.do("validate", hive(made)).code == 0
    write_one(made.root / "one.parquet")
    return made


@pytest.fixture
def years(judged: Place, tmp_path: Path) -> Place:
    """The same to write to."""
    return Place(shutil.copytree(judged.root, tmp_path / "workspace"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A workspace without trade."""
    (tmp_path / "cars.toml").write_text(SCENARIO, encoding="utf-8")
    return Place(tmp_path)


def run(place: Place, table: Path, period: str, *options: str) -> Done:
    return place.do("run", place.root / "cars.toml", "--trade", table, "--period", period, *options)


def hive(place: Place) -> Path:
    return write_folder(place.root / "world", by_year(), tells_period=False)


def answered(place: Place, table: str, period: str) -> Tables:
    """The tables of a run, before it is written."""
    settings = RunSettings(trade=str(place.root / table), period=period)
    scenario = place.root / "cars.toml"
    (part,) = read_inputs(place.workspace, scenario, settings, Talk(quiet=True)).parts
    return answer(question_of(part)).tables


def hit_units(year: str) -> int:
    values = year_of_trade(year).filter(HIT)["customs_value_usd"]
    return sum(round(value * 10_000) for value in values)


@pytest.mark.parametrize("period", ["2022", "2021..2023", "2021+..+2023"])
def test_a_folder_gives_the_figures_of_one_table(judged: Place, period: str) -> None:
    of_folder, of_one = (answered(judged, table, period) for table in ("world", "one.parquet"))
    for name in TABLES:
        assert_frame_equal(of_folder[name], of_one[name], check_exact=True)


def test_the_sum_of_years_is_that_of_the_years_to_the_last_unit(judged: Place) -> None:
    amounts = ("listed_value_usd", "duty_before_usd", "duty_increment_usd")
    units, lines = dict.fromkeys(amounts, 0), 0
    for year in YEARS:
        found = answered(judged, "world", year)["by_importer"].row(0, named=True)
        assert round(found["listed_value_usd"] * 10_000) == hit_units(year) > 0
        units = {name: units[name] + round(found[name] * 10_000) for name in amounts}
        lines += found["lines"]

    together = answered(judged, "world", "2021+..+2023")
    whole = together["by_importer"].row(0, named=True)
    assert {name: round(whole[name] * 10_000) for name in amounts} == units
    assert whole["lines"] == lines
    assert sorted(together["lines"]["period"].unique()) == list(YEARS)


def test_names_and_places_of_files_change_nothing(place: Place) -> None:
    first = write_folder(place.root / "a" / "world", {y: f"{y}.parquet" for y in YEARS})
    names = {"2023": "a.parquet", "2021": "x/b.parquet", "2022": "x/year=2022/c.parquet"}
    shuffled = write_folder(place.root / "b" / "world", names)
    assert run(place, first, "2021+..+2023").code == 0
    lines = place.table("lines", "cars")
    again = run(place, shuffled, "2021+..+2023", "--json")
    assert again.object["reused"]  # the same trade gives the same run
    assert lines.height == sum(year_of_trade(y).filter(HIT).height for y in YEARS)


def test_lines_lead_to_the_file_in_the_folder(years: Place) -> None:
    place, folder = years, years.root / "world"
    assert run(place, folder, "2021+..+2023").code == 0
    behind = place.table("provenance", "cars")
    lines = place.table("lines", "cars")
    for row in behind.iter_rows(named=True):
        cells = pl.read_parquet(folder / row["source_id"]).row(row["source_row"] - 2, named=True)
        assert row["source_id"] == f"year={row['period']}/part-0.parquet"
        assert (cells["partner"], cells["code"]) == (row["partner"], row["code"])
    assert behind.height == lines.height


def test_inputs_are_hashed_and_held_to(years: Place) -> None:
    place, folder = years, years.root / "world"
    assert run(place, folder, "2022").code == 0
    assert place.do("verify", "cars").code == 0
    path = folder / "year=2021" / "part-0.parquet"
    year_of_trade("2021").drop("period").head(3).write_parquet(path)
    done = place.do("verify", "cars")
    assert done.code == 8
    assert "world/year=2021/part-0.parquet has changed since the run" in done.err


def test_files_outside_the_workspace_are_named_by_their_folder(
    place: Place, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write_folder(tmp_path_factory.mktemp("elsewhere") / "world", by_year())
    assert run(place, folder, "2022").code == 0
    inputs = read_manifest(place.folder("cars")).inputs
    named = [one.name for one in inputs if one.role == "file of the trade table"]
    assert named == [f"world/year={year}/part-0.parquet" for year in YEARS]


def test_a_year_more_is_judged_by_itself(place: Place) -> None:
    names = by_year()
    write_folder(place.root / "world", {y: names[y] for y in YEARS[:2]})
    first = run(place, place.root / "world", "2022")
    for year in YEARS[:2]:
        said = f"judging year={year}/part-0.parquet for the first time: some seconds"
        assert said in first.err
    more = run(place, hive_with(place, names), "2022")
    assert more.err.count("for the first time") == 1
    assert more.code == 0


def hive_with(place: Place, names: dict[str, str]) -> Path:
    return write_folder(place.root / "world", {"2023": names["2023"]})


def test_rows_that_break_a_rule_are_left_out_by_their_place(place: Place) -> None:
    folder = hive(place)
    path = folder / "year=2022" / "part-0.parquet"
    rows = pl.read_parquet(path)
    negative = pl.when(pl.col("partner") == "KOR", pl.col("code") == "870899").then(-1.0)
    value = negative.otherwise("customs_value_usd").alias("customs_value_usd")
    rows.with_columns(value).write_parquet(path)
    refused = run(place, folder, "2022")
    assert refused.code == 3
    assert "year=2022/part-0.parquet row" in refused.err
    done = run(place, folder, "2021+..+2023", "--quarantine")
    assert done.code == 0, done.err
    lines = place.table("lines", "cars")
    assert lines.filter(period="2022", partner="KOR", code="870899").is_empty()
    assert lines.filter(period="2023", partner="KOR", code="870899").height == 1
    verdict = place.do("validate", folder, "--quarantine", "--json").object
    assert (verdict["rows_judged"], verdict["rows_failed"]) == (68, 2)


FAULTS: dict[str, tuple[str, Callable[[Path], object], int, str]] = {
    "a year that is not there": (
        "2021..2024",
        lambda _: None,
        4,
        "the table has no imports of USA in all of 2021..2024: 2024 not there",
    ),
    "another file": (
        "2022",
        lambda folder: (folder / "years.csv").write_text("importer,partner\n"),
        3,
        "years.csv in world is no Parquet file",
    ),
    "a file of another layout": (
        "2022",
        lambda folder: pl.DataFrame({"year": [2020]}).write_parquet(folder / "other.parquet"),
        3,
        "column importer of the TRADE layout is missing",
    ),
    "a column of another type": (
        "2022",
        lambda folder: (
            year_of_trade("2020")
            .with_columns(pl.col("net_mass_kg").cast(pl.Int64))
            .write_parquet(folder / "z.parquet")
        ),
        3,
        "column net_mass_kg is Int64, the TRADE layout has Float64",
    ),
    "a file cut short": (
        "2022",
        lambda folder: (folder / "year=2022" / "part-0.parquet").write_bytes(b"PAR1 cut"),
        3,
        "part-0.parquet cannot be read as Parquet",
    ),
    "a flow twice": (
        "2022",
        lambda folder: year_of_trade("2022").head(2).write_parquet(folder / "more.parquet"),
        3,
        "is in more.parquet and in year=2022/part-0.parquet",
    ),
    "a file in the folder of another year": (
        "2022",
        lambda folder: year_of_trade("2020").write_parquet(folder / "year=2023" / "b.parquet"),
        3,
        "year=2023/b.parquet holds period 2020, and its folder is named for 2023",
    ),
    "a folder named for what is no column": (
        "2022",
        lambda folder: write_folder(folder, {"2020": "region=asia/a.parquet"}),
        3,
        "a folder is named for region, which is no column of trade",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_folder_is_named_and_nothing_is_written(place: Place, fault: str) -> None:
    period, injure, code, said = FAULTS[fault]
    folder = hive(place)
    injure(folder)
    done = run(place, folder, period)
    assert done.code == code, done.err
    assert said in done.err
    assert not place.workspace.runs.exists()


def test_a_page_damaged_in_the_middle_is_named_with_its_path(place: Place) -> None:
    folder = hive(place)
    path = folder / "year=2022" / "part-0.parquet"
    whole = bytearray(path.read_bytes())
    whole[8:80] = bytes(72)
    path.write_bytes(whole)
    done = run(place, folder, "2022")
    assert done.code == 3, done.err
    assert f"where: {path}" in done.err


def test_a_folder_without_files_is_no_table(place: Place) -> None:
    (place.root / "world" / "_temporary").mkdir(parents=True)
    (place.root / "world" / "_SUCCESS").touch()
    done = run(place, place.root / "world", "2022")
    assert (done.code, done.err.count("\n")) == (3, 3)
    assert "world holds no Parquet file" in done.err


def test_several_files_of_a_year_are_one_year(place: Place) -> None:
    folder = place.root / "world" / "period=2022"
    folder.mkdir(parents=True)
    rows = year_of_trade("2022").drop("period")
    rows.head(7).write_parquet(folder / "part-0.parquet")
    rows.tail(-7).write_parquet(folder / "part-1.parquet")
    assert run(place, folder.parent, "2022").code == 0
    found = place.table("by_importer", "cars").row(0, named=True)
    assert round(found["listed_value_usd"] * 10_000) == hit_units("2022")


def test_ingested_tables_in_a_folder_keep_their_sources(place: Place, tmp_path: Path) -> None:
    for year in YEARS[:2]:
        rows = year_of_trade(year).select("importer", "partner", "period", "code", "flow",
                                          "nomenclature", "customs_value_usd")  # fmt: skip
        rows.write_csv(tmp_path / f"y{year}.csv")
        assert place.do("ingest", tmp_path / f"y{year}.csv", "--name", f"y{year}").code == 0
    assert run(place, place.workspace.trade, "2021+..+2022").code == 0
    sources = place.table("provenance", "cars")["source_id"].unique().sort().to_list()
    assert sources == ["y2021.csv", "y2022.csv"]
    assert contents(place.workspace.runs)


def test_years_added_up_are_refused_where_one_year_is_meant(years: Place) -> None:
    done = run(years, years.root / "world", "2021+..+2023", "--effects")
    assert done.code == 4
    assert "trade answers year by year: several years added up are no reference for it" in done.err
    assert "--period 2021..2023" in done.err
