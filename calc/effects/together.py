"""BY_COUNTRY: the schedules of all importers of a run, and the answers to them, solved together.

What an exporter loses on one market it sells on the others at a lower price, so a schedule of one
importer moves the prices of all. Per good, ``calc.effects.world`` solves the imports of all
importers at once; domestic sales are not in it, so demand is that for imports.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from calc.dictionary import conform
from calc.effects.model import Floats, Verdict
from calc.effects.uncertainty import exact_total
from calc.effects.world import World, WorldEffects, world_effects
from calc.tables.by_country import ByCountry

OTHERS = "others"
MOST_EXPORTERS = 30
"""Exporters that are solved by themselves: the cost grows with the cube of their number."""
FIGURES = (
    *("exports_before_usd", "exports_after_usd", "imports_before_usd", "imports_after_usd"),
    *("revenue_change_usd", "consumer_surplus_usd", "producer_surplus_usd", "welfare_usd"),
)
OF_IMPORTERS = (
    *("imports_before_usd", "imports_after_usd", "revenue_change_usd"),
    *("consumer_surplus_usd", "welfare_usd"),
)


class Goods(NamedTuple):
    """All goods as arrays: countries by countries by goods, and the demand of each importer."""

    countries: Sequence[str]
    importers: Sequence[str]
    codes: Sequence[str]
    value: Floats
    before: Floats
    after: Floats
    substitution: Floats
    demand: Floats


def by_country(
    flows: pl.DataFrame, demands: pl.DataFrame, supplies: Sequence[float]
) -> pl.LazyFrame:
    """BY_COUNTRY at each supply elasticity, sorted by key.

    Args:
        flows: One row an importer, partner and ``code``: ``value_usd``, ``rate_before`` and
            ``rate_after``; null where not known or where a limit on quantity is in force, and the
            good is then not solved.
        demands: ``importer``, ``code``, ``substitution`` and ``demand`` for imports.
        supplies: Elasticities of every exporter's supply, finite.
    """
    goods = goods_of(flows, demands)
    rows = [row for supply in supplies for row in _rows(goods, supply)]
    whole = pl.DataFrame(rows, infer_schema_length=None)
    return conform(whole.lazy(), ByCountry).sort(ByCountry.primary_key())


def goods_of(flows: pl.DataFrame, demands: pl.DataFrame) -> Goods:
    """The flows as arrays; small exporters are put together at their mean duties."""
    importers = sorted(flows["importer"].unique())
    kept = (
        flows.group_by("partner")
        .agg(pl.col("value_usd").sum())
        .filter(~pl.col("partner").is_in(importers))
        .sort(["value_usd", "partner"], descending=[True, False])
        .head(MOST_EXPORTERS)["partner"]
    )
    named = pl.col("partner").is_in([*kept, *importers])
    merged = _merged(
        flows.with_columns(partner=pl.when(named).then("partner").otherwise(pl.lit(OTHERS)))
    )
    countries = sorted({*merged["partner"], *importers})
    codes = sorted(merged["code"].unique())
    place = {name: at for at, name in enumerate(countries)}
    good = {code: at for at, code in enumerate(codes)}
    shape = (len(countries), len(countries), len(codes))
    value, before, after = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    at = tuple(
        np.array([of[name] for name in merged[column]], dtype=np.intp)
        for column, of in (("partner", place), ("importer", place), ("code", good))
    )
    for array, column in ((value, "value_usd"), (before, "rate_before"), (after, "rate_after")):
        array[at] = merged[column].fill_null(np.nan).to_numpy()
    return Goods(
        countries, importers, codes, value, before, after,
        *(_by_importer(demands, name, (place, good)) for name in ("substitution", "demand")),
    )  # fmt: skip


def _merged(flows: pl.DataFrame) -> pl.DataFrame:
    """Flows added up to one row an importer, partner and code, at their mean duties."""
    value = pl.col("value_usd")
    known = value.null_count() == 0

    def mean(rate: str) -> pl.Expr:
        weighed = (value * pl.col(rate)).sum() / value.sum()
        is_known = known & (pl.col(rate).null_count() == 0)
        return pl.when(is_known & (value.sum() > 0)).then(weighed).when(is_known).then(0.0)

    ordered = flows.sort("importer", "partner", "code", "value_usd")
    return ordered.group_by("importer", "partner", "code", maintain_order=True).agg(
        rate_before=mean("rate_before"),
        rate_after=mean("rate_after"),
        value_usd=pl.when(known).then(value.sum()),
    )


def _by_importer(
    demands: pl.DataFrame, name: str, places: tuple[dict[str, int], dict[str, int]]
) -> Floats:
    """A parameter by country and good; of what is no importer any will do, as it buys nothing."""
    place, good = places
    whole = np.full((len(place), len(good)), 2.0 if name == "substitution" else -1.0)
    for importer, code, figure in demands.select("importer", "code", name).iter_rows():
        if code in good:
            whole[place[importer], good[code]] = np.nan if figure is None else figure
    return whole


def _rows(goods: Goods, supply: float) -> Iterator[dict[str, Any]]:
    """The rows of one closure: each country by good, and over all that are solved."""
    world = World(
        goods.value, goods.before, goods.after, goods.substitution, goods.demand,
        np.full((len(goods.countries), len(goods.codes)), supply),
    )  # fmt: skip
    found = world_effects(world)
    figures = _figures(goods, found)
    traded = np.nan_to_num(goods.value, nan=1.0)
    is_there = (traded.sum(axis=0) + traded.sum(axis=1)) > 0
    solved = found.verdict == Verdict.SOLVED
    known = np.nan_to_num(goods.value)
    value = known.sum(axis=0) + known.sum(axis=1)
    for at, country in enumerate(goods.countries):
        own = {"closure": f"foreign supply {supply:g}", "country": country}
        is_importer = country in goods.importers
        every = [int(good) for good in np.flatnonzero(is_there[at])]
        for good in every:
            is_priced = solved[good] and known[at, :, good].sum() > 0
            yield (
                own
                | {
                    "code": goods.codes[good],
                    "price_change": float(found.price_change[at, good]) if is_priced else None,
                }
                | _cell(figures, (at, [good]), (solved, value), is_importer=is_importer)
            )
        yield (
            own
            | {"code": "all"}
            | _cell(figures, (at, every), (solved, value), is_importer=is_importer)
        )


def _figures(goods: Goods, found: WorldEffects) -> dict[str, Floats]:
    """Each figure by country and good."""
    return {
        "exports_before_usd": goods.value.sum(axis=1),
        "exports_after_usd": found.value_after_usd.sum(axis=1),
        "imports_before_usd": goods.value.sum(axis=0),
        "imports_after_usd": found.value_after_usd.sum(axis=0),
        "revenue_change_usd": found.revenue_change_usd,
        "consumer_surplus_usd": found.consumer_surplus_usd,
        "producer_surplus_usd": found.producer_surplus_usd,
        "welfare_usd": found.welfare_usd,
    }


def _cell(
    figures: dict[str, Floats],
    where: tuple[int, Sequence[int]],
    told: tuple[Any, Floats],
    *,
    is_importer: bool,
) -> dict[str, Any]:
    """The figures of a country over some goods, exactly, of those that are solved."""
    at, chosen = where
    solved, value = told
    counted = [good for good in chosen if solved[good]]
    left = [good for good in chosen if not solved[good]]
    sums = {
        name: exact_total(figure[at, counted]) if counted else None
        for name, figure in figures.items()
    }
    if not is_importer:
        sums |= dict.fromkeys(OF_IMPORTERS)
    return sums | {
        "goods": len(chosen),
        "goods_solved": len(counted),
        "unsolved_value_usd": exact_total(value[at, left]),
    }
