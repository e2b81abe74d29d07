"""``--engine stream``: a run piece by piece has the figures of a run at once, to the last unit."""

import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.errors import LimitError
from calc.tables import TABLES
from pipelines.memory import LINE
from pipelines.run.compute import answer
from pipelines.run.question import Question
from pipelines.run.store import find_run
from pipelines.stream.pieces import Piece
from pipelines.stream.work import work
from tests.benchmarks import baci_like
from tests.benchmarks.static_job import question
from tests.run.tool import Done, Place, contents
from tests.run.years import SCENARIO as OF_YEARS
from tests.run.years import YEARS, by_year, write_folder

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")
REPORTS = (
    *("by_importer", "by_partner", "by_group", "by_product", "by_measure", "suppliers"),
    *("unmatched", "funnel"),
)
PARTED = ("lines", "components", "provenance")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.stream.pieces.PIECE_ROWS", 3_000)


def together(folder: Path, name: str) -> pl.DataFrame:
    """A table whose parts are files of a folder."""
    parts = [pl.read_parquet(path) for path in sorted((folder / name).glob("*.parquet"))]
    return pl.concat(parts).sort(list(TABLES[name].primary_key()))


def whole(place: Place, run: str) -> Path:
    return find_run(place.workspace, run)


def assert_same_run(place: Place, stream: str, at_once: str) -> None:
    for name in REPORTS:
        assert_frame_equal(place.table(name, stream), place.table(name, at_once), check_exact=True)
    for name in PARTED:
        found = together(whole(place, stream), name)
        assert_frame_equal(found, place.table(name, at_once), check_exact=True)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with a folder of years, judged; not to be written to."""
    made = Place(tmp_path_factory.mktemp("judged"))
    (made.root / "cars.toml").write_text(OF_YEARS, encoding="utf-8")
    folder = write_folder(made.root / "world", by_year(), tells_period=False)
    assert made.do("validate", folder).code == 0
    return made


@pytest.fixture
def years(judged: Place, tmp_path: Path) -> Place:
    return Place(shutil.copytree(judged.root, tmp_path / "workspace"))


def run(place: Place, period: str, *options: str) -> Done:
    table, scenario = place.root / "world", place.root / "cars.toml"
    return place.run("--trade", table, "--period", period, *options, scenario=scenario)


@pytest.mark.parametrize("period", ["2022", "2021+..+2023"])
def test_years_piece_by_piece_are_the_years_at_once(years: Place, period: str) -> None:
    assert run(years, period).code == 0
    assert run(years, period, "--engine", "stream").code == 0
    assert_same_run(years, "cars", "cars~1")
    assert years.do("verify", "cars").code == 0
    # each year is a piece, and its lines are its own
    files = sorted((whole(years, "cars") / "lines").iterdir())
    periods = [pl.read_parquet(path)["period"].unique().to_list() for path in files]
    assert periods == [[year] for year in (YEARS if "+" in period else (period,))]


@pytest.mark.usefixtures("small_pieces")
def test_the_demonstration_piece_by_piece(place: Place) -> None:
    done = place.run("--engine", "stream")
    assert done.code == 0, done.err
    assert "piece 3 of 3" in done.err
    assert len(list((whole(place, "us-japan-2024") / "lines").iterdir())) == 3
    assert_same_run(place, "us-japan-2024", "us-japan-2024~1")


def asked(table: Path, measures: int) -> Question:
    return question(table, measures)


@pytest.mark.usefixtures("small_pieces")
def test_many_importers_in_pieces_of_row_groups(tmp_path: Path) -> None:
    table = tmp_path / "trade.parquet"
    rows = baci_like.as_trade(baci_like.trade_table(20_000)).collect()
    rows.write_parquet(table, row_group_size=1_000)
    at_once = answer(asked(table, 100)).tables
    found = work(asked(table, 100), tmp_path / "out", lambda _: None)
    # of one of the four pieces no measure names a row
    assert len(list((tmp_path / "out" / "lines").iterdir())) == 3
    for name in ("by_importer", "by_partner", "by_group", "by_product", "by_measure", "suppliers"):
        assert_frame_equal(found.tables[name], at_once[name], check_exact=True)
    assert_frame_equal(together(tmp_path / "out", "lines"), at_once["lines"], check_exact=True)


def test_a_piece_that_does_not_fit_is_worked_on_in_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "trade.parquet"
    rows = baci_like.as_trade(baci_like.trade_table(8_000)).collect()
    rows.write_parquet(table, row_group_size=4_000)
    monkeypatch.setattr("pipelines.memory.START", 0)
    monkeypatch.setattr("pipelines.stream.work.LEAST_ROWS", 20)
    at_once = answer(asked(table, 300)).tables["lines"]
    bounded = replace(asked(table, 300), memory_limit=at_once.height * LINE // 3)
    said: list[str] = []
    found = work(bounded, tmp_path / "out", said.append)
    assert said[0] == "piece 1 of 1"
    assert len(list((tmp_path / "out" / "lines").iterdir())) > 3
    assert found.cells["lines_behind"].sum() == at_once.height
    assert_frame_equal(together(tmp_path / "out", "lines"), at_once, check_exact=True)

    with pytest.raises(LimitError, match="whose measures name"):
        work(replace(bounded, memory_limit=LINE * 3), tmp_path / "none", said.append)


def test_halves_are_the_rows_of_the_whole() -> None:
    piece = Piece(place=0, runs=[(10, 3), (20, 1), (40, 5)])
    halves = piece.halves()
    assert [one.runs for one in halves] == [[(10, 3), (20, 1)], [(40, 5)]]
    assert [one.runs for one in halves[1].halves()] == [[(40, 2)], [(42, 3)]]
    assert Piece(place=0, runs=[(7, 1)]).halves() == [Piece(place=0, runs=[(7, 1)])]


def test_pieces_leave_out_what_validation_left_out(years: Place) -> None:
    path = years.root / "world" / "year=2022" / "part-0.parquet"
    rows = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == rows.height - 1
    value = pl.when(first).then(-1.0).otherwise("customs_value_usd").alias("customs_value_usd")
    rows.with_columns(value).write_parquet(path)
    assert run(years, "2021+..+2023", "--quarantine").code == 0
    assert run(years, "2021+..+2023", "--quarantine", "--engine", "stream").code == 0
    assert_same_run(years, "cars", "cars~1")


@pytest.mark.parametrize(
    ("period", "options", "code", "said"),
    [
        ("2021..2023", (), 4, "the engine stream cannot do a mean of years yet"),
        ("2022", ("--effects",), 2, "the engine stream cannot do --effects yet"),
        ("2022", ("--shapley",), 2, "the engine stream cannot do --shapley yet"),
        ("2024", (), 4, "the table has no imports of USA in 2024"),
    ],
)
def test_what_cannot_be_done_by_pieces_is_refused_and_nothing_is_written(
    years: Place, period: str, options: tuple[str, ...], code: int, said: str
) -> None:
    done = run(years, period, "--engine", "stream", *options)
    assert done.code == code, done.err
    assert said in done.err
    assert not contents(years.workspace.runs)
