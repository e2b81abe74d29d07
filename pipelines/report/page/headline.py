"""The first screen of the page: the figures of each importer, and the funnel that led to them."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import polars as pl

from calc.results import result_id
from pipelines.html import Markup, figure, link, paragraph, section, table
from pipelines.report.figures import Tables, ordered
from pipelines.report.page.charts import bars, short_usd
from pipelines.report.page.sums import MOST_IMPORTERS, to_trail
from pipelines.report.page.words import ids_of, money_cell, percent, usd

STEPS = {
    "listed_value_usd": "listed: a measure names the line",
    "covered_value_usd": "covered: less what exclusions take out",
    "in_force_value_usd": "in force: a measure is charged",
    "affected_value_usd": "affected: the rate changes",
    "threatened_value_usd": "threatened: not in force",
}
CARDS = (
    ("covered_value_usd", "covered value, USD"),
    ("affected_value_usd", "affected value, USD"),
    ("duty_before_usd", "duty before, USD"),
    ("duty_after_usd", "duty after, USD"),
    ("duty_increment_usd", "duty added, USD"),
    ("threatened_increment_usd", "duty threatened, USD"),
)
Row = Mapping[str, Any]


def headline(tables: Tables) -> str:
    """What the schedule hits and what is owed, importer by importer."""
    importers = ordered("by_importer", tables["by_importer"])
    rows = importers.head(MOST_IMPORTERS).to_dicts()
    parts = [part for row in rows for part in _importer(row)]
    more = importers.height - len(rows)
    if more > 0:
        parts.append(paragraph(f"{more} more importers stand in by_importer.parquet."))
    note = (
        "At unchanged trade: nobody buys less, elsewhere or at another price. Listed is at least "
        "covered, which is at least in force, which is at least affected; they are never added."
    )
    return section("headline", "What is hit, what is owed", paragraph(note, "told"), *parts)


def _importer(row: Row) -> Iterator[str]:
    importer = row["importer"]
    yield f"<h3>Imports of {escape(importer)}</h3>"
    own = result_id("by_importer", row)
    cards = (
        f'<li data-result="{escape(own)}/{name}">'
        f"<strong>{to_trail(money_cell(name, row), 'by_importer', row).text}</strong>"
        f"<span>{escape(label)}</span></li>"
        for name, label in CARDS
    )
    yield f'<ul class="headline">\n{"".join(cards)}\n</ul>'
    yield paragraph(
        f"{percent(row['share_of_importer_imports'])} of the imports of {importer} in the table "
        f"are covered. Average rate of the covered lines: simple "
        f"{percent(row['simple_average_rate_before'])} before, "
        f"{percent(row['simple_average_rate_after'])} after; trade-weighted "
        f"{percent(row['trade_weighted_rate_before'])} before, "
        f"{percent(row['trade_weighted_rate_after'])} after."
    )
    unknown = row["duty_increment_unknown_value_usd"]
    if unknown:
        yield paragraph(
            f"The added duty is unknown on lines worth {usd(unknown)} USD; sums leave them out.",
            "told",
        )
    yield _steps(row)


def _steps(row: Row) -> str:
    filled = ("in_force_value_usd", "affected_value_usd")
    drawn = [
        {"name": words.partition(":")[0], "usd": row[name], "is_filled": name in filled}
        for name, words in STEPS.items()
    ]
    told = ", ".join(
        f"{words.partition(':')[0]} {short_usd(row[name])}" for name, words in STEPS.items()
    )
    sentence = f"Value of the imports of {row['importer']} in USD: {told}."
    chart = figure(f"values-{row['importer']}", bars(drawn, title="USD"), sentence)
    listed = [[words, usd(row[name])] for name, words in STEPS.items()]
    ids = [f"{result_id('by_importer', row)}/{name}" for name in STEPS]
    return chart + table("Values of the lines", ("Value", "USD"), listed, 1, ids)


def funnel(tables: Tables) -> str:
    """What came in, what was left out and why, and what was used."""
    frame = tables["funnel"].sort("importer", "step")
    rows = [
        [
            row["importer"],
            row["stage"],
            row["kind"],
            row["reason"] or "",
            _count(row["rows"]),
            usd(row["value_usd"]),
        ]
        for row in frame.iter_rows(named=True)
    ]
    lost = frame.filter(pl.col("kind").is_in(["rejected", "excluded"]) & (pl.col("rows") != 0))
    gone = f"{lost['rows'].sum():,} rows were left out, for the reasons above"
    words = "Nothing was left out" if lost.is_empty() else gone
    caption = "In = used + rejected + excluded, in rows and in dollars"
    columns = ("Importer", "Rows that", "are", "Why", "Rows", "USD")
    foot = Markup(
        f"{words}. Trade and schedule that do not meet: see {link('left out', 'left-out').text}."
    )
    return section(
        "funnel", "From the files to the lines",
        table(caption, columns, rows, 2, ids_of("funnel", frame)), paragraph(foot),
    )  # fmt: skip


def _count(rows: int | None) -> str:
    return "unknown" if rows is None else f"{rows:,}"
