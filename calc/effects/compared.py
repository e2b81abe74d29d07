"""The exact answer beside other models and other closures: what the choice of model decides.

Never a part of the ranges, which are of elasticities and shares within one model. Each is compared
over the markets that both it and the exact model solve, at central values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from calc.effects.layout import Laid, parts_of
from calc.effects.model import Bools, Floats, Market, Verdict
from calc.effects.modes import MODES, Mode, Replicated, Switches, replicated
from calc.effects.results import Effects, effects_of
from calc.effects.sums import told
from calc.effects.uncertainty import exact_total

SUPPLIES = (1.5, 5.0, 20.0)
"""Foreign supply elasticities that the exact answer is told at, beside that of the tables."""
COMPARED = ("imports_after_usd", "duty_after_usd", "welfare_usd")


class Closure(NamedTuple):
    """A model's totals by market, and where it solved, was cut, or is beyond its use."""

    figures: Mapping[str, Floats]
    is_solved: Bools
    is_capped: Bools
    is_large: Bools


def models_table(
    laid: Laid, market: Market, central: Effects, replicas: Mapping[Mode, Replicated]
) -> pl.DataFrame:
    """The columns of BY_MODEL: each model and closure beside the exact answer, by importer."""
    exact = exactly(market, central)
    importers = laid.markets["importer"].to_numpy()
    closures = {**dict(linear_ones(market, replicas)), **dict(other_supplies(market))}
    rows = [
        {"importer": importer, "model": model} | row
        for importer in sorted(set(importers))
        for model, closure in closures.items()
        for row in gaps(exact, closure, importers == importer)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def replicas_of(market: Market, switches: Switches) -> dict[Mode, Replicated]:
    """The answer of every linear model."""
    return {mode: replicated(market, mode, switches) for mode in MODES}


def exactly(market: Market, effects: Effects) -> Closure:
    """The totals of an exact answer by market."""
    foreign = ~np.asarray(market.is_domestic)
    source = effects.by_source
    verdict = effects.by_market.verdict
    none = np.zeros(verdict.shape, dtype=bool)
    figures = {
        "imports_after_usd": source.value_after_usd[foreign].sum(axis=0),
        "duty_after_usd": source.duty_after_usd[foreign].sum(axis=0),
        "welfare_usd": effects.by_market.welfare_usd,
    }
    return Closure(figures, verdict == Verdict.SOLVED, none, none)


def linear_ones(
    market: Market, replicas: Mapping[Mode, Replicated]
) -> Iterator[tuple[str, Closure]]:
    """The totals of each linear model by market."""
    foreign = ~np.asarray(market.is_domestic)
    for mode, found in replicas.items():
        figures = {
            "imports_after_usd": found.value_after_usd[foreign].sum(axis=0),
            "duty_after_usd": found.duty_after_usd[foreign].sum(axis=0),
            "welfare_usd": found.welfare_usd,
        }
        is_solved = found.verdict == Verdict.SOLVED
        is_capped: Bools = np.any(found.is_capped, axis=0, keepdims=False)
        yield mode, Closure(figures, is_solved, is_capped, found.is_large)


def other_supplies(market: Market) -> Iterator[tuple[str, Closure]]:
    """The exact answer at each foreign supply elasticity."""
    is_domestic = np.asarray(market.is_domestic)[:, None]
    for supply in SUPPLIES:
        at = np.where(is_domestic, market.responses.supply, supply)
        closed = replace(market, responses=market.responses._replace(supply=at))
        yield f"exact, foreign supply {supply:g}", exactly(closed, effects_of(closed))


def gaps(exact: Closure, closure: Closure, chosen: Bools) -> Iterator[dict[str, Any]]:
    """The rows of a model: its totals, the exact ones, and the gap."""
    both = chosen & exact.is_solved & closure.is_solved
    count = int(both.sum())
    for name in COMPARED:
        own, other = (total(each.figures[name][both]) for each in (closure, exact))
        is_known = own is not None and other is not None
        yield {
            "figure": name,
            "markets": int(chosen.sum()),
            "markets_compared": count,
            "central_usd": own,
            "exact_usd": other,
            "gap_usd": own - other if own is not None and other is not None else None,
            "share_of_markets_capped": float(closure.is_capped[both].mean()) if count else None,
            "share_of_markets_large": float(closure.is_large[both].mean()) if count else None,
            "is_sign_flipped": bool(own * other < 0) if is_known else None,  # type: ignore[operator]
        }


def total(figures: Floats) -> float | None:
    """The exact sum of amounts; null where there is none or one is not known."""
    if not figures.size or np.isnan(figures).any():
        return None
    return exact_total(figures)


def replicated_rows(laid: Laid, central: Effects, mode: Mode, found: Replicated) -> pl.DataFrame:
    """The rows of EFFECTS of a linear model, each source with its share of its place."""
    at = (laid.sources["place"].to_numpy(), laid.sources["market"].to_numpy())
    value = laid.sources["value_usd"].fill_null(np.nan).to_numpy()
    part, source = parts_of(laid, central), central.by_source
    words = {int(one): one.name.lower().replace("_", " ") for one in Verdict}
    verdict = [words[int(one)] for one in found.verdict[at[1]]]
    amounts = ("value_after_usd", "duty_after_usd", "creation_usd", "diversion_usd")
    columns: dict[str, Any] = {name: told(getattr(found, name)[at] * part) for name in amounts}
    return laid.sources.with_columns(
        **columns,
        model=pl.lit(mode),
        price_change=told(found.price_change[at]),
        value_before_usd=told(value),
        duty_before_usd=told(source.duty_before_usd[at] * part),
        verdict=pl.Series(verdict, dtype=pl.String),
        is_extensive=pl.Series(value == 0.0),
        is_capped=pl.Series(found.is_capped[at]),
    )
