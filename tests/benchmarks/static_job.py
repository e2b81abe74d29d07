"""The static job against the floor, in one process on the same file.

``python -m tests.benchmarks.static_job [--rows N] [--measures N] [--repeat N] [--folder DIR]``
prints seconds and ratios. The floor reads the four columns that any solution must read and writes
as many rows as the job writes.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from calc.dictionary import polars_schema
from calc.lines import lines_table
from calc.resolve import LawTables
from calc.tables import TABLES
from pipelines.files import sha256_of
from pipelines.parquet import write_table
from pipelines.reference import descriptions, product_groups
from pipelines.run.assess import assess
from pipelines.run.compute import answer
from pipelines.run.question import Question, chosen_period, shape_of
from pipelines.run.resolve import resolve
from tests.benchmarks import baci_like

FLOOR_COLUMNS = ["importer", "partner", "code", "customs_value_usd"]


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


def run_floor(table: Path, hits: int) -> None:
    frame = pl.read_parquet(table, columns=FLOOR_COLUMNS)
    frame["customs_value_usd"].sum()
    frame.head(hits).write_parquet(table.with_name("floor.parquet"))


def run_static(asked: Question, shape: pl.DataFrame) -> int:
    """Match, duty, hit lines to Parquet, sums by importer, partner and chapter."""
    period = chosen_period(asked, shape)
    resolved = resolve(asked, asked.imports(period))
    assert resolved is not None
    lines = assess(asked, resolved).lines
    by = ["importer", "partner", pl.col("code").str.slice(0, 2).alias("chapter")]
    lines.lazy().group_by(by).agg(pl.col("value_e4", "increment_e4").sum()).collect()
    table = lines_table(lines.lazy(), asked.descriptions.lazy(), asked.interval).collect()
    write_table(asked.table.with_name("lines.parquet"), table, "lines", TABLES["lines"])
    return lines.height


def run_full(asked: Question) -> None:
    """The hash of the table, every report with dependence shares, every table to Parquet."""
    sha256_of(asked.table)
    for name, frame in answer(asked).tables.items():
        write_table(asked.table.with_name(f"{name}.parquet"), frame, name, TABLES[name])


def timed(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=11_000_000)
    arguments.add_argument("--measures", type=int, default=2_000)
    arguments.add_argument("--repeat", type=int, default=5)
    arguments.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    chosen = arguments.parse_args()
    table = baci_like.write(chosen.folder, chosen.rows)
    asked = question(table, chosen.measures)
    shape = shape_of(asked)
    hits = run_static(asked, shape)
    jobs: dict[str, Callable[[], object]] = {
        "floor": lambda: run_floor(table, hits),
        "static job": lambda: run_static(asked, shape),
        "full run": lambda: run_full(asked),
    }
    # In turn, so that a machine that slows down slows all of them.
    rounds = [{name: timed(job) for name, job in jobs.items()} for _ in range(chosen.repeat)]
    medians = {name: statistics.median(one[name] for one in rounds) for name in jobs}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{chosen.rows:,} rows, {chosen.measures:,} measures, {hits:,} lines hit")
    for name, seconds in medians.items():
        print(f"{name:10} {seconds:6.2f} s  {seconds / medians['floor']:5.1f} times the floor")
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
