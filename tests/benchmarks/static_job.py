"""The static job against the floor, in one process on the same file.

``python -m tests.benchmarks.static_job [--rows N] [--measures N] [--repeat N] [--folder DIR]``
prints seconds and ratios. The floor reads the four columns that any solution must read and writes
as many rows as the job writes.
"""

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from calc.dictionary import polars_schema
from calc.resolve import LawTables
from calc.tables import TABLES
from pipelines.parquet import write_table
from pipelines.reference import descriptions, product_groups
from pipelines.run.compute import answer
from pipelines.run.question import Question
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
        ),
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


def run_ours(asked: Question) -> int:
    found = answer(asked)
    lines = found.tables["lines"]
    write_table(asked.table.with_name("lines.parquet"), lines, "lines", TABLES["lines"])
    return lines.height


def best(job: Callable[[], object], repeat: int) -> float:
    seconds = []
    for _ in range(repeat):
        started = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=11_000_000)
    arguments.add_argument("--measures", type=int, default=2_000)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    chosen = arguments.parse_args()
    table = baci_like.write(chosen.folder, chosen.rows)
    asked = question(table, chosen.measures)
    hits = run_ours(asked)
    floor = best(lambda: run_floor(table, hits), chosen.repeat)
    ours = best(lambda: run_ours(asked), chosen.repeat)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{chosen.rows:,} rows, {chosen.measures:,} measures, {hits:,} lines hit")
    print(f"floor {floor:.2f} s; static job {ours:.2f} s, {ours / floor:.1f} times the floor")
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
