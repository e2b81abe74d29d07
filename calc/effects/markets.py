"""From SOURCES to EFFECTS: markets as arrays, solved and drawn, and back as tables.

Partners of a market with the same duty before and after and the same limit move alike, so they are
solved as one and share its result by their value: exactly what they would do one by one. A market
that cannot be solved keeps its rows, with the verdict and its dollars and without figures.
"""

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from calc.dictionary import conform
from calc.effects.closures import import_demand
from calc.effects.draws import Plan, Range, distribution
from calc.effects.model import UNLIMITED, Duty, Floats, Market, Responses, Schedule, Verdict
from calc.effects.uncertainty import PARAMETERS, Outcome, Uncertain, simulate
from calc.elasticities import attach_elasticities
from calc.sources import KEY
from calc.tables.effects import Effects, MarketEffects

ALIKE = ("is_domestic", "rate_before", "rate_after", "admitted_share")
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
    least, central and most. Without it such markets are not solved.
    """

    plan: Plan
    penetration: tuple[float, float, float] | None = None


class Results(NamedTuple):
    """EFFECTS and MARKET_EFFECTS, sorted by key, and what the draws say of the totals."""

    effects: pl.DataFrame
    markets: pl.DataFrame
    outcome: Outcome


class Laid(NamedTuple):
    """Markets laid out: one row a market; one a source, with its place in the arrays."""

    markets: pl.DataFrame
    sources: pl.DataFrame
    places: pl.DataFrame


def solve_markets(sources: pl.LazyFrame, elasticities: pl.LazyFrame, settings: Settings) -> Results:
    """EFFECTS of every source and market.

    Args:
        sources: SOURCES.
        elasticities: What ``attach_elasticities`` reads.
        settings: How markets are closed and drawn.
    """
    laid = lay_out(collected(sources))
    found = collected(attach_elasticities(laid.markets.lazy(), elasticities))
    uncertain = uncertain_of(laid, parameters_of(laid.markets, found), settings)
    outcome = simulate(uncertain, settings.plan)
    return Results(effects_table(laid, outcome), markets_table(laid, outcome, found), outcome)


def collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """The values of a table: a solver needs them."""
    return frame.collect()


def lay_out(sources: pl.DataFrame) -> Laid:
    """Number the markets, and give each set of partners that move alike a place in its market."""
    ordered = sources.sort(*KEY, "partner").with_columns(
        is_domestic=pl.col("partner") == pl.col("importer")
    )
    markets = ordered.select(KEY).unique(maintain_order=True).with_row_index("market")
    numbered = ordered.join(markets, on=KEY, how="left", validate="m:1", maintain_order="left")
    alike = (
        numbered.group_by("market", *ALIKE, maintain_order=True)
        .agg(
            value_usd=pl.when(pl.col("value_usd").null_count() == 0).then(pl.col("value_usd").sum())
        )
        .sort("market", pl.col("is_domestic").not_(), *ALIKE[1:], nulls_last=True)
        .with_columns(place=pl.int_range(pl.len()).over("market", "is_domestic"))
    )
    homes = 1 if alike["is_domestic"].any() else 0
    places = alike.with_columns(
        place=pl.when("is_domestic").then(pl.col("place")).otherwise(pl.col("place") + homes)
    )
    joined = numbered.join(
        places.drop("value_usd"), on=["market", *ALIKE], how="left", nulls_equal=True,
        validate="m:1", maintain_order="left",
    )  # fmt: skip
    return Laid(markets, joined, places)


def laid_array(laid: Laid, column: str, empty: float) -> Floats:
    """A column of the places as sources by markets; NaN where it is null."""
    count = (int(laid.places["place"].max() or 0)) + 1  # type: ignore[arg-type]
    whole = np.full((count, laid.markets.height), empty)
    figures = laid.places[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    whole[laid.places["place"].to_numpy(), laid.places["market"].to_numpy()] = figures
    return whole


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


def told(figures: Floats) -> pl.Series:
    """Figures as a column: null where they are unknown, or infinite as the price of a ban is."""
    return pl.Series(np.where(np.isfinite(figures), figures, np.nan)).fill_nan(None)


def verdicts(outcome: Outcome) -> list[str]:
    """The verdict on each market in words."""
    words = {int(one): one.name.lower().replace("_", " ") for one in Verdict}
    return [words[int(one)] for one in outcome.central.by_market.verdict]


def effects_table(laid: Laid, outcome: Outcome) -> pl.DataFrame:
    """EFFECTS: each source with its share of the place that it was solved in."""
    at = (laid.sources["place"].to_numpy(), laid.sources["market"].to_numpy())
    source, spreads = outcome.central.by_source, outcome.by_source["value_after_usd"]
    value = laid.sources["value_usd"].fill_null(np.nan).to_numpy()
    whole = source.value_before_usd[at]
    part = np.divide(value, whole, out=np.zeros_like(whole), where=whole != 0)
    columns: dict[str, Any] = {name: told(getattr(source, name)[at] * part) for name in SHARED}
    columns |= {name: told(getattr(source, name)[at]) for name in RATIOS}
    columns |= {
        "value_before_usd": told(value),
        "value_after_low_usd": told(spreads.low[at] * part),
        "value_after_high_usd": told(spreads.high[at] * part),
        "verdict": pl.Series(np.array(verdicts(outcome))[at[1]]),
        "is_extensive": pl.Series(value == 0.0),
    }
    return collected(conform(laid.sources.with_columns(**columns).lazy(), Effects)).sort(
        *KEY, "partner"
    )


def markets_table(laid: Laid, outcome: Outcome, found: pl.DataFrame) -> pl.DataFrame:
    """MARKET_EFFECTS, with the rows by which elasticities were found."""
    by_market, welfare = outcome.central.by_market, outcome.by_market["welfare_usd"]
    columns: dict[str, Any] = {name: told(getattr(by_market, name)) for name in OF_MARKETS}
    columns |= {
        "verdict": pl.Series(verdicts(outcome)),
        "welfare_low_usd": told(welfare.low),
        "welfare_high_usd": told(welfare.high),
        "share_of_draws_below_zero": told(welfare.share_below),
        "share_of_draws_failed": told(outcome.failed_share),
    }
    known = laid.sources.group_by("market").agg(
        value_usd=pl.col("value_usd").sum(), has_domestic_sales=pl.col("is_domestic").any()
    )
    words = found.group_by("importer", "code").agg(elasticities=rows_told())
    whole = (
        laid.markets.with_columns(**columns)
        .join(known, on="market", how="left", validate="1:1")
        .join(words, on=["importer", "code"], how="left", validate="m:1")
        .with_columns(
            unsolved_value_usd=pl.when(pl.col("verdict") == "solved")
            .then(0.0)
            .otherwise("value_usd")
        )
    )
    return collected(conform(whole.lazy(), MarketEffects)).sort(KEY)


def rows_told() -> pl.Expr:
    """Each parameter with what it was found by, in one line."""
    by = pl.col("fallback").fill_null("not in the table")
    return pl.concat_str("parameter", pl.lit(": "), by).sort_by("parameter").str.join("; ")
