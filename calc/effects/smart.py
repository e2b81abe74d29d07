"""SMART: trade creation and diversion in a single market, linear, for replication.

Imports only, at a world price of 1 before; one elasticity of demand e < 0, of substitution sigma
and of export supply mu for all partners, as WITS requires. With g the change of duty over 1 + t
before, m imports by partner, M of all::

    creation    m e g / (1 - e / mu)
    diversion   -sigma m (g - mean of g)                     linear
                M m k / sum(m k) - m,  k = 1 - sigma g       discrete
    world price g e / (mu - e)

No domestic producers, so no surplus of theirs. What is published leaves choices open; each is named
in ``Choices``.

Source: Laird and Yeats (1986), UNCTAD Discussion Paper 19; Jammes and Olarreaga (2005); WITS online
help (inputs, caps, reports). The form of diversion that adds up to zero over any number of partners
is derived here; with one partner hit it is theirs. No published example with results was found.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from calc.effects.model import LARGEST_ELASTICITY, Bools, Floats, Verdict, Verdicts

LARGE_CHANGE = 0.15
"""Beyond this change of duty over 1 + t a linear answer needs the exact one beside it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the publications leave open.

    ``diversion``: linear in the price, or the discrete shift of shares. ``rivals``: all partners'
    changes together, or each hit partner against all others in turn; in the linear form the same.
    ``price_change``: over 1 + t, or the log of the ratio. ``supply_scales``: whether finite export
    supply dampens creation alone or diversion too. ``welfare``: the area between demand and world
    price with the duty of before counted, or the triangle 1/2 (t after - t before) (change of
    quantity), which is the same only where one of the duties is 0. ``price_effect_on``: the
    quantity that the change of the world price is valued on.
    """

    diversion: Literal["linear", "discrete"] = "linear"
    rivals: Literal["together", "each in turn"] = "together"
    price_change: Literal["relative", "log"] = "relative"
    supply_scales: Literal["creation", "creation and diversion"] = "creation"
    welfare: Literal["area", "triangle"] = "area"
    price_effect_on: Literal["quantity after", "quantity before"] = "quantity after"


@dataclass(frozen=True, slots=True)
class Imports:
    """Imports of a good by partner, and along the last axes any number of goods.

    ``value`` in USD without duty; duties ad valorem. ``demand``, ``substitution`` and ``supply``
    (infinite in WITS by its default of 99) are by good.
    """

    value: Floats
    before: Floats
    after: Floats
    demand: Floats
    substitution: Floats
    supply: Floats


@dataclass(frozen=True, slots=True)
class SmartEffects:
    """What the duties do by partner; NaN is unknown. Amounts are in USD.

    ``is_capped`` marks partners whose loss was larger than their trade and was cut to it: creation
    first, then diversion, gains of rivals being scaled so that diversion still adds up to zero. So
    rivals that gain nothing beside a capped partner are no finding. ``is_large`` marks goods whose
    change is beyond what a linear model is for.
    """

    creation_usd: Floats
    diversion_usd: Floats
    price_effect_usd: Floats
    price_change: Floats
    value_after_usd: Floats
    revenue_change_usd: Floats
    welfare_usd: Floats
    terms_of_trade_usd: Floats
    is_creation_capped: Bools
    is_diversion_capped: Bools
    is_price_capped: Bools
    is_large: Bools
    verdict: Verdicts

    @property
    def is_capped(self) -> Bools:
        """The partners with any figure cut."""
        return self.is_creation_capped | self.is_diversion_capped | self.is_price_capped


class Capped(NamedTuple):
    """Figures with a floor under them, and where it held them."""

    figures: Floats
    is_capped: Bools


DEFAULT = Choices()


def smart(imports: Imports, choices: Choices = DEFAULT) -> SmartEffects:
    """What the duties do, by partner, in the form that is chosen."""
    shape = np.broadcast_shapes(*(np.shape(part) for part in vars_of(imports)))
    whole = Imports(*(np.broadcast_to(part, shape) for part in vars_of(imports)))
    verdict = judge(whole)
    with np.errstate(all="ignore"):
        figures, flags, change = figures_of(whole, choices)
    solved = verdict == Verdict.SOLVED
    told = {name: np.where(solved, part, np.nan) for name, part in figures.items()}
    marked = {name: solved & part for name, part in flags.items()}
    is_large = solved & (np.abs(change) > LARGE_CHANGE).any(axis=0)
    return SmartEffects(**told, **marked, is_large=is_large, verdict=verdict)


def vars_of(imports: Imports) -> tuple[Floats, ...]:
    """The inputs in their order."""
    return (
        *(imports.value, imports.before, imports.after),
        *(imports.demand, imports.substitution, imports.supply),
    )


def judge(imports: Imports) -> Verdicts:
    """One verdict a good."""
    verdict = np.full(imports.value.shape[1:], Verdict.SOLVED, dtype=np.int8)
    verdict[~(imports.value.sum(axis=0) > 0)] = Verdict.NO_TRADE
    largest = LARGEST_ELASTICITY
    wrong = (imports.value < 0) | ~((imports.before > -1) & (imports.after > -1))
    wrong |= ~((imports.demand < 0) & (imports.demand >= -largest))
    wrong |= ~((imports.substitution >= 0) & (imports.substitution <= largest))
    wrong |= ~(imports.supply > 0)
    for part in (imports.value, imports.before, imports.after):
        wrong |= np.isinf(part)
    verdict[wrong.any(axis=0)] = Verdict.INPUT_OUT_OF_BOUNDS
    unknown = np.zeros(imports.value.shape, dtype=bool)
    for part in vars_of(imports):
        unknown |= np.isnan(part)
    verdict[unknown.any(axis=0)] = Verdict.UNKNOWN_INPUT
    return verdict


def change_of(imports: Imports, choices: Choices) -> Floats:
    """The change of the duty factor, as a fraction or a log."""
    if choices.price_change == "log":
        return np.log((1.0 + imports.after) / (1.0 + imports.before))
    change: Floats = (imports.after - imports.before) / (1.0 + imports.before)
    return change


def figures_of(
    imports: Imports, choices: Choices
) -> tuple[dict[str, Floats], dict[str, Bools], Floats]:
    """The figures of the effects and what is capped, by their names; and the change of duty."""
    value, change = imports.value, change_of(imports, choices)
    damped = 1.0 / (1.0 - imports.demand / imports.supply)
    creation = with_floor(value * imports.demand * change * damped, -value)
    pushed = change * damped if choices.supply_scales == "creation and diversion" else change
    moved = diverted(value, pushed, imports.substitution, choices=choices)
    diversion = balanced(moved, -(value + creation.figures))
    quantity = value + creation.figures + diversion.figures
    price = with_floor(change * imports.demand / (imports.supply - imports.demand), -1.0)
    valued = quantity if choices.price_effect_on == "quantity after" else value
    effect = valued * price.figures
    after = quantity + effect
    figures = {
        "creation_usd": creation.figures,
        "diversion_usd": diversion.figures,
        "price_effect_usd": effect,
        "price_change": price.figures,
        "value_after_usd": after,
        "revenue_change_usd": imports.after * after - imports.before * value,
        "welfare_usd": welfare(imports, quantity - value, damped, choices=choices),
        "terms_of_trade_usd": -quantity * price.figures,
    }
    flags = {
        "is_creation_capped": creation.is_capped,
        "is_diversion_capped": diversion.is_capped,
        "is_price_capped": price.is_capped,
    }
    return figures, flags, change


def with_floor(figures: Floats, floor: Floats | float) -> Capped:
    """Figures not below a floor."""
    return Capped(np.maximum(figures, floor), figures < floor)


def diverted(value: Floats, change: Floats, substitution: Floats, *, choices: Choices) -> Floats:
    """What each partner gains from the others, before any cap; it adds up to zero."""
    if choices.diversion == "linear":
        apart = change - change[0]
        mean = (value * apart).sum(axis=0) / value.sum(axis=0)
        linear: Floats = -substitution * value * (apart - mean)
        return linear
    if choices.rivals == "together":
        return shifted(value, np.maximum(0.0, 1.0 - substitution * change))
    return in_turn(value, np.maximum(-substitution * change, -1.0))


def shifted(value: Floats, kept: Floats) -> Floats:
    """What each gains when shares shift by factors and the total is brought back to what it was.

    M m k / sum(m k) - m, written so that one factor for all gives exactly 0; where all factors are
    0 there is none to gain.
    """
    apart = kept - kept[0]
    mean_apart = (value * apart).sum(axis=0) / value.sum(axis=0)
    mean = kept[0] + mean_apart
    return np.where(mean > 0, value * (apart - mean_apart) / np.where(mean > 0, mean, 1.0), 0.0)


def in_turn(value: Floats, pull: Floats) -> Floats:
    """What each partner gains when each in turn draws from all others in proportion to them.

    A partner gains m (M - m) z / (M + m z) at a pull z. Source: Laird and Yeats (1986).
    """
    total = value.sum(axis=0)
    others = total - value
    base = total + value * pull
    gain = np.where(others > 0, value * others * pull / np.where(base > 0, base, 1.0), 0.0)
    given_by_one = gain / np.where(others > 0, others, 1.0)
    taken: Floats = value * (given_by_one.sum(axis=0) - given_by_one)
    net: Floats = gain - taken
    return net


def balanced(moved: Floats, floor: Floats) -> Capped:
    """Diversion with no loss beyond a floor, gains scaled so that it still adds up to zero."""
    losses = np.maximum(np.minimum(moved, 0.0), floor)
    gains = np.maximum(moved, 0.0)
    total = gains.sum(axis=0)
    is_capped = moved < floor
    scale = np.where(
        is_capped.any(axis=0), -losses.sum(axis=0) / np.where(total > 0, total, 1.0), 1.0
    )
    return Capped(losses + gains * scale, is_capped)


def welfare(
    imports: Imports, quantity_change: Floats, damped: Floats, *, choices: Choices
) -> Floats:
    """What buyers and treasury gain together, world prices apart.

    Linear demand chokes at the duty at which creation is all of trade; no area lies beyond.
    """
    if choices.welfare == "triangle":
        triangle: Floats = 0.5 * (imports.after - imports.before) * quantity_change
        return triangle
    choke = -1.0 / (imports.demand * damped)
    factor = np.exp(choke) if choices.price_change == "log" else 1.0 + choke
    highest = (1.0 + imports.before) * factor - 1.0
    area: Floats = 0.5 * (imports.before + np.minimum(imports.after, highest)) * quantity_change
    return area
