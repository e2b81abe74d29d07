"""From SOURCES to EFFECTS: markets as arrays, solved and drawn, and back as tables.

Partners of a market with the same duty before and after and the same limit move alike, so they are
solved as one and share its result by their value: exactly what they would do one by one. A market
that cannot be solved keeps its rows, with the verdict and its dollars and without figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from calc.dictionary import conform
from calc.effects.closures import closing_words, import_demand
from calc.effects.compared import models_table, replicas_of, replicated_rows
from calc.effects.draws import Plan, Range, distribution
from calc.effects.equivalence import protection_table
from calc.effects.layout import Laid, laid_array, lay_out, members_of, parts_of, shifts_of
from calc.effects.model import UNLIMITED, Duty, Floats, Market, Responses, Schedule, Verdict
from calc.effects.modes import Mode, Replicated, Switches
from calc.effects.ranges import effect_ranges, market_ranges
from calc.effects.reasons import unknown_of, unsolved_reason
from calc.effects.results import effects_of
from calc.effects.shifts import columns_of, with_deviations
from calc.effects.sums import Tally, spreads_table, told
from calc.effects.uncertainty import Outcome, Uncertain, Watch, simulate
from calc.elasticities import Horizon, attach_elasticities
from calc.sources import KEY
from calc.tables.effects import ByEffect, ByModel, Effects, MarketEffects, MarketElasticities
from calc.tables.elasticities import PARAMETERS

HEADING = 4
SHARED = (
    *("value_before_usd", "value_after_usd", "duty_before_usd", "duty_after_usd"),
    *("diversion_usd", "creation_usd", "producer_surplus_usd", "terms_of_trade_usd"),
)
RATIOS = ("price_change", "buyer_price_change", "pass_through", "quantity_change")
OF_MARKETS = (
    *("price_index_change", "consumer_surplus_usd", "producer_surplus_usd", "revenue_change_usd"),
    *("terms_of_trade_usd", "deadweight_loss_usd", "welfare_usd"),
)


class Settings(NamedTuple):
    """How markets are closed and drawn.

    ``penetration`` is the share of imports in what buyers spend where domestic sales are not known:
    least, central and most. Without it such markets are not solved. ``modes`` are the linear
    models whose answer by source is told too, in the form that ``switches`` say. ``watch`` are told
    of each chunk of markets that was drawn.
    """

    plan: Plan
    penetration: tuple[float, float, float] | None = None
    horizon: Horizon = "central"
    modes: tuple[Mode, ...] = ()
    switches: Switches = Switches()
    watch: tuple[Watch, ...] = ()


class Results(NamedTuple):
    """EFFECTS, MARKET_EFFECTS, MARKET_ELASTICITIES, BY_EFFECT, BY_MODEL and more.

    Each by key: EFFECT_RANGES, MARKET_RANGES and PROTECTION too; and the draws.
    """

    effects: pl.DataFrame
    markets: pl.DataFrame
    elasticities: pl.DataFrame
    groups: pl.DataFrame
    models: pl.DataFrame
    effect_ranges: pl.DataFrame
    market_ranges: pl.DataFrame
    protection: pl.DataFrame
    outcome: Outcome


def solve_markets(
    sources: pl.LazyFrame,
    elasticities: pl.LazyFrame,
    settings: Settings,
    tags: pl.LazyFrame | None = None,
    shares: Mapping[str, tuple[pl.LazyFrame, pl.LazyFrame]] | None = None,
) -> Results:
    """EFFECTS of every source and market, and totals over them.

    Args:
        sources: SOURCES.
        elasticities: What ``attach_elasticities`` reads.
        settings: How markets are closed and drawn.
        tags: ``code`` and ``product_group``, each code once; none without groups.
        shares: By assumed share SOURCES at its low and high end, which are drawn between.
    """
    names = tuple(shares or {})
    moving = collected(with_deviations(sources, shares or {}))
    laid = lay_out(moving, columns_of(len(names)))
    asked = attach_elasticities(laid.markets.lazy(), elasticities, horizon=settings.horizon)
    found = collected(asked)
    uncertain = replace(
        uncertain_of(laid, parameters_of(laid.markets, found), settings),
        shifts=shifts_of(laid, names),
    )
    central = effects_of(uncertain.market)
    is_domestic = uncertain.market.is_domestic
    of_group = None if tags is None else collected(tags)
    members = members_of(laid, central, of_group)
    ones = [Tally(each, is_domestic, 1) for each in members]
    drawn = [Tally(each, is_domestic, settings.plan.count) for each in members]
    is_solved = central.by_market.verdict == Verdict.SOLVED
    for one in ones:
        one.add(slice(0, laid.markets.height), central, is_solved)
    watch = [*settings.watch, *(each.add for each in drawn)]
    outcome = simulate(uncertain, settings.plan, central=central, watch=watch)
    spreads = [spreads_table(*pair) for pair in zip(ones, drawn, strict=True)]
    replicas = replicas_of(uncertain.market, settings.switches)
    models = models_table(laid, uncertain.market, central, replicas)
    return Results(
        effects_table(laid, outcome, {mode: replicas[mode] for mode in settings.modes}),
        markets_table(laid, outcome, found, closings_of(uncertain.market, settings)),
        collected(conform(found.lazy(), MarketElasticities)),
        collected(conform(pl.concat(spreads, how="diagonal").lazy(), ByEffect)).sort(
            ByEffect.primary_key()
        ),
        collected(conform(models.lazy(), ByModel)).sort(ByModel.primary_key()),
        collected(effect_ranges(laid, outcome)),
        collected(market_ranges(laid, outcome)),
        collected(protection_table(laid, uncertain.market, central, of_group)),
        outcome,
    )


def collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """The values of a table: a solver needs them."""
    return frame.collect()


def parameters_of(markets: pl.DataFrame, found: pl.DataFrame) -> dict[str, Range]:
    """The range of each parameter by market, in the order of the markets; NaN where unknown."""
    ranges = {}
    for name in PARAMETERS:
        of_name = found.filter(pl.col("parameter") == name)
        by_market = markets.join(
            of_name, on=["importer", "code"], how="left", maintain_order="left", validate="m:1"
        )
        ends = [
            by_market[end].fill_null(np.nan).to_numpy()
            for end in ("low", "central", "high", "range_level")
        ]
        ranges[name] = Range(*ends)
    return ranges


def closed(ranges: dict[str, Range], has_domestic: Floats, settings: Settings) -> dict[str, Range]:
    """The parameters, with the demand for imports in place of all demand where only they are known.

    Its range is that of the penetrations at the central elasticities.
    """
    demand, substitution = ranges["demand"], ranges["with-domestic"].central
    shares = settings.penetration or (np.nan,) * 3
    derived = [import_demand(substitution, demand.central, np.asarray(share)) for share in shares]
    known = has_domestic > 0
    ends = np.sort(np.stack(derived), axis=0)
    closing = Range(
        np.where(known, demand.low, ends[0]),
        np.where(known, demand.central, derived[1]),
        np.where(known, demand.high, ends[2]),
        np.where(known, demand.level, np.nan),
    )
    return ranges | {"demand": closing}


def uncertain_of(laid: Laid, ranges: dict[str, Range], settings: Settings) -> Uncertain:
    """The markets as arrays, with the distribution of each parameter.

    The rent of a limit is taken to go abroad: a ban leaves no licences at home.
    """
    value = laid_array(laid, "value_usd", 0.0)
    home = bool(laid.places["is_domestic"].any())
    is_domestic = np.arange(value.shape[0]) < (1 if home else 0)
    has_domestic = np.nan_to_num(value[is_domestic], nan=1.0).sum(axis=0)
    closing = closed(ranges, has_domestic, settings)
    admitted = laid_array(laid, "admitted_share", 1.0)
    supply = np.where(
        is_domestic[:, None], closing["supply-domestic"].central, closing["supply-foreign"].central
    )
    market = Market(
        value=value,
        is_domestic=is_domestic,
        before=Schedule(Duty(laid_array(laid, "rate_before", 0.0))),
        after=Schedule(
            Duty(laid_array(laid, "rate_after", 0.0)),
            np.where(admitted < 1.0, admitted, np.where(np.isnan(admitted), np.nan, UNLIMITED)),
        ),
        responses=Responses(
            closing["between-imports"].central,
            closing["with-domestic"].central,
            closing["demand"].central,
            supply,
        ),
        rent_share_at_home=0.0,
    )
    names = [" ".join(row) for row in laid.markets.select(KEY).iter_rows()]
    headings = laid.markets["code"].str.slice(0, HEADING).to_list()
    distributions = {
        name: distribution(of, is_substitution=name in ("between-imports", "with-domestic"))
        for name, of in closing.items()
    }
    return Uncertain(market, names, headings, distributions)


def verdicts(outcome: Outcome) -> list[str]:
    """The verdict on each market in words."""
    words = {int(one): one.name.lower().replace("_", " ") for one in Verdict}
    return [words[int(one)] for one in outcome.central.by_market.verdict]


def effects_table(
    laid: Laid, outcome: Outcome, replicas: Mapping[Mode, Replicated]
) -> pl.DataFrame:
    """EFFECTS: each source with its share of the place that it was solved in, by model."""
    at = (laid.sources["place"].to_numpy(), laid.sources["market"].to_numpy())
    source, spreads = outcome.central.by_source, outcome.by_source["value_after_usd"]
    value = laid.sources["value_usd"].fill_null(np.nan).to_numpy()
    part = parts_of(laid, outcome.central)
    columns: dict[str, Any] = {name: told(getattr(source, name)[at] * part) for name in SHARED}
    columns |= {name: told(getattr(source, name)[at]) for name in RATIOS}
    columns |= {
        "value_before_usd": told(value),
        "value_after_low_usd": told(spreads.low[at] * part),
        "value_after_high_usd": told(spreads.high[at] * part),
        "verdict": pl.Series(np.array(verdicts(outcome))[at[1]]),
        "is_extensive": pl.Series(value == 0.0),
        "is_capped": pl.lit(value=False),
        "model": pl.lit("exact"),
    }
    rows = [laid.sources.with_columns(**columns)]
    central = outcome.central
    rows += [replicated_rows(laid, central, mode, found) for mode, found in replicas.items()]
    whole = pl.concat(rows, how="diagonal")
    return collected(conform(whole.lazy(), Effects)).sort(Effects.primary_key())


def closings_of(market: Market, settings: Settings) -> list[str] | None:
    """How the demand for imports was derived, market by market; null where no share is stated."""
    if settings.penetration is None:
        return None
    at_home = np.nan_to_num(market.value[np.asarray(market.is_domestic)], nan=1.0).sum(axis=0)
    return closing_words(market.responses.demand, at_home > 0, settings.penetration)


def markets_table(
    laid: Laid, outcome: Outcome, found: pl.DataFrame, closings: Sequence[str] | None
) -> pl.DataFrame:
    """MARKET_EFFECTS, with the rows by which elasticities were found, and what closes a market."""
    by_market, welfare = outcome.central.by_market, outcome.by_market["welfare_usd"]
    columns: dict[str, Any] = {name: told(getattr(by_market, name)) for name in OF_MARKETS}
    columns |= {
        "verdict": pl.Series(verdicts(outcome)),
        "welfare_low_usd": told(welfare.low),
        "welfare_high_usd": told(welfare.high),
        "share_of_draws_below_zero": told(welfare.share_below),
        "share_of_draws_failed": told(outcome.failed_share),
        "closing": pl.Series(closings or [""] * laid.markets.height, dtype=pl.String),
    }
    known = laid.sources.group_by("market").agg(
        value_usd=pl.col("value_usd").sum(), has_domestic_sales=pl.col("is_domestic").any()
    )
    words = found.group_by("importer", "code").agg(elasticities=rows_told())
    whole = (
        laid.markets.with_columns(**columns)
        .join(known, on="market", how="left", validate="1:1")
        .join(words, on=["importer", "code"], how="left", validate="m:1")
        .join(unknown_of(laid.sources, found), on="market", how="left", validate="1:1")
        .with_columns(
            unsolved_value_usd=pl.when(pl.col("verdict") == "solved")
            .then(0.0)
            .otherwise("value_usd"),
            elasticities=pl.col("elasticities") + pl.col("closing"),
            unsolved_reason=unsolved_reason(is_closed=closings is not None),
        )
    )
    return collected(conform(whole.lazy(), MarketEffects)).sort(KEY)


def rows_told() -> pl.Expr:
    """Each parameter with what it was found by, in one line."""
    by = pl.col("fallback").fill_null("not in the table")
    return pl.concat_str("parameter", pl.lit(": "), by).sort_by("parameter").str.join("; ")
