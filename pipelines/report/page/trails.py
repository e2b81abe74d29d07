"""How the largest figures came about: the trail of each line, as ``explain`` tells it.

But for row numbers, which stand in PROVENANCE only: the same rows in another order give the same
page.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from calc.results import result_id
from calc.tables.lines import LineKey
from pipelines.explain.step import Trail, counted, trail_lines
from pipelines.html import Content, Markup, details, html_of, link, paragraph, section, table
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables
from pipelines.report.page.words import money_cell

MOST_LINES = 20
WHOLE = "whole"
KEY = list(LineKey.primary_key())


def largest_lines(tables: Tables) -> pl.DataFrame:
    """The lines of the largest value, largest first; ties by key."""
    lines = tables["lines"]
    down = [True] + [False] * len(KEY)
    return lines.sort("customs_value_usd", *KEY, descending=down, nulls_last=True).head(MOST_LINES)


def lines(tables: Tables, facts: RunFacts) -> str:
    """The largest lines, each with a link to its trail."""
    largest = largest_lines(tables)
    in_parts = bool((largest["segment"] != WHOLE).any())
    rows: list[list[Content]] = [
        [
            link(f"{_into(row, facts)}{row['code']} from {row['partner']}", trail_name(at)),
            *([_part(row["segment"])] if in_parts else []), row["description"] or "",
            row["status"], row["measure_id"] or "", row["base_rate_text"] or "none",
            money_cell("customs_value_usd", row), money_cell("duty_increment_usd", row),
        ]
        for at, row in enumerate(largest.iter_rows(named=True))
    ]  # fmt: skip
    columns = ("line", *(["part of the flow"] if in_parts else []), "goods", "status", "measures",
               "base rate", "value USD", "duty added USD")  # fmt: skip
    command = f"retorsion explain {facts.scenario_id} --line CODE --partner PARTNER"
    note = Markup(
        f"The largest {len(rows):,} of {tables['lines'].height:,} lines; each leads to the trail "
        f"of its figures. For any other: <code>{html_of(command)}</code>"
    )
    caption = "Lines of the largest value, at unchanged trade"
    ids = [result_id("lines", row) for row in largest.iter_rows(named=True)]
    listed = table(caption, columns, rows, 2, ids)
    return section("lines", "Largest lines", paragraph(note), listed)


def _into(line: Mapping[str, Any], facts: RunFacts) -> str:
    """The importer of a line, where the run has several."""
    return f"{line['importer']}: " if len(facts.importers) > 1 else ""


def _part(segment: str) -> str:
    return "whole" if segment == WHOLE else segment


def trail_name(at: int) -> str:
    """The place on the page of the trail of a line, by its place among the largest."""
    return f"trail-{at + 1}"


def trails(tables: Tables, facts: RunFacts) -> str:
    """The trail of each of the largest lines."""
    inputs = [{"role": one.what, "name": one.name, "sha256": one.sha256} for one in facts.sources]
    parts = [
        details(
            trail_name(at),
            f"{_into(trail.line, facts)}{trail.line['code']} from {trail.line['partner']}",
            f"<pre>{html_of(chr(10).join(trail_lines(trail)))}</pre>",
        )
        for at, trail in enumerate(_trails(tables, inputs))
    ]
    note = (
        "From the figure back to the source file and the legal act. Its row in the file stands in "
        "provenance.parquet; explain tells it."
    )
    return section("trails", "How these figures came about", paragraph(note), *parts)


def _trails(tables: Tables, inputs: list[dict[str, str]]) -> Iterator[Trail]:
    chosen = largest_lines(tables)
    beside = {
        name: tables[name].join(chosen.select(KEY), on=KEY, how="semi")
        for name in ("components", "provenance")
    }
    rows = tables["by_measure"].iter_rows(named=True)
    measures = {(row["importer"], row["measure_id"]): row for row in rows}
    quotas = tables["by_quota"].to_dicts() if "by_quota" in tables else []
    for line in chosen.iter_rows(named=True):
        same = pl.all_horizontal(pl.col(name) == line[name] for name in KEY)
        parts = beside["components"].filter(same).sort("measure_id").to_dicts()
        files = beside["provenance"].filter(same)["source_id"].unique().sort()
        sources = [{"source_id": name, "source_row": None, "share": None} for name in files]
        named = {row["measure_id"]: measures[line["importer"], row["measure_id"]] for row in parts}
        yield Trail(
            line=line,
            sources=sources,
            components=parts,
            measures=named,
            quotas=list(counted(quotas, line, parts)),
            inputs=inputs,
        )
