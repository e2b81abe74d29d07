"""How each sum on the page came about: its figures, and the lines that are added up in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from calc.results import LINES, result_id
from pipelines.explain_total import total_of
from pipelines.html import Markup, details, html_of, link, paragraph, section
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables, cells_hit, ordered
from pipelines.report.page.trails import largest_lines, trail_name

MOST_IMPORTERS = 4
MOST_CELLS = 15
CELLS = ("by_group", "by_partner")
WHOLE = ("by_measure", "by_authority")


def anchor(table: str, row: Mapping[str, Any]) -> str:
    """The place on the page at which the trail of a sum stands."""
    return f"trail-{result_id(table, row)}"


def to_trail(label: str, table: str, row: Mapping[str, Any]) -> Markup:
    """A label that leads to the trail of its row."""
    return link(label, anchor(table, row))


def sums(tables: Tables, facts: RunFacts) -> str:
    """The trail of each row of sums that the page shows."""
    largest = largest_lines(tables).iter_rows(named=True)
    trails = {result_id(LINES, row): trail_name(at) for at, row in enumerate(largest)}
    parts = []
    for table, row in shown(tables):
        total = total_of(table, row, tables)
        told = "\n".join(_linked(line, trails) for line in total.lines())
        parts.append(details(anchor(table, row), total.name, f"<pre>{told}</pre>"))
    command = f"retorsion explain {facts.scenario_id} --result ID"
    note = Markup(
        "From a sum to the lines that are added up in it. Of any other figure, by the id of its "
        f"row on the sheet audit of report.xlsx: <code>{html_of(command)}</code>"
    )
    return section("sums", "How these sums came about", paragraph(note), *parts)


def shown(tables: Tables) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of sums that the page shows with a link, with the table that they are of."""
    importers = ordered("by_importer", tables["by_importer"]).head(MOST_IMPORTERS)
    yield from (("by_importer", row) for row in importers.iter_rows(named=True))
    for name in CELLS:
        yield from ((name, row) for row in cells_hit(tables, name)[:MOST_CELLS])
    for name in WHOLE:
        yield from ((name, row) for row in tables[name].iter_rows(named=True))


def _linked(line: str, trails: Mapping[str, str]) -> str:
    """A line of a trail, in which the id of a line with a trail of its own leads there."""
    head, _, rest = line.partition("  line         ")
    name, colon, figures = rest.partition(": ")
    if not head and colon and name in trails:
        return f"  line         {link(name, trails[name]).text}: {html_of(figures)}"
    return html_of(line)
