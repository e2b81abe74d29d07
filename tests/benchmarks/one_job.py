"""One job in a process of its own: ``python -m tests.benchmarks.one_job JOB TRADE MEASURES HITS``.

Prints JSON: seconds by the clock and of processor time of the job alone (what it needs is imported
before), the peak memory of the whole process in MB, and what it found.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import baci_like
from tests.benchmarks.peak import peak
from tests.benchmarks.peers import PEERS, Result

FLOOR_OF_OURS = "floor, our columns"
OWN = (FLOOR_OF_OURS, "static job", "full run")
DATES = "dates: "


def job_of(name: str, trade: Path, measures: int, hits: int, out: Path) -> Callable[[], object]:
    """A job, ready to start."""
    if name in PEERS:
        schedule = baci_like.write_measures(out.parent, measures)
        _import_for(name)
        return lambda: PEERS[name](trade, schedule, out, hits)
    from pipelines.run.question import chosen_period, shape_of
    from tests.benchmarks.static_job import (
        all_years,
        floor_of_ours,
        laws_of_dates,
        question,
        run_by_pieces,
        run_dates,
        run_full,
        run_static,
    )

    if name.startswith(DATES):
        laws = laws_of_dates(trade, int(name.removeprefix(DATES)))
        return lambda: run_dates(laws)
    asked = all_years(question(trade, measures))
    if name == "by pieces":
        return lambda: run_by_pieces(asked, out.parent)
    if name == "full run":
        return lambda: run_full(asked, out)
    period = chosen_period(asked, shape_of(asked))
    if name == FLOOR_OF_OURS:
        return floor_of_ours(asked, period, out)
    return lambda: run_static(asked, period, out)


def _import_for(name: str) -> None:
    import importlib

    module = {"DuckDB": "duckdb", "pandas": "pandas"}.get(name, "polars")
    importlib.import_module(module)


def main() -> None:
    """Do the job and tell how it went."""
    name, trade, measures, hits = sys.argv[1:]
    with tempfile.TemporaryDirectory(dir=Path(trade).parent) as folder:
        job = job_of(name, Path(trade), int(measures), int(hits), Path(folder) / "lines.parquet")
        started, worked = time.perf_counter(), time.process_time()
        found = job()
        seconds = time.perf_counter() - started
        worked = time.process_time() - worked
    result: Result | None = found if isinstance(found, dict) else None
    print(json.dumps({"seconds": seconds, "worked": worked, "peak": peak(), "found": result}))


if __name__ == "__main__":
    main()
