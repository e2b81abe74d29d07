"""Times ``ingest`` of a large clean CSV against polars' own copy of the same text to Parquet.

The table is made up and seeded; 58 million rows are 3 GB. Seconds are of processor time, which
other work on the machine disturbs less, and by the clock. Run by
``python -m tests.benchmarks.ingest_job``; each job runs in a process of its own, so that its
peak of memory is its own.
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

from pipelines.workspace import embedded
from tests.benchmarks.peak import peak

SEED = 20240604
ROWS = 4_000_000
CHUNK = 500_000


def make(path: Path, rows: int) -> None:
    """A CSV of TRADE's layout with invented figures, in no order."""
    rng = np.random.default_rng(SEED)
    economies = pl.read_csv(embedded("economies.csv"), infer_schema=False)["iso3"].to_numpy()
    codes = pl.read_csv(embedded("hs-codes.csv"), infer_schema=False)["code"].unique().sort()
    goods = codes.filter(codes.str.len_chars() == 6).to_numpy()
    with path.open("wb") as stream:
        for start in range(0, rows, CHUNK):
            size = min(CHUNK, rows - start)
            importer = rng.integers(0, 40, size)
            partner = (importer + rng.integers(1, len(economies), size)) % len(economies)
            frame = pl.DataFrame(
                {
                    "importer": economies[importer],
                    "partner": economies[partner],
                    "period": rng.integers(2018, 2025, size).astype(str),
                    "flow": "import",
                    "nomenclature": "HS2022",
                    "code": goods[rng.integers(0, len(goods), size)],
                    "customs_value_usd": (rng.lognormal(10, 3, size)).round(2),
                    "net_mass_kg": (rng.lognormal(8, 3, size)).round(3),
                }
            )
            frame.write_csv(stream, include_header=start == 0)


def floor(path: Path, folder: Path) -> None:
    """Polars' own: every column as text, to Parquet."""
    scanned = pl.scan_csv(path, infer_schema=False, glob=False)
    scanned.sink_parquet(folder / "floor.parquet")


def job(path: Path, folder: Path) -> None:
    """The ingest, as the command does it."""
    from pipelines.ingest.settings import IngestSettings
    from pipelines.ingest.step import ingest
    from pipelines.workspace import Workspace

    ingest(Workspace(folder / "workspace"), [path], IngestSettings(name="t"))


def measured(what: str, path: Path) -> tuple[float, float, float]:
    """Seconds of processor time, by the clock, and megabytes of a job in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.ingest_job", "--only", what, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), float(told[1]), float(told[2])


def only(what: str, path: Path) -> None:
    """Run one job here and print its seconds, of both kinds, and its peak of memory."""
    with tempfile.TemporaryDirectory() as folder:
        started, clock = time.process_time(), time.perf_counter()
        {"floor": floor, "job": job}[what](path, Path(folder))
        seconds, clock = time.process_time() - started, time.perf_counter() - clock
    print(seconds, clock, peak())


def main() -> None:
    """Print the ratio of the job to the floor, medians, and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs=2)
    given = parser.parse_args()
    if given.only:
        only(given.only[0], Path(given.only[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trade.csv"
        make(path, given.rows)
        print(f"{given.rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB")
        pairs = [(measured("floor", path), measured("job", path)) for _ in range(given.rounds)]
    floors, jobs = zip(*pairs, strict=True)
    for kind, place in (("of processor time", 0), ("by the clock", 1)):
        ratio = statistics.median(job[place] / own[place] for own, job in pairs)
        print(
            f"floor {statistics.median(x[place] for x in floors):.1f} s {kind}, "
            f"ingest {statistics.median(x[place] for x in jobs):.1f} s: {ratio:.1f} times"
        )
    print(f"peak {max(x[2] for x in jobs):,.0f} MB (floor {max(x[2] for x in floors):,.0f} MB)")


if __name__ == "__main__":
    main()
