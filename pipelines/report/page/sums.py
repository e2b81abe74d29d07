"""How each sum on the page came about: its figures, and the lines that are added up in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape, unescape
from typing import Any

from calc.results import LINES, result_id, result_ids
from calc.tables import TABLES
from pipelines.explain.total import total_of
from pipelines.html import Content, Markup, details, html_of, link, paragraph, section, table
from pipelines.report.answers import figure_words
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables
from pipelines.report.page.trails import largest_lines, trail_name

MOST_IMPORTERS = 4
MOST_CELLS = 15
LINKED = re.compile(r'href="#trail-([a-z_]+/[^"]*)"')
HEADINGS = {
    "by_importer": "Importers",
    "by_group": "Product groups",
    "by_partner": "Partners",
    "by_measure": "Measures",
    "by_authority": "Legal bases",
    "by_end_use": "Capital, intermediate, consumer goods",
    "by_effect": "If trade responds",
    "by_model": "Other models",
    "effect_drivers": "What drives the range",
    "funnel": "From the files to the lines",
    "suppliers": "Suppliers",
}
"""What the rows of a table are called; of any other, the name of the table."""


def anchor(name: str, row: Mapping[str, Any]) -> str:
    """The place on the page at which the trail of a sum stands."""
    return f"trail-{result_id(name, row)}"


def to_trail(label: str, name: str, row: Mapping[str, Any]) -> Markup:
    """A label that leads to the trail of its row."""
    return link(label, anchor(name, row))


def traced(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Content]],
    numbers: int,
    ids: Sequence[str],
) -> str:
    """A table in which the head of each row leads to the trail of its figures; see ``table``."""
    linked: list[Sequence[Content]] = [
        [Markup(f'<a href="#{escape(f"trail-{one}")}">{html_of(head)}</a>'), *cells]
        for (head, *cells), one in zip(rows, ids, strict=True)
    ]
    return table(caption, columns, linked, numbers, ids)


def sums(tables: Tables, facts: RunFacts, shown: str) -> str:
    """The trail of each row of sums that ``shown``, the other sections, has a link to.

    The links are read off the sections, so that none leads nowhere.
    """
    largest = largest_lines(tables).iter_rows(named=True)
    trails = {result_id(LINES, row): trail_name(at) for at, row in enumerate(largest)}
    parts = []
    for name, rows in _linked_rows(tables, shown).items():
        heading = HEADINGS.get(name, name.replace("_", " ").capitalize())
        parts.append(f"<h3>{html_of(heading)}</h3>")
        for row in rows:
            total = replace(total_of(name, row, tables), currency=facts.currency)
            told = "\n".join(_linked(line, trails) for line in total.lines())
            parts.append(details(anchor(name, row), _title(name, row), f"<pre>{told}</pre>"))
    command = f"retorsion explain {facts.scenario_id} --result ID"
    note = Markup(
        "From a sum to the lines that are added up in it. Of any other figure, by the id of its "
        f"row on the sheet audit of report.xlsx: <code>{html_of(command)}</code>"
    )
    return section("sums", "How these sums came about", paragraph(note), *parts)


def _linked_rows(tables: Tables, shown: str) -> dict[str, list[Mapping[str, Any]]]:
    """The rows that the sections lead to, by table, in the order of the page."""
    wanted = dict.fromkeys(unescape(name) for name in LINKED.findall(shown))
    found: dict[str, list[Mapping[str, Any]]] = {}
    for name in dict.fromkeys(one.partition("/")[0] for one in wanted):
        frame = tables[name].with_columns(result_ids(name))
        rows = {row.pop("result_id"): row for row in frame.iter_rows(named=True)}
        found[name] = [rows[one] for one in wanted if one in rows]
    return found


def _title(name: str, row: Mapping[str, Any]) -> str:
    """What a row is of, in its own words: the cells of its key, the importer last."""
    if name == "funnel":
        return f"{row['stage']}, {row['importer']}"
    key = [one for one in TABLES[name].primary_key() if one != "importer"]
    cells = [
        figure_words(row[one]) if one == "figure" else str(row[one])
        for one in (*key, "importer")
        if row.get(one) is not None
    ]
    return ", ".join(dict.fromkeys(cells))


def _linked(line: str, trails: Mapping[str, str]) -> str:
    """A line of a trail, in which the id of a line with a trail of its own leads there."""
    head, _, rest = line.partition("  line         ")
    name, colon, figures = rest.partition(": ")
    if not head and colon and name in trails:
        return f"  line         {link(name, trails[name]).text}: {html_of(figures)}"
    return html_of(line)
