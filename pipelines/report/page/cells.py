"""Who is hit: product groups, partners, measures and legal bases, with their charts."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from calc.results import result_id
from pipelines.html import Content, figure, link, paragraph, section, table
from pipelines.report.figures import Tables, cells_hit, state_of
from pipelines.report.page.charts import bars, dumbbells, short_usd, waterfall
from pipelines.report.page.sums import MOST_CELLS, to_trail
from pipelines.report.page.words import ids_of, money_cell, named, percent

COLUMNS = (
    *("lines", "covered USD", "of its imports", "rate before", "rate after"),
    *("duty before USD", "duty after USD", "duty added USD"),
)
Cell = dict[str, Any]


def groups(tables: Tables) -> str:
    """The product groups: what of each is covered, and its rate before and after."""
    cells = cells_hit(tables, "by_group")
    return _cells(cells, "groups", "By product group", "product_group")


def partners(tables: Tables) -> str:
    """The partners: what of their trade is covered, and the rate before and after."""
    cells = cells_hit(tables, "by_partner")
    return _cells(cells, "partners", "By partner", "partner")


def _cells(cells: list[Cell], name: str, heading: str, key: str) -> str:
    if not cells:
        return section(name, heading, paragraph("No line is named by a measure."))
    shown, file = cells[:MOST_CELLS], f"by_{key.removeprefix('product_')}"
    several = len({cell["importer"] for cell in cells}) > 1
    labels = [_label(cell, key, several=several) for cell in shown]
    rows: list[Sequence[Content]] = [
        [to_trail(label, file, cell), *_figures(cell)]
        for label, cell in zip(labels, shown, strict=True)
    ]
    parts = [_covered(name, shown, labels), _rates(name, shown, labels)]
    parts.append(
        table(
            f"{heading}, at unchanged trade",
            (heading.removeprefix("By "), "state", *COLUMNS),
            rows,
            8,
            [result_id(file, cell) for cell in shown],
        )
    )
    if len(cells) > len(shown):
        parts.append(paragraph(f"{len(cells) - len(shown)} more stand in {file}.parquet."))
    return section(name, heading, *parts)


def _label(cell: Cell, key: str, *, several: bool) -> str:
    return f"{cell['importer']}: {cell[key]}" if several else str(cell[key])


def _figures(cell: Cell) -> list[Content]:
    return [
        state_of(cell),
        f"{cell['lines']:,}",
        money_cell("covered_value_usd", cell),
        percent(cell["coverage_ratio"]),
        percent(cell["trade_weighted_rate_before"]),
        percent(cell["trade_weighted_rate_after"]),
        *(money_cell(f"duty_{name}_usd", cell) for name in ("before", "after", "increment")),
    ]


def _covered(name: str, cells: Sequence[Cell], labels: Sequence[str]) -> str:
    drawn = [
        {"name": named(label), "usd": cell["covered_value_usd"],
         "filled_usd": cell["in_force_value_usd"]}
        for label, cell in zip(labels, cells, strict=True)
    ]  # fmt: skip
    first = f"Covered value: {labels[0]} {short_usd(cells[0]['covered_value_usd'])} USD"
    of_several = ", the largest" if len(cells) > 1 else ""
    return figure(
        f"{name}-covered", bars(drawn, title="Covered value, USD"),
        f"{first}{of_several}. Filled: in force; outlined: the rest, threatened or prohibited.",
    )  # fmt: skip


def _rates(name: str, cells: Sequence[Cell], labels: Sequence[str]) -> str:
    drawn = [
        {"name": named(label), "before": cell["trade_weighted_rate_before"],
         "after": cell["trade_weighted_rate_after"]}
        for label, cell in zip(labels, cells, strict=True)
    ]  # fmt: skip
    known = [row for row in drawn if row["before"] is not None and row["after"] is not None]
    if not known:
        return ""
    largest = max(known, key=lambda row: abs(row["after"] - row["before"]))
    of_several = "the largest change is that of " if len(known) > 1 else ""
    sentence = (
        "Trade-weighted rate of the covered lines, outlined before and filled after; "
        f"{of_several}{largest['name']}, from {percent(largest['before'])} to "
        f"{percent(largest['after'])}."
    )
    return figure(f"{name}-rates", dumbbells(known, title="Rate"), sentence)


def authorities(tables: Tables) -> str:
    """The duty added by each legal basis, in parts that add up."""
    frame = tables["by_authority"].filter(pl.col("method") == "order of law")
    importers = tables["by_importer"].to_dicts()
    parts = [
        _waterfall(row, frame.filter(pl.col("importer") == row["importer"]).to_dicts())
        for row in importers
        if row["duty_before_usd"] is not None and row["duty_increment_usd"] is not None
    ]
    several, known = len(importers) > 1, _known_parts(tables)
    rows = [
        [to_trail(_label(row, "authority", several=several), "by_authority", row), row["method"],
         _added(row, known)]
        for row in tables["by_authority"].iter_rows(named=True)
    ]  # fmt: skip
    ids = ids_of("by_authority", tables["by_authority"])
    columns = ("legal basis", "method", "duty added USD")
    listed = table("What each legal basis adds, at unchanged trade", columns, rows, 1, ids)
    return section("authorities", "By legal basis", *parts, listed) if rows else ""


def _known_parts(tables: Tables) -> dict[tuple[str, str], tuple[int, int]]:
    """By importer and legal basis: of how many parts of lines the added duty is known, and not."""
    bases = tables["by_measure"].select("importer", "measure_id", "authority")
    on = ["importer", "measure_id"]
    charged = tables["components"].filter(pl.col("status") == "applied")
    added = pl.col("duty_increment_usd")
    counts = charged.join(bases, on=on, how="left", validate="m:1")
    found = counts.group_by("importer", "authority").agg(
        known=added.count(), unknown=added.null_count()
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in found.rows()}


def _added(row: Cell, parts: Mapping[tuple[str, str], tuple[int, int]]) -> str:
    """What a legal basis adds; at least where a part of it is unknown, or unknown altogether."""
    if row["duty_increment_usd"] is None:
        return "unknown"
    _, unknown = parts.get((row["importer"], row["authority"]), (1, 0))
    shown = f"{row['duty_increment_usd']:,.0f}"
    return f"≥ {shown}" if unknown else shown


def _waterfall(row: Cell, parts: list[Cell]) -> str:
    before, added = row["duty_before_usd"], row["duty_increment_usd"]
    steps = [{"name": "duty before", "usd": before, "is_total": True}]
    steps += [
        {"name": named(part["authority"]), "usd": part["duty_increment_usd"], "is_total": False}
        for part in parts
        if part["duty_increment_usd"] is not None
    ]
    steps.append({"name": "before and added", "usd": before + added, "is_total": True})
    told = ", ".join(
        f"{part['authority']} adds {_short(part['duty_increment_usd'])}" for part in parts
    )
    sentence = (
        f"Duty on the imports of {row['importer']} in USD: {short_usd(before)} before; {told}."
    )
    return figure(f"duty-{row['importer']}", waterfall(steps, title="USD"), sentence)


def _short(amount: float | None) -> str:
    return "what is unknown" if amount is None else short_usd(amount)


def measures(tables: Tables) -> str:
    """The measures: what each reaches by itself, and the legal act that it is."""
    rows: list[Sequence[Content]] = [
        [
            to_trail(row["measure_id"], "by_measure", row), row["authority"], row["state"],
            row["rate_text"], row["source"],
            f"{row['lines']:,}", money_cell("covered_value_usd", row),
            money_cell("in_force_value_usd", row), money_cell("displaced_value_usd", row),
        ]
        for row in tables["by_measure"].iter_rows(named=True)
    ]  # fmt: skip
    columns = ("measure", "legal basis", "state", "rate", "source", "lines",
               "covered USD", "charged USD", "displaced USD")  # fmt: skip
    note = paragraph("Measures may share lines: their values are not added.")
    listed = table(
        "What each measure reaches by itself", columns, rows, 4,
        ids_of("by_measure", tables["by_measure"]),
    )  # fmt: skip
    return section("measures", "Measures", note, listed)


def contents(names: Sequence[tuple[str, str]]) -> str:
    """Links to the sections of the page."""
    items = "".join(f"<li>{link(heading, name).text}</li>" for name, heading in names)
    return f'<nav aria-label="Contents">\n<ul>\n{items}\n</ul>\n</nav>'
