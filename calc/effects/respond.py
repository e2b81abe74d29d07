"""What one source sells at a given pull of demand: its own supply meets the buyers' duty on it.

All in logs of ratios to the time before. With pull A, quantity q, buyer's price c, world price p::

    demand   ln q = A - sigma ln c
    supply   ln q = supply ln p
    duty     c = (p (1 + t) + s) / (price that the buyer paid before)

At an infinite elasticity of supply ln p is 0. A quota Q is a bounded complementarity: with the
quantities that the duty within it and the duty over it would leave, q = max(q_over, min(q_within,
Q)). Where q = Q the buyer pays a price between, and the difference is rent.

Source: USITC Working Paper 2018-02-B (the marginal rate of a tariff rate quota decides); the form
in logs is derived here.
"""

from typing import NamedTuple

import numpy as np

from calc.effects.model import Bools, Floats, Terms

SUPPLY_STEPS = 60
SUPPLY_TOLERANCE = 1e-14


class Sale(NamedTuple):
    """What each source sells: logs of ratios to before, by source and market.

    ``slope`` is how fast the buyer's price follows the pull.
    """

    world_price: Floats
    buyer_price: Floats
    quantity: Floats
    slope: Floats


class Answer(NamedTuple):
    """A sale with where it stands to its quota."""

    sale: Sale
    is_filled: Bools | None
    is_over: Bools | None


def respond(pull: Floats, terms: Terms) -> Answer:
    """What each source sells at a pull of demand, at the duty that is marginal for it."""
    within = at_duty(pull, terms, terms.rate, terms.specific)
    if np.isinf(terms.quota).all():
        return Answer(within, None, None)
    over = at_duty(pull, terms, terms.rate_over, terms.specific_over)
    return at_quota(pull, terms, within, over)


def duty_change(terms: Terms, rate: Floats, specific: Floats) -> Floats:
    """The log change of the buyer's price at an unchanged world price; 0 where no duty changes."""
    return np.log((1.0 + rate + specific) / terms.buyer_price_before)


def at_duty(pull: Floats, terms: Terms, rate: Floats, specific: Floats) -> Sale:
    """What each source sells at one duty, whatever the quantity."""
    level = duty_change(terms, rate, specific)
    if not specific.any():
        price = (pull - terms.sigma * level) / (terms.supply + terms.sigma)
        buyer = price + level
        return Sale(price, buyer, pull - terms.sigma * buyer, 1.0 / (terms.supply + terms.sigma))
    price = meet(pull, terms, rate, specific)
    follows, moved = followed(price, rate, specific)
    buyer = moved + level
    slope = follows / (terms.supply + terms.sigma * follows)
    return Sale(price, buyer, pull - terms.sigma * buyer, slope)


def followed(price: Floats, rate: Floats, specific: Floats) -> tuple[Floats, Floats]:
    """How much of a buyer's price follows the world price, and how far that has moved it, in logs.

    A specific duty does not follow: it is re-evaluated at each world price.
    """
    follows = np.where(np.isinf(rate), 1.0, (1.0 + rate) / (1.0 + rate + specific))
    moved = np.log1p(follows * np.expm1(price))
    return follows * np.exp(price - moved), moved


def meet(pull: Floats, terms: Terms, rate: Floats, specific: Floats) -> Floats:
    """The log world price at which supply meets demand, a specific duty being part of the price.

    Newton's method on a function that rises and bends upward throughout: from a point above the
    root it falls to it. At an infinite elasticity of supply the price does not move.
    """
    level = duty_change(terms, rate, specific)
    excess_pull = pull - terms.sigma * level
    is_flat = np.isinf(terms.supply)
    supply = np.where(is_flat, 1.0, terms.supply)
    price = np.maximum(excess_pull / (supply + terms.sigma), 0.0)
    price = np.where(np.isinf(price) | is_flat, 0.0, price)
    for _ in range(SUPPLY_STEPS):
        follows, moved = followed(price, rate, specific)
        step = (excess_pull - supply * price - terms.sigma * moved) / (
            supply + terms.sigma * follows
        )
        step = np.where(is_flat | ~np.isfinite(step), 0.0, step)
        price = price + step
        if np.all(np.abs(step) <= SUPPLY_TOLERANCE * (1.0 + np.abs(price))):
            break
    return price


def at_quota(pull: Floats, terms: Terms, within: Sale, over: Sale) -> Answer:
    """The sale where the quota is not full, full, or passed."""
    full = np.log(terms.quota)
    is_over = over.quantity >= full
    is_filled = (within.quantity > full) & ~is_over
    price = np.where(np.isinf(terms.supply), 0.0, full / terms.supply)
    filled = Sale(
        price, (pull - full) / terms.sigma, full, np.broadcast_to(1 / terms.sigma, full.shape)
    )
    sale = Sale(
        *(
            np.where(is_filled, at_full, np.where(is_over, past, short))
            for at_full, past, short in zip(filled, over, within, strict=True)
        )
    )
    return Answer(sale, is_filled, is_over)
