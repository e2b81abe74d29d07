"""Draws: fitted to their ranges, correlated within a heading, the same whatever else is drawn."""

import numpy as np
import pytest
from scipy.stats import kstest

from calc.effects.draws import Plan, Range, distribution, lognormal, points, standard_normals
from tests.effects.vectors import near, vector

INF, NAN = float("inf"), float("nan")
ONE = ("demand",)


def test_reference_lognormal_of_an_interval() -> None:
    told = vector("lognormal_from_ci", "reference")
    inputs, expected = told["inputs"], told["expected"]
    fitted = lognormal(np.array([inputs["lo"]]), np.array([inputs["hi"]]), level=inputs["level"])
    mean = np.exp(fitted.mu + fitted.s**2 / 2)
    assert fitted.mu == near([expected["mu"]], told["tolerance"])
    assert fitted.s == near([expected["s"]], told["tolerance"])
    assert fitted.median == near([expected["median"]], told["tolerance"])
    assert mean == near([expected["mean"]], told["tolerance"])
    assert fitted.at(np.array([[-1.6448536269514722, 1.6448536269514722]]))[0] == pytest.approx(
        [1.8, 3.7]
    )


def of(*ranges: tuple[float, float, float], level: float = NAN) -> Range:
    low, central, high = (np.array(part, dtype=float) for part in zip(*ranges, strict=True))
    return Range(low, central, high, np.full(len(ranges), level))


def test_a_substitution_is_one_and_something_positive() -> None:
    """2 to 8: sigma - 1 is between 1 and 7 in nine draws of ten, its median sqrt(7)."""
    found = distribution(of((2.0, 4.0, 8.0)), is_substitution=True)
    assert found.median == pytest.approx([1 + np.sqrt(7)])
    ends = found.at(np.array([[-1.6448536269514722, 1.6448536269514722, -40.0]]))[0]
    assert ends == pytest.approx([2.0, 8.0, 1.05])


def test_a_substitution_that_may_be_below_one_is_lognormal_itself() -> None:
    found = distribution(of((0.5, 1.0, 2.0)), is_substitution=True)
    assert found.median == pytest.approx([1.0])
    assert found.at(np.array([[-40.0]]))[0, 0] < 1e-6


def test_a_substitution_from_one_on_is_lognormal_itself() -> None:
    """Nothing is left of 1 to be something positive more than 1."""
    found = distribution(of((1.0, 2.0, 4.0)), is_substitution=True)
    assert found.median == pytest.approx([2.0])


def test_demand_is_drawn_in_magnitude_and_stays_below_zero() -> None:
    found = distribution(of((-1.5, -1.0, -0.5)), is_substitution=False)
    assert found.median == pytest.approx([-np.sqrt(0.75)])
    assert (found.at(np.array([[-9.0, 0.0, 9.0]])) < 0).all()


def test_what_has_no_finite_range_is_not_drawn() -> None:
    found = distribution(of((NAN, 3.0, NAN), (1.5, INF, INF), (2.0, 3.0, INF), (1.0, 2.0, 4.0)))
    drawn = found.at(np.array([[-1.0, 1.0]]))
    assert drawn[:3].tolist() == [[3.0, 3.0], [INF, INF], [3.0, 3.0]]
    assert drawn[3, 0] < 2.0 < drawn[3, 1]


def test_a_stated_level_is_the_probability_of_the_range() -> None:
    wide = distribution(of((1.0, 2.0, 4.0), level=0.5))
    assert wide.at(np.array([[0.6744897501960817]]))[0] == pytest.approx([4.0])


@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
def test_points_are_normal_and_well_spread(method: str) -> None:
    plan = Plan(count=1024, seed=7, method=method)  # type: ignore[arg-type]
    drawn = points("market X", ("a", "b", "c"), plan)
    assert drawn.shape == (3, 1024)
    for row in drawn:
        assert kstest(row, "norm").statistic < 0.01
        assert abs(row.mean()) < 0.01
    assert np.abs(np.corrcoef(drawn) - np.eye(3)).max() < 0.1


def test_draws_depend_on_the_seed_the_name_and_the_heading_alone() -> None:
    plan = Plan(count=64, seed=3)
    alone = standard_normals(["USA 870899"], ["8708"], ONE, plan)
    among = standard_normals(
        ["USA 010121", "USA 870810", "USA 870899"], ["0101", "8708", "8708"], ONE, plan
    )
    other = standard_normals(["USA 870899"], ["8708"], ONE, Plan(count=64, seed=4))
    assert np.array_equal(alone[:, 0], among[:, 2])
    assert not np.array_equal(alone, other)


def test_draws_are_alike_within_a_heading_and_not_across() -> None:
    names = ["a", "b", "c"]
    for within in (0.0, 0.5, 1.0):
        plan = Plan(count=4096, within_heading=within)
        drawn = standard_normals(names, ["8708", "8708", "0101"], ONE, plan)[0]
        found = np.corrcoef(drawn)
        assert found[0, 1] == pytest.approx(within, abs=0.05)
        assert found[0, 2] == pytest.approx(0.0, abs=0.05)
        assert drawn.std(axis=1) == pytest.approx(np.ones(3), abs=0.03)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"count": 1}, "2 or more"),
        ({"within_heading": 1.5}, "between 0 and 1"),
        ({"count": 1000, "method": "sobol"}, "powers of two"),
    ],
)
def test_a_plan_that_cannot_be_drawn_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Plan(**wrong)  # type: ignore[arg-type]


def test_a_market_without_a_figure_does_not_change_the_sign_of_the_others() -> None:
    """-3 to -1: drawn below zero, its median the geometric mean of the ends; the other unknown."""
    found = distribution(of((-3.0, -2.0, -1.0), (NAN, NAN, NAN)))
    assert found.sign == -1.0
    assert found.median == pytest.approx([-np.sqrt(3), NAN], nan_ok=True)


def test_the_fewest_draws_are_two() -> None:
    stands = standard_normals(["a"], ["a"], ("demand",), Plan(count=2))
    assert np.shape(stands)[-1] == 2
    with pytest.raises(ValueError, match="2 or more"):
        Plan(count=1)


def test_draws_of_a_seed_stay_what_they_are() -> None:
    """Figures of runs that are kept depend on them: another draw is a change that users see."""
    drawn = standard_normals(["USA 870323"], ["8703"], ("demand",), Plan(count=4, seed=1994))
    assert drawn.ravel().tolist() == pytest.approx(
        [-0.668320972, -0.656321935, -1.097236757, 1.754826605], abs=1e-8
    )
