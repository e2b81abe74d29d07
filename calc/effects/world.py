"""The exact market of several countries at once: every duty of every importer, and the answers.

Each country buys from all, itself included, at a constant elasticity of substitution and a constant
elasticity of its total demand; each sells at one world price with a constant elasticity of supply.
In ratios to before, with T the duty factor and lam its change, theta the shares of what an importer
spends, phi those of what an exporter sells::

    P_v = (sum_r theta_rv (p_r lam_rv)^(1-s_v))^(1/(1-s_v))
    q_rv = (p_r lam_rv / P_v)^-s_v P_v^eta_v
    sum_v phi_rv q_rv = p_r^supply_r

Solved by Newton's method in ln p, all goods and draws in one array, until supply and demand of each
exporter agree to one part in 10^12.

Source: structure of Francois and Hall (2003), GSIM, without its linearisation; USITC's
three-region tariff model (2019) has the same.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from calc.effects.areas import area, exponent
from calc.effects.armington import LONGEST_STEP, STEPS, TOLERANCE, WHOLE_STEPS
from calc.effects.model import LARGEST_ELASTICITY, Bools, Floats, Verdict, Verdicts


@dataclass(frozen=True, slots=True)
class World:
    """Trade of one good, or many along the last axes, between all countries that matter to it.

    ``value`` is by exporter, importer and the axes of goods and draws: USD at world prices, without
    duty, domestic sales where both are the same country. Duties are ad valorem, of that shape.
    ``substitution`` and ``demand`` are by importer, ``supply`` by exporter, with the last axes.
    """

    value: Floats
    before: Floats
    after: Floats
    substitution: Floats
    demand: Floats
    supply: Floats


class Terms(NamedTuple):
    """A world as exporters by importers by goods."""

    value: Floats
    before: Floats
    after: Floats
    substitution: Floats
    demand: Floats
    supply: Floats


@dataclass(frozen=True, slots=True)
class WorldEffects:
    """What the duties do; NaN is unknown, as in every good that was not solved.

    ``quantity_change`` and the amounts of flows are by exporter and importer, prices and surpluses
    by country. ``producer_surplus_usd`` and welfare are unknown where supply is infinitely elastic.
    ``clearing_gap`` is the largest log difference between supply and demand that is left.
    """

    price_change: Floats
    price_index_change: Floats
    quantity_change: Floats
    value_after_usd: Floats
    revenue_change_usd: Floats
    consumer_surplus_usd: Floats
    producer_surplus_usd: Floats
    welfare_usd: Floats
    clearing_gap: Floats
    verdict: Verdicts


def terms_of(world: World) -> tuple[Terms, tuple[int, ...]]:
    """The world's inputs repeated to one shape, and the last axes of that shape."""
    shape = np.broadcast_shapes(
        *(part.shape for part in (world.value, world.before, world.after)),
        *((1, *part.shape) for part in (world.substitution, world.demand, world.supply)),
    )
    count, goods = shape[0], shape[2:]
    flows = [np.broadcast_to(part, shape) for part in (world.value, world.before, world.after)]
    by_country = [
        np.broadcast_to(part, (count, *goods))
        for part in (world.substitution, world.demand, world.supply)
    ]
    return Terms(
        *(part.reshape(count, count, -1) for part in flows),
        *(part.reshape(count, -1) for part in by_country),
    ), goods


def judge(terms: Terms) -> Verdicts:
    """One verdict a good before it is solved."""
    verdict = np.full(terms.value.shape[-1], Verdict.SOLVED, dtype=np.int8)
    flows = (0, 1)
    verdict[~(terms.value.sum(axis=flows) > 0)] = Verdict.NO_TRADE
    wrong = (terms.value < 0).any(axis=flows) | np.isinf(terms.value).any(axis=flows)
    unknown = np.isnan(terms.value).any(axis=flows)
    for duty in (terms.before, terms.after):
        wrong |= ((duty <= -1) | np.isinf(duty)).any(axis=flows)
        unknown |= np.isnan(duty).any(axis=flows)
    for elasticity in (terms.substitution, -terms.demand):
        wrong |= ~((elasticity > 0) & (elasticity <= LARGEST_ELASTICITY)).all(axis=0)
    is_misprint = (terms.supply > LARGEST_ELASTICITY) & ~np.isinf(terms.supply)
    wrong |= ((terms.supply < 0) | is_misprint).any(axis=0)
    for elasticity in (terms.substitution, terms.demand, terms.supply):
        unknown |= np.isnan(elasticity).any(axis=0)
    verdict[wrong] = Verdict.INPUT_OUT_OF_BOUNDS
    verdict[unknown] = Verdict.UNKNOWN_INPUT
    return verdict


class Trade(NamedTuple):
    """Trade at some world prices: logs of ratios to before, and the weights of this moment."""

    buyer_price: Floats
    price_index: Floats
    quantity: Floats
    spending_share: Floats
    selling_share: Floats
    gap: Floats


def shares(part: Floats, whole: Floats) -> Floats:
    """Parts of a whole; 0 where there is no whole."""
    found: Floats = part / np.where(whole > 0, whole, 1.0)
    return found


def trade_at(price: Floats, terms: Terms) -> Trade:
    """What all buy at the log world prices, and by how much that misses what is sold.

    Prices are taken relative to their mean, so that nothing cancels and an unchanged world is
    unchanged exactly. Where supply is infinite, or nothing was sold, the gap is that of the price.
    """
    spent = terms.value * (1.0 + terms.before)
    theta = shares(spent, spent.sum(axis=0))
    phi = shares(terms.value, terms.value.sum(axis=1, keepdims=True))
    buyer = price[:, None] + np.log((1.0 + terms.after) / (1.0 + terms.before))
    k = exponent(terms.substitution)
    mean = (theta * buyer).sum(axis=0)
    gains = theta * np.expm1(k * (buyer - mean))
    over = gains.sum(axis=0)
    index = mean + np.log1p(over) / k
    quantity = -terms.substitution * buyer + (terms.substitution + terms.demand) * index
    more = phi * np.expm1(quantity)
    sold = more.sum(axis=1)
    gap = np.where(is_fixed(terms), -price, np.log1p(sold) - finite_supply(terms) * price)
    return Trade(
        buyer,
        index,
        quantity,
        (gains + theta) / (1.0 + over),
        (more + phi) / (1.0 + sold)[:, None],
        gap,
    )


def is_fixed(terms: Terms) -> Bools:
    """The exporters whose price does not move: of infinite supply, or that sold nothing."""
    fixed: Bools = np.isinf(terms.supply) | ~(terms.value.sum(axis=1) > 0)
    return fixed


def finite_supply(terms: Terms) -> Floats:
    """Supply elasticities, 1 in the place of infinite ones."""
    return np.where(np.isinf(terms.supply), 1.0, terms.supply)


def newton_step(here: Trade, terms: Terms) -> Floats:
    """The step in log world prices that closes the gaps to first order."""
    fixed = is_fixed(terms)
    pulled = here.selling_share * (terms.substitution + terms.demand)
    slopes = np.einsum("rvg,svg->grs", pulled, here.spending_share)
    own = (here.selling_share * terms.substitution).sum(axis=1) + finite_supply(terms)
    slopes[fixed.T] = 0.0
    each = np.arange(slopes.shape[1])
    slopes[:, each, each] -= np.where(fixed, 1.0, own).T
    step: Floats = np.linalg.solve(slopes, -here.gap.T[:, :, None])[:, :, 0].T
    return np.clip(step, -LONGEST_STEP, LONGEST_STEP)


def clearing_prices(terms: Terms) -> tuple[Floats, Bools]:
    """Log world prices of every good, and which goods converged; the others go on alone."""
    found = np.zeros(terms.supply.shape)
    converged = np.zeros(terms.supply.shape[-1], dtype=bool)
    left, price = np.arange(converged.size), found
    for count in range(STEPS):
        here = trade_at(price, terms)
        gap = np.abs(here.gap).max(axis=0)
        found[:, left], converged[left] = price, gap <= TOLERANCE
        going = np.isfinite(gap) & (gap > TOLERANCE)
        if not going.any():
            break
        left, price = left[going], price[:, going]
        terms = Terms(*(part[..., going] for part in terms))
        here = Trade(*(part[..., going] for part in here))
        price = price + (1.0 if count < WHOLE_STEPS else 0.5) * newton_step(here, terms)
    return found, converged


def world_effects(world: World) -> WorldEffects:
    """What the duties do to prices, trade, duty and welfare of every country, together."""
    terms, goods = terms_of(world)
    verdict = judge(terms)
    fit = verdict == Verdict.SOLVED
    price = np.zeros(terms.supply.shape)
    with np.errstate(all="ignore"):
        price[:, fit], converged = clearing_prices(Terms(*(part[..., fit] for part in terms)))
        verdict[fit] = np.where(converged, Verdict.SOLVED, Verdict.NOT_CONVERGED)
        figures = figures_of(price, trade_at(price, terms), terms)
    solved = verdict == Verdict.SOLVED
    told = {
        name: np.where(solved, part, np.nan).reshape(*part.shape[:-1], *goods)
        for name, part in figures.items()
    }
    return WorldEffects(**told, verdict=verdict.reshape(goods))


def figures_of(price: Floats, trade: Trade, terms: Terms) -> dict[str, Floats]:
    """The figures of the effects, by their names."""
    value_after = terms.value * np.exp(price[:, None] + trade.quantity)
    revenue = (value_after * terms.after - terms.value * terms.before).sum(axis=0)
    spent = (terms.value * (1.0 + terms.before)).sum(axis=0)
    consumer = -area(spent, 1.0 + terms.demand, trade.price_index)
    supply = np.where(np.isinf(terms.supply), np.nan, terms.supply)
    producer = area(terms.value.sum(axis=1), 1.0 + supply, price)
    return {
        "price_change": np.expm1(price),
        "price_index_change": np.expm1(trade.price_index),
        "quantity_change": np.expm1(trade.quantity),
        "value_after_usd": value_after,
        "revenue_change_usd": revenue,
        "consumer_surplus_usd": consumer,
        "producer_surplus_usd": producer,
        "welfare_usd": consumer + producer + revenue,
        "clearing_gap": np.abs(trade.gap).max(axis=0),
    }
