"""The first screen of the page: the figures of each importer, and the funnel that led to them."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import polars as pl

from calc.results import result_id
from pipelines.html import Content, Markup, figure, link, paragraph, section, table
from pipelines.report.figures import Tables, ordered
from pipelines.report.lead import lead
from pipelines.report.page.charts import bars, short_usd
from pipelines.report.page.sums import MOST_IMPORTERS, to_trail, traced
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
    parts = [part for row in rows for part in _importer(row, tables["lines"])]
    more = importers.height - len(rows)
    if more > 0:
        parts.append(paragraph(f"{more} more importers stand in by_importer.parquet."))
    note = (
        "At unchanged trade: nobody buys less, elsewhere or at another price. Listed is at least "
        "covered, which is at least in force, which is at least affected; they are never added."
    )
    return section("headline", "What is hit, what is owed", paragraph(note, "told"), *parts)


def _importer(row: Row, lines: pl.DataFrame) -> Iterator[str]:
    importer = row["importer"]
    yield f"<h3>Imports of {escape(importer)}</h3>"
    yield paragraph(lead(row), "lead")
    own = result_id("by_importer", row)
    cards = (
        f'<li data-result="{escape(own)}/{name}">'
        f"<strong>{to_trail(money_cell(name, row), 'by_importer', row).text}</strong>"
        f"<span>{escape(label)}</span></li>"
        for name, label in CARDS
    )
    yield f'<ul class="headline">\n{"".join(cards)}\n</ul>'
    yield paragraph(
        f"Average rate of the covered lines: simple "
        f"{percent(row['simple_average_rate_before'])} before, "
        f"{percent(row['simple_average_rate_after'])} after; trade-weighted "
        f"{percent(row['trade_weighted_rate_before'])} before, "
        f"{percent(row['trade_weighted_rate_after'])} after."
    )
    unknown = row["duty_increment_unknown_value_usd"]
    if unknown:
        yield paragraph(
            f"The added duty is unknown on lines worth {usd(unknown)} USD"
            f"{_why_unknown(lines.filter(importer=importer))}. Sums leave them out, and ≥ (at "
            "least) stands before a sum that does.",
            "told",
        )
    yield _steps(row)


def _why_unknown(lines: pl.DataFrame) -> str:
    """Why the added duty of the covered lines is not known, the largest value first."""
    missing = lines.filter(
        pl.col("duty_increment_usd").is_null(),
        pl.col("duty_unknown_reason").is_not_null(),
        pl.col("status") != "excluded",
    )
    reasons = missing.group_by("duty_unknown_reason").agg(pl.col("customs_value_usd").sort().sum())
    down = ["customs_value_usd", "duty_unknown_reason"]
    told = reasons.sort(down, descending=[True, False])["duty_unknown_reason"].to_list()
    more = f"; other reasons: {len(told) - 1}" if len(told) > 1 else ""
    return f" ({told[0]}{more})" if told else ""


def _steps(row: Row) -> str:
    filled = ("in_force_value_usd", "affected_value_usd")
    drawn = [
        {"name": words.partition(":")[0], "usd": row[name], "is_filled": name in filled}
        for name, words in STEPS.items()
    ]
    told = ", ".join(
        f"{words.partition(':')[0]} {short_usd(row[name])}" for name, words in STEPS.items()
    )
    sentence = (
        f"Value of the imports of {row['importer']} in USD: {told}. Filled: a measure is charged."
    )
    chart = figure(f"values-{row['importer']}", bars(drawn, title="USD"), sentence)
    listed: list[Sequence[Content]] = [
        [to_trail(words, "by_importer", row), usd(row[name])] for name, words in STEPS.items()
    ]
    ids = [f"{result_id('by_importer', row)}/{name}" for name in STEPS]
    return chart + table("Values of the lines", ("Value", "USD"), listed, 1, ids)


def funnel(tables: Tables) -> str:
    """What came in, what was left out and why, and what was used."""
    frame = tables["funnel"].sort("importer", "step")
    several = frame["importer"].n_unique() > 1
    rows = [
        [
            f"{row['importer']}: {row['stage']}" if several else row["stage"],
            row["kind"],
            row["reason"] or "",
            _count(row["rows"]),
            usd(row["value_usd"]),
        ]
        for row in frame.iter_rows(named=True)
    ]
    lost = frame.filter(pl.col("kind").is_in(["rejected", "excluded"]) & (pl.col("rows") != 0))
    count = lost["rows"].sum()
    were = "row was" if count == 1 else "rows were"
    gone = f"{count:,} {were} left out, for the reasons above"
    words = "Nothing was left out" if lost.is_empty() else gone
    caption = "In = used + rejected + excluded, in rows and in value"
    columns = ("Step", "Kind", "Why", "Rows", "USD")
    foot = Markup(
        f"{words}. Trade and schedule that do not meet: see {link('left out', 'left-out').text}."
    )
    return section(
        "funnel", "From the files to the lines",
        traced(caption, columns, rows, 2, ids_of("funnel", frame)), paragraph(foot),
    )  # fmt: skip


def _count(rows: int | None) -> str:
    return "unknown" if rows is None else f"{rows:,}"
