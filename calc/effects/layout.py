"""Markets laid out as arrays: sources that move alike in one place, and who is added up to what."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from calc.effects.model import Floats, Verdict
from calc.effects.results import Effects
from calc.effects.shifts import ENDS, MOVED, Shift, Shifts, column_of
from calc.effects.sums import Members, market_members, partner_members
from calc.sources import KEY

ALIKE = ("is_domestic", "rate_before", "rate_after", "admitted_share")


class Laid(NamedTuple):
    """Markets laid out: one row a market; one a source, with its place in the arrays."""

    markets: pl.DataFrame
    sources: pl.DataFrame
    places: pl.DataFrame


def lay_out(sources: pl.DataFrame, more: Sequence[str] = ()) -> Laid:
    """Number the markets, and give each set of partners that move alike a place in its market.

    ``more`` are further columns that partners must have in common to move alike.
    """
    like = (*ALIKE, *more)
    ordered = sources.sort(*KEY, "partner").with_columns(
        is_domestic=pl.col("partner") == pl.col("importer")
    )
    markets = ordered.select(KEY).unique(maintain_order=True).with_row_index("market")
    numbered = ordered.join(markets, on=KEY, how="left", validate="m:1", maintain_order="left")
    alike = (
        numbered.group_by("market", *like, maintain_order=True)
        .agg(
            value_usd=pl.when(pl.col("value_usd").null_count() == 0).then(pl.col("value_usd").sum())
        )
        .sort("market", pl.col("is_domestic").not_(), *like[1:], nulls_last=True)
        .with_columns(place=pl.int_range(pl.len()).over("market", "is_domestic"))
    )
    homes = 1 if alike["is_domestic"].any() else 0
    places = alike.with_columns(
        place=pl.when("is_domestic").then(pl.col("place")).otherwise(pl.col("place") + homes)
    )
    joined = numbered.join(
        places.drop("value_usd"), on=["market", *like], how="left", nulls_equal=True,
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


def members_of(laid: Laid, central: Effects, tags: pl.DataFrame | None) -> tuple[Members, Members]:
    """What is added up over markets, and over the sources of each partner."""
    known = laid.sources.group_by("market").agg(pl.col("value_usd").sum())
    markets = laid.markets.with_columns(
        is_solved=pl.Series(central.by_market.verdict == Verdict.SOLVED),
        product_group=pl.lit(None, pl.String),
    ).join(known, on="market", how="left", validate="1:1")
    if tags is not None:
        named = markets.drop("product_group")
        markets = named.join(tags, on="code", how="left", validate="m:1", maintain_order="left")
    part = parts_of(laid, central)
    sources = laid.sources.with_columns(part=pl.Series(part)).join(
        markets.select("market", "is_solved"), on="market", how="left", validate="m:1"
    )
    return market_members(markets), partner_members(sources)


def parts_of(laid: Laid, central: Effects) -> Floats:
    """The share of each source in the place that it was solved in; NaN where not known."""
    at = (laid.sources["place"].to_numpy(), laid.sources["market"].to_numpy())
    value = laid.sources["value_usd"].fill_null(np.nan).to_numpy()
    whole = central.by_source.value_before_usd[at]
    part: Floats = np.divide(value, whole, out=np.zeros_like(whole), where=whole != 0)
    return part


def shifts_of(laid: Laid, names: Sequence[str]) -> Shifts:
    """How far each share moves the duties of each place."""
    each = [
        Shift(
            name,
            {
                (end, moved): laid_array(laid, column_of(number, end, moved), 0.0)
                for end in ENDS
                for moved in MOVED
            },
        )
        for number, name in enumerate(names)
    ]
    return Shifts(each, laid_array(laid, "admitted_share", 1.0))
