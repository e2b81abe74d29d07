"""Times validation without great-expectations against a scan of the same columns.

The table is made up and seeded: ``--rows`` flows of a year, ``--years`` of them, one row in ten
thousand with a fault. The job hashes the table, judges it by every declared rule, and writes the
quarantine and all else that is kept of a verdict. Seconds are processor time, which other work on
the machine disturbs less. Run by ``python -m tests.benchmarks.validation_job``; each job runs in a
process of its own, so that its peak of memory is its own. ``--rules`` tells what each rule costs.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from calc import judge
from calc.rules import in_order
from calc.tables.trade_rules import trade_rules
from pipelines.validation.known import known
from pipelines.validation.rows import judge_rows
from tests.benchmarks import baci_like
from tests.benchmarks.peak import peak

ROWS, YEARS, FIRST_YEAR, FAULT_EVERY = 10_000_000, 1, 2013, 10_000
FAULTS = 6
"""Kinds of faulty rows: a repeated key, a bad code, a negative value, no value, no unit, and a
value a hundred million times too large, which only its neighbours tell."""


def made_up(rows: int) -> pl.DataFrame:
    """A year of TRADE before faults are put in: each good has its price, within a factor of ten."""
    frame = baci_like.as_trade(baci_like.trade_table(rows)).collect()
    rng = np.random.default_rng(baci_like.SEED)
    number = pl.col("code").cast(pl.Int64)
    spread = pl.Series(np.exp(rng.normal(0, 0.7, frame.height)))
    price = pl.lit(10.0).pow(number * 7919 % 4 - 1) * spread
    has_quantity = number % 3 == 0
    return frame.with_columns(
        customs_value_usd=(pl.col("net_mass_kg") * price).round(0) + 1,
        quantity=pl.when(has_quantity).then((pl.col("net_mass_kg") / 7).round(0)),
        quantity_unit=pl.when(has_quantity).then(pl.lit("number")),
    )


def with_faults(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with a fault in each ten-thousandth, of each kind in turn."""
    number, value = pl.int_range(pl.len()), pl.col("customs_value_usd")
    kind = pl.when(number % FAULT_EVERY == FAULT_EVERY // 2).then(number // FAULT_EVERY % FAULTS)
    repeated = {name: pl.col(name).shift(1) for name in ("importer", "partner", "code")}
    values = pl.when(kind == 2).then(-value).when(kind == 5).then(value * 1e8)
    return frame.with_columns(
        *(pl.when(kind == 0).then(before).otherwise(name) for name, before in repeated.items())
    ).with_columns(
        code=pl.when(kind == 1).then(pl.col("code").str.slice(1)).otherwise("code"),
        customs_value_usd=pl.when(kind.ne_missing(3)).then(values.otherwise(value)),
        quantity=pl.when(kind == 4).then(1.0).otherwise("quantity"),
        quantity_unit=pl.when(kind == 4).then(None).otherwise("quantity_unit"),
    )


def write(folder: Path, rows: int, years: int) -> Path:
    """The table as Parquet, made once a folder and size, a year at a time."""
    path = folder / f"validation-{rows}-{years}.parquet"
    if path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    year = with_faults(made_up(rows))
    with pq.ParquetWriter(path, year.head(0).to_arrow().schema, compression="zstd") as out:
        for number in range(FIRST_YEAR, FIRST_YEAR + years):
            dated = year.with_columns(period=pl.lit(str(number)))
            out.write_table(dated.to_arrow(), row_group_size=262_144)
    return path


def floor(path: Path, folder: Path) -> None:
    """Polars' own: every cell of every column read."""
    del folder
    pl.scan_parquet(path).select(pl.all().count()).collect(engine="streaming")


def job(path: Path, folder: Path) -> None:
    """All of ``validate`` but great-expectations."""
    from pipelines.files import sha256_of
    from pipelines.validation.quarantine import left_out, noticed, with_cells, write_named

    sha256_of(path)
    judged = judge_rows(path, in_order(trade_rules()), known())
    out, told = with_cells(path, left_out(judged), noticed(judged))
    write_named((folder / "quarantine.parquet", folder / "quarantine.csv"), path, out)
    write_named((folder / "noticed.parquet", folder / "noticed.csv"), path, told)


def measured(what: str, path: Path) -> tuple[float, float, float]:
    """Seconds of the processor and of the clock, and megabytes, of a job in its own process."""
    command = [sys.executable, "-m", "tests.benchmarks.validation_job", "--only", what, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), float(told[1]), float(told[2])


def only(what: str, path: Path) -> None:
    """Run one job here and print its seconds and its peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        began, started = time.perf_counter(), time.process_time()
        {"floor": floor, "job": job}[what](path, Path(folder))
        seconds, clock = time.process_time() - started, time.perf_counter() - began
    print(seconds, clock, peak())


def by_rule(path: Path) -> None:
    """Print the processor seconds that the table takes with the key alone, then with each rule."""
    rules = in_order(trade_rules())
    key, held_against = judge.key_rule_of(rules), known()
    for rule in (None, *rules):
        chosen = [key] if rule is None or rule == key else [rule, key]
        started = time.process_time()
        judge_rows(path, in_order(chosen), held_against)
        name = "the key alone" if rule is None else rule.rule_id
        print(f"{time.process_time() - started:6.2f} s  {name}", flush=True)


def main() -> None:
    """Print the ratio of the job to the floor, medians, and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--only", nargs=2)
    given = parser.parse_args()
    if given.only:
        only(given.only[0], Path(given.only[1]))
        return
    path = write(given.folder, given.rows, given.years)
    size = path.stat().st_size / 1e6
    print(f"{given.rows * given.years:,} rows, {size:,.0f} MB, {len(trade_rules())} rules")
    if given.rules:
        by_rule(path)
        return
    pairs = [(measured("floor", path), measured("job", path)) for _ in range(given.rounds)]
    for name, runs in zip(("floor", "job"), zip(*pairs, strict=True), strict=True):
        seconds, clock, held = (statistics.median(one) for one in zip(*runs, strict=True))
        print(f"{name:5} {seconds:6.2f} s, {clock:6.2f} s by the clock, peak {held:,.0f} MB")
    print(f"{statistics.median(job[0] / own[0] for own, job in pairs):.1f} times the floor")


if __name__ == "__main__":
    main()
