"""A market before and after a schedule: who sells on it, at what duty, and how all respond.

Quantities are measured so that each source sells at a world price of 1 before the schedule: its
value is then its quantity, a specific duty is a fraction of that price, and a quota is counted in
multiples of what the source sold before.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Verdicts = NDArray[np.int8]

UNLIMITED = float("inf")
LARGEST_ELASTICITY = 1000.0
"""A larger one that is not infinite is a misprint, and its powers overflow."""


class Verdict(IntEnum):
    """Whether a market was solved, and if not why; only solved markets carry figures."""

    SOLVED = 0
    NOT_CONVERGED = 1
    NO_TRADE = 2
    UNKNOWN_INPUT = 3
    INPUT_OUT_OF_BOUNDS = 4


class Duty(NamedTuple):
    """A duty on one unit: an ad valorem rate, and a specific one in units of the price before.

    ``ad_valorem`` is a fraction of the value at the world price of the day, so it follows the
    price; ``specific`` is the amount on one unit over the world price before, so it does not.
    """

    ad_valorem: Floats
    specific: Floats | float = 0.0


class Schedule(NamedTuple):
    """What each source pays: one duty up to its quota, another on what comes over it.

    ``quota`` counts what the source sold before as 1; infinite where there is none. Without a duty
    over the quota nothing may come over it, which is an absolute quota; one of 0 is a ban.
    """

    within: Duty
    quota: Floats | float = UNLIMITED
    over: Duty | None = None


class Responses(NamedTuple):
    """How buyers and sellers of a market respond; all are elasticities.

    ``between_imports`` is the substitution between foreign sources, ``with_domestic`` that between
    domestic goods and imports as a whole (equal for a flat market), both above 0. ``demand`` is
    that of all buyers together, below 0. ``supply`` is by source, 0 to infinite.
    """

    between_imports: Floats
    with_domestic: Floats
    demand: Floats
    supply: Floats


@dataclass(frozen=True, slots=True)
class Market:
    """One market, or many along the axes after the first: sources, schedules and responses.

    ``value`` is what each source sold before at its world price, without duty, in USD; 0 where it
    sold nothing, NaN where that is not known. ``is_domestic`` is by source. The licences of a
    quota are worth its rent; ``rent_share_at_home`` says how much of that stays in the importer,
    and is None where nobody has said so.
    """

    value: Floats
    is_domestic: Bools
    before: Schedule
    after: Schedule
    responses: Responses
    rent_share_at_home: float | None = None


class Terms(NamedTuple):
    """A market as arrays of one shape, sources by markets, ready to be solved.

    Duties and quotas are by source; the four parameters of all sources are by market.
    """

    value: Floats
    is_domestic: Bools
    rate: Floats
    specific: Floats
    quota: Floats
    rate_over: Floats
    specific_over: Floats
    buyer_price_before: Floats
    supply: Floats
    sigma: Floats
    between_imports: Floats
    with_domestic: Floats
    demand: Floats

    def chosen(self, markets: NDArray[np.intp] | Bools) -> "Terms":
        """The same of some markets only."""
        chosen: list[NDArray[Any]] = [array[..., markets] for array in self]
        return Terms(*chosen)
