"""Where a curve turns: the rate at which duty is most, and those at which a figure changes sign.

Both are read off a swept grid, so that what lies between or beyond its points is not seen. None is
an answer: at a uniform tariff and an elasticity of -1 revenue rises for ever.
"""

from collections.abc import Sequence
from itertools import pairwise

Curve = Sequence[tuple[float, float | None]]


def peak_of(curve: Curve) -> float | None:
    """Where the figure is most: the vertex of the parabola through the best point and its two.

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
    (x0, y0), (x1, y1), (x2, y2) = curve[at - 1 : at + 2]
    if y0 is None or y1 is None or y2 is None:
        return None
    rise, fall = (y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1)
    if rise == fall:
        return None
    return (x0 + x1) / 2.0 + (x2 - x0) / 2.0 * rise / (rise - fall)


def crossings_of(curve: Curve) -> list[float]:
    """Where the figure passes through zero, by straight lines between the points of the grid.

    A point of zero is one only where the signs on its two sides differ, so that where nothing
    changes is no crossing.
    """
    signed = [(place, figure) for place, figure in curve if figure is not None and figure != 0.0]
    pairs = pairwise(signed)
    return [x0 - y0 * (x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in pairs if y0 * y1 < 0]
