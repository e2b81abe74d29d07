"""How much a member may suspend, and what an answer comes to by the three measures in use.

Amounts are of one year and one currency. Source: WTO, Dispute Settlement Understanding, articles
22.4 and 22.6 (the level of suspension is equivalent to that of nullification or impairment).
"""

from dataclasses import dataclass

import numpy as np

from calc.effects.model import Bools, Floats
from calc.effects.results import Effects

BYRD_COEFFICIENT = 0.72
"""Trade effect of one dollar disbursed; source: WTO arbitrators, US - Offset Act (Byrd Amendment),
31 August 2004, as reported (IP/04/1055; ASIL Insights 8/20)."""


def level_of_trade_effect(counterfactual: Floats, actual: Floats) -> Floats:
    """The trade that a measure keeps away: what it would be without, less what it is.

    The counterfactual is the arbitrator's choice and decides the level: no measure at all, or one
    that the rules allow. Never below zero; NaN where either is unknown.
    """
    return np.maximum(counterfactual - actual, 0.0)


def level_of_disbursements(disbursed: float, *, coefficient: float = BYRD_COEFFICIENT) -> float:
    """The level for payments made out of duties: a trade effect for each dollar disbursed."""
    return coefficient * disbursed


@dataclass(frozen=True, slots=True)
class Equivalents:
    """What an answer comes to: trade it covers, duty it collects, trade it displaces.

    They differ by large factors, so all three are told. Duty is after trade has responded.
    """

    covered_usd: Floats
    duty_usd: Floats
    displaced_usd: Floats


def equivalents(effects: Effects, is_hit: Bools) -> Equivalents:
    """The three measures over the sources that an answer hits, by market."""
    source = effects.by_source
    hit = np.broadcast_to(
        np.asarray(is_hit).reshape(-1, *(1,) * (source.value_before_usd.ndim - 1)),
        source.value_before_usd.shape,
    )

    def summed(figure: Floats) -> Floats:
        total: Floats = np.where(hit, figure, 0.0).sum(axis=0)
        return total

    return Equivalents(
        covered_usd=summed(source.value_before_usd),
        duty_usd=summed(source.revenue_change_usd),
        displaced_usd=summed(-source.value_change_usd),
    )


def rate_of_the_deficit(
    imports: float, exports: float, *, elasticity: float, pass_through: float
) -> float | None:
    """The duty that would balance a partner's trade in the formula of April 2025.

    (exports - imports) / (elasticity pass-through imports), elasticity below 0; null without
    imports. The announced rates are half of it, 10 percent at least, rounded up.

    Source: USTR, Reciprocal Tariff Calculations (2 April 2025), with -4 and 0.25.
    """
    if not imports:
        return None
    return (exports - imports) / (elasticity * pass_through * imports)


def announced_rate(full: float, *, share: float = 0.5, floor: float = 0.1) -> float:
    """The part of the full rate that is levied, not below a floor."""
    return max(share * full, floor)
