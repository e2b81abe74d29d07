"""Where a share stands in a draw: a triangle about its central value, alike within a heading."""

from statistics import NormalDist

import numpy as np
import pytest

from calc.effects.draws import Plan
from calc.effects.shifts import Shift, draws_of


def test_a_share_stands_where_its_normal_is_as_rare_in_a_triangle() -> None:
    """Beyond x lies (1 - x) squared of each half of the triangle: as much as beyond the normal."""
    markets, headings = ["USA 870323", "USA 870332"], ["8703", "8703"]
    stands, normals = draws_of("steel", markets, headings, Plan(count=32, seed=3))
    assert stands.shape == normals.shape == (2, 32)
    assert (np.sign(stands) == np.sign(normals)).all()
    for stand, normal in zip(stands.ravel(), normals.ravel(), strict=True):
        beyond = 2.0 * NormalDist().cdf(-abs(float(normal)))
        assert (1.0 - abs(stand)) ** 2 == pytest.approx(beyond, rel=1e-9)
    again, _ = draws_of("steel", markets, headings, Plan(count=32, seed=3))
    other, _ = draws_of("copper", markets, headings, Plan(count=32, seed=3))
    assert (again == stands).all()
    assert not (other == stands).any()


def test_a_share_touches_the_markets_in_which_it_moves_a_duty_or_may() -> None:
    """One source in three markets: by a whole, by nothing, and by what is not known."""
    nothing, moved = np.zeros((1, 3)), np.array([[1.0, 0.0, np.nan]])
    assert Shift("steel", {("rate", "low"): nothing, ("rate", "high"): moved}).touches.tolist() == [
        True,
        False,
        True,
    ]
