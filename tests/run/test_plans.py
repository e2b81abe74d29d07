"""What the engine is asked to do: how often the trade table is read, joined and of which columns.

A guard that times nothing. A run reads the table four times, whatever it asks: for what is in it,
for its codes and partners, for the rows that a measure names, and for the sums of the whole.
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from calc.hits import PAIR
from calc.resolve import candidates_of
from pipelines.run.alike import like_lines
from pipelines.run.assess import assess
from pipelines.run.compute import answer
from pipelines.run.question import chosen_period, shape_of
from pipelines.run.resolve import resolve
from pipelines.stream.work import work
from pipelines.variants.sweep import Wanted, sweep
from tests.benchmarks import baci_like
from tests.benchmarks.static_job import question

ROWS, GROUP_ROWS = 20_000, 2_500
SCAN = re.compile(r"Parquet SCAN \[.*?trade\.parquet\]\n\s*PROJECT (\d+)/\d+ COLUMNS")


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up table of ten row groups, sorted as ingested tables are."""
    path = tmp_path_factory.mktemp("plans") / "trade.parquet"
    rows = baci_like.as_trade(baci_like.trade_table(ROWS)).collect()
    rows.write_parquet(path, row_group_size=GROUP_ROWS)
    return path


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The optimised plan of everything that is worked out, in order."""
    told: list[str] = []
    one, several = pl.LazyFrame.collect, pl.collect_all

    def collect(self: pl.LazyFrame, *given: Any, **named: Any) -> Any:
        told.append(self.explain())
        return one(self, *given, **named)

    def collect_all(frames: list[pl.LazyFrame], *given: Any, **named: Any) -> Any:
        told.append(pl.explain_all(frames))
        return several(frames, *given, **named)

    monkeypatch.setattr(pl.LazyFrame, "collect", collect)
    monkeypatch.setattr(pl, "collect_all", collect_all)
    return told


def columns_read(plans: list[str]) -> list[int]:
    """The columns that each reading of the trade table takes."""
    return [int(columns) for plan in plans for columns in SCAN.findall(plan)]


def test_a_run_reads_the_trade_four_times_and_few_columns(trade: Path, plans: list[str]) -> None:
    answer(question(trade, 50))

    # importer, partner and value; with code instead of value; and row number; all four
    assert columns_read(plans) == [3, 3, 5, 4]


@pytest.mark.parametrize("measures", [50, 200])
def test_lines_and_duties_take_two_readings_and_two_joins(
    trade: Path, plans: list[str], measures: int
) -> None:
    asked = question(trade, measures)
    period = chosen_period(asked, shape_of(asked))
    plans.clear()

    resolved = resolve(asked, asked.imports(period))
    assert resolved is not None
    found = assess(asked, resolved)

    reading = [plan for plan in plans if SCAN.search(plan)]
    assert [plan.count("JOIN:") for plan in reading] == [0, 2]
    assert "INNER JOIN" in reading[1]  # with the goods of the branches, which are few
    assert "SEMI JOIN" in reading[1]  # with their partners
    assert all("SELECTION" in plan for plan in reading)  # row groups of others are skipped
    assert resolved.trade.height == found.lines["table_row"].n_unique() < ROWS
    assert len(plans) == 20  # what is worked out does not grow with the measures


def test_only_rows_that_a_measure_names_are_worked_on(trade: Path) -> None:
    asked = question(trade, 50)
    period = chosen_period(asked, shape_of(asked))
    resolved = resolve(asked, asked.imports(period))
    assert resolved is not None

    named = resolved.named["table_row"].unique().sort()
    assert resolved.trade["table_row"].sort().to_list() == named.to_list()


def test_goods_and_partners_of_a_measure_are_not_multiplied(trade: Path) -> None:
    asked = question(trade, 200)
    names = pl.scan_parquet(trade)
    tables = candidates_of(
        asked.law, asked.policy, names.select("code").unique(), names.select(PAIR).unique()
    )
    goods, whom = tables.goods.collect(), tables.whom.collect()
    # 38,283 triples of importer, partner and code with their measure are never made
    assert (goods.height, whom.height) == (1_247, 5_834)
    assert goods.join(whom, on="branch").height == 38_283


def test_a_sweep_reads_the_trade_as_often_for_many_rates_as_for_two(
    trade: Path, plans: list[str]
) -> None:
    asked = question(trade, 200)
    name = asked.policy.branches[0].measure_id
    for count in (2, 1000):
        plans.clear()
        rates = [number / count for number in range(count)]
        assert sweep(asked, Wanted(measure_id=name, rates=rates)).height == count
        assert len(columns_read(plans)) == 3  # what is in it, codes and partners, like lines


def test_laws_of_many_dates_read_the_trade_once_for_all(trade: Path, plans: list[str]) -> None:
    first, *others = (question(trade, measures) for measures in range(20, 40))
    imports: pl.LazyFrame = first.imports(chosen_period(first, shape_of(first))).to_native()
    for laws in ([first, others[0]], [first, *others]):
        plans.clear()
        groups = like_lines(laws, imports)
        for law in laws:
            resolve(law, nw.from_native(groups.lazy()))
        assert len(columns_read(plans)) == 2  # codes and partners, like lines


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three years, each in a file of two row groups."""
    folder = tmp_path_factory.mktemp("years")
    rows = baci_like.as_trade(baci_like.trade_table(ROWS // 4)).collect()
    for year in ("2021", "2022", "2023"):
        path = folder / f"period={year}" / "trade.parquet"
        path.parent.mkdir()
        told = rows.with_columns(period=pl.lit(year))
        told.write_parquet(path, row_group_size=GROUP_ROWS)
    return folder


def test_a_year_of_a_folder_is_read_as_a_table_of_its_own(years: Path, plans: list[str]) -> None:
    answer(replace(question(years, 50), period="2022"))

    # what is in each file, whose period is not read; then of one file alone, as of any table
    assert columns_read(plans) == [3, 3, 3, 3, 5, 4]
    reading = [plan for plan in plans if SCAN.search(plan)]
    assert all("period=2022" in plan for plan in reading[3:])


def test_pieces_of_a_folder_read_each_file_four_times(
    years: Path, plans: list[str], tmp_path: Path
) -> None:
    for measures in (50, 200):
        plans.clear()
        asked = replace(question(years, measures), period="2021+..+2023")
        found = work(asked, tmp_path / str(measures), lambda _: None)
        reading = [plan for plan in plans if SCAN.search(plan)]

        # what is in all files; of each codes and partners, rows that a measure names; sums of each
        assert columns_read(plans) == [3, 3, 3, *3 * [3, 5], *3 * [4]]
        assert [plan.count("SEMI JOIN:") for plan in reading[3:9]] == 3 * [0, 1]
        assert found.cells["lines_behind"].sum() > 0
