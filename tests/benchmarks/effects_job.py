"""The exact market over many draws: seconds, memory, and the cost of a source.

``python -m tests.benchmarks.effects_job [--markets N] [--draws N] [--sources N,N] [--threads N]``
prints, for each number of sources, seconds and processor time for all solutions with every figure
and its spread, and the peak memory of the process. Chunks of markets are independent, so threads
take turns at them.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np

from calc.effects.drawn import cut_schedule
from calc.effects.draws import Plan, Range, distribution
from calc.effects.model import Duty, Market, Responses, Schedule
from calc.effects.uncertainty import Outcome, Uncertain, simulate
from tests.benchmarks.peak import peak

RANGES = {
    "between-imports": (1.8, 4.1, 7.9),
    "with-domestic": (1.05, 2.3, 4.5),
    "demand": (-1.5, -1.0, -0.5),
    "supply-foreign": (1.5, 5.0, 20.0),
    "supply-domestic": (1.0, 2.0, 4.0),
}


def ranged(markets: int, low: float, central: float, high: float) -> Range:
    """The same range for all markets."""
    return Range(*(np.full(markets, end) for end in (low, central, high, 0.9)))


def world(markets: int, sources: int) -> Uncertain:
    """Made-up markets, seeded: the first source is domestic, the second hit by up to 100 points."""
    chance = np.random.default_rng(20261124)
    size = (sources, markets)
    before = np.full(size, 0.025)
    before[0] = 0.0
    after = before.copy()
    after[1] += chance.uniform(0.05, 1.0, markets)
    named = {name: ranged(markets, *ends) for name, ends in RANGES.items()}
    central = {name: of.central for name, of in named.items()}
    supply = np.tile(central["supply-foreign"], (sources, 1))
    supply[0] = central["supply-domestic"]
    market = Market(
        value=chance.lognormal(12, 2, size),
        is_domestic=np.arange(sources) == 0,
        before=Schedule(Duty(before)),
        after=Schedule(Duty(after)),
        responses=Responses(
            central["between-imports"], central["with-domestic"], central["demand"], supply
        ),
    )
    codes = [f"{at:06}" for at in range(markets)]
    return Uncertain(
        market,
        codes,
        [code[:4] for code in codes],
        {
            name: distribution(of, is_substitution=name in ("between-imports", "with-domestic"))
            for name, of in named.items()
        },
    )


def part(whole: Uncertain, of: slice) -> Uncertain:
    """Some of the markets."""
    market = whole.market
    cut = replace(
        market,
        value=market.value[:, of],
        before=flat(cut_schedule(market.before, of)),
        after=flat(cut_schedule(market.after, of)),
        responses=Responses(*(array[..., of] for array in market.responses)),
    )
    distributions = {name: one.chosen(of) for name, one in whole.distributions.items()}
    return Uncertain(cut, whole.names[of], whole.headings[of], distributions)


def flat(schedule: Schedule) -> Schedule:
    """A schedule without the axis of draws."""
    return Schedule(Duty(np.asarray(schedule.within.ad_valorem)[..., 0]))


def timed(markets: int, draws: int, sources: int, threads: int) -> float:
    """Seconds of all solutions and their spreads."""
    whole, plan = world(markets, sources), Plan(count=draws)
    edges = np.linspace(0, markets, threads + 1).astype(int)
    parts = [part(whole, slice(a, b)) for a, b in pairwise(edges)]
    start, before = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        outcomes: list[Outcome] = list(pool.map(lambda one: simulate(one, plan), parts))
    seconds, worked = time.perf_counter() - start, time.process_time() - before
    failed = np.concatenate([outcome.failed_share for outcome in outcomes])
    each = worked / markets / draws * 1e6
    print(f"{sources} sources: {markets * draws:,} solutions in {seconds:.1f} s, {worked:.1f} s of "
          f"processor time, {each:.2f} us each, {failed.mean():.6%} failed")  # fmt: skip
    return seconds


def main() -> None:
    """Time each number of sources in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=5000)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--sources", default="3")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    for sources in asked.sources.split(","):
        timed(asked.markets, asked.draws, int(sources), asked.threads)
    print(f"peak memory {peak():,.0f} MB")


if __name__ == "__main__":
    main()
