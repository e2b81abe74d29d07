"""What stands beside the result: what was left out, what is no duty, controls, notes, sources."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from calc.dictionary import summary
from calc.tables import TABLES
from pipelines.html import Content, Markup, bullets, code, html_of, paragraph, section, table
from pipelines.report.columns import NOT_APPLICABLE, Column, columns_of, missing_mark
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables, ordered, unmatched_counts
from pipelines.report.grid import shown_as
from pipelines.report.page.sums import traced
from pipelines.report.page.words import ids_of, percent, usd

MOST_ROWS = 20
SHOWN_ELSEWHERE = {
    *("by_importer", "by_partner", "by_group", "by_product", "by_measure", "by_authority"),
    *("by_end_use", "suppliers", "lines", "components", "provenance", "unmatched", "funnel"),
    *("by_effect", "by_model", "protection", "market_effects", "effects"),
    *("market_ranges", "effect_ranges", "market_elasticities", "effect_drivers"),
}
"""Tables with a section of their own, and those that are too long for a page."""


def left_out(tables: Tables) -> str:
    """Schedule lines that hit no trade, and trade of the named groups that no line hits."""
    frame = tables["unmatched"]
    counts = unmatched_counts(tables)
    named, missed = counts["schedule_lines"], counts["trade_lines"]
    note = (
        f"Schedule lines that met no trade: {named:,}. Trade lines of the product groups that no "
        f"measure names: {missed:,}, worth {usd(counts['trade_value_usd'] or 0.0)} USD."
    )
    if frame.is_empty():
        return section("left-out", "What does not meet", paragraph(note))
    first = frame.sort("customs_value_usd", "kind", "measure_id", "partner", "code",
                       descending=[True, False, False, False, False], nulls_last=True)  # fmt: skip
    rows = [
        [row["code"], row["partner"], row["measure_id"], row["reason"], row["suggestion"] or "",
         "" if row["kind"] == "schedule" else usd(row["customs_value_usd"])]
        for row in first.head(MOST_ROWS).iter_rows(named=True)
    ]  # fmt: skip
    columns = ("code", "partner", "measure", "why", "nearest codes with trade", "USD")
    more = frame.height - len(rows)
    last = paragraph(f"{more:,} more stand in unmatched.parquet.") if more > 0 else ""
    listed = table("Schedule and trade that do not meet", columns, rows, 1)
    return section("left-out", "What does not meet", paragraph(note), listed, last)


def others(tables: Tables) -> str:
    """Every other table of the run with all its columns; nothing where there are none."""
    parts = []
    for name in sorted(set(tables) - SHOWN_ELSEWHERE):
        frame = tables[name]
        if frame.is_empty():
            continue
        parts.append(_whole(name, ordered(name, frame)))
        if frame.height > MOST_ROWS:
            parts.append(paragraph(f"{frame.height - MOST_ROWS:,} more stand in {name}.parquet."))
    return section("beside", "Beside the duties", *parts) if parts else ""


def _whole(name: str, frame: pl.DataFrame) -> str:
    columns = list(_told(name, frame))
    texts = [column for column in columns if column.kind in ("text", "flag", "date")]
    shown = [*texts, *(column for column in columns if column not in texts)]
    rows = [
        [_worded(column, _cell(column, row)) for column in shown]
        for row in frame.head(MOST_ROWS).iter_rows(named=True)
    ]
    caption = summary(TABLES[name]).removesuffix(".")
    numbers, ids = len(columns) - len(texts), ids_of(name, frame.head(MOST_ROWS))
    return traced(caption, [column.header for column in shown], rows, numbers, ids)


def _told(name: str, frame: pl.DataFrame) -> Iterator[Column]:
    """The columns that say something: not the only importer, not one that is empty throughout."""
    for column in columns_of(name):
        is_empty = frame[column.name].null_count() == frame.height
        is_only = column.name == "importer" and frame["importer"].n_unique() == 1
        if not is_empty and not is_only:
            yield column


def _worded(column: Column, text: str) -> Content:
    """A cell of sentences takes more room than a word."""
    if shown_as(column) != "wrapped":
        return text
    return Markup(f'<span class="wordy">{html_of(text)}</span>')


def _cell(column: Column, row: Mapping[str, Any]) -> str:
    value = row[column.name]
    if value is None:
        return "none" if missing_mark(column.name, row) == NOT_APPLICABLE else "unknown"
    match column.kind:
        case "money" | "count":
            return f"{value:,.0f}"
        case "percent":
            return percent(value)
        case "number":
            return f"{value:,.6g}"
        case "flag":
            return "yes" if value else "no"
        case _:
            return str(value)


def about(facts: RunFacts, checks: Sequence[str]) -> str:
    """Notes, files with their hashes, checks, and the command that makes it again."""
    sources: list[Sequence[Content]] = [
        [one.name, one.what, code(one.sha256)] for one in facts.sources
    ]
    files: list[Sequence[Content]] = [[one.name, one.what] for one in facts.files]
    holds = "Every check of the run holds." if not checks else "Checks that do not hold:"
    return section(
        "about", "Notes, sources and checks",
        bullets(facts.notes), paragraph(holds), bullets(checks),
        table("What the run was made from", ("file", "what it holds", "SHA-256"), sources),
        table("Files of the run", ("file", "what it holds"), files),
        paragraph(f"Check every hash again with: retorsion verify {facts.run_id}"),
    )  # fmt: skip
