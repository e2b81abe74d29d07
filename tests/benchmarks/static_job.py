"""The job that is timed: a schedule of some thousand measures put to a year of world trade."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import narwhals as nw
import polars as pl

from calc.dictionary import polars_schema
from calc.lines import lines_table
from calc.periods import Reference
from calc.resolve import LawTables
from calc.tables import TABLES
from pipelines.parquet import write_table
from pipelines.reference import descriptions, product_groups
from pipelines.run.alike import like_lines
from pipelines.run.assess import assess
from pipelines.run.compute import answer
from pipelines.run.question import Question, chosen_period, shape_of
from pipelines.run.resolve import resolve
from pipelines.stream.work import work
from pipelines.trade_files import sha256_of_table
from tests.benchmarks import baci_like
from tests.benchmarks.peers import Result, read_columns, told


def question(table: Path, measures: int) -> Question:
    law = baci_like.schedule(measures)
    return Question(
        table=table,
        left_out=pl.Series([], dtype=pl.Int64),
        law=LawTables(
            measures=law["measures"].lazy(),
            products=law["products"].lazy(),
            partners=law["partners"].lazy(),
            exclusions=pl.LazyFrame(schema=polars_schema(TABLES["exclusions"])),
            base=pl.LazyFrame(schema=polars_schema(TABLES["base"])),
            shares=pl.LazyFrame(schema=polars_schema(TABLES["shares"])),
        ),
        policy=baci_like.policy_of(law["measures"]),
        default_programme="mfn",
        interval=(None, None),
        importers=tuple(sorted(set(law["measures"]["importer"]))),
        nomenclature="HS1992",
        period=None,
        groups=product_groups("HS1992"),
        descriptions=descriptions("HS1992"),
    )


def run_static(asked: Question, period: Reference, out: Path) -> Result:
    """Match, duty, hit lines to Parquet, sums by importer, partner and chapter."""
    resolved = resolve(asked, asked.imports(period))
    assert resolved is not None
    lines = assess(asked, resolved).lines
    by = ["importer", "partner", pl.col("code").str.slice(0, 2).alias("chapter")]
    amounts = {"value_e4": pl.col("value_e4").sum(), "duty_e4": pl.col("increment_e4").sum()}
    sums = lines.lazy().group_by(by).agg(**amounts).collect()
    table = lines_table(lines.lazy(), asked.descriptions.lazy(), asked.interval).collect()
    write_table(out, table, "lines", TABLES["lines"])
    return told(lines.height, sums.height, *sums.select(pl.col("value_e4", "duty_e4").sum()).row(0))


def floor_of_ours(asked: Question, period: Reference, out: Path) -> Callable[[], None]:
    """The floor, were it to write the lines as we do: in all their columns, by one thread.

    They are made before, so that reading and writing alone are timed.
    """
    hits = run_static(asked, period, out)["lines"]
    lines = pl.read_parquet(out)
    assert lines.height == hits

    def job() -> None:
        read_columns(asked.table)
        write_table(out, lines, "lines", TABLES["lines"])

    return job


def run_by_pieces(asked: Question, out: Path) -> Result:
    """All that ``--engine stream`` does but the manifest: hash, lines, measures, rows, reports."""
    sha256_of_table(asked.table)
    found = work(asked, out, lambda _: None)
    for name, frame in found.tables.items():
        write_table(out / f"{name}.parquet", frame, name, TABLES[name])
    amounts = found.cells.select(pl.col("value_e4", "increment_e4").sum()).row(0)
    groups = found.cells.select("importer", "partner", pl.col("code").str.head(2)).n_unique()
    return told(int(found.cells["lines_behind"].sum()), groups, *amounts)


def all_years(asked: Question) -> Question:
    """The question put to all the years of its table, added up."""
    periods = sorted(shape_of(asked)["period"].unique())
    whole = f"{periods[0]}+..+{periods[-1]}" if len(periods) > 1 else None
    return replace(asked, period=whole)


def laws_of_dates(table: Path, dates: int) -> list[Question]:
    """As many laws as there are dates, each a schedule of 20 measures more than the one before."""
    return [question(table, 20 * number) for number in range(1, dates + 1)]


def run_dates(laws: Sequence[Question]) -> Result:
    """Totals of the laws of several dates, on one reading of the trade."""
    period = chosen_period(laws[0], shape_of(laws[0]))
    trade = like_lines(laws, laws[0].imports(period).to_native())
    lines, amounts = 0, pl.Series([0, 0])
    for law in laws:
        resolved = resolve(law, nw.from_native(trade.lazy()))
        assert resolved is not None
        found = assess(law, resolved).lines
        amounts += pl.Series(found.select(pl.col("value_e4", "increment_e4").sum()).row(0))
        lines += found.height
    return told(lines, trade.height, *amounts)


def run_full(asked: Question, out: Path) -> None:
    """The hash of the table, every report with dependence shares, every table to Parquet."""
    sha256_of_table(asked.table)
    for name, frame in answer(asked).tables.items():
        write_table(out.with_name(f"{name}.parquet"), frame, name, TABLES[name])
