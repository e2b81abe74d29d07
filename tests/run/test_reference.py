"""Reference trade: one period, the latest twelve months, or a mean of years."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.errors import ScenarioError
from pipelines.run.compute import Answer
from pipelines.run.manifest import read_manifest
from tests.run.asking import ask, law_of, trade_of
from tests.run.tool import Place, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

CARS = law_of({"cars": {"ad_valorem_rate": 0.25}}, [("cars", "include", "8703")])
MONTHS = [f"2024-{month:02}" for month in range(1, 13)]


def flows(*rows: tuple[str, float]) -> pl.DataFrame:
    """Imports of cars by period and value."""
    return trade_of(
        {"code": "870323", "period": period, "customs_value_usd": value} for period, value in rows
    )


def asked(folder: Path, trade: pl.DataFrame, period: str | None) -> Answer:
    return ask(folder, trade, CARS, period=period)


def total(found: Answer, name: str = "duty_increment_usd") -> Any:
    return found.tables["by_importer"][name].item()


def test_a_mean_of_years_is_their_sum_divided(tmp_path: Path) -> None:
    """(1,000 + 2,000 + nothing) / 3 = 1,000 USD; 25 percent of it are 250."""
    other = {"code": "720810", "period": "2024", "customs_value_usd": 900.0}
    trade = pl.concat([flows(("2022", 1000.0), ("2023", 2000.0)), trade_of([other])])
    found = asked(tmp_path, trade, "2022..2024")
    assert found.tables["lines"].select("period", "customs_value_usd").rows() == [
        ("2022..2024", 1000.0)
    ]
    assert total(found) == 250.0
    # 300 of other goods a year beside it: 1,000 of 1,300 are covered.
    assert total(found, "imports_value_usd") == 1300.0
    assert total(found, "coverage_ratio") == 1000 / 1300
    assert found.rows["table_row"].to_list() == [0, 1]


def test_the_latest_twelve_months_are_a_year(tmp_path: Path) -> None:
    trade = flows(*((month, 100.0) for month in MONTHS), ("2023-12", 5.0), ("2023-11", 7.0))
    found = asked(tmp_path, trade, "latest-12")
    assert found.period.name == "2024-01..2024-12"
    assert total(found) == 300.0
    assert found.tables["lines"]["period"].to_list() == MONTHS


@pytest.mark.parametrize(
    ("rows", "period", "said"),
    [
        ([("2024-01", 1.0), ("2024-12", 1.0)], "latest-12", "2024-02, 2024-03"),
        ([("2023", 1.0), ("2024", 1.0)], "latest-12", "has no months"),
        ([("2022", 1.0), ("2024", 1.0)], "2022..2024", "all of 2022..2024: 2023 not there"),
        ([("2022", 1.0), ("2023-01", 1.0)], "2022..2023", "2023-02"),
        ([("2022", 1.0), ("2023", 1.0), ("2023-01", 1.0)], "2022..2023", "as a whole and by month"),
        ([("2022", 1.0)], "2023", "no imports of USA in 2023"),
    ],
)
def test_a_table_that_lacks_a_part_is_refused(
    tmp_path: Path, rows: list[tuple[str, float]], period: str, said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        asked(tmp_path, flows(*rows), period)


HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"


@pytest.fixture
def years(tmp_path: Path) -> Place:
    """A workspace with three years of trade, and a scenario that names its reference."""
    place = Place(tmp_path / "place")
    place.root.mkdir()
    rows = [("2022", "870323", 1000.01), ("2023", "870323", 2000.0), ("2024", "870421", 600.0)]
    source = tmp_path / "three.csv"
    text = "".join(f"USA,JPN,{year},import,HTS2024,{code},{value}\n" for year, code, value in rows)
    source.write_text(HEADER + text, encoding="utf-8")
    done = place.do("ingest", source, "--name", "three")
    assert done.code == 0, done.err
    (tmp_path / "mean.toml").write_text(
        'id = "mean"\nimporter = "USA"\nnomenclature = "HTS2024"\ntrade = "three"\n'
        'base = "2.5%"\nreference = "2022..2024"\n[[measure]]\nid = "cars"\n'
        'authority = "section-232"\nproducts = ["8703"]\nrate = "10%"\nmode = "add"\n'
        'source = "hypothetical"\n',
        encoding="utf-8",
    )
    return place


def test_a_run_on_a_mean_is_traced_to_each_of_its_rows(years: Place, tmp_path: Path) -> None:
    done = years.run("--json", scenario=tmp_path / "mean.toml")
    assert done.code == 0, done.err
    # 3,000.01 USD in three years are 1,000.0033 a year, of which 10 percent are 100.0003.
    assert years.table("by_importer")["duty_increment_usd"].item() == 100.0003
    assert years.table("provenance")["source_row"].to_list() == [2, 3]
    funnel = {row["kind"]: row for row in years.table("funnel").iter_rows(named=True)}
    assert (funnel["excluded"]["rows"], funnel["kept"]["rows"]) == (1, 2)
    held = funnel["excluded"]["value_usd"] + funnel["kept"]["value_usd"]
    assert held == pytest.approx(3600.01, abs=1e-6)
    notes = read_manifest(years.folder()).facts["notes"]
    assert any("the mean of the 3 years 2022..2024" in note for note in notes)
    trail = years.do("explain", "mean", "--line", "870323").out
    assert trail.count("source       three.csv, row") == 2
    assert years.do("verify", "mean").code == 0


def test_the_option_goes_before_the_scenario(years: Place, tmp_path: Path) -> None:
    done = years.run("--period", "2023", scenario=tmp_path / "mean.toml")
    assert done.code == 0, done.err
    assert years.table("by_importer")["duty_increment_usd"].item() == 200.0


def test_what_is_no_period_is_refused(years: Place, tmp_path: Path) -> None:
    done = years.run("--period", "2024..2022", scenario=tmp_path / "mean.toml")
    assert done.code == 2
    assert "'2024..2022' is not a reference period" in done.err
    scenario = tmp_path / "mean.toml"
    written = scenario.read_text(encoding="utf-8")
    scenario.write_text(written.replace('"2022..2024"', '"latest-11"'), encoding="utf-8")
    done = retorsion("scenario", "check", scenario)
    assert done.code == 4
    assert '"latest-11" is not a reference period' in done.err + done.out
