"""The sheets by which a figure is followed and a list is edited: audit and annex."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from calc.results import LINE_KEY, LINES, result_id, result_ids
from pipelines.report.annex import COLUMNS, annex
from pipelines.report.columns import NOT_APPLICABLE, UNKNOWN, Column
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables, ordered
from pipelines.report.grid import Cell, Grid
from pipelines.report.sheets import DETAIL, TABLE_SHEETS

ANNEX_MEANINGS = (
    "Code of the good.",
    "Short description of the good.",
    "Rate of the measure on it, as a schedule writes it.",
    "First day of the law as it stands; empty where open.",
    "Last day of it; empty where open.",
    "Measure, partners, state.",
    "Source of the law.",
    "The measure that the row belongs to.",
)
MEANINGS = {
    "result_id": "Table and key of a row of sums; of a line, its key: importer/partner/period/...",
    "customs_value_usd": "Value on which the importer levies duty; of a sum, the covered value.",
    "duty_before_usd": "Base duty at unchanged trade.",
    "duty_after_usd": "Duty with the measures in force at unchanged trade.",
    "sources": "Source files, with how many rows of each; of a sum, the lines added up in it.",
    "base": "Base rate as its schedule prints it.",
    "measures": "Each measure that names the line: what becomes of it, and why.",
    "law": "Citation of each measure.",
    "explain": "The command that shows the whole trail.",
}
ANNEX_WIDTHS = {"description": 44, "note": 44, "source": 60, "measure": 28}


def annex_grid(tables: Tables) -> Grid:
    """The list of goods with their rates, in the columns that ``import-annex`` reads back."""
    listed = annex(tables["components"], tables["lines"], tables["by_measure"])
    columns = [
        Column(name=name, header=name, kind="text", width=ANNEX_WIDTHS.get(name, 15), meaning=what)
        for name, what in zip(COLUMNS, ANNEX_MEANINGS, strict=True)
    ]
    purpose = (
        "The goods that measures name, with rates and days, as the annex of a notice. Edited, it "
        "is a schedule again: retorsion import-annex RUN FILE."
    )
    rows: list[list[Cell]] = [
        [cell or NOT_APPLICABLE for cell in row] for row in listed.iter_rows()
    ]
    return Grid(name="annex", purpose=purpose, columns=columns, rows=rows)


def audit_grid(tables: Tables, facts: RunFacts) -> Grid:
    """Each row of sums, then each line with its sources, the measures and the law behind it."""
    heads = {
        "result_id": ("Result id", 44),
        "sources": ("Source files", 44),
        "base": ("Base rate as printed", 24),
        "measures": ("Measures: what becomes of each, and why", 60),
        "law": ("Source of the law", 60),
        "explain": ("Explain with", 60),
    }
    columns = [Column(name=name, header=header, kind="text", width=width)
               for name, (header, width) in heads.items()]  # fmt: skip
    amounts = {"customs_value_usd": "Value (USD)", "duty_before_usd": "Duty before (USD)",
               "duty_after_usd": "Duty after (USD)"}  # fmt: skip
    columns[1:1] = [Column(name=name, header=header, kind="money", width=21)
                    for name, header in amounts.items()]  # fmt: skip
    columns = [replace(column, meaning=MEANINGS[column.name]) for column in columns]
    audited = _audited(tables, facts).iter_rows(named=True)
    rows: list[list[Cell]] = [
        [_cell(row[column.name], column) for column in columns]
        for row in (*_summed(tables, facts), *audited)
    ]
    purpose = (
        "What stands behind each figure, by the result id of its row: first the sums, then each "
        "line with sources, base, measures, law. The hash of each source is on the cover."
    )
    return Grid(name="audit", purpose=purpose, columns=columns, rows=rows)


def _summed(tables: Tables, facts: RunFacts) -> Iterator[dict[str, Any]]:
    """The rows of sums by their ids, with what they are made of."""
    for name in TABLE_SHEETS:
        if name in DETAIL or name not in tables:
            continue
        for row in ordered(name, tables[name]).iter_rows(named=True):
            made = _added_up(row["lines"]) if row.get("lines") else f"table {name}"
            found = result_id(name, row)
            yield {
                "result_id": found,
                "customs_value_usd": row.get("covered_value_usd"),
                "duty_before_usd": row.get("duty_before_usd"),
                "duty_after_usd": row.get("duty_after_usd"),
                "sources": made,
                "base": NOT_APPLICABLE,
                "measures": row.get("measure_id"),
                "law": row.get("source"),
                "explain": f"retorsion explain {facts.run_id} --result {found}",
            }


def _added_up(lines: int) -> str:
    return f"{lines:,} line{'' if lines == 1 else 's'} added up"


def _cell(value: str | float | None, column: Column) -> Cell:
    if value is None:
        return UNKNOWN if column.kind == "money" or column.name == "base" else NOT_APPLICABLE
    return value


def _audited(tables: Tables, facts: RunFacts) -> pl.DataFrame:
    lines = tables["lines"].sort(LINE_KEY)
    whole = lines.select(*LINE_KEY, result_ids(LINES), "customs_value_usd", "duty_before_usd",
                         "duty_after_usd", base="base_rate_text")  # fmt: skip
    for found in (_measures(tables), _sources(tables)):
        whole = whole.join(
            found, on=list(LINE_KEY), how="left", validate="1:1", maintain_order="left"
        )
    explain = pl.format(
        "retorsion explain {} --line {} --partner {} --importer {}",
        pl.lit(facts.run_id), "code", "partner", "importer",
    )  # fmt: skip
    return whole.with_columns(explain=explain)


def _measures(tables: Tables) -> pl.DataFrame:
    sources = tables["by_measure"].select("importer", "measure_id", "source")
    named = tables["components"].join(
        sources, on=["importer", "measure_id"], how="left", validate="m:1"
    )
    said = pl.format("{} {}: {}, {}", "measure_id", "rate_text", "status", "reason")
    law = pl.format("{}: {}", "measure_id", pl.col("source").fill_null("not said"))
    return named.group_by(LINE_KEY).agg(
        measures=said.sort_by("measure_id").str.join("; "),
        law=law.unique().sort().str.join("; "),
    )


def _sources(tables: Tables) -> pl.DataFrame:
    """The source files of each line, with how many of their rows it has.

    Row numbers change with the order of the rows, and this workbook must not: ``explain`` and
    ``provenance.parquet`` have them.
    """
    if "provenance" not in tables:
        return tables["lines"].select(LINE_KEY).with_columns(sources=pl.lit(None, pl.String))
    rows = tables["provenance"].group_by(*LINE_KEY, "source_id").len("rows")
    word = pl.when(pl.col("rows") == 1).then(pl.lit("row")).otherwise(pl.lit("rows"))
    told = pl.format("{}: {} {}", "source_id", "rows", word)
    return rows.group_by(LINE_KEY).agg(sources=told.sort_by("source_id").str.join("; "))
