"""The section of the page on what trade does in answer: ranges drawn, in a sentence, in a table."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from calc.results import result_id
from pipelines.html import figure, paragraph, section
from pipelines.report.answers import amount, totals_of
from pipelines.report.figures import Tables
from pipelines.report.page.charts import intervals, tornado
from pipelines.report.page.sums import traced
from pipelines.report.page.words import ids_of, named, percent, usd

MOST_PARTNERS = 12
MOST_TOLD = 3
DRIVEN = "welfare_usd"
FIGURES = {
    "imports_after_usd": "imports",
    "imports_change_usd": "change in imports",
    "duty_after_usd": "duty after response",
    "revenue_change_usd": "change in duty",
    "consumer_surplus_usd": "gain of buyers",
    "producer_surplus_usd": "gain of domestic producers",
    "terms_of_trade_usd": "gain by lower foreign prices",
    "deadweight_loss_usd": "deadweight loss",
    "welfare_usd": "welfare of the importer",
}
FIXED_PRICES = (
    " Foreign supply is taken as infinite: world prices stay, so the gain by lower foreign prices "
    "is 0 by assumption and partners' surplus is not identified; other closures stand below."
)
NO_PRODUCERS = (
    " No domestic sales are given, so that the gain of domestic producers is unknown and welfare "
    "is without it."
)
Row = Mapping[str, Any]


def answers(tables: Tables) -> str:
    """What trade does in answer, importer by importer."""
    parts = [
        part
        for importer, totals in totals_of(tables)
        for part in (
            _told(importer, totals),
            _totals(importer, totals),
            _partners(importer, tables["by_effect"]),
            _models(importer, tables),
            _protection(importer, tables),
            _drivers(importer, tables.get("effect_drivers")),
        )
    ]
    return section("answers", "If trade responds", *parts)


def _told(importer: str, totals: Mapping[str, Row]) -> str:
    welfare = totals["welfare_usd"]
    return paragraph(
        f"{welfare['markets_solved']:,} of {welfare['markets']:,} markets of {importer} are "
        f"solved; {usd(welfare['unsolved_value_usd'])} USD are not, and are in no figure. "
        "Ranges hold 90 percent of the draws of the elasticities."
        + (FIXED_PRICES if totals["terms_of_trade_usd"]["central_usd"] == 0 else "")
        + (NO_PRODUCERS if totals["producer_surplus_usd"]["central_usd"] is None else ""),
        "told",
    )


def _totals(importer: str, totals: Mapping[str, Row]) -> str:
    rows = [
        [words, _before(totals[name]), *(usd(totals[name][end]) for end in ("central_usd",
         "low_usd", "median_usd", "high_usd")), _share(totals[name]["share_of_draws_below_zero"])]
        for name, words in FIGURES.items()
    ]  # fmt: skip
    columns = ("Figure, USD", "before", "central", "5 %", "median", "95 %", "below 0")
    return traced(f"Totals of {importer} over its solved markets", columns, rows, 6,
                  [result_id("by_effect", totals[name]) for name in FIGURES])  # fmt: skip


def _models(importer: str, tables: Tables) -> str:
    """Other models and closures beside the exact answer, with the gap."""
    if "by_model" not in tables:
        return ""
    supply = pl.col("model").str.extract(r"foreign supply ([0-9.]+)$").cast(pl.Float64)
    found = tables["by_model"].filter(
        pl.col("importer") == importer, pl.col("markets_compared") > 0
    ).sort("figure", supply.is_not_null(), supply, "model")  # fmt: skip
    rows = [
        [row["model"], FIGURES[row["figure"]], usd(row["central_usd"]), usd(row["exact_usd"]),
         usd(row["gap_usd"]), f"{row['markets_compared']:,} of {row['markets']:,}",
         _part(row["share_of_markets_capped"]), _part(row["share_of_markets_large"])]
        for row in found.iter_rows(named=True)
    ]  # fmt: skip
    columns = ("Model", "figure, USD", "model", "exact", "gap", "markets", "capped", "too large")
    note = paragraph(
        "Which model is right is no part of the ranges. Linear models are for replication: where a "
        "change is too large for one, the exact answer holds. capped: markets in which more than "
        "all trade of a source vanishes.",
        "told",
    )
    title = f"The model and the closure, {importer}, over the markets that both solve"
    return note + traced(title, columns, rows, 6, ids_of("by_model", found)) if rows else ""


def _protection(importer: str, tables: Tables) -> str:
    """How protected the markets are, and the three measures of what the schedule comes to."""
    if "protection" not in tables:
        return ""
    found = tables["protection"].filter(pl.col("importer") == importer, pl.col("kind") != "partner")
    rates = ("average_rate_before", "average_rate_after", "average_rate_responded")
    amounts = ("covered_value_usd", "duty_change_usd", "displaced_value_usd")
    indices = ("tri_before", "tri_after", "otri_before", "otri_after")
    rows = [
        [row["name"], *(percent(row[name]) for name in (*rates, *indices)),
         *(usd(row[name]) for name in amounts)]
        for row in found.sort("kind", "name").iter_rows(named=True)
    ]  # fmt: skip
    columns = (
        *("Markets", "average rate before", "average rate after", "average rate after response"),
        *("TRI before", "TRI after", "OTRI before", "OTRI after"),
        *("trade covered, USD", "change in duty, USD", "trade displaced, USD"),
    )
    note = paragraph(
        "TRI and OTRI: the uniform duty of the same welfare loss, and of the same imports. What an "
        "answer comes to depends on the measure: trade covered, duty after response, trade "
        "displaced.",
        "told",
    )
    ids = ids_of("protection", found.sort("kind", "name"))
    return note + traced(f"Protection of the markets of {importer}", columns, rows, 10, ids)


def _before(row: Row) -> str:
    """The figure without the scenario; a change has none."""
    return "none" if row["before_usd"] is None else usd(row["before_usd"])


def _part(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.0f} %"


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.0f} % of draws"


def _partners(importer: str, by_effect: pl.DataFrame) -> str:
    """The partners whose exports change most, with the range of the change."""
    changes = by_effect.filter(
        pl.col("importer") == importer,
        pl.col("kind") == "partner",
        pl.col("figure") == "imports_change_usd",
        pl.col("low_usd").is_not_null() & pl.col("central_usd").is_not_null(),
    ).sort(pl.col("central_usd").abs(), "name", descending=[True, False])
    if changes.is_empty():
        return ""
    largest = changes.head(MOST_PARTNERS)
    rows = [
        {"name": named(row["name"]), "low": row["low_usd"], "central": row["central_usd"],
         "high": row["high_usd"]}
        for row in largest.iter_rows(named=True)
    ]  # fmt: skip
    told = ", ".join(
        f"{row['name']} {amount(row['central'], signed=True)} "
        f"({amount(row['low'])} to {amount(row['high'])})"
        for row in rows[:MOST_TOLD]
    )
    sentence = (
        f"Change in the imports of {importer} in USD, largest first: {told}. The dot is the "
        "central figure, the line 5 to 95 percent of the draws."
    )
    drawn = figure(f"answers-{importer}", intervals(rows, title="change in imports, USD"), sentence)
    listed = [[row["name"], *(usd(row[end]) for end in ("central", "low", "high"))] for row in rows]
    columns = ("partner", "central USD", "5 % USD", "95 % USD")
    caption = f"Change in the imports of {importer} by partner, the largest first"
    return drawn + traced(caption, columns, listed, 3, ids_of("by_effect", largest))


def _drivers(importer: str, drivers: pl.DataFrame | None) -> str:
    """Which elasticities drive the range of the importer's welfare, the strongest first."""
    if drivers is None:
        return ""
    own = drivers.filter(
        (pl.col("importer") == importer)
        & (pl.col("figure") == DRIVEN)
        & pl.col("rank_correlation").is_not_null()
    ).sort(pl.col("rank_correlation").abs(), "parameter", descending=[True, False])
    if own.is_empty():
        return ""
    rows = [
        {"name": named(row["parameter"].replace("_", " ")), "strength": row["rank_correlation"]}
        for row in own.iter_rows(named=True)
    ]
    sentence = (
        f"What drives the range of the welfare of {importer}: its rank correlation with each "
        f"elasticity and share over the draws, strongest with {rows[0]['name']} "
        f"({rows[0]['strength']:+.2f}). Filled: they rise together; outlined: one falls. Of demand "
        "it is its size, which stands for the share of imports where that is assumed."
    )
    drawn = figure(f"drivers-{importer}", tornado(rows, title="rank correlation"), sentence)
    listed = [[row["name"], f"{row['strength']:+.3f}"] for row in rows]
    columns = ("elasticity or share", "rank correlation")
    return drawn + traced(f"What drives the welfare of {importer}", columns, listed, 1,
                          ids_of("effect_drivers", own))  # fmt: skip
