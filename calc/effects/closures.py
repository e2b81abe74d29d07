"""Markets of which only imports are known: the demand for imports that domestic goods imply.

An elasticity of demand of -1 for imports alone would freeze what is spent on them: at 100 points on
the source of three quarters of imports it gives 13.6 percent less of them, where the market with
its domestic goods gives 33.1. So it is derived, over a stated range of import penetration, and the
result is a range.

Source: own-price elasticity of a composite of constant elasticity of substitution; derived here.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calc.effects.model import Bools, Duty, Floats, Market, Responses, Schedule

DOMESTIC_SHARE_OF_SIGMA = 0.57
"""Substitution with domestic goods over that between imports; source: CEPR Discussion Paper 17409,
whose abstract finds the first 43 percent lower."""


def import_demand(with_domestic: Floats, demand: Floats, penetration: Floats) -> Floats:
    """The elasticity of demand for imports as a whole: -(sigma_d (1 - s) + |eta| s).

    ``penetration`` s is the share of imports in what buyers spend, above 0 and at most 1; NaN
    outside it. Domestic prices are taken as unchanged.
    """
    is_share = (penetration > 0) & (penetration <= 1)
    derived = demand * penetration - with_domestic * (1.0 - penetration)
    return np.where(is_share, derived, np.nan)


def closing_words(
    demand: Floats, has_domestic: Bools, penetration: tuple[float, float, float]
) -> list[str]:
    """What a market of imports only is closed by, in words; empty where domestic sales are known.

    ``demand`` is the elasticity of demand for imports at the central share.
    """
    low, central, high = penetration
    share = f"at a share of imports of {central:g} ({low:g} to {high:g})"
    return [
        "" if known or np.isnan(of) else f"; demand for imports: {of:.4g}, {share}"
        for of, known in zip(demand, has_domestic, strict=True)
    ]


def own_price(substitution: Floats, demand: Floats, share: Floats) -> Floats:
    """The elasticity of one source's sales to its own price, its rivals' prices unchanged.

    -(sigma (1 - s) + |eta| s) at its share s of expenditure, in a flat market: the import demand
    elasticity that agrees with sigma and eta, for a model that asks for one.
    """
    return import_demand(substitution, demand, share)


def over_penetration(market: Market, penetrations: Sequence[float]) -> Market:
    """The market of imports only at each of several shares of imports, along a new last axis.

    Its demand is that of all buyers; in the result it is the demand for imports that this implies.

    Raises:
        ValueError: If a source is domestic, as the shares are then in the data.
    """
    if np.asarray(market.is_domestic).any():
        raise ValueError("a market with domestic sales has its import penetration in its values")
    responses = Responses(*(widened(part) for part in market.responses))
    derived = import_demand(
        responses.with_domestic, responses.demand, np.asarray(penetrations, dtype=np.float64)
    )
    return replace(
        market,
        value=widened(market.value),
        before=widened_schedule(market.before),
        after=widened_schedule(market.after),
        responses=responses._replace(demand=derived),
    )


def widened(part: Floats | float) -> Floats:
    """An input with a last axis of one; a single figure stays one."""
    array = np.asarray(part, dtype=np.float64)
    return array if array.ndim == 0 else array[..., np.newaxis]


def widened_schedule(schedule: Schedule) -> Schedule:
    """A schedule with a last axis of one."""
    over = schedule.over
    return Schedule(
        Duty(*map(widened, schedule.within)),
        widened(schedule.quota),
        None if over is None else Duty(*map(widened, over)),
    )


def least_and_most(figures: Floats) -> tuple[Floats, Floats]:
    """The range of a figure over the last axis; unknown where any of it is."""
    return figures.min(axis=-1), figures.max(axis=-1)
