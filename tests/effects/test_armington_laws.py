"""Laws that the exact market keeps, whatever its sources, schedules and responses."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import root

from calc.effects.model import Duty, Floats, Market, Responses, Schedule, Verdict
from calc.effects.results import Effects, effects_of
from tests.effects.markets import COLUMNS, INF, figures, flat_market, markets, reordered


def amounts(effects: Effects) -> dict[str, Floats]:
    """All figures of a result by name."""
    parts = (effects.by_source, effects.by_market)
    return {field.name: getattr(part, field.name) for part in parts for field in fields(part)}


def size(market: Market) -> Floats:
    """What buyers spent before, by market: what errors of amounts are measured against."""
    spent: Floats = (market.value * (1.0 + market.before.within.ad_valorem)).sum(axis=0)
    return spent


@given(markets())
def test_every_lawful_market_is_solved(market: Market) -> None:
    assert effects_of(market).by_market.verdict.tolist() == [Verdict.SOLVED] * COLUMNS


@given(markets())
def test_an_unchanged_schedule_changes_nothing_at_all(market: Market) -> None:
    same = replace(market, before=market.after)
    if market.after.over is not None:
        filled = np.where(np.asarray(market.after.quota) == 1.0, 1.1, market.after.quota)
        schedule = market.after._replace(quota=filled)
        same = replace(market, before=schedule, after=schedule)
    effects = effects_of(same)
    for name in ("price_change", "buyer_price_change", "quantity_change", "diversion_usd",
                 "creation_usd", "terms_of_trade_usd", "revenue_change_usd",
                 "value_change_usd"):  # fmt: skip
        assert not getattr(effects.by_source, name).any(), name
    for name in ("price_index_change", "consumer_surplus_usd", "revenue_change_usd",
                 "deadweight_loss_usd", "terms_of_trade_usd", "rent_abroad_usd"):  # fmt: skip
        assert not np.nan_to_num(getattr(effects.by_market, name)).any(), name
    assert not np.nan_to_num(effects.by_market.welfare_usd).any()


@given(markets())
def test_trade_is_never_negative(market: Market) -> None:
    source = effects_of(market).by_source
    assert (source.value_after_usd >= 0).all()
    assert (source.duty_after_usd >= 0).all()
    assert (source.rent_after_usd >= -1e-9 * size(market)).all()
    assert (source.quantity_change >= -1).all()
    assert (source.value_after_usd[source.is_extensive] == 0).all()


@given(markets())
def test_parts_of_welfare_add_up(market: Market) -> None:
    effects = effects_of(market)
    whole, source = effects.by_market, effects.by_source
    parts = whole.consumer_surplus_usd + whole.revenue_change_usd + whole.rent_at_home_usd
    parts = parts + np.where(np.isnan(whole.producer_surplus_usd), 0.0, whole.producer_surplus_usd)
    split = whole.terms_of_trade_usd - whole.rent_abroad_usd - whole.deadweight_loss_usd
    known = ~np.isnan(whole.welfare_usd)
    scale = size(market)
    assert np.abs((whole.welfare_usd - parts) / scale)[known].max(initial=0) < 1e-12
    assert np.abs((whole.welfare_usd - split) / scale)[known].max(initial=0) < 1e-12
    assert np.abs(source.revenue_change_usd.sum(axis=0) - whole.revenue_change_usd).max() == 0
    quantity = source.value_before_usd * source.quantity_change
    gap = quantity - source.diversion_usd - source.creation_usd
    assert (np.abs(gap) <= 1e-12 * (np.abs(quantity) + np.abs(source.diversion_usd))).all()


@given(markets(quotas=False, specific=False))
def test_a_duty_where_there_was_none_never_gains_without_terms_of_trade(market: Market) -> None:
    """From free trade the deadweight loss is never negative."""
    free = replace(market, before=Schedule(Duty(np.zeros_like(market.value))))
    lost = effects_of(free).by_market.deadweight_loss_usd
    known = ~np.isnan(lost)
    assert (lost[known] >= -1e-12 * size(free)[known]).all()


@given(markets(domestic=False, quotas=False, specific=False), figures(0.0, 3.0), figures(0.0, 40.0))
def test_one_factor_on_all_sources_diverts_nothing(
    market: Market, rate: float, supply: float
) -> None:
    """With equal supply elasticities and no domestic source."""
    before = market.before.within.ad_valorem
    uniform = replace(
        market,
        after=Schedule(Duty((1.0 + before) * (1.0 + rate) - 1.0)),
        responses=market.responses._replace(supply=np.full_like(market.value, supply)),
    )
    effects = effects_of(uniform)
    diverted = np.abs(effects.by_source.diversion_usd).sum(axis=0)
    assert (diverted <= 1e-9 * market.value.sum(axis=0)).all()


@given(markets(), figures(0.001, 1000.0))
def test_amounts_scale_with_values_and_ratios_do_not(market: Market, factor: float) -> None:
    effects = amounts(effects_of(market))
    scaled = amounts(effects_of(replace(market, value=market.value * factor)))
    room = 1e-8 * size(market)
    for name, figure in effects.items():
        if name.endswith("_usd"):
            gap = np.abs(scaled[name] / factor - figure)
            assert (np.nan_to_num(gap) <= room).all(), name
        elif name.endswith("_change"):
            assert scaled[name] == pytest.approx(figure, rel=1e-7, abs=1e-9), name


@given(markets(), st.randoms(use_true_random=False))
def test_the_order_of_sources_does_not_matter(market: Market, chance: Any) -> None:
    order = list(range(market.value.shape[0]))
    chance.shuffle(order)
    first, second = effects_of(market), effects_of(reordered(market, order))
    room = 1e-8 * size(market)
    for name in ("value_after_usd", "duty_after_usd", "diversion_usd", "producer_surplus_usd"):
        gap = getattr(first.by_source, name)[order] - getattr(second.by_source, name)
        assert (np.nan_to_num(np.abs(gap)) <= room).all(), name
    gap = first.by_market.welfare_usd - second.by_market.welfare_usd
    assert (np.nan_to_num(np.abs(gap)) <= room).all()


@given(markets())
def test_markets_solved_together_are_as_solved_alone(market: Market) -> None:
    together, spent = amounts(effects_of(market)), 1.0 + size(market)
    for at in (0, COLUMNS - 1):
        alone = amounts(effects_of(of_one(market, at)))
        for name, figure in together.items():
            whole, part = figure[..., at], alone[name][..., 0]
            assert whole == pytest.approx(part, rel=1e-9, abs=1e-9 * spent[at], nan_ok=True), name


def of_one(market: Market, at: int) -> Market:
    """One of the markets alone."""

    def cut(part: Any) -> Any:
        return part[..., at : at + 1] if isinstance(part, np.ndarray) else part

    def cut_schedule(schedule: Schedule) -> Schedule:
        over = schedule.over
        return Schedule(
            Duty(*map(cut, schedule.within)),
            cut(schedule.quota),
            None if over is None else Duty(*map(cut, over)),
        )

    return replace(
        market,
        value=cut(market.value),
        before=cut_schedule(market.before),
        after=cut_schedule(market.after),
        responses=Responses(*map(cut, market.responses)),
    )


def linear_answer(market: Market, at: int) -> tuple[Floats, Floats]:
    """World prices and quantities of the flat market in first differences, by one dense solve."""
    spent = market.value[:, at] * (1.0 + market.before.within.ad_valorem[:, at])
    share = spent / spent.sum()
    sigma, eta = market.responses.between_imports[at], market.responses.demand[at]
    supply = market.responses.supply[:, at]
    move = np.log(
        (1.0 + market.after.within.ad_valorem[:, at])
        / (1.0 + market.before.within.ad_valorem[:, at])
    )
    is_flat = np.isinf(supply)
    system = np.diag(np.where(is_flat, 1.0, supply + sigma)) - np.where(
        is_flat, 0.0, sigma + eta
    ).reshape(-1, 1) * share.reshape(1, -1)
    right = np.where(is_flat, 0.0, -sigma * move + (sigma + eta) * (share @ move))
    price = np.linalg.solve(system, right)
    buyer = price + move
    return price, -sigma * buyer + (sigma + eta) * (share @ buyer)


@given(markets(specific=False, quotas=False), st.lists(figures(-1, 1), min_size=5, max_size=5))
def test_small_changes_are_as_in_the_linear_model(market: Market, moves: list[float]) -> None:
    """Exact and linear quantities agree to 1e-4 of the largest change."""
    start = flat_market(market)
    rates = start.before.within.ad_valorem
    shock = 1e-6 * np.array(moves[: rates.shape[0]]).reshape(-1, 1)
    home = np.asarray(start.is_domestic).reshape(-1, 1)
    after = Schedule(
        Duty(np.where(home, 0.0, np.maximum((1.0 + rates) * (1.0 + shock) - 1.0, 0.0)))
    )
    small = replace(start, after=after)
    exact = effects_of(small).by_source
    for at in range(COLUMNS):
        _, quantity = linear_answer(small, at)
        largest = np.abs(quantity).max(initial=0)
        assert np.abs(exact.quantity_change[:, at] - quantity).max() <= 1e-4 * largest + 1e-14


def excess(price: Floats, market: Market, at: int) -> Floats:
    """Supply less demand in logs at world prices: the equations as the textbook has them."""
    responses = market.responses
    sm, sd = responses.between_imports[at], responses.with_domestic[at]
    before = 1.0 + market.before.within.ad_valorem[:, at]
    buyer = np.exp(price) * (1.0 + market.after.within.ad_valorem[:, at]) / before
    home = np.asarray(market.is_domestic)
    spent = market.value[:, at] * before
    total, imports = spent.sum(), spent[~home].sum()
    of_imports = (spent[~home] / imports * buyer[~home] ** (1 - sm)).sum() ** (1 / (1 - sm))
    whole = (spent[home] / total * buyer[home] ** (1 - sd)).sum()
    whole = (whole + imports / total * of_imports ** (1 - sd)) ** (1 / (1 - sd))
    eta = responses.demand[at]
    foreign = -sm * np.log(buyer / of_imports) - sd * np.log(of_imports / whole)
    demand = np.where(home, -sd * np.log(buyer / whole), foreign) + eta * np.log(whole)
    gap: Floats = responses.supply[:, at] * price - demand
    return gap


@given(markets(specific=False, quotas=False, largest_rate=1.5))
def test_prices_clear_the_textbook_equations(market: Market) -> None:
    """And another solver, started where this one ended, stays there."""
    supply = np.where(np.isinf(market.responses.supply), 30.0, market.responses.supply)
    off_one = [np.where(part == 1.0, 1.1, part) for part in market.responses[:2]]
    responses = Responses(off_one[0], off_one[1], market.responses.demand, supply)
    finite = replace(market, responses=responses)
    found = np.log1p(effects_of(finite).by_source.price_change)
    for at in range(COLUMNS):
        assert np.abs(excess(found[:, at], finite, at)).max() < 1e-9
    other = root(excess, found[:, 0] + 0.01, args=(finite, 0), tol=1e-12)
    assert not other.success or other.x == pytest.approx(found[:, 0], abs=1e-7)


@given(markets(quotas=False))
def test_infinite_supply_is_the_limit_of_large(market: Market) -> None:
    flat = replace(
        market, responses=market.responses._replace(supply=np.full_like(market.value, INF))
    )
    large = replace(
        market, responses=market.responses._replace(supply=np.full_like(market.value, 1e3))
    )
    quantity = np.log1p(effects_of(flat).by_source.quantity_change)
    gap = np.log1p(effects_of(large).by_source.quantity_change) - quantity
    assert (np.abs(gap) <= 0.1 * np.abs(quantity).max(axis=0)).all()
    assert not effects_of(flat).by_source.price_change.any()


@given(markets(quotas=False, specific=False))
def test_unitary_elasticities_are_the_limit_of_near_ones(market: Market) -> None:
    ones = np.ones(COLUMNS)
    unit = market.responses._replace(between_imports=ones, with_domestic=ones, demand=-ones)
    near = unit._replace(
        between_imports=ones + 1e-7, with_domestic=ones + 1e-7, demand=-ones - 1e-7
    )
    exact = effects_of(replace(market, responses=unit))
    close = effects_of(replace(market, responses=near))
    gap = exact.by_source.value_after_usd - close.by_source.value_after_usd
    assert (np.abs(gap) <= 1e-5 * size(market)).all()
    lost = exact.by_market.consumer_surplus_usd - close.by_market.consumer_surplus_usd
    assert (np.abs(lost) <= 1e-5 * size(market)).all()
