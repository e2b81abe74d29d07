"""TRIST-type revenue: exporters, then imports against domestic goods, then demand, in sequence.

Each step shifts quantities by 1 - elasticity times the change of the buyer's price, and the first
two are brought back to the total they began with. With g the change of the price with all charges
at the border, m imports by exporter, M and D imports and domestic sales::

    1  m1 = M m k / sum(m k),  k = 1 - sigma g
    2  M2 = (M + D) M K / (M K + D),  K = 1 - sigma_d G,  G the mean of g at m1
    3  all times 1 + eta G M2 / (M + D)

Revenue is duty, other charges, excise and VAT, each on what comes before it, at the rates that are
in fact collected.

Source: Brenton, Saborowski, Staritz and von Uexkull (2009) for what is computed; the steps follow
from general knowledge of the tool and are to be verified against its manual.
"""

from dataclasses import dataclass

import numpy as np

from calc.effects.model import Bools, Floats, Verdict, Verdicts
from calc.effects.smart import shifted


@dataclass(frozen=True, slots=True)
class Border:
    """Rates collected at the border, fractions, excise and VAT each on all that comes before."""

    duty: Floats
    other: Floats | float = 0.0
    excise: Floats | float = 0.0
    vat: Floats | float = 0.0


@dataclass(frozen=True, slots=True)
class Customs:
    """Imports of a good by exporter, and along the last axes any number of goods.

    ``value`` is what arrives, in USD with insurance and freight. ``domestic`` sales are by good,
    None where they are not known: the second step is then left out. Elasticities are by good,
    demand below 0.
    """

    value: Floats
    domestic: Floats | None
    before: Border
    after: Border
    between_exporters: Floats
    with_domestic: Floats
    demand: Floats


@dataclass(frozen=True, slots=True)
class TristEffects:
    """Imports after each step and the revenue, by exporter; NaN is unknown.

    ``by_exporters_usd`` adds up to zero over the exporters. ``domestic_after_usd`` is unknown
    without domestic sales. ``is_floored`` marks what would have fallen below zero.
    """

    by_exporters_usd: Floats
    by_domestic_usd: Floats
    by_demand_usd: Floats
    value_after_usd: Floats
    domestic_after_usd: Floats
    duty_change_usd: Floats
    revenue_change_usd: Floats
    is_floored: Bools
    verdict: Verdicts


def trist(customs: Customs) -> TristEffects:
    """What the change of rates does to imports and to all revenue at the border."""
    value = np.asarray(customs.value, dtype=np.float64)
    with np.errstate(all="ignore"):
        change = price_factor(customs.after) / price_factor(customs.before) - 1.0
        figures, floored = in_sequence(customs, np.broadcast_to(change, value.shape))
        after = figures["value_after_usd"]
        figures["duty_change_usd"] = after * customs.after.duty - value * customs.before.duty
        figures["revenue_change_usd"] = revenue(after, customs.after) - revenue(
            value, customs.before
        )
    verdict = judge(customs, change)
    fit = verdict == Verdict.SOLVED
    told = {name: np.where(fit, part, np.nan) for name, part in figures.items()}
    return TristEffects(**told, is_floored=fit & floored, verdict=verdict)


def price_factor(border: Border) -> Floats:
    """What a buyer pays over the value that arrives."""
    factor: Floats = (
        (1.0 + border.duty + border.other)
        * (1.0 + np.asarray(border.excise))
        * (1.0 + np.asarray(border.vat))
    )
    return factor


def revenue(value: Floats, border: Border) -> Floats:
    """All charges on a value that arrives, as ``calc.policy.cascade.border_cascade`` has them."""
    charged: Floats = value * (price_factor(border) - 1.0)
    return charged


def in_sequence(customs: Customs, change: Floats) -> tuple[dict[str, Floats], Bools]:
    """The three steps, and where one of them met its floor of zero."""
    value = customs.value
    total = value.sum(axis=0)
    factor = 1.0 - customs.between_exporters * change
    first = value + shifted(value, np.maximum(factor, 0.0))
    mean = change[0] + (first * (change - change[0])).sum(axis=0) / total
    domestic = np.zeros_like(total) if customs.domestic is None else customs.domestic
    weight = total / (total + domestic)
    substituted = 1.0 - customs.with_domestic * mean
    kept = np.where(domestic > 0, np.maximum(substituted, 0.0), 1.0)
    restored = 1.0 + weight * (kept - 1.0)
    second = first * (kept / restored)
    scale = 1.0 + customs.demand * mean * weight * kept / restored
    third = second * np.maximum(scale, 0.0)
    sold = domestic / restored * np.maximum(scale, 0.0)
    figures = {
        "by_exporters_usd": first - value,
        "by_domestic_usd": second - first,
        "by_demand_usd": third - second,
        "value_after_usd": third,
        "domestic_after_usd": np.full_like(total, np.nan) if customs.domestic is None else sold,
    }
    floored = (factor < 0) | ((substituted < 0) & (domestic > 0)) | (scale < 0)
    return figures, floored


def judge(customs: Customs, change: Floats) -> Verdicts:
    """One verdict a good."""
    verdict = np.full(customs.value.shape[1:], Verdict.SOLVED, dtype=np.int8)
    verdict[~(customs.value.sum(axis=0) > 0)] = Verdict.NO_TRADE
    wrong = (customs.value < 0).any(axis=0) | (change <= -1).any(axis=0)
    wrong = wrong | ~((customs.between_exporters >= 0) & (customs.with_domestic >= 0))
    wrong = wrong | ~(customs.demand < 0)
    unknown = (np.isnan(customs.value) | np.isnan(change)).any(axis=0)
    for part in (customs.between_exporters, customs.with_domestic, customs.demand):
        unknown = unknown | np.isnan(part)
    if customs.domestic is not None:
        unknown = unknown | np.isnan(customs.domestic)
        wrong = wrong | (customs.domestic < 0)
    verdict[wrong] = Verdict.INPUT_OUT_OF_BOUNDS
    verdict[unknown] = Verdict.UNKNOWN_INPUT
    return verdict
