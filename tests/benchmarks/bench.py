"""``make bench``: ours, what a user would write instead, and the floor, on the same files.

``python -m tests.benchmarks.bench [--rows N] [--measures N] [--repeat N] [--folder DIR]`` makes the
tables, does each job in turn in processes of their own, checks that all agree to the last unit, and
writes its part of ``docs/performance.md``; with ``--grow`` that on how cost grows with rows (up to
308 million), measures and dates, for which 6 GB of disk are needed; ``--scale 0.01`` tries that on
a hundredth of the rows, and writes no page. DuckDB is no dependency of the project: it is timed
where it can be imported.
"""

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from tests.benchmarks import baci_like
from tests.benchmarks.one_job import DATES, OWN
from tests.benchmarks.peers import PEERS

PAGE = Path("docs/performance.md")
MARKS = ("<!-- written by make bench -->", "<!-- end of what make bench writes -->")
GROWTH_MARKS = (
    "<!-- written by make bench ARGS=--grow -->",
    "<!-- end of what make bench ARGS=--grow writes -->",
)
YEAR = 11_000_000
GROWTH_ROWS = ((1_000_000, 1), (3_000_000, 1), (YEAR, 1), (YEAR, 3), (YEAR, 10), (YEAR, 28))
MOST_AT_ONCE = 3
"""Years that are computed at once; more take more memory than machines of today have."""
OF_MEASURES, OF_DATES = 3_000_000, YEAR
GROWTH_MEASURES = (100, 1_000, 10_000)
GROWTH_DATES = (1, 10, 100)
Told = dict[str, Any]


def once(job: str, trade: Path, measures: int, hits: int) -> Told:
    """A job done once, in a process of its own."""
    words = [sys.executable, "-m", "tests.benchmarks.one_job", job, trade, measures, hits]
    done = subprocess.run(
        [str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True
    )
    found: Told = json.loads(done.stdout)
    return found


def jobs_here() -> list[str]:
    """The jobs that can be done here, the floor first."""
    has_duckdb = importlib.util.find_spec("duckdb") is not None
    return [*(name for name in PEERS if name != "DuckDB" or has_duckdb), *OWN]


def rounds(jobs: Sequence[str], trade: Path, measures: int, repeat: int) -> dict[str, list[Told]]:
    """Each job in turn, several rounds, so that a machine that slows down slows all of them.

    Raises:
        AssertionError: Two jobs disagree.
    """
    hits = once("static job", trade, measures, 0)["found"]["lines"]
    told: dict[str, list[Told]] = {job: [] for job in jobs}
    for _ in range(repeat):
        for job in jobs:
            told[job].append(once(job, trade, measures, hits))
    found = {job: one["found"] for job in jobs for one in told[job] if one["found"]}
    first = next(iter(found.values()))
    wrong = {job: one for job, one in found.items() if one != first}
    assert not wrong, f"{next(iter(found))} found {first}, but {wrong}"
    return told


def medians(told: dict[str, list[Told]]) -> dict[str, Told]:
    """The median seconds of each job, and its highest peak memory."""
    return {
        job: {
            "seconds": statistics.median(one["seconds"] for one in each),
            "worked": statistics.median(one["worked"] for one in each),
            "peak": max(one["peak"] for one in each),
        }
        for job, each in told.items()
    }


def against_peers(trade: Path, measures: int, repeat: int) -> Iterator[str]:
    """The table of ours against the peers."""
    jobs = jobs_here()
    told = rounds(jobs, trade, measures, repeat)
    found, by_job = told["static job"][0]["found"], medians(told)
    floor = by_job["floor"]
    yield (
        f"All jobs agree to the last ten-thousandth of a dollar: {found['lines']:,} lines hit in "
        f"{found['groups']:,} groups, USD {found['value_e4'] / 10_000:,.0f}, duty "
        f"USD {found['duty_e4'] / 10_000:,.2f}. Medians of {repeat} rounds, in turn:\n"
    )
    yield "| job | seconds | times the floor | of processor time | times the floor | peak, MB |"
    yield "|---|---:|---:|---:|---:|---:|"
    for job, one in by_job.items():
        ratios = [one[name] / floor[name] for name in ("seconds", "worked")]
        yield (
            f"| {job} | {one['seconds']:.2f} | {ratios[0]:.1f} | {one['worked']:.2f} "
            f"| {ratios[1]:.1f} | {one['peak']:,.0f} |"
        )
    if "DuckDB" not in jobs:
        yield "\nDuckDB is not installed here, so it was not timed."


def growth(folder: Path, measures: int, scale: float) -> Iterator[str]:
    """How jobs and the floor grow with rows, with measures and with dates, each done once.

    Every table has ``scale`` times its rows, so that all of it can be tried on few.
    """
    yield from growth_with_rows(folder, measures, scale)
    yield from growth_with_measures(baci_like.write(folder, int(OF_MEASURES * scale)))
    yield from growth_with_dates(baci_like.write(folder, int(OF_DATES * scale)))


def growth_with_rows(folder: Path, measures: int, scale: float) -> Iterator[str]:
    """All years added up, at once as far as memory goes, piece by piece, and as a user would.

    Raises:
        AssertionError: They disagree.
    """
    yield (
        "\nSeconds of processor time, times the floor, and peak memory in MB; years in a folder "
        "of files, all of them added up:\n"
    )
    yield "| rows | hit | floor | at once | peak | piece by piece | peak | plain polars | peak |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for whole, years in GROWTH_ROWS:
        rows = int(whole * scale)
        trade = baci_like.write_years(folder, rows, years)
        told = {"plain polars": once("plain polars", trade, measures, 0)}
        lines = told["plain polars"]["found"]["lines"]
        floor = once("floor", trade, measures, lines)
        jobs = ("static job", "by pieces") if years <= MOST_AT_ONCE else ("by pieces",)
        told |= {job: once(job, trade, measures, 0) for job in jobs}
        found = {job: one["found"] for job, one in told.items()}
        assert all(one == found["by pieces"] for one in found.values()), found
        cells = [_told(told.get(job), floor) for job in ("static job", "by pieces", "plain polars")]
        yield f"| {rows * years:,} | {lines:,} | {floor['worked']:.1f} | {' | '.join(cells)} |"


def _told(one: Told | None, floor: Told) -> str:
    if one is None:
        return "not tried | "
    ratio = one["worked"] / floor["worked"]
    return f"{one['worked']:.1f} ({ratio:.1f}) | {one['peak']:,.0f}"


def growth_with_measures(trade: Path) -> Iterator[str]:
    """The static job on a quarter of a year's rows, by the number of measures."""
    rows = pl.scan_parquet(trade).select(pl.len()).collect().item()
    yield f"\n| {rows:,} rows, measures | lines hit | static job, s of processor time | peak, MB |"
    yield "|---:|---:|---:|---:|"
    for measures in GROWTH_MEASURES:
        own = once("static job", trade, measures, 0)
        lines = own["found"]["lines"]
        yield f"| {measures:,} | {lines:,} | {own['worked']:.1f} | {own['peak']:,.0f} |"


def growth_with_dates(trade: Path) -> Iterator[str]:
    """Totals of laws of many dates, on one reading of a year of trade."""
    rows = pl.scan_parquet(trade).select(pl.len()).collect().item()
    yield f"\n| {rows:,} rows, laws of dates | s of processor time | a date | peak, MB |"
    yield "|---:|---:|---:|---:|"
    for dates in GROWTH_DATES:
        own = once(f"{DATES}{dates}", trade, 0, 0)
        a_date = own["worked"] / dates
        yield f"| {dates} | {own['worked']:.1f} | {a_date:.2f} | {own['peak']:,.0f} |"


def machine() -> str:
    """Where it was measured, and with what."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    known = [name for name in ("polars", "duckdb", "pandas") if importlib.util.find_spec(name)]
    load = os.getloadavg()[0]
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, {memory:.0f} "
        f"GB of memory, Python {platform.python_version()}, "
        f"{', '.join(f'{name} {version(name)}' for name in known)}; load {load:.0f} meanwhile"
        f"{': seconds by the clock say little' if load > (os.cpu_count() or 1) else ''}."
    )


def write_part(lines: Iterable[str], marks: tuple[str, str]) -> None:
    """Put the lines between marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(marks[0])
    after = rest.split(marks[1])[1]
    whole = "\n".join(lines)
    PAGE.write_text(f"{before}{marks[0]}\n{whole}\n{marks[1]}{after}", encoding="utf-8")


def main() -> None:
    """Do all that is asked and write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=11_000_000)
    arguments.add_argument("--measures", type=int, default=2_000)
    arguments.add_argument("--repeat", type=int, default=5)
    arguments.add_argument("--folder", type=Path, default=Path("build/benchmarks"))
    arguments.add_argument("--grow", action="store_true", help="how cost grows, instead")
    arguments.add_argument("--scale", type=float, default=1.0, help="of the rows of --grow")
    arguments.add_argument("--dry-run", action="store_true", help="print only, write no page")
    chosen = arguments.parse_args()
    told = []
    for line in asked_for(chosen):
        print(line, flush=True)
        told.append(line)
    if not chosen.dry_run and chosen.scale == 1.0:
        write_part(told, GROWTH_MARKS if chosen.grow else MARKS)


def asked_for(chosen: argparse.Namespace) -> Iterator[str]:
    """What is measured, line by line as it is known."""
    yield machine()
    what = f"{chosen.measures:,} measures of {baci_like.HEAVY_IMPORTERS} importers."
    if chosen.grow:
        yield f"\n{what}"
        yield from growth(chosen.folder, chosen.measures, chosen.scale)
    else:
        yield f"\n{chosen.rows:,} rows, {what}"
        trade = baci_like.write(chosen.folder, chosen.rows)
        yield from against_peers(trade, chosen.measures, chosen.repeat)


if __name__ == "__main__":
    main()
