"""The stress scenario on 335,000 flows at three dates, and 1,000 variants of a rate.

``python -m tests.benchmarks.stress_job SOURCE [--rows N] [--rates N] [--folder DIR]`` prints
seconds. SOURCE is a Parquet file of U.S. imports by Census country and ten-digit code (CTY_CODE,
I_COMMODITY, CON_VAL_YR, CAL_DUT_YR); its rows are repeated under other partners, with values drawn
from a seed, until there are as many as asked for.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl

from calc.accounting import sums_of
from pipelines.run.alike import like_lines
from pipelines.run.assess import assess
from pipelines.run.question import Question, chosen_period, shape_of
from pipelines.run.resolve import resolve
from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.variants.sweep import Wanted, sweep
from tests.benchmarks.peak import peak
from tests.golden.published_cases import asked, schedule_c, write_trade

CASE = Path(__file__).parents[1] / "golden" / "stress"
DATES = (date(2025, 12, 1), date(2026, 1, 15), date(2026, 2, 15))
OTHERS = ("ALB", "ARM", "BEN", "BOL", "BRN", "FJI", "GHA", "JAM", "KEN", "MNG", "NPL", "PRY", "ZMB")
SEED = 7
FLOW = {"importer": "USA", "period": "2024", "flow": "import", "nomenclature": "HTS2024"}


def table(source: Path, folder: Path, rows: int) -> Path:
    """The real rows, then rows of the same codes under other partners, values up to half as large.

    What the source lists beside the European Union, of which it is a member, is left out.
    """
    known = schedule_c()
    real = pl.read_parquet(source).select(
        pl.col("CTY_CODE").replace_strict(known).alias("partner"),
        pl.col("I_COMMODITY").alias("code"),
        pl.col("CON_VAL_YR").cast(pl.Float64).alias("customs_value_usd"),
        pl.col("CAL_DUT_YR").cast(pl.Float64).alias("calculated_duty_usd"),
    ).filter(pl.col("partner") != "SVK")  # fmt: skip
    draw = np.random.default_rng(SEED)
    codes = real.select("code").unique().sort("code")
    pairs = codes.join(pl.DataFrame({"partner": OTHERS}), how="cross")
    chosen = pairs.sample(rows - real.height, seed=SEED)
    picked = real.sort("partner", "code")[draw.integers(0, real.height, chosen.height)]
    values = (picked["customs_value_usd"] * draw.uniform(0.0, 0.5, chosen.height)).round(0)
    more = chosen.with_columns(
        customs_value_usd=values, calculated_duty_usd=pl.lit(0.0)
    ).select(real.columns)  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    whole = pl.concat([real, more])
    return write_trade(folder / "stress.parquet", whole, FLOW | {"source_id": "replicated"})


def by_line(questions: Sequence[Question]) -> int:
    """Every line of every date, with its duty."""
    lines = 0
    for one in questions:
        imports = one.imports(chosen_period(one, shape_of(one)))
        resolved = resolve(one, imports)
        assert resolved is not None
        lines += assess(one, resolved).lines.height
    return lines


def by_date(questions: Sequence[Question]) -> int:
    """The totals of every date, on lines that none of the laws tells apart: ``sweep --by-date``."""
    first = questions[0]
    imports: pl.LazyFrame = first.imports(chosen_period(first, shape_of(first))).to_native()
    groups = like_lines(questions, imports)
    for one in questions:
        trade = nw.from_native(groups.lazy())
        resolved = resolve(one, trade)
        assert resolved is not None
        found = assess(one, resolved)
        sums_of(found.lines.lazy(), ["importer"]).collect()
    return groups.height


def swept(question: Question, measure: str, rates: int) -> int:
    """The totals at many rates of one measure: ``sweep --rate``."""
    wanted = Wanted(measure_id=measure, rates=[n / rates for n in range(1, rates + 1)])
    return sweep(question, wanted).height


def timed(what: str, job: Callable[[], int], *, each: int = 1) -> None:
    start, before = time.perf_counter(), time.process_time()
    count = job()
    seconds, worked = time.perf_counter() - start, time.process_time() - before
    per = f", {seconds / each * 1000:.1f} ms each" if each > 1 else ""
    print(f"{what:44} {seconds:6.2f} s, {worked:6.2f} s of processor time{per} ({count:,})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--rows", type=int, default=335_000)
    parser.add_argument("--rates", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    chosen = parser.parse_args()
    trade = table(chosen.source, chosen.folder, chosen.rows)
    for name in ("law", "as-published"):
        start = time.perf_counter()
        scenario = read_scenario(CASE / f"{name}.toml")
        questions = [asked(scenario, law_at(scenario, day), trade) for day in DATES]
        print(f"{name}: law of {len(DATES)} dates read in {time.perf_counter() - start:.2f} s")
        timed("3 dates, totals", lambda asked=questions: by_date(asked))  # type: ignore[misc]
        timed("3 dates, every line", lambda asked=questions: by_line(asked))  # type: ignore[misc]
        for measure in ("reciprocal", "furniture"):
            job = lambda one=questions[0], of=measure: swept(one, of, chosen.rates)  # noqa: E731
            timed(f"{chosen.rates:,} rates of {measure}", job, each=chosen.rates)
    print(f"peak memory {peak():,.0f} MB")


if __name__ == "__main__":
    main()
