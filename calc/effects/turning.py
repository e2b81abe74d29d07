"""Where a curve turns: the rate at which duty is most, and those at which a figure changes sign.

A swept grid tells between which of its points that is; there the figure is computed anew until the
place is found. What lies beyond the grid, or turns twice between two of its points, is not seen.
None is an answer: at a uniform tariff and an elasticity of -1 revenue rises for ever.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

Curve = Sequence[tuple[float, float | None]]
Figure = Callable[[float], float]
"""The figure at a place; NaN where it is not known."""
NEARNESS = 1e-4
"""How near a place is found: a hundredth of a point of a rate."""


def peak_between(curve: Curve) -> tuple[float, float] | None:
    """The points of the grid between which the figure is most.

    None where it is most at an end of the grid, is level, or a point beside it is not known.

    Args:
        curve: Places, rising, each with the figure there or None where it is not known.
    """
    known = [figure for _, figure in curve if figure is not None]
    if not known:
        return None
    best = max(known)
    at = next(place for place, (_, figure) in enumerate(curve) if figure == best)
    if not 0 < at < len(curve) - 1:
        return None
    (x0, y0), _, (x2, y2) = curve[at - 1 : at + 2]
    if y0 is None or y2 is None or y0 == y2 == best:
        return None
    return x0, x2


def crossings_between(curve: Curve) -> list[tuple[float, float]]:
    """The points of the grid between which the figure passes through zero.

    A point of zero is one only where the signs on its two sides differ, so that where nothing
    changes is no crossing.
    """
    signed = [(place, figure) for place, figure in curve if figure is not None and figure != 0.0]
    return [(x0, x1) for (x0, y0), (x1, y1) in pairwise(signed) if y0 * y1 < 0]


def peak_of(figure: Figure, ends: tuple[float, float]) -> float | None:
    """Where the figure is most between two places, by Brent's method; None where it is unknown."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda place: -figure(place), bounds=ends, method="bounded", options={"xatol": NEARNESS}
    )
    return float(found.x) if found.success and found.fun == found.fun else None


def crossing_of(figure: Figure, ends: tuple[float, float]) -> float | None:
    """Where the figure is zero between two places, by Brent's method; None where it is unknown."""
    from scipy.optimize import brentq

    at_ends = [figure(end) for end in ends]
    if not at_ends[0] * at_ends[1] < 0:
        return None
    place = float(brentq(figure, *ends, xtol=NEARNESS))
    return place if figure(place) == figure(place) else None
