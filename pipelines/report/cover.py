"""The cover: what the workbook answers, from which data and law, and how to read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.report.answers import answer_sentences
from pipelines.report.checks import Check
from pipelines.report.columns import SHORTHAND, label_of, missing_mark
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables, ordered
from pipelines.report.grid import A4, LINE_HEIGHT, Book, Cell, Grid, lines_of
from pipelines.report.money import money_note

ANSWERS = (
    "What trade this schedule hits, what duty is owed on it before and after, "
    "and how much of that is not known."
)
HEADLINE = {
    "lines": "count",
    "imports_value_usd": "money",
    "listed_value_usd": "money",
    "covered_value_usd": "money",
    "share_of_importer_imports": "percent",
    "in_force_value_usd": "money",
    "affected_value_usd": "money",
    "affected_unknown_value_usd": "money",
    "prohibited_value_usd": "money",
    "threatened_value_usd": "money",
    "duty_before_usd": "money",
    "duty_before_unknown_value_usd": "money",
    "duty_after_usd": "money",
    "duty_after_unknown_value_usd": "money",
    "duty_increment_usd": "money",
    "duty_increment_unknown_value_usd": "money",
    "estimated_value_usd": "money",
    "duty_increment_estimated_usd": "money",
    "threatened_increment_usd": "money",
    "calculated_duty_usd": "money",
    "simple_average_rate_before": "percent",
    "simple_average_rate_after": "percent",
    "trade_weighted_rate_before": "percent",
    "trade_weighted_rate_after": "percent",
}
MOST_IMPORTERS = 3
LABEL_WIDTH = 52
TEXT_WIDTH = 92
HEIGHTS = {"title": 26, "plain": 18, "heading": 28}
HOW_TO_READ = (
    (
        "At unchanged trade",
        "Duties are computed on the trade as recorded: nobody buys less, elsewhere or at another "
        "price. They are no forecast of trade or of revenue.",
    ),
    (
        "Values nest",
        "Listed (a measure names the line) is at least covered (less exclusions), which is at "
        "least in force, which is at least affected (the rate changes). Prohibited is covered but "
        "may not enter; threatened is covered by measures that are not in force. None of them is "
        "added to another.",
    ),
    ("Before and after", "Before: the duty without the scenario. After: with measures in force."),
    ("Money", "Full amounts in USD; cells hold more digits than they show."),
    ("Rates and shares", "True percentages: the cell behind 2.50% holds 0.025."),
    ("Codes", "Text, so that leading zeros stay."),
    *SHORTHAND.items(),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the cover: a label and what stands beside it; ``kind`` is how it is shown."""

    label: str
    value: Cell = ""
    kind: str = "wrapped"


def cover_entries(
    facts: RunFacts, tables: Tables, grids: Sequence[Grid], checks: Sequence[Check]
) -> list[Entry]:
    """The rows of the cover, from top to bottom."""
    return [
        Entry(facts.title, kind="title"),
        Entry(ANSWERS, kind="plain"),
        *about(facts, checks),
        *headline(tables),
        *listed(
            "If trade responds: a model beside these figures",
            [(f"Imports of {name}", told) for name, told in answer_sentences(tables, facts.notes)],
        ),
        Entry("How to read the figures", kind="heading"),
        *(Entry(label, text) for label, text in HOW_TO_READ),
        Entry("Contents", kind="heading"),
        *(Entry(grid.name, grid.purpose, kind="link") for grid in grids),
        *listed("Notes", [(f"Note {n}", note) for n, note in enumerate(facts.notes, start=1)]),
        *listed("Sources", [(s.name, f"{s.what}; SHA-256 {s.sha256}") for s in facts.sources]),
        *listed(f"Files of this run, in {facts.folder}", [(f.name, f.what) for f in facts.files]),
        *reproduction(facts),
    ]


def about(facts: RunFacts, checks: Sequence[Check]) -> Iterator[Entry]:
    """Scenario, data, law and checks."""
    hold = sum(check.holds for check in checks)
    yield Entry("This run", kind="heading")
    yield Entry("Scenario", facts.scenario_id)
    yield Entry("Importer", ", ".join(facts.importers))
    yield Entry("Trade", facts.trade_name)
    yield Entry("Period of the trade", ", ".join(facts.periods))
    yield Entry("Edition of the codes", facts.nomenclature)
    yield Entry("Law as of", *day(facts.as_of))
    yield Entry("Duty without the scenario", facts.base_text)
    for note in money_note(facts.currency):
        yield Entry("Amounts", note)
    for part in facts.parts:
        what = f"{part.title} ({part.scenario_id}); duty on {part.value_basis}"
        yield Entry(f"Part of {part.importer}", what)
    if facts.total_text:
        yield Entry("Figures over all importers", facts.total_text)
    yield Entry("Checks that hold", f"{hold} of {len(checks)} (sheet checks)")


def day(text: str) -> tuple[Cell, str]:
    """A date as a date cell, or as the text that it is; with how it is shown."""
    try:
        return date.fromisoformat(text), "date"
    except ValueError:
        return text, "wrapped"


def headline(tables: Tables) -> Iterator[Entry]:
    """The headline figures of the importers with the largest covered value."""
    frame = tables.get("by_importer")
    if frame is None:
        return
    for row in ordered("by_importer", frame).head(MOST_IMPORTERS).iter_rows(named=True):
        yield Entry(f"Headline figures: imports of {row['importer']}", kind="heading")
        for name, kind in HEADLINE.items():
            yield Entry(label_of(name), known(name, row), kind)
    if frame.height > MOST_IMPORTERS:
        yield Entry(f"{frame.height - MOST_IMPORTERS} more importers", "See sheet by_importer.")


def known(name: str, row: dict[str, Any]) -> Cell:
    """The figure, or the shorthand that says why there is none."""
    value: Cell | None = row[name]
    return missing_mark(name, row) if value is None else value


def listed(heading: str, pairs: Sequence[tuple[str, str]]) -> list[Entry]:
    """A section of labelled texts; nothing where there are none."""
    if not pairs:
        return []
    return [Entry(heading, kind="heading"), *(Entry(label, text) for label, text in pairs)]


def reproduction(facts: RunFacts) -> list[Entry]:
    """How to make sure that this is what the run gave."""
    return [
        Entry("Made by", kind="heading"),
        Entry("Tool", f"retorsion {facts.tool_version}"),
        Entry("Run", facts.run_id),
        Entry("Verify with", f"retorsion verify {facts.run_id}"),
    ]


def put_cover(book: Book, entries: Sequence[Entry]) -> None:
    """Write the cover as the first sheet: labels in the first column, the rest in the second."""
    sheet = book.workbook.add_worksheet("cover")
    bold = book.workbook.add_format({"bold": True, "valign": "top"})
    title = book.workbook.add_format({"bold": True, "font_size": 16})
    heading = book.workbook.add_format({"bold": True, "font_size": 13, "valign": "bottom"})
    plain = {"title": title, "heading": heading, "plain": book.formats["text"]}
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 1, TEXT_WIDTH)
    for row, entry in enumerate(entries):
        if entry.kind in plain:
            sheet.write_string(row, 0, entry.label, plain[entry.kind])
            sheet.set_row(row, HEIGHTS[entry.kind])
            continue
        sheet.set_row(row, LINE_HEIGHT * lines_of(str(entry.value), TEXT_WIDTH))
        if entry.kind == "link":
            sheet.write_url(row, 0, f"internal:'{entry.label}'!A1", string=entry.label)
        else:
            sheet.write_string(row, 0, entry.label, bold)
        shown = "wrapped" if entry.kind in ("wrapped", "link") else f"left {entry.kind}"
        book.put(sheet, (row, 1), entry.value, shown)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
