"""The exact market against reference vectors and against cases worked by hand."""

from typing import Any

import numpy as np
import pytest

from calc.effects.model import Duty, Market, Responses, Schedule, Verdict
from calc.effects.results import Effects, effects_of
from tests.effects.vectors import market_of, near, vector

MARKETS = ("armington_dom_sub_nsub", "armington_nested_25", "armington_sigma1_infinite_supply")


def figures_of(effects: Effects) -> dict[str, Any]:
    """What the vectors tell, under the names that they tell it by."""
    source, market = effects.by_source, effects.by_market
    return {
        "p": 1.0 + source.price_change[:, 0],
        "consumer_p": 1.0 + source.buyer_price_change[:, 0],
        "q": 1.0 + source.quantity_change[:, 0],
        "P": 1.0 + market.price_index_change[0],
        "PM": 1.0 + market.import_price_index_change[0],
        "value1": source.value_after_usd[:, 0],
        "expenditure1": (source.value_after_usd + source.duty_after_usd)[:, 0],
        "dCS": market.consumer_surplus_usd[0],
        "dPS": source.producer_surplus_usd[:, 0],
        "dTR": market.revenue_change_usd[0],
    }


@pytest.mark.parametrize("name", MARKETS)
def test_reference_vectors_of_the_exact_market(name: str) -> None:
    """Reference figures: no published table of these markets was found."""
    told = vector(name, "reference")
    effects = effects_of(market_of(told["inputs"]))
    found = figures_of(effects)

    assert effects.by_market.verdict.tolist() == [Verdict.SOLVED]
    assert set(told["expected"]) <= set(found)
    for figure, expected in told["expected"].items():
        assert found[figure] == near(expected, told["tolerance"]), figure


def market(**inputs: Any) -> Effects:
    """A market of domestic, hit and third-country goods worth 60, 30 and 10 before."""
    given = {"v0": [60, 30, 10], "t0": [0, 0, 0], "t1": [0, 0.1, 0], "sigma": 4, "eta": -1}
    return effects_of(market_of(given | {"eps": ["inf"] * 3} | inputs))


def test_fixed_world_prices_by_hand() -> None:
    """Supply infinite, sigma 2, demand -1, 100 points on the hit source, worth 30 of 100.

    P = 1 / (0.6 + 0.3 / 2 + 0.1) = 1 / 0.85. Spending stays 100 at demand -1. Hit: value share
    0.3 (2 / P)^-1 of spending = 0.15 / 0.85, so its quantity is 100 x 0.15 / 0.85 / 2 = 8.8235, and
    so is its duty. The third country: 10 / 0.85 = 11.7647. Buyers lose 100 ln P = 16.2519.
    """
    effects = market(sigma=2, t1=[0, 1, 0])
    value = effects.by_source.value_after_usd[:, 0]
    assert value == pytest.approx([60 / 0.85, 7.5 / 0.85, 10 / 0.85], rel=1e-12)
    assert effects.by_source.duty_after_usd[:, 0] == pytest.approx([0, 7.5 / 0.85, 0], rel=1e-12)
    assert effects.by_source.buyer_price_change[:, 0].tolist() == [0.0, 1.0, 0.0]
    assert effects.by_market.price_index_change == pytest.approx([1 / 0.85 - 1], rel=1e-12)
    assert effects.by_market.consumer_surplus_usd == pytest.approx([100 * np.log(0.85)], rel=1e-12)
    assert effects.by_market.terms_of_trade_usd.tolist() == [0.0]


def test_fixed_supply_bears_the_whole_duty() -> None:
    """Elasticity of supply 0: nothing moves but the price that the hit source gets, 1 / 1.1."""
    effects = market(eps=[0, 0, 0])
    assert effects.by_source.price_change[:, 0] == pytest.approx([0, 1 / 1.1 - 1, 0], abs=1e-12)
    assert effects.by_source.quantity_change[:, 0] == pytest.approx([0, 0, 0], abs=1e-12)
    assert effects.by_market.welfare_usd == pytest.approx([30 - 30 / 1.1], rel=1e-12)


def test_infinite_supply_leaves_surplus_unknown_beside_the_lost_exports() -> None:
    effects = market(eps=[2, "inf", 10])
    source = effects.by_source
    assert np.isnan(source.producer_surplus_usd[:, 0]).tolist() == [False, True, False]
    assert source.value_change_usd[1, 0] < 0
    assert np.isfinite(effects.by_market.welfare_usd).all()


def test_flat_domestic_supply_leaves_welfare_unknown() -> None:
    """The surplus of domestic producers is part of it."""
    effects = market(eps=["inf", 10, 10])
    assert np.isnan(effects.by_market.producer_surplus_usd).all()
    assert np.isnan(effects.by_market.welfare_usd).all()
    assert np.isfinite(effects.by_market.consumer_surplus_usd).all()


def test_pass_through_of_four_sources() -> None:
    """Reference figures of the four-source example: 20, 15 and 10 points, the last source free.

    Its inputs are published, its answers were not visible.
    """
    inputs = {"v0": [25] * 4, "t0": [0] * 4, "t1": [0.2, 0.15, 0.1, 0], "dom": [False] * 3 + [True]}
    effects = market(**inputs, sigma=5, eps=[10, 10, 10, 2])
    told = effects.by_source.pass_through[:, 0]
    assert told[:3].round(2).tolist() == [0.82, 0.86, 0.95]
    assert np.isnan(told[3])


def test_a_source_that_sold_nothing_is_marked_and_moves_nothing() -> None:
    with_zero = market(v0=[60, 30, 10, 0], t0=[0] * 4, t1=[0, 0.1, 0, 0.5], dom=[1, 0, 0, 0],
                       eps=[1, 10, 10, 10])  # fmt: skip
    without = market(eps=[1, 10, 10])
    assert with_zero.by_source.is_extensive[:, 0].tolist() == [False, False, False, True]
    assert with_zero.by_source.value_after_usd[3, 0] == 0.0
    assert (
        with_zero.by_source.value_after_usd[:3, 0].tolist()
        == without.by_source.value_after_usd[:, 0].tolist()
    )


@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({"v0": [0, 0, 0]}, Verdict.NO_TRADE),
        ({"v0": [60, "nan", 10]}, Verdict.UNKNOWN_INPUT),
        ({"sigma": "nan"}, Verdict.UNKNOWN_INPUT),
        ({"sigma": 0}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"sigma": 5000}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"eta": 1}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"eta": "-inf"}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"eps": [1, -1, 1]}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"eps": [1, 5000, 1]}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"v0": [60, -30, 10]}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"t1": [0.1, 0, 0]}, Verdict.INPUT_OUT_OF_BOUNDS),
        ({"t1": [0, -1, 0]}, Verdict.INPUT_OUT_OF_BOUNDS),
    ],
)
def test_a_market_that_cannot_be_solved_is_told_and_has_no_figure(
    inputs: dict[str, Any], verdict: Verdict
) -> None:
    effects = market(**inputs)
    assert effects.by_market.verdict.tolist() == [verdict]
    assert np.isnan(effects.by_market.welfare_usd).all()
    assert np.isnan(effects.by_market.consumer_surplus_usd).all()
    assert np.isnan(effects.by_source.value_after_usd).all()
    assert np.isnan(effects.by_source.revenue_change_usd).all()


def test_a_market_that_imports_nothing_is_solved_and_stays_as_it_is() -> None:
    """A duty on what is not bought changes nothing; the domestic source keeps its 60."""
    ones = np.ones(1)
    market = Market(
        value=np.array([[60.0], [0.0], [0.0]]),
        is_domestic=np.array([True, False, False]),
        before=Schedule(Duty(np.zeros((3, 1)))),
        after=Schedule(Duty(np.array([[0.0], [0.25], [0.0]]))),
        responses=Responses(3.0 * ones, 2.0 * ones, -ones, np.array([[2.0], [10.0], [10.0]])),
    )
    found = effects_of(market)
    assert found.by_market.verdict.tolist() == [Verdict.SOLVED]
    assert found.by_source.value_after_usd[:, 0].tolist() == [60.0, 0.0, 0.0]
    assert found.by_market.welfare_usd.tolist() == [0.0]


def test_under_a_specific_duty_what_is_sold_is_what_supply_gives() -> None:
    """80 cents on each dollar's worth: quantities are powers of world prices, to ten digits."""
    ones, supply = np.ones(1), np.array([[2.0], [1.5]])
    market = Market(
        value=np.array([[60.0], [40.0]]),
        is_domestic=np.array([True, False]),
        before=Schedule(Duty(np.zeros((2, 1)))),
        after=Schedule(Duty(np.zeros((2, 1)), np.array([[0.0], [0.8]]))),
        responses=Responses(3.0 * ones, 2.0 * ones, -ones, supply),
    )
    found = effects_of(market).by_source
    given = (1.0 + found.price_change) ** supply
    assert (1.0 + found.quantity_change).tolist() == [
        [pytest.approx(power, rel=1e-10)] for (power,) in given.tolist()
    ]
    assert found.quantity_change[1, 0] == pytest.approx(-0.45333, abs=1e-5)
