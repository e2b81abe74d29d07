"""The trail of an effect: a source of a market, what the market rests on, and by which formula."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.report.money import Currency, row_in
from pipelines.run.tables import scan_table

Row = Mapping[str, Any]
MARKET = ("importer", "flow", "nomenclature", "code")


@dataclass(frozen=True, kw_only=True)
class Market:
    """What trade does in answer on a line: its row of EFFECTS, its market, its elasticities."""

    source: Row
    market: Row
    elasticities: Sequence[Row]

    def put_in(self, currency: Currency) -> "Market":
        """The same with its amounts in the money."""
        return Market(
            source=row_in(currency, self.source),
            market=row_in(currency, self.market),
            elasticities=[row_in(currency, row) for row in self.elasticities],
        )

    def as_dict(self) -> dict[str, Any]:
        """The trail as an object, for ``--json``."""
        return {
            "source": dict(self.source),
            "market": dict(self.market),
            "elasticities": [dict(row) for row in self.elasticities],
        }


def market_of(folder: Path, line: Row) -> Market | None:
    """The market of a line of a run; null where the run has no effects, or the line no source."""
    if not (folder / "effects.parquet").is_file():
        return None
    on_market = pl.all_horizontal(pl.col(name) == line[name] for name in MARKET)
    of_partner = on_market & (pl.col("partner") == line["partner"]) & (pl.col("model") == "exact")
    source = scan_table(folder, "effects").filter(of_partner).collect()
    if source.is_empty():
        return None
    market = scan_table(folder, "market_effects").filter(on_market).collect()
    found = scan_table(folder, "market_elasticities").filter(
        pl.col("importer") == line["importer"], pl.col("code") == line["code"]
    )
    return Market(
        source=source.row(0, named=True),
        market=market.row(0, named=True),
        elasticities=found.sort("parameter").collect().to_dicts(),
    )


def market_lines(market: Market | None) -> Iterator[str]:
    """What trade does in answer, for people; nothing where that was not asked."""
    if market is None:
        return
    source, whole = market.source, market.market
    if whole["verdict"] != "solved":
        yield f"  answer       not solved: {whole['unsolved_reason']}"
    else:
        yield (
            f"  answer       value {_usd(source['value_before_usd'])} -> "
            f"{_usd(source['value_after_usd'])}; duty {_usd(source['duty_before_usd'])} -> "
            f"{_usd(source['duty_after_usd'])}, of all that the partner sells on this market"
        )
        yield (
            f"  quantity     q = (c / P_M)^-sigma_m (P_M / P)^-sigma_d P^eta: "
            f"{_change(source['quantity_change'])}"
        )
        yield (
            f"  price        c = p (1 + t): {_change(source['buyer_price_change'])}; p of the "
            f"seller {_change(source['price_change'])}; P of the market "
            f"{_change(whole['price_index_change'])}"
        )
    closing = whole["elasticities"].partition("; demand for imports: ")[2]
    if closing:
        yield (
            f"  closure      demand for imports {closing}: -(sigma_d (1 - s) + abs(eta) s), in the "
            "place of eta"
        )
    for row in market.elasticities:
        yield f"  elasticity   {row['parameter']} {_elasticity(row)}"


def _elasticity(row: Row) -> str:
    """An elasticity with its range, the row by which it was found, and its source."""
    if row["central"] is None:
        return "not in the table"
    span = "" if row["low"] is None else f" ({row['low']:g} to {row['high']:g})"
    return f"{row['central']:g}{span}, by {row['fallback']}: {row['source']}"


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"USD {value:,.2f}"


def _change(fraction: float | None) -> str:
    return "unknown" if fraction is None else f"{100 * fraction:+.4g} %"
