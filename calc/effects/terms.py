"""A market's inputs brought to one shape and judged before anything is solved."""

import numpy as np
from numpy.typing import NDArray

from calc.effects.model import (
    LARGEST_ELASTICITY,
    Bools,
    Duty,
    Floats,
    Market,
    Schedule,
    Terms,
    Verdict,
    Verdicts,
)


def shape_of(market: Market) -> tuple[int, ...]:
    """Sources, then the axes of markets and draws that all inputs broadcast to."""
    parts: list[Floats | float] = [market.value, *market.responses]
    for schedule in (market.before, market.after):
        parts += [*schedule.within, schedule.quota]
        parts += [] if schedule.over is None else [*schedule.over]
    return np.broadcast_shapes(*(np.shape(part) for part in parts))


def flat(array: Floats | float, shape: tuple[int, ...]) -> Floats:
    """An input as sources by markets, repeated along the axes that it lacks."""
    whole: Floats = np.broadcast_to(np.asarray(array, dtype=np.float64), shape)
    return whole.reshape(shape[0], -1)


def by_market(array: Floats, shape: tuple[int, ...]) -> Floats:
    """An input that all sources share, one figure a market."""
    repeated: Floats = flat(array, shape)[0]
    return repeated


def price_with(duty: Duty, price: Floats | float = 1.0) -> Floats:
    """What a buyer pays for one unit: its world price with the duty on it."""
    paid: Floats = price * (1.0 + np.asarray(duty.ad_valorem)) + duty.specific
    return paid


def duty_over(schedule: Schedule) -> Duty:
    """The duty on what comes over the quota; infinite where nothing may."""
    if schedule.over is not None:
        return schedule.over
    return Duty(np.full(np.shape(schedule.quota), np.inf), schedule.within.specific)


def buyer_price_before(schedule: Schedule) -> Floats:
    """What a buyer paid before the schedule: at the duty over the quota where more was sold.

    A quota that was filled exactly is taken to have left no rent: the data cannot tell.
    """
    is_over = np.asarray(schedule.quota) < 1.0
    within = price_with(schedule.within)
    return np.where(is_over, price_with(duty_over(schedule)), within)


def terms_of(market: Market) -> Terms:
    """The market as arrays of sources by markets."""
    shape = shape_of(market)
    responses, after, over = market.responses, market.after, duty_over(market.after)
    is_domestic: Bools = np.asarray(market.is_domestic, dtype=bool).reshape(-1, 1)
    between = by_market(responses.between_imports, shape)
    with_domestic = by_market(responses.with_domestic, shape)
    return Terms(
        value=flat(market.value, shape),
        is_domestic=np.broadcast_to(is_domestic, (shape[0], between.size)),
        rate=flat(after.within.ad_valorem, shape),
        specific=flat(after.within.specific, shape),
        quota=flat(after.quota, shape),
        rate_over=flat(over.ad_valorem, shape),
        specific_over=flat(over.specific, shape),
        buyer_price_before=flat(buyer_price_before(market.before), shape),
        supply=flat(responses.supply, shape),
        sigma=np.where(is_domestic, with_domestic, between),
        between_imports=between,
        with_domestic=with_domestic,
        demand=by_market(responses.demand, shape),
    )


def judge(terms: Terms) -> Verdicts:
    """One verdict a market before it is solved: SOLVED stands for nothing found against it."""
    verdict = np.full(terms.demand.size, Verdict.SOLVED, dtype=np.int8)
    verdict[~(terms.value.sum(axis=0) > 0)] = Verdict.NO_TRADE
    verdict[is_out_of_bounds(terms)] = Verdict.INPUT_OUT_OF_BOUNDS
    verdict[is_unknown(terms)] = Verdict.UNKNOWN_INPUT
    return verdict


def is_unknown(terms: Terms) -> Bools:
    """The markets with an input that is not known."""
    unknown: Bools = np.zeros(terms.demand.size, dtype=bool)
    for array in terms:
        of_market = np.isnan(array)
        unknown |= of_market.any(axis=0) if array.ndim == 2 else of_market
    return unknown


def is_out_of_bounds(terms: Terms) -> Bools:
    """The markets with an input that no market can have: signs and limits.

    A domestic source pays no duty. What comes over a quota pays no less than what is within it.
    """
    wrong_by_source = (
        ((terms.value < 0) | np.isinf(terms.value))
        | ((terms.rate <= -1) | np.isinf(terms.rate))
        | ((terms.specific < 0) | np.isinf(terms.specific) | (terms.quota < 0))
        | ((terms.rate_over < terms.rate) | (terms.specific_over < terms.specific))
        | ((terms.buyer_price_before <= 0) | np.isinf(terms.buyer_price_before))
        | ((terms.supply < 0) | is_misprint(terms.supply) | is_unsaleable(terms))
        | (terms.is_domestic & ((terms.rate != 0) | (terms.specific != 0)))
        | (terms.is_domestic & ((terms.buyer_price_before != 1) | ~np.isinf(terms.quota)))
    )
    wrong: NDArray[np.bool_] = wrong_by_source.any(axis=0)
    for elasticity in (terms.between_imports, terms.with_domestic, -terms.demand):
        wrong = wrong | ~((elasticity > 0) & (elasticity <= LARGEST_ELASTICITY))
    return wrong


def is_misprint(supply: Floats) -> Bools:
    """Whether an elasticity of supply is larger than any that is meant, and not infinite."""
    large: Bools = (supply > LARGEST_ELASTICITY) & ~np.isinf(supply)
    return large


def is_unsaleable(terms: Terms) -> Bools:
    """Whether a source that always sells the same meets a specific duty or a quota.

    No price then need exist at which buyers take what it sells.
    """
    is_stuck: Bools = (terms.supply == 0) & ((terms.specific > 0) | ~np.isinf(terms.quota))
    return is_stuck
