"""The exact Armington market: price, quantity and price indices after a schedule, all at once.

Buyers substitute between domestic goods and imports as a whole, and between foreign sources within
imports, at constant elasticities; so the flat market is the case where both are equal. In logs of
ratios to before, with expenditure shares s before and k = 1 - sigma::

    P_M = ln(sum s exp(k_m c)) / k_m                        over foreign sources
    P   = ln(sum s exp(k_d c) + s_M exp(k_d P_M)) / k_d     over domestic sources and imports
    pull of a foreign source   (sigma_m - sigma_d) P_M + (sigma_d + eta) P
    pull of a domestic source  (sigma_d + eta) P

Each source's sale at its pull is known (`calc.effects.respond`), so two equations in P_M and P are
left for a market of any number of sources. They are solved by Newton's method, every market and
draw in one array.

Source: Hallren and Riker, USITC Working Paper 2017-07-B (structure of the market); the nested form
follows Feenstra, Luck, Obstfeld and Russ (2018), who find substitution with domestic goods to be
the lower; reduction to two equations derived here.
"""

from typing import NamedTuple

import numpy as np

from calc.effects.areas import exponent
from calc.effects.model import Bools, Floats, Market, Terms, Verdict, Verdicts
from calc.effects.respond import Answer, respond
from calc.effects.terms import judge, shape_of, terms_of

STEPS = 100
WHOLE_STEPS = 12
"""Then half steps: where a quota's kink makes whole ones swing round the root, halves reach it."""
TOLERANCE = 1e-12
LONGEST_STEP = 2.0


class Indices(NamedTuple):
    """The two unknowns of a market: log price of imports as a whole, and of all goods."""

    imports: Floats
    all_goods: Floats


class Solved(NamedTuple):
    """Solved markets: terms, indices and sales, by market along the last axis, and the verdicts.

    Figures of a market that is not SOLVED mean nothing. ``shape`` is that of the inputs.
    """

    terms: Terms
    indices: Indices
    answer: Answer
    verdict: Verdicts
    shape: tuple[int, ...]


class Weights(NamedTuple):
    """Shares of expenditure before: of foreign sources in imports, of all in the whole."""

    in_imports: Floats
    in_all: Floats
    of_imports: Floats


def solve(market: Market) -> Solved:
    """Every market of the arrays after its schedule, with a verdict on each.

    Columns that are not solvable are judged and left out of the iteration.
    """
    terms = terms_of(market)
    verdict = judge(terms)
    fit = verdict == Verdict.SOLVED
    indices = Indices(np.zeros(fit.size), np.zeros(fit.size))
    with np.errstate(all="ignore"):
        chosen = terms if fit.all() else terms.chosen(fit)
        found, converged = iterate(chosen)
        for whole, part in zip(indices, found, strict=True):
            whole[fit] = part
        answer = respond(pull_of(indices, terms), terms)
        converged &= is_told(answer.sale.buyer_price, terms)[fit]
        verdict[fit] = np.where(converged, Verdict.SOLVED, Verdict.NOT_CONVERGED)
    return Solved(terms, indices, answer, verdict, shape_of(market))


def is_told(buyer_price: Floats, terms: Terms) -> Bools:
    """The markets in which every source has a price; one that may sell nothing has none."""
    is_banned = (terms.quota == 0) & np.isinf(terms.rate_over)
    told: Bools = (np.isfinite(buyer_price) | is_banned).all(axis=0)
    return told


def weights_of(terms: Terms) -> Weights:
    """Shares of expenditure before; those in imports are 0 where there are none."""
    spent = terms.value * terms.buyer_price_before
    foreign = np.where(terms.is_domestic, 0.0, spent)
    imports = foreign.sum(axis=0)
    in_imports = foreign / np.where(imports > 0, imports, 1.0)
    total = spent.sum(axis=0)
    return Weights(in_imports, (spent - foreign) / total, imports / total)


def pull_of(indices: Indices, terms: Terms) -> Floats:
    """The pull of demand on each source at the two price indices."""
    common = (terms.with_domestic + terms.demand) * indices.all_goods
    nested = common + (terms.between_imports - terms.with_domestic) * indices.imports
    return np.where(terms.is_domestic, common, nested)


def iterate(terms: Terms) -> tuple[Indices, Bools]:
    """The price indices of markets that were judged solvable, and which of them converged.

    After each step only the markets that are not there yet go on.
    """
    size = terms.demand.size
    found = Indices(np.zeros(size), np.zeros(size))
    converged = np.zeros(size, dtype=bool)
    left, weights, here = np.arange(size), weights_of(terms), found
    for count in range(STEPS):
        gap, step = newton_step(here, terms, weights)
        done = gap <= TOLERANCE
        length = 1.0 if count < WHOLE_STEPS else 0.5
        here = Indices(*(at + length * move for at, move in zip(here, step, strict=True)))
        if done.any() or not np.isfinite(gap).all():
            for whole, part in zip(found, here, strict=True):
                whole[left] = part
            converged[left] = done
            going = ~done & np.isfinite(gap)
            left, terms = left[going], terms.chosen(going)
            weights = Weights(*(array[..., going] for array in weights))
            here = Indices(*(array[going] for array in here))
        if not left.size:
            break
    return found, converged


def newton_step(here: Indices, terms: Terms, weights: Weights) -> tuple[Floats, Indices]:
    """How far the indices are from those that their own prices give, and the next step.

    Prices are taken relative to the indices, so that nothing cancels where a source that sold
    almost everything is priced out.
    """
    sale = respond(pull_of(here, terms), terms).sale
    k_m, k_d = exponent(terms.between_imports), exponent(terms.with_domestic)
    gain_m = weights.in_imports * np.expm1(k_m * (sale.buyer_price - here.imports))
    gain_d = weights.in_all * np.expm1(k_d * (sale.buyer_price - here.all_goods))
    gain_imports = weights.of_imports * np.expm1(k_d * (here.imports - here.all_goods))
    over_m = gain_m.sum(axis=0)
    over_d = gain_d.sum(axis=0) + gain_imports
    gaps = Indices(np.log1p(over_m) / k_m, np.log1p(over_d) / k_d)
    follows_m = ((gain_m + weights.in_imports) * sale.slope).sum(axis=0) / (1.0 + over_m)
    follows_d = ((gain_d + weights.in_all) * sale.slope).sum(axis=0) / (1.0 + over_d)
    common = terms.with_domestic + terms.demand
    a = 1.0 - follows_m * (terms.between_imports - terms.with_domestic)
    b = -follows_m * common
    c = -(gain_imports + weights.of_imports) / (1.0 + over_d)
    d = 1.0 - follows_d * common
    scale = 1.0 / (a * d - b * c)
    step = Indices(
        bounded((d * gaps.imports - b * gaps.all_goods) * scale),
        bounded((a * gaps.all_goods - c * gaps.imports) * scale),
    )
    return np.maximum(np.abs(gaps.imports), np.abs(gaps.all_goods)), step


def bounded(step: Floats) -> Floats:
    """A step no longer than the longest."""
    return np.clip(step, -LONGEST_STEP, LONGEST_STEP)
