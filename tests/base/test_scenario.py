"""A base of the workspace, or a Parquet file, as the base of a scenario."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from calc.errors import ScenarioError
from pipelines.base.places import base_table
from pipelines.scenario.base_table import ScenarioBase, base_of
from pipelines.scenario.read import read_scenario
from pipelines.workspace import ENVIRONMENT, Workspace
from tests.base.files import DAY, hts, make, record
from tests.scenario.files import changed, write

RECORDS = [
    record("8703.23.00", 0, "2.5%", "Free (JP)", "10%"),
    record("8703.24.00", 0, "4.4¢/liter + 31.4¢/pf. liter", "", "The rate applicable to it"),
]


@pytest.fixture
def made(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    make(workspace, hts(tmp_path, RECORDS), as_of=date(2024, 1, 1), name="us-2024")
    monkeypatch.setenv(ENVIRONMENT, str(workspace.root))
    return workspace


def read(folder: Path, base: str) -> ScenarioBase:
    return base_of(read_scenario(write(folder, changed('"2.5%"', base))))


def told(folder: Path, base: str) -> tuple[str, str]:
    with pytest.raises(ScenarioError) as caught:
        read(folder, base)
    problem = caught.value.problems[0]
    return problem.what, problem.hint


def test_a_base_is_found_in_the_workspace_that_is_said(
    tmp_path: Path, made: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "another"))
    written = write(tmp_path, changed('"2.5%"', '"us-2024"'))

    found = base_of(read_scenario(written, workspace=made))
    assert found.source is not None
    assert found.source[0] == "us-2024.parquet"
    with pytest.raises(ScenarioError) as caught:
        read_scenario(written)
    assert caught.value.problems[0].what == (
        '"us-2024" is neither a rate nor the name of a CSV file'
    )


def test_a_base_by_its_name(tmp_path: Path, made: Workspace) -> None:
    found = read(tmp_path, '"us-2024"')

    assert found.table.select("programme", "partner", "code", "ad_valorem_rate").rows() == [
        ("mfn", "*", "87032300", 0.025),
        ("mfn", "*", "87032400", None),
        *[
            ("column-2", partner, code, rate)
            for partner in ("BLR", "CUB", "PRK", "RUS")
            for code, rate in (("87032300", 0.1), ("87032400", None))
        ],
    ]
    assert found.preferences.select("programme", "partner", "ad_valorem_rate").rows() == [
        ("japan", "JPN", 0.0)
    ]
    assert found.source is not None
    assert found.source[0] == "us-2024.parquet"
    assert made.root.is_dir()


def test_a_parquet_file_beside_the_scenario(tmp_path: Path, made: Workspace) -> None:
    (tmp_path / "mine.parquet").write_bytes(base_table(made, "us-2024").read_bytes())

    assert read(tmp_path, '"mine.parquet"').table.equals(read(tmp_path, '"us-2024"').table)


def test_rates_come_through_unchanged(tmp_path: Path, made: Workspace) -> None:
    """Cells are judged as text: a number must be the same after it."""
    stored = pl.read_parquet(base_table(made, "us-2024"))
    rates = [n / 7 for n in range(70)]
    many = stored.head(1).select(
        pl.exclude("code", "ad_valorem_rate"),
        pl.lit(pl.Series("code", [f"{n:02}{n:02}" for n in range(10, 80)])).alias("code").implode(),
        pl.lit(pl.Series("rate", rates)).alias("ad_valorem_rate").implode(),
    ).explode("code", "ad_valorem_rate")  # fmt: skip
    many = many.with_columns(programme=pl.lit("mfn"), partner=pl.lit("*"))
    many.select(stored.columns).write_parquet(tmp_path / "many.parquet")

    assert read(tmp_path, '"many.parquet"').table["ad_valorem_rate"].to_list() == rates


def test_a_name_that_is_none_names_the_nearest(tmp_path: Path, made: Workspace) -> None:
    assert made.root.is_dir()
    assert told(tmp_path, '"us-2023"') == (
        '"us-2023" is neither a rate nor the name of a CSV file',
        "did you mean us-2024?",
    )


def test_a_file_that_is_not_parquet(tmp_path: Path, made: Workspace) -> None:
    assert made.root.is_dir()
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and no more")

    what, hint = told(tmp_path, '"x.parquet"')
    assert what.startswith("x.parquet cannot be read as Parquet: ")
    assert hint == "make it again with: retorsion base FILE --name NAME"


def test_a_parquet_file_of_something_else(tmp_path: Path, made: Workspace) -> None:
    assert made.root.is_dir()
    pl.DataFrame({"code": ["8703"], "day": [DAY]}).write_parquet(tmp_path / "x.parquet")

    assert told(tmp_path, '"x.parquet"')[0] == "column importer is missing"
