"""Specific duties at the new price, and quotas: unfilled, filled with a rent, passed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calc.effects.model import Duty, Market, Responses, Schedule, Verdict
from calc.effects.results import Effects, effects_of

INF = float("inf")
INF3 = np.full((3, 1), INF)


def lone(schedule: Schedule, before: Schedule | None = None, **given: Any) -> Effects:
    """A market of one foreign source worth 100 before, demand -1 in all, supply infinite."""
    made = Market(
        value=np.array([[100.0]]),
        is_domestic=np.array([False]),
        before=before or Schedule(Duty(np.array([[0.0]]))),
        after=schedule,
        responses=Responses(
            between_imports=np.array([given.get("sigma", 4.0)]),
            with_domestic=np.array([given.get("sigma", 4.0)]),
            demand=np.array([given.get("demand", -1.0)]),
            supply=np.array([[given.get("supply", INF)]]),
        ),
        rent_share_at_home=given.get("rent_share"),
    )
    return effects_of(made)


def quota(amount: float, within: float, over: float | None) -> Schedule:
    past = None if over is None else Duty(np.array([[over]]))
    return Schedule(Duty(np.array([[within]])), np.array([[amount]]), past)


def seen(effects: Effects) -> list[float]:
    """Buyer's price, quantity, duty and rent, worth 100 before at a price of 1."""
    source = effects.by_source
    figures = (
        1.0 + source.buyer_price_change,
        100.0 * (1.0 + source.quantity_change),
        source.duty_after_usd,
        source.rent_after_usd,
    )
    return [float(figure[0, 0]) for figure in figures]


def test_unfilled_quota_is_at_the_duty_within() -> None:
    """10 percent within: price 1.1, quantity 100 / 1.1 = 90.9 of 95, duty 9.09, no rent."""
    assert seen(lone(quota(0.95, 0.1, 0.5))) == pytest.approx([1.1, 100 / 1.1, 10 / 1.1, 0.0])


def test_filled_quota_has_a_price_between_and_a_rent() -> None:
    """Quota 80: the buyer pays 100 / 80 = 1.25, above 1.1. Duty 8, rent 80 x 0.15 = 12."""
    assert seen(lone(quota(0.8, 0.1, 0.5))) == pytest.approx([1.25, 80.0, 8.0, 12.0])


def test_passed_quota_is_at_the_duty_over_it() -> None:
    """Quota 50: price 1.5, quantity 66.67. Duty 5 + 16.67 x 0.5 = 13.33, rent 50 x 0.4 = 20."""
    assert seen(lone(quota(0.5, 0.1, 0.5))) == pytest.approx([1.5, 100 / 1.5, 5 + 25 / 3, 20.0])


def test_absolute_quota_has_no_upper_price() -> None:
    """Quota 20 and nothing over it: the buyer pays 100 / 20 = 5. Rent 20 x (5 - 1.1) = 78."""
    assert seen(lone(quota(0.2, 0.1, None))) == pytest.approx([5.0, 20.0, 2.0, 78.0])


def test_quota_kink_of_linear_demand_is_a_bounded_complementarity() -> None:
    """The three states by one rule, as the quota shrinks: 0 <= wedge <= 0.4, rent = wedge q."""
    for amount in np.linspace(0.3, 1.2, 37):
        price, quantity, _, rent = seen(lone(quota(float(amount), 0.1, 0.5)))
        wedge = price - 1.1
        assert -1e-12 <= wedge <= 0.4 + 1e-12
        if quantity < 100 * amount - 1e-9:
            assert wedge == pytest.approx(0.0, abs=1e-12)
        if quantity > 100 * amount + 1e-9:
            assert wedge == pytest.approx(0.4)
        assert rent == pytest.approx(wedge * min(quantity, 100 * amount), abs=1e-9)


def test_a_rate_that_is_not_marginal_changes_no_price() -> None:
    """Over the quota before and after: the rate within rises, and only duty and rent move."""
    effects = lone(quota(0.5, 0.2, 0.4), before=quota(0.5, 0.1, 0.4))
    assert effects.by_source.quantity_change.tolist() == [[0.0]]
    assert effects.by_source.revenue_change_usd[0, 0] == pytest.approx(50 * 0.1)
    assert effects.by_source.rent_before_usd[0, 0] == pytest.approx(50 * 0.3)
    assert effects.by_source.rent_after_usd[0, 0] == pytest.approx(50 * 0.2)


def test_an_unchanged_quota_changes_nothing() -> None:
    for amount in (0.5, 1.0, 2.0):
        same = quota(amount, 0.1, 0.4)
        effects = lone(same, before=same, supply=3.0)
        assert effects.by_market.welfare_usd.tolist() == [0.0]
        assert effects.by_source.revenue_change_usd.tolist() == [[0.0]]


def test_whose_the_rent_is_must_be_said() -> None:
    """The rent of 12 is unknown in the importer's welfare until someone says who has it."""
    unsaid = lone(quota(0.8, 0.1, 0.5)).by_market
    home = lone(quota(0.8, 0.1, 0.5), rent_share=1.0).by_market
    abroad = lone(quota(0.8, 0.1, 0.5), rent_share=0.0).by_market
    assert np.isnan(unsaid.welfare_usd).all()
    assert home.welfare_usd - abroad.welfare_usd == pytest.approx(12.0)
    assert home.deadweight_loss_usd == abroad.deadweight_loss_usd
    assert abroad.rent_abroad_usd == pytest.approx(12.0)


def test_a_ban_is_a_quota_of_nothing() -> None:
    """Sigma 2, supply infinite, 30 of 100 banned: P = 1 / 0.7, the others sell 1 / 0.7 each.

    Buyers lose 100 ln (1 / 0.7); there is no duty and no rent, and what is banned sells nothing.
    """
    market = Market(
        value=np.array([[60.0], [30.0], [10.0]]),
        is_domestic=np.array([True, False, False]),
        before=Schedule(Duty(np.zeros((3, 1)))),
        after=Schedule(Duty(np.zeros((3, 1))), np.array([[INF], [0.0], [INF]])),
        responses=Responses(
            np.array([2.0]), np.array([2.0]), np.array([-1.0]), np.array([[1e3], [INF], [INF]])
        ),
    )
    effects = effects_of(replace(market, responses=market.responses._replace(supply=INF3)))
    source = effects.by_source
    assert effects.by_market.verdict.tolist() == [Verdict.SOLVED]
    assert source.value_after_usd[:, 0] == pytest.approx([60 / 0.7, 0, 10 / 0.7])
    assert source.value_after_usd[1, 0] == 0.0
    assert source.revenue_change_usd.tolist() == [[0.0]] * 3
    assert source.rent_after_usd.tolist() == [[0.0]] * 3
    assert effects.by_market.consumer_surplus_usd == pytest.approx([100 * np.log(0.7)])
    finite = effects_of(market).by_market
    assert np.isfinite(finite.welfare_usd).all()
    assert finite.welfare_usd[0] < 0


def test_what_nothing_replaces_cannot_be_banned() -> None:
    """At a substitution of 1 or less every source is needed: no price index is left."""
    for sigma in (0.8, 1.0):
        verdict = lone(quota(0.0, 0.1, None), sigma=sigma).by_market.verdict
        assert verdict.tolist() == [Verdict.NOT_CONVERGED]


def test_specific_duty_is_worked_out_at_the_new_price() -> None:
    """0.2 a unit on one source alone, sigma and demand 1 and -1, supply 1.

    Quantity q at world price q: buyers spend 100, so q (q + 0.2) = 1 and q = 0.904988.
    The duty's share of value has risen from 20 to 22.1 percent, as the price fell.
    """
    q = (-0.2 + np.sqrt(0.04 + 4)) / 2
    effects = lone(Schedule(Duty(np.array([[0.0]]), np.array([[0.2]]))), supply=1.0)
    source = effects.by_source
    assert 1.0 + source.quantity_change[0, 0] == pytest.approx(q, rel=1e-12)
    assert 1.0 + source.price_change[0, 0] == pytest.approx(q, rel=1e-12)
    assert source.duty_after_usd[0, 0] == pytest.approx(100 * 0.2 * q, rel=1e-12)
    assert source.duty_after_usd[0, 0] / source.value_after_usd[0, 0] == pytest.approx(0.2 / q)


def test_specific_duty_at_fixed_world_prices_is_its_equivalent() -> None:
    specific = lone(Schedule(Duty(np.array([[0.05]]), np.array([[0.2]]))))
    equivalent = lone(Schedule(Duty(np.array([[0.25]]))))
    assert seen(specific) == pytest.approx(seen(equivalent), rel=1e-13)


@pytest.mark.parametrize("schedule", [quota(0.5, 0.5, 0.1), quota(-1.0, 0.1, 0.5)])
def test_a_quota_out_of_bounds_is_told(schedule: Schedule) -> None:
    verdict = lone(schedule).by_market.verdict
    assert verdict.tolist() == [Verdict.INPUT_OUT_OF_BOUNDS]
