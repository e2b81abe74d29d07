"""The linear models in use, put on the markets of a run: for replication, beside the exact answer.

Each takes the elasticities that the exact market has, so that what differs is the model. SMART and
TRIST ask for the elasticity of demand for imports, which is that of all demand and of substitution
with domestic goods together (``calc.effects.closures.import_demand``). GSIM substitutes between
domestic goods and imports as between imports. None of them has a limit on quantity: a market with
one is out of their bounds. Specific duties are at their equivalent of before.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from calc.effects.closures import import_demand
from calc.effects.gsim import Consumers, gsim
from calc.effects.model import Bools, Floats, Market, Verdict, Verdicts
from calc.effects.smart import DEFAULT, LARGE_CHANGE, Choices, Imports, smart
from calc.effects.trist import Border, Customs, trist
from calc.effects.world import World

Mode = Literal["smart", "gsim", "trist"]
MODES: tuple[Mode, ...] = ("smart", "gsim", "trist")


@dataclass(frozen=True, slots=True)
class Switches:
    """What the publications leave open, by model."""

    smart: Choices = field(default=DEFAULT)
    consumers: Consumers = "exact"


class Replicated(NamedTuple):
    """A model's answer by source and market, and welfare by market; NaN is unknown.

    ``is_capped`` marks what was cut to what there is, or, in GSIM, falls below zero. ``is_large``
    marks markets whose change of duty is beyond what a linear model is for.
    """

    value_after_usd: Floats
    duty_after_usd: Floats
    price_change: Floats
    creation_usd: Floats
    diversion_usd: Floats
    welfare_usd: Floats
    is_capped: Bools
    is_large: Bools
    verdict: Verdicts


AMOUNTS = Replicated._fields[:6]


class Inputs(NamedTuple):
    """Markets as the linear models read them: sources by markets, and elasticities by market."""

    value: Floats
    before: Floats
    after: Floats
    is_domestic: Bools
    between: Floats
    with_domestic: Floats
    demand: Floats
    supply: Floats


def replicated(market: Market, mode: Mode, switches: Switches) -> Replicated:
    """The answer of a linear model to the schedule of each market."""
    inputs = inputs_of(market)
    found = {"smart": by_smart, "gsim": by_gsim, "trist": by_trist}[mode](inputs, switches)
    limited = ~np.isinf(np.broadcast_to(market.after.quota, inputs.value.shape)).all(axis=0)
    verdict = np.where(limited, np.int8(Verdict.INPUT_OUT_OF_BOUNDS), found.verdict)
    fit = verdict == Verdict.SOLVED
    figures = {name: np.where(fit, getattr(found, name), np.nan) for name in AMOUNTS}
    return Replicated(
        **figures,
        is_capped=fit & found.is_capped,
        is_large=fit & found.is_large,
        verdict=verdict,
    )


def inputs_of(market: Market) -> Inputs:
    """What the linear models read of markets with one axis after their sources."""
    value = np.asarray(market.value, dtype=np.float64)
    responses, shape = market.responses, value.shape
    return Inputs(
        value=value,
        before=np.broadcast_to(market.before.within.ad_valorem, shape),
        after=np.broadcast_to(market.after.within.ad_valorem, shape),
        is_domestic=np.broadcast_to(np.asarray(market.is_domestic)[:, None], shape),
        between=np.broadcast_to(responses.between_imports, shape[1:]),
        with_domestic=np.broadcast_to(responses.with_domestic, shape[1:]),
        demand=np.broadcast_to(responses.demand, shape[1:]),
        supply=np.broadcast_to(responses.supply, shape),
    )


def demand_for_imports(inputs: Inputs) -> Floats:
    """The elasticity of demand for imports; the market's own where only imports are in it."""
    paid = np.where(inputs.value > 0, inputs.value * (1.0 + inputs.before), inputs.value)
    whole = paid.sum(axis=0)
    of_imports = np.where(inputs.is_domestic, 0.0, paid).sum(axis=0)
    share = np.divide(of_imports, whole, out=np.full_like(whole, np.nan), where=whole > 0)
    return import_demand(inputs.with_domestic, inputs.demand, share)


def foreign(inputs: Inputs) -> Floats:
    """The value of what is imported: domestic sales are no imports."""
    return np.where(inputs.is_domestic, 0.0, inputs.value)


def duty_steps(inputs: Inputs) -> Floats:
    """The change of each duty over 1 + t before; of what trades."""
    change = (inputs.after - inputs.before) / (1.0 + inputs.before)
    return np.where(foreign(inputs) > 0, change, 0.0)


def is_large(inputs: Inputs) -> Bools:
    """The markets with a change of duty beyond what a linear model is for."""
    found: Bools = np.any(np.abs(duty_steps(inputs)) > LARGE_CHANGE, axis=0, keepdims=False)
    return found


def with_home(inputs: Inputs, figures: Floats, at_home: Floats) -> Floats:
    """Figures of imports, with those of domestic sales in their place."""
    return np.where(inputs.is_domestic, at_home, figures)


def by_smart(inputs: Inputs, switches: Switches) -> Replicated:
    """SMART on the imports of each market; domestic sales are not modelled."""
    supply = np.where(inputs.is_domestic, np.inf, inputs.supply).min(axis=0)
    found = smart(
        Imports(foreign(inputs), inputs.before, inputs.after,
                demand_for_imports(inputs), inputs.between, supply),
        switches.smart,
    )  # fmt: skip
    unknown = np.full_like(inputs.value, np.nan)
    return Replicated(
        with_home(inputs, found.value_after_usd, unknown),
        with_home(inputs, found.value_after_usd * inputs.after, np.zeros_like(unknown)),
        with_home(inputs, found.price_change, unknown),
        with_home(inputs, found.creation_usd, unknown),
        with_home(inputs, found.diversion_usd, unknown),
        (found.welfare_usd + found.terms_of_trade_usd).sum(axis=0),
        found.is_capped,
        found.is_large,
        found.verdict,
    )


def by_gsim(inputs: Inputs, switches: Switches) -> Replicated:
    """Linear GSIM of one importer: what each source sells elsewhere is not in the data."""
    count = inputs.value.shape[0]
    flows = np.zeros((count, *inputs.value.shape))
    before, after, value = flows.copy(), flows.copy(), flows.copy()
    value[:, 0], before[:, 0], after[:, 0] = inputs.value, inputs.before, inputs.after
    world = World(
        value=value, before=before, after=after,
        substitution=np.broadcast_to(inputs.between, inputs.value.shape),
        demand=np.broadcast_to(inputs.demand, inputs.value.shape), supply=inputs.supply,
    )  # fmt: skip
    found = gsim(world, consumers=switches.consumers)
    at_home = inputs.is_domestic & (inputs.value > 0)
    producers = np.where(at_home, found.producer_surplus_usd, 0.0).sum(axis=0)
    unknown = np.full_like(inputs.value, np.nan)
    after_usd = found.value_after_usd[:, 0]
    return Replicated(
        after_usd,
        after_usd * inputs.after,
        np.where(inputs.value > 0, found.price_change, np.nan),
        unknown,
        unknown,
        found.consumer_surplus_usd[0] + found.revenue_change_usd[0] + producers,
        (found.is_negative[:, 0]) & (inputs.value > 0),
        is_large(inputs),
        found.verdict,
    )


def by_trist(inputs: Inputs, switches: Switches) -> Replicated:
    """The TRIST sequence; it has no prices and no welfare."""
    del switches
    home = np.where(inputs.is_domestic, inputs.value, 0.0).sum(axis=0)
    found = trist(
        Customs(
            value=foreign(inputs), domestic=home,
            before=Border(inputs.before), after=Border(inputs.after),
            between_exporters=inputs.between, with_domestic=inputs.with_domestic,
            demand=inputs.demand,
        )
    )  # fmt: skip
    after_usd = with_home(inputs, found.value_after_usd, found.domestic_after_usd)
    moved = found.by_exporters_usd
    return Replicated(
        after_usd,
        after_usd * inputs.after,
        np.zeros_like(after_usd),
        with_home(inputs, found.by_domestic_usd + found.by_demand_usd, np.full_like(moved, np.nan)),
        with_home(inputs, moved, np.full_like(moved, np.nan)),
        np.full(inputs.value.shape[1:], np.nan),
        np.broadcast_to(found.is_floored, inputs.value.shape),
        is_large(inputs),
        found.verdict,
    )
