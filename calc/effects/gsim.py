"""GSIM as published, linear in logs: for replication, and to show what linearisation costs.

In fractions of before, with theta the shares of what importer v spends (duty paid), phi those of
what exporter r sells, E demand, S substitution and X supply elasticities, tau = T after / T before
- 1, p world prices::

    N_(v,r,s) = theta_sv (E_v + S_v) - [r = s] S_v
    X_r p_r = sum_v phi_rv sum_s N_(v,r,s) (p_s + tau_sv)            one linear system
    q_rv = sum_s N_(v,r,s) (p_s + tau_sv),   value after = value (1 + q)(1 + p)

It has no floor: at large changes quantities fall below zero, which is reported, not hidden. Zero
trade stays zero.

Source: Francois and Hall (2003), Global Simulation Analysis of Industry-Level Trade Policy, as
transcribed in two public scripts of its 4x4 example; the paper's own tables were not read.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from calc.effects.areas import area
from calc.effects.model import Bools, Floats, Verdict, Verdicts
from calc.effects.smart import LARGE_CHANGE
from calc.effects.world import Terms, World, finite_supply, is_fixed, judge, shares, terms_of

Consumers = Literal["published", "taylor", "exact"]
"""Consumer surplus: ``published`` has V (1/2 E P^2 sign(P) - P), which overstates the loss from a
rise of the price by abs(E) P^2 V; ``taylor`` leaves the sign out; ``exact`` is the area."""


@dataclass(frozen=True, slots=True)
class LinearEffects:
    """What the duties do in the linear model; NaN is unknown.

    Shapes are those of ``calc.effects.world.WorldEffects``. ``is_negative`` marks flows whose
    quantity falls below zero, ``is_large`` goods with a change of duty beyond what a linear model
    is for: the exact answer belongs beside them.
    """

    price_change: Floats
    price_index_change: Floats
    quantity_change: Floats
    value_after_usd: Floats
    revenue_change_usd: Floats
    consumer_surplus_usd: Floats
    producer_surplus_usd: Floats
    welfare_usd: Floats
    is_large: Bools
    verdict: Verdicts

    @property
    def is_negative(self) -> Bools:
        """The flows of less than nothing: there the model does not hold."""
        negative: Bools = self.quantity_change < -1.0
        return negative


def gsim(world: World, *, consumers: Consumers = "exact") -> LinearEffects:
    """What the duties do, in the linear model."""
    terms, goods = terms_of(world)
    verdict = judge(terms)
    fit = verdict == Verdict.SOLVED
    chosen = Terms(*(part[..., fit] for part in terms))
    figures = linear_figures(chosen, consumers)
    told = {name: np.full((*part.shape[:-1], fit.size), np.nan) for name, part in figures.items()}
    for name, part in figures.items():
        told[name][..., fit] = part
    shaped = {name: part.reshape(*part.shape[:-1], *goods) for name, part in told.items()}
    is_large = np.zeros(fit.size, dtype=bool)
    is_large[fit] = (np.abs(duty_change(chosen)) > LARGE_CHANGE).any(axis=(0, 1))
    return LinearEffects(**shaped, is_large=is_large.reshape(goods), verdict=verdict.reshape(goods))


def duty_change(terms: Terms) -> Floats:
    """The change of each duty as a fraction of 1 + t before."""
    change: Floats = (1.0 + terms.after) / (1.0 + terms.before) - 1.0
    return change


def linear_prices(terms: Terms, theta: Floats, moved: Floats) -> Floats:
    """World prices that clear the linear markets, fractions of before."""
    phi = shares(terms.value, terms.value.sum(axis=1, keepdims=True))
    fixed = is_fixed(terms)
    cross = phi * (terms.demand + terms.substitution)
    own = (phi * terms.substitution).sum(axis=1)
    slopes = np.einsum("rvg,svg->grs", cross, theta)
    each = np.arange(slopes.shape[1])
    slopes[:, each, each] -= (own + finite_supply(terms)).T
    pushed = cross.swapaxes(0, 1) * (theta * moved).sum(axis=0)[:, None]
    pushed = pushed.sum(axis=0) - (phi * terms.substitution * moved).sum(axis=1)
    slopes = np.where(fixed.T[:, :, None], np.eye(each.size), slopes)
    right = np.where(fixed, 0.0, -pushed)
    solved: Floats = np.linalg.solve(slopes, right.T[:, :, None])[:, :, 0].T
    return solved


def linear_figures(terms: Terms, consumers: Consumers) -> dict[str, Floats]:
    """The figures of the effects, by their names."""
    spent = terms.value * (1.0 + terms.before)
    theta = shares(spent, spent.sum(axis=0))
    moved = duty_change(terms)
    price = linear_prices(terms, theta, moved)
    buyer = price[:, None] + moved
    mean = (theta * buyer).sum(axis=0)
    quantity = (terms.demand + terms.substitution) * mean - terms.substitution * buyer
    value_after = terms.value * (1.0 + quantity) * (1.0 + price[:, None])
    factor = (1.0 + price[:, None]) * (1.0 + moved)
    index = (theta * (factor - 1.0)).sum(axis=0)
    supply = np.where(np.isinf(terms.supply), np.nan, terms.supply)
    producer = terms.value.sum(axis=1) * price * (1.0 + 0.5 * supply * price)
    consumer = consumer_surplus(spent.sum(axis=0), index, terms.demand, how=consumers)
    revenue = (value_after * terms.after - terms.value * terms.before).sum(axis=0)
    return {
        "price_change": price,
        "price_index_change": index,
        "quantity_change": quantity,
        "value_after_usd": value_after,
        "revenue_change_usd": revenue,
        "consumer_surplus_usd": consumer,
        "producer_surplus_usd": producer,
        "welfare_usd": consumer + producer + revenue,
    }


def consumer_surplus(spent: Floats, index: Floats, demand: Floats, *, how: Consumers) -> Floats:
    """What buyers gain by a change of the composite price, by the formula that is named."""
    if how == "exact":
        return -area(spent, 1.0 + demand, np.log1p(index))
    sign = np.sign(index) if how == "published" else -np.ones_like(index)
    curved: Floats = spent * (0.5 * demand * index**2 * sign - index)
    return curved


def in_steps(world: World, steps: int) -> Floats:
    """Welfare by country when the linear model goes the whole way in equal steps of ln T.

    After each step trade and duties are those that it has led to. The more steps, the nearer to
    the exact model. Consumer surplus of each step is to second order.
    """
    ratio = ((1.0 + world.after) / (1.0 + world.before)) ** (1.0 / steps)
    total = np.zeros_like(gsim(world).welfare_usd)
    here = world
    for _ in range(steps):
        there = replace(here, after=(1.0 + here.before) * ratio - 1.0)
        effects = gsim(there, consumers="taylor")
        total += effects.welfare_usd
        here = replace(there, value=effects.value_after_usd, before=there.after)
    return total
