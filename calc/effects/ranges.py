"""MARKET_RANGES and EFFECT_RANGES: every figure of a market and of a source over the draws."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from calc.dictionary import conform
from calc.effects.layout import Laid, parts_of
from calc.effects.model import Floats
from calc.effects.sums import told
from calc.effects.uncertainty import Outcome, Spread
from calc.tables.effect_ranges import EffectRanges, MarketRanges

SHARED = ("value_after_usd", "revenue_change_usd", "producer_surplus_usd")
"""Figures of a place that its sources share by value; ratios are of each alike."""


def market_ranges(laid: Laid, outcome: Outcome) -> pl.LazyFrame:
    """MARKET_RANGES, sorted by key: what is not solved has nulls."""
    central = outcome.central.by_market
    imports = outcome.central.by_source.value_after_usd[~outcome.is_domestic].sum(axis=0)
    whole = np.ones(laid.markets.height)

    def parts() -> Iterator[pl.DataFrame]:
        for name, spread in outcome.by_market.items():
            at_centre = imports if name == "imports_after_usd" else getattr(central, name)
            yield laid.markets.with_columns(
                figure=pl.lit(name), **spread_columns(spread, at_centre, whole),
                **draws_columns(outcome, np.arange(laid.markets.height)),
            )  # fmt: skip

    return conform(pl.concat(list(parts())).lazy(), MarketRanges).sort(MarketRanges.primary_key())


def effect_ranges(laid: Laid, outcome: Outcome) -> pl.LazyFrame:
    """EFFECT_RANGES, sorted by key: each source with its share of the place it was solved in."""
    at = (laid.sources["place"].to_numpy(), laid.sources["market"].to_numpy())
    part = parts_of(laid, outcome.central)
    rows = laid.sources.select("market", "partner").join(
        laid.markets, on="market", how="left", validate="m:1", maintain_order="left"
    )

    def parts() -> Iterator[pl.DataFrame]:
        for name, spread in outcome.by_source.items():
            of = part if name in SHARED else np.ones_like(part)
            centre = getattr(outcome.central.by_source, name)[at]
            yield rows.with_columns(
                figure=pl.lit(name),
                **spread_columns(Spread(*(end[at] for end in spread)), centre, of),
                **draws_columns(outcome, at[1]),
            )

    return conform(pl.concat(list(parts())).lazy(), EffectRanges).sort(EffectRanges.primary_key())


def spread_columns(spread: Spread, central: Floats, part: Floats) -> Mapping[str, Any]:
    """The columns of a spread; amounts are taken times the part."""
    return {
        "central": told(central * part),
        "low": told(spread.low * part),
        "median": told(spread.median * part),
        "high": told(spread.high * part),
        "share_of_draws_above_zero": told(spread.share_above),
        "share_of_draws_below_zero": told(spread.share_below),
    }


def draws_columns(outcome: Outcome, market: Any) -> Mapping[str, Any]:
    """How many of the draws of a market failed, and in how many an elasticity was held."""
    return {
        "share_of_draws_failed": told(outcome.failed_share[market]),
        "share_of_draws_held": told(outcome.held_share[market]),
    }
