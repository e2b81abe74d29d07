"""PROTECTION: how protected the markets of a schedule are, and what an answer comes to.

Lines are the foreign sources of solved markets with trade and known duties. The elasticity that
weighs a line in the restrictiveness indices is that of the demand for imports of its market.

Source: economics of ``calc.effects.protection`` and ``calc.effects.nullification``.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from calc.dictionary import conform
from calc.effects.layout import Laid, parts_of
from calc.effects.model import Bools, Floats, Market, Verdict
from calc.effects.modes import demand_for_imports, inputs_of
from calc.effects.protection import (
    average_duty,
    frequency_ratio,
    overall_restrictiveness,
    restrictiveness,
)
from calc.effects.results import Effects
from calc.effects.sums import told
from calc.effects.uncertainty import exact_total
from calc.tables.protection import Protection

CELL = ("importer", "kind", "name")


def protection_table(
    laid: Laid, market: Market, central: Effects, tags: pl.DataFrame | None
) -> pl.LazyFrame:
    """PROTECTION, sorted by key.

    Args:
        laid: The markets and their sources.
        market: The same as arrays.
        central: Their answer at central values.
        tags: ``code`` and ``product_group``; null without groups.
    """
    lines = _lines(laid, market, central, tags)
    cells = [
        {"importer": importer, "kind": kind, "name": name} | _cell(rows)
        for kind, column in (("all", None), ("product group", "product_group"),
                             ("partner", "partner"))
        for importer, name, rows in _cells(lines, column)
    ]  # fmt: skip
    frame = pl.DataFrame(cells, infer_schema_length=None)
    return conform(frame.lazy(), Protection).sort(Protection.primary_key())


def _lines(laid: Laid, market: Market, central: Effects, tags: pl.DataFrame | None) -> pl.DataFrame:
    """A row a foreign source: value, rates, demand and what it comes to after the answer."""
    at = (laid.sources["place"].to_numpy(), laid.sources["market"].to_numpy())
    part, source = parts_of(laid, central), central.by_source
    rates = {
        "rate_before": np.broadcast_to(market.before.within.ad_valorem, market.value.shape)[at],
        "rate_after": np.broadcast_to(market.after.within.ad_valorem, market.value.shape)[at],
    }
    lines = laid.sources.with_columns(
        **{name: told(rate) for name, rate in rates.items()},
        demand=told(demand_for_imports(inputs_of(market))[at[1]]),
        value_after_usd=told(source.value_after_usd[at] * part),
        duty_before_usd=told(source.duty_before_usd[at] * part),
        duty_after_usd=told(source.duty_after_usd[at] * part),
        is_solved=pl.Series(central.by_market.verdict[at[1]] == Verdict.SOLVED),
        is_limited=pl.Series(laid.sources["admitted_share"].fill_null(0.0) < 1.0),
    ).filter(~pl.col("is_domestic"))
    if tags is None:
        return lines.with_columns(product_group=pl.lit(None, pl.String))
    return lines.join(tags, on="code", how="left", validate="m:1", maintain_order="left")


def _cells(lines: pl.DataFrame, column: str | None) -> Iterator[tuple[Any, Any, pl.DataFrame]]:
    """The lines of each importer, by the values of a column or all together."""
    for (importer,), rows in lines.group_by("importer", maintain_order=True):
        if column is None:
            yield importer, "all", rows
            continue
        for (name,), some in rows.filter(pl.col(column).is_not_null()).group_by(column):
            yield importer, name, some


def _cell(rows: pl.DataFrame) -> dict[str, Any]:
    """The figures of a cell, over its lines that are solved and known."""
    usable = pl.col("is_solved") & (pl.col("value_usd") > 0) & pl.col("demand").is_not_null()
    known = rows.filter(usable).sort("code", "partner")
    left = rows.filter(~usable.fill_null(value=False))["value_usd"].drop_nulls().to_numpy()
    value, before, after, demand = (
        known[name].to_numpy() for name in ("value_usd", "rate_before", "rate_after", "demand")
    )
    is_hit = (before != after) | known["is_limited"].to_numpy()
    return {
        "lines": known.height,
        "left_out_value_usd": exact_total(left),
        "value_before_usd": exact_total(value),
        "frequency_ratio": _told(frequency_ratio(value, is_hit)),
        "average_rate_before": _told(average_duty(value, before)),
        "average_rate_after": _told(average_duty(value, after)),
        "tri_before": _told(restrictiveness(value, before, demand)),
        "tri_after": _told(restrictiveness(value, after, demand)),
        "otri_before": _told(overall_restrictiveness(value, before, demand)),
        "otri_after": _told(overall_restrictiveness(value, after, demand)),
    } | _answered(known, is_hit)


def _answered(known: pl.DataFrame, is_hit: Bools) -> dict[str, Any]:
    """Trade covered, duty and trade displaced on the lines that are hit; the rate that is paid."""
    names = ("value_usd", "value_after_usd", "duty_before_usd", "duty_after_usd")
    value, value_after, duty, duty_after = (known[name].to_numpy() for name in names)
    sold = exact_total(value_after)
    return {
        "covered_value_usd": exact_total(value[is_hit]),
        "duty_change_usd": exact_total((duty_after - duty)[is_hit]),
        "displaced_value_usd": exact_total((value - value_after)[is_hit]),
        "average_rate_responded": exact_total(duty_after) / sold if sold else None,
    }


def _told(figure: Floats) -> float | None:
    """A figure; null where it is not known."""
    number = float(figure)
    return None if np.isnan(number) else number
