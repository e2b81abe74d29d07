"""Markets of imports only: demand for imports is derived over a range, never -1."""

import numpy as np
import pytest

from calc.effects.closures import import_demand, least_and_most, over_penetration, own_price
from calc.effects.compared import exactly, linear_ones, replicas_of
from calc.effects.model import Duty, Market, Responses, Schedule, Verdict
from calc.effects.modes import Switches
from calc.effects.results import effects_of

INF = float("inf")


def market(*, domestic: bool, demand: float = -1.0) -> Market:
    """Imports worth 30 and 10, domestic goods 60; 100 points on the first; supply infinite."""
    values = ([60.0] if domestic else []) + [30.0, 10.0]
    home = [True] * domestic + [False, False]
    rates = np.array([[1.0 if value == 30.0 else 0.0] for value in values])
    return Market(
        value=np.array(values).reshape(-1, 1),
        is_domestic=np.array(home),
        before=Schedule(Duty(np.zeros_like(rates))),
        after=Schedule(Duty(rates)),
        responses=Responses(
            between_imports=np.array([4.0]),
            with_domestic=np.array([2.28]),
            demand=np.array([demand]),
            supply=np.array([[2.0 if is_home else INF] for is_home in home]),
        ),
    )


def imports_lost(of: Market) -> np.ndarray:
    """The fraction by which the quantity of imports falls."""
    source = effects_of(of).by_source
    foreign = ~np.asarray(of.is_domestic)
    before = source.value_before_usd[foreign].sum(axis=0)
    lost: np.ndarray = source.value_change_usd[foreign].sum(axis=0) / before
    return lost


def test_derived_demand_is_near_the_market_with_its_domestic_goods() -> None:
    """Reference figures: -33.1 percent with domestic goods, -34.3 derived at 0.4, -13.6 at -1.

    By hand at 0.4: eta = -(2.28 x 0.6 + 1 x 0.4) = -1.768. P_M = (0.75 / 8 + 0.25)^(-1/3) = 1.4275.
    The hit source sells (2 / P_M)^-4 P_M^eta = 0.1383 of 30, the other 2.2133 of 10: 26.28 of 40.
    """
    derived = import_demand(np.array([2.28]), np.array([-1.0]), np.array([0.4]))
    assert derived == pytest.approx([-1.768])
    at_share = over_penetration(market(domestic=False), [0.4])
    sold = effects_of(at_share).by_source.value_after_usd
    assert sold.round(2).ravel().tolist() == [4.15, 22.13]
    assert imports_lost(market(domestic=True)).round(3).tolist() == [-0.331]
    assert imports_lost(at_share).round(3).tolist() == [[-0.343]]
    assert imports_lost(market(domestic=False)).round(3).tolist() == [-0.136]


def test_the_result_is_a_range_and_domestic_output_is_unknown() -> None:
    effects = effects_of(over_penetration(market(domestic=False), [0.2, 0.4, 0.8]))
    least, most = least_and_most(effects.by_source.value_after_usd)
    assert effects.by_market.verdict.tolist() == [[Verdict.SOLVED] * 3]
    assert (least < most).all()
    assert np.isnan(effects.by_market.producer_surplus_usd).all()
    assert np.isfinite(effects.by_market.welfare_usd).all()


def test_a_share_that_is_none_is_told() -> None:
    verdict = effects_of(over_penetration(market(domestic=False), [0.0, 0.5, 1.0, 1.5])).by_market
    assert verdict.verdict.tolist() == [
        [Verdict.UNKNOWN_INPUT, Verdict.SOLVED, Verdict.SOLVED, Verdict.UNKNOWN_INPUT]
    ]


def test_a_market_with_domestic_sales_has_its_share() -> None:
    with pytest.raises(ValueError, match="import penetration in its values"):
        over_penetration(market(domestic=True), [0.4])


def test_own_price_elasticity_is_the_slope_of_the_market() -> None:
    """One source of two at a share of 0.75, its rival's price fixed: -(4 x 0.25 + 1 x 0.75)."""
    step = 1e-6
    small = market(domestic=False)
    rates = np.array([[step], [0.0]])
    moved = Market(
        small.value, small.is_domestic, small.before, Schedule(Duty(rates)), small.responses
    )
    slope = effects_of(moved).by_source.quantity_change[0, 0] / step
    expected = own_price(np.array(4.0), np.array(-1.0), np.array(0.75))
    assert float(expected) == -1.75
    assert slope == pytest.approx(-1.75, rel=1e-5)


def test_models_are_compared_by_imports_without_domestic_goods() -> None:
    """Of 40 of imports 33.1 percent is lost by the exact model; domestic goods of 60 are none."""
    of = market(domestic=True)
    replicas = replicas_of(of, Switches())
    told = dict(linear_ones(of, replicas))
    assert list(told) == list(replicas)
    for mode, replica in replicas.items():
        sources = replica.value_after_usd
        assert sources.shape == (3, 1)
        imports = told[mode].figures["imports_after_usd"]
        assert imports == pytest.approx(sources[1] + sources[2], nan_ok=True)
        assert 0 < imports[0] <= 40 or mode == "gsim"
    effects = effects_of(of)
    exact = exactly(of, effects).figures
    assert exact["imports_after_usd"].round(1).tolist() == [26.8]
    hit = effects.by_source.value_after_usd[1]  # at 100 percent it pays what it is worth
    assert exact["duty_after_usd"] == pytest.approx(hit)
