"""What is not known of the elasticities, carried through the exact market to every figure.

Markets are taken in chunks, so that memory does not grow with their number. Totals over markets are
summed by draw in whole ten-thousandths of a USD: exactly, so that no chunk or order changes them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calc.effects.drawn import drawn_market, held_share
from calc.effects.draws import Lognormal, Plan, standard_normals
from calc.effects.model import Bools, Floats, Market, Verdict, Verdicts
from calc.effects.results import Effects, effects_of
from calc.effects.shifts import NONE, Shifts, draws_of, shifted_market
from calc.money import UNITS_PER_USD
from calc.tables.elasticities import PARAMETERS

SUMMED = (
    *("imports_after_usd", "consumer_surplus_usd", "producer_surplus_usd", "revenue_change_usd"),
    *("terms_of_trade_usd", "deadweight_loss_usd", "welfare_usd"),
)
OF_SOURCES = (
    *("quantity_change", "buyer_price_change"),
    *("value_after_usd", "revenue_change_usd", "producer_surplus_usd"),
)
OF_DOMESTIC = ("with-domestic", "supply-domestic")
"""Parameters that a market of imports only has no use for in its draws."""
CELLS = 60_000
"""Sources times markets times draws of a chunk: what stays in a processor's cache."""
ENDS = (0.05, 0.5, 0.95)
Watch = Callable[[slice, Effects, Bools], None]
"""Told each chunk: its markets, their effects by draw, and which have a central answer."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Markets, their names and headings, and the distribution of each parameter.

    ``market`` has one axis of markets after its sources; its responses are the central ones.
    ``shifts`` say how far assumed shares move its duties.
    """

    market: Market
    names: Sequence[str]
    headings: Sequence[str]
    distributions: Mapping[str, Lognormal]
    shifts: Shifts = NONE


class Spread(NamedTuple):
    """A figure over the draws: median, 5 and 95 percent, how often it is above and below 0.

    Of the draws that are known; all NaN where none is.
    """

    low: Floats
    median: Floats
    high: Floats
    share_above: Floats
    share_below: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the draws say: by market, by source and market, and of all markets together.

    ``failed_share`` is of the draws of a market, ``held_share`` of those in which an elasticity of
    substitution is held at the least that is drawn; ``total_failed_share`` of the total's, in
    which a market that has no central answer is left out (``is_left_out``) and any other market
    that fails fails the draw. A total is NaN where a part of it is not known. ``ranks`` are rank
    correlations of each total with each parameter, averaged over markets by the trade that moves in
    their central answer: where nothing moves no parameter drives anything.
    """

    by_market: dict[str, Spread]
    by_source: dict[str, Spread]
    failed_share: Floats
    held_share: Floats
    totals: dict[str, Spread]
    total_failed_share: float
    ranks: dict[str, dict[str, float]]
    central: Effects
    is_left_out: Bools
    is_domestic: Bools


class Sums:
    """Totals over markets by draw, in whole units, and what spoils them."""

    def __init__(self, count: int, shares: Sequence[str] = ()) -> None:
        self.totals = {name: np.zeros(count, dtype=np.int64) for name in SUMMED}
        self.unknown = {name: np.zeros(count, dtype=bool) for name in SUMMED}
        self.failed = np.zeros(count, dtype=bool)
        self.leanings = {name: np.zeros(count) for name in (*PARAMETERS, *shares)}

    def add(self, figures: Mapping[str, Floats], verdict: Verdicts) -> None:
        """Add markets, whose figures are by market and draw."""
        self.failed |= (verdict != Verdict.SOLVED).any(axis=0)
        for name in SUMMED:
            self.unknown[name] |= np.isnan(figures[name]).any(axis=0)
            self.totals[name] += in_units(figures[name]).sum(axis=0)

    def lean(self, name: str, normals: Floats, weight: Floats) -> None:
        """Add where a parameter or share leaned in each draw; 0 weighs a market it is fixed in."""
        self.leanings[name] += weight @ normals

    def in_usd(self) -> dict[str, Floats]:
        """The totals by draw, NaN where a part is not known."""
        return {
            name: np.where(self.failed | self.unknown[name], np.nan, whole / UNITS_PER_USD)
            for name, whole in self.totals.items()
        }


def simulate(
    uncertain: Uncertain, plan: Plan, *, central: Effects | None = None, watch: Sequence[Watch] = ()
) -> Outcome:
    """All figures over the draws of the plan; ``central`` where it is computed already."""
    central = effects_of(uncertain.market) if central is None else central
    left_out = central.by_market.verdict != Verdict.SOLVED
    shifts = uncertain.shifts
    sums = Sums(plan.count, shifts.names)
    weight = np.nan_to_num(np.abs(central.by_source.value_change_usd)).sum(axis=0)
    by_market, by_source, failed, held = [], [], [], []
    for chunk in chunks(uncertain, plan):
        normals = normals_of(uncertain, chunk, plan)
        shares = [draws_of(one.name, *places(uncertain, chunk), plan) for one in shifts.each]
        market = drawn_market(uncertain.market, uncertain.distributions, chunk, normals)
        effects = effects_of(shifted_market(market, chunk, [at for at, _ in shares], shifts))
        figures = figures_of(effects, uncertain.market.is_domestic)
        counted = ~left_out[chunk]
        verdict = effects.by_market.verdict
        sums.add({name: figure[counted] for name, figure in figures.items()}, verdict[counted])
        part = np.where(counted, weight[chunk], 0.0)
        lean_all(sums, uncertain, chunk, part, (normals, [normal for _, normal in shares]))
        for each in watch:
            each(chunk, effects, counted)
        by_market.append(spreads_of(figures))
        by_source.append(spreads_of(figures_of_sources(effects)))
        failed.append((verdict != Verdict.SOLVED).mean(axis=1))
        held.append(held_share(uncertain.distributions, chunk, normals))
    totals = sums.in_usd()
    return Outcome(
        by_market=joined(by_market),
        by_source=joined(by_source),
        failed_share=np.concatenate(failed),
        held_share=np.concatenate(held),
        totals={name: spread_of_one(total) for name, total in totals.items()},
        total_failed_share=float(sums.failed.mean()),
        ranks={
            name: {of: rank_correlation(lean, total) for of, lean in sums.leanings.items()}
            for name, total in totals.items()
        },
        central=central,
        is_left_out=left_out,
        is_domestic=np.asarray(uncertain.market.is_domestic, dtype=bool),
    )


def lean_all(
    sums: Sums,
    uncertain: Uncertain,
    chunk: slice,
    weight: Floats,
    normals: tuple[Floats, Sequence[Floats]],
) -> None:
    """Add where every parameter, and every share, leaned in the markets in which it varies."""
    of_parameters, of_shares = normals
    value = uncertain.market.value[:, chunk][np.asarray(uncertain.market.is_domestic)]
    has_domestic = np.nan_to_num(value).sum(axis=0) > 0
    for name, normal in zip(PARAMETERS, of_parameters, strict=True):
        varies = uncertain.distributions[name].s[chunk] > 0
        is_in_it = varies & has_domestic if name in OF_DOMESTIC else varies
        sums.lean(name, normal, np.where(is_in_it, weight, 0.0))
    shifts = uncertain.shifts
    for one, name, normal in zip(shifts.each, shifts.names, of_shares, strict=True):
        sums.lean(name, normal, np.where(one.touches[chunk], weight, 0.0))


def chunks(uncertain: Uncertain, plan: Plan) -> Iterator[slice]:
    """Markets in runs that fit the memory of a chunk; one market at least."""
    sources, count = uncertain.market.value.shape
    size = max(1, CELLS // (sources * plan.count))
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def normals_of(uncertain: Uncertain, chunk: slice, plan: Plan) -> Floats:
    """The draws of the markets of a chunk."""
    return standard_normals(*places(uncertain, chunk), PARAMETERS, plan)


def places(uncertain: Uncertain, chunk: slice) -> tuple[Sequence[str], Sequence[str]]:
    """The names and the headings of the markets of a chunk."""
    return uncertain.names[chunk], uncertain.headings[chunk]


def figures_of(effects: Effects, is_domestic: Bools) -> dict[str, Floats]:
    """The figures that are spread and summed, by market and draw."""
    by_market, after = effects.by_market, effects.by_source.value_after_usd
    figures = {name: getattr(by_market, name) for name in SUMMED if hasattr(by_market, name)}
    prices = {"price_index_change": by_market.price_index_change}
    return {"imports_after_usd": after[~np.asarray(is_domestic)].sum(axis=0)} | figures | prices


def figures_of_sources(effects: Effects) -> dict[str, Floats]:
    """The figures that are spread by source, market and draw; a price of what is banned is none."""
    source = effects.by_source
    figures = {name: getattr(source, name) for name in OF_SOURCES}
    price = figures["buyer_price_change"]
    return figures | {"buyer_price_change": np.where(np.isfinite(price), price, np.nan)}


def in_units(figures: Floats) -> NDArray[np.int64]:
    """Amounts in whole ten-thousandths of a USD, rounded half away from zero; unknown as 0."""
    scaled = np.nan_to_num(figures) * UNITS_PER_USD
    return (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int64)


def exact_total(amounts: Floats) -> float:
    """The exact sum of known amounts in USD."""
    return float(in_units(amounts).sum()) / UNITS_PER_USD


def spreads_of(figures: Mapping[str, Floats]) -> dict[str, Spread]:
    """The spread of each figure over the draws."""
    return {name: spread(figure) for name, figure in figures.items()}


def spread(figure: Floats) -> Spread:
    """A figure over the draws, which run along the last axis."""
    known = ~np.isnan(figure)
    count = known.sum(axis=-1)
    whole = figure if known.all() else np.where(known.all(axis=-1, keepdims=True), figure, 0.0)
    low, median, high = np.quantile(whole, ENDS, axis=-1)
    for at in zip(*np.nonzero(count < figure.shape[-1]), strict=True):
        low[at], median[at], high[at] = quantiles(figure[at])
    of = np.where(count > 0, count, np.nan)
    return Spread(low, median, high, (figure > 0).sum(axis=-1) / of, (figure < 0).sum(axis=-1) / of)


def spread_of_one(row: Floats) -> Spread:
    """The spread of a single figure over its draws."""
    return Spread(*(end[0] for end in spread(row[None, :])))


def quantiles(row: Floats) -> Floats:
    """The ends and the median of the draws that are known; NaN where none is."""
    known = row[~np.isnan(row)]
    found: Floats = np.quantile(known, ENDS) if known.size else np.full(len(ENDS), np.nan)
    return found


def joined(parts: Sequence[Mapping[str, Spread]]) -> dict[str, Spread]:
    """The spreads of all chunks, market after market."""
    return {
        name: Spread(
            *(np.concatenate(ends, axis=-1) for ends in zip(*(p[name] for p in parts), strict=True))
        )
        for name in parts[0]
    }


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's correlation over the draws that are known; NaN where either is constant."""
    known = ~(np.isnan(first) | np.isnan(second))
    if known.sum() < 2 or np.ptp(first[known]) == 0 or np.ptp(second[known]) == 0:
        return float("nan")
    from scipy.stats import rankdata

    ranks = [rankdata(figure[known]) for figure in (first, second)]
    return float(np.corrcoef(ranks)[0, 1])
