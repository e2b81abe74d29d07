"""Ranges of what trade does in answer: each figure of a market or of a source over the draws."""

import dataframely as dy

from calc.tables.effects import MarketKey, draws
from calc.tables.trade import ECONOMY

MARKET_FIGURE = (
    r"^((imports_after|consumer_surplus|producer_surplus|revenue_change|terms_of_trade|"
    r"deadweight_loss|welfare)_usd|price_index_change)$"
)
SOURCE_FIGURE = (
    r"^((value_after|revenue_change|producer_surplus)_usd|quantity_change|buyer_price_change)$"
)
UNIT = {"unit": "USD, or fraction of before where the figure is a change"}


class Spread(MarketKey):
    """A figure over the draws: of those that are known; null where none is."""

    central = dy.Float64(nullable=True, metadata=UNIT, description="At central elasticities.")
    low = dy.Float64(nullable=True, metadata=UNIT, description="What 5 percent are below.")
    median = dy.Float64(nullable=True, metadata=UNIT, description="What half are below.")
    high = dy.Float64(nullable=True, metadata=UNIT, description="What 5 percent are above.")
    share_of_draws_above_zero = draws("Draws in which it is above 0.")
    share_of_draws_below_zero = draws("Draws in which it is below 0.")
    share_of_draws_failed = draws("Draws in which the market was not solved.")
    share_of_draws_held = draws(
        "Draws in which a substitution elasticity is held at the least that is drawn, 1.05."
    )


class MarketRanges(Spread):
    """What the schedule does to a market, each figure with its range over the draws."""

    figure = dy.String(
        primary_key=True,
        regex=MARKET_FIGURE,
        description="As in MARKET_EFFECTS; imports_after_usd: imports at prices without duty.",
    )


class EffectRanges(Spread):
    """What the schedule does to a source of a market, each figure with its range over the draws."""

    partner = dy.String(
        primary_key=True,
        regex=ECONOMY,
        description="Economy that sells; the importer itself for domestic sales.",
    )
    figure = dy.String(
        primary_key=True,
        regex=SOURCE_FIGURE,
        description="As in EFFECTS; revenue_change_usd: duty after less duty before.",
    )
