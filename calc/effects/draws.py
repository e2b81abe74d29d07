"""Draws of the elasticities: lognormal, correlated within a heading, the same for the same seed.

A range is fitted by its two ends. A substitution elasticity is 1 and something positive, so that is
what is lognormal where its range lies above 1; every other elasticity is lognormal in magnitude.
The draws of a market depend on the seed, its name and its heading alone: no other market, no order
and no chunk changes them.

Source: two quantiles determine a lognormal; Latin hypercube and scrambled Sobol points by scipy.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from calc.effects.model import Bools, Floats

Method = Literal["latin-hypercube", "sobol"]
PLAUSIBLE_LEVEL = 0.9
"""A range of plausibility is taken as one that holds 90 percent: an assumption, not a fact."""
LEAST_SUBSTITUTION = 1.05
"""Where a range of substitution lies above 1, draws nearer to 1 than this are taken as this."""
SMALLEST = 2.0**-40


class Lognormal(NamedTuple):
    """ln(sign x - origin) is normal with mean mu and deviation s; no draw is below the floor.

    Arrays are by market. A deviation of 0 is a fixed value, whatever is drawn; ``fixed`` holds it
    where it is not finite.
    """

    mu: Floats
    s: Floats
    origin: Floats
    sign: float
    floor: Floats
    fixed: Floats

    def drawn(self, normal: Floats) -> Floats:
        """The magnitudes at standard normal draws, by market and draw, before the floor."""
        free: Floats = self.origin[:, None] + np.exp(self.mu[:, None] + self.s[:, None] * normal)
        return free

    def is_held(self, normal: Floats) -> Bools:
        """Where a draw is below the floor, and so taken as it."""
        free = np.isnan(self.fixed)[:, None]
        return free & (self.drawn(normal) < self.floor[:, None])

    def at(self, normal: Floats) -> Floats:
        """The values at standard normal draws, by market and draw."""
        kept = self.sign * np.maximum(self.drawn(normal), self.floor[:, None])
        return np.where(np.isnan(self.fixed)[:, None], kept, self.fixed[:, None])

    def chosen(self, markets: slice) -> "Lognormal":
        """The same of some markets only."""
        mu, s, origin = self.mu[markets], self.s[markets], self.origin[markets]
        return Lognormal(mu, s, origin, self.sign, self.floor[markets], self.fixed[markets])

    @property
    def median(self) -> Floats:
        """The median by market."""
        return self.at(np.zeros((1, 1)))[:, 0]


def lognormal(low: Floats, high: Floats, *, level: float = PLAUSIBLE_LEVEL) -> Lognormal:
    """The lognormal with a probability between two positive ends, half of the rest on each side."""
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    mu = (np.log(low) + np.log(high)) / 2.0
    s = (np.log(high) - np.log(low)) / (2.0 * z)
    none = np.full_like(mu, np.nan)
    return Lognormal(mu, s, np.zeros_like(mu), 1.0, np.zeros_like(mu), none)


class Range(NamedTuple):
    """Low, central and high of one parameter, by market; NaN ends where no range is stated."""

    low: Floats
    central: Floats
    high: Floats
    level: Floats


def distribution(of: Range, *, is_substitution: bool = False) -> Lognormal:
    """The distribution of a parameter over the range of each market.

    Without a range, or with an infinite end, the central value is taken in every draw; what is not
    known is not known in any.
    """
    sign = -1.0 if (of.central < 0).any() else 1.0
    ends = np.sort(np.stack([sign * of.low, sign * of.high]), axis=0)
    drawn = np.isfinite(ends).all(axis=0) & np.isfinite(of.central) & (ends[0] > 0)
    low, high = np.where(drawn, ends, 1.0)
    above_one = drawn & (low > 1.0) if is_substitution else np.zeros_like(drawn)
    origin = np.where(above_one, 1.0, 0.0)
    level = np.where(np.isnan(of.level), PLAUSIBLE_LEVEL, of.level)
    z = np.array([NormalDist().inv_cdf(0.5 + each / 2.0) for each in level])
    first, last = np.log(low - origin), np.log(high - origin)
    return Lognormal(
        mu=np.where(np.isnan(of.central), np.nan, (first + last) / 2.0),
        s=(last - first) / (2.0 * z),
        origin=origin,
        sign=sign,
        floor=np.where(above_one, LEAST_SUBSTITUTION, 0.0),
        fixed=np.where(drawn, np.nan, of.central),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """How to draw: how often, from which seed, how alike within a heading, by which points."""

    count: int = 2000
    seed: int = 0
    within_heading: float = 0.5
    method: Method = "latin-hypercube"

    def __post_init__(self) -> None:
        if self.count < 2 or not 0 <= self.within_heading <= 1:
            raise ValueError("draws are 2 or more, and alike within a heading between 0 and 1")
        if self.method == "sobol" and self.count & (self.count - 1):
            raise ValueError("Sobol points balance in powers of two: draw 1024, 2048 or 4096")


def standard_normals(
    names: Sequence[str], headings: Sequence[str], parameters: Sequence[str], plan: Plan
) -> Floats:
    """Standard normal draws by parameter, market and draw, alike within each heading.

    z = sqrt(rho) (draw of the heading) + sqrt(1 - rho) (the market's own draw).
    """
    common = {
        heading: points(f"heading {heading}", parameters, plan) for heading in sorted(set(headings))
    }
    drawn = np.empty((len(parameters), len(names), plan.count))
    own, shared = np.sqrt(1.0 - plan.within_heading), np.sqrt(plan.within_heading)
    for at, (name, heading) in enumerate(zip(names, headings, strict=True)):
        drawn[:, at] = shared * common[heading] + own * points(f"market {name}", parameters, plan)
    return drawn


def points(name: str, parameters: Sequence[str], plan: Plan) -> Floats:
    """Standard normal points of low discrepancy by parameter, from the seed and a name."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    word = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    chance = np.random.default_rng([plan.seed, word])
    if plan.method == "sobol":
        uniform = qmc.Sobol(len(parameters), rng=chance).random(plan.count).T
    else:
        uniform = stratified(len(parameters), plan.count, chance)
    normal: Floats = ndtri(np.clip(uniform, SMALLEST, 1.0 - SMALLEST))
    return normal


def stratified(dimensions: int, count: int, chance: np.random.Generator) -> Floats:
    """A Latin hypercube: one point in each of ``count`` slices of every dimension."""
    slices = chance.permuted(np.tile(np.arange(count), (dimensions, 1)), axis=1)
    uniform: Floats = (slices + chance.random((dimensions, count))) / count
    return uniform
