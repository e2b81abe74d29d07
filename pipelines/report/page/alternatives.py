"""Who else supplies what is hit, and what the goods are for: charts, sentences, tables."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from calc.results import result_id
from pipelines.html import Content, figure, paragraph, section
from pipelines.report.figures import Tables
from pipelines.report.page.charts import bars, dots, short_usd
from pipelines.report.page.sums import traced
from pipelines.report.page.words import money_cell, named, percent, usd

MOST_SOURCES = 12
ALL = "all"


def suppliers(tables: Tables) -> str:
    """The sources of the goods that are covered: shares, concentration, the largest other."""
    frame = tables.get("suppliers")
    if frame is None or frame.is_empty():
        return ""
    parts = [_sources(str(importer), rows) for (importer,), rows in
             frame.group_by("importer", maintain_order=True)]  # fmt: skip
    note = paragraph(
        "Imports of the covered codes from every partner in the table. The concentration index is "
        "the sum of the squared shares: 1 where there is one source, near 0 where there are many."
    )
    return section("suppliers", "Other suppliers", note, *parts, _groups(frame))


def _sources(importer: str, rows: pl.DataFrame) -> str:
    whole = rows.filter(pl.col("product_group") == ALL)
    largest = whole.sort("imports_value_usd", "partner", descending=[True, False]).to_dicts()
    drawn = [
        {"name": named(row["partner"]), "share": row["share_of_codes_imports"],
         "is_filled": row["is_hit"]}
        for row in largest[:MOST_SOURCES]
        if row["share_of_codes_imports"] is not None
    ]  # fmt: skip
    if not drawn:
        return ""
    hit = sum(row["share_of_codes_imports"] or 0.0 for row in largest if row["is_hit"])
    sentence = (
        f"Of the imports of {importer} of the covered codes, {percent(hit)} come from the partners "
        f"that are hit; the largest source is {drawn[0]['name']} with {percent(drawn[0]['share'])}."
        " Filled: hit; outlined: not."
    )
    drawing = dots(drawn, title="Share of the imports of the covered codes")
    cells = [
        [row["partner"], "hit" if row["is_hit"] else "not hit", usd(row["imports_value_usd"]),
         percent(row["share_of_codes_imports"])]
        for row in largest[:MOST_SOURCES]
    ]  # fmt: skip
    ids = [result_id("suppliers", row) for row in largest[:MOST_SOURCES]]
    caption = f"Largest sources of the covered codes, imports of {importer}"
    listed = traced(caption, ("source", "state", "imports USD", "share"), cells, 2, ids)
    return figure(f"suppliers-{importer}", drawing, sentence) + listed


def _groups(frame: pl.DataFrame) -> str:
    several = frame["importer"].n_unique() > 1
    rows, ids = [], []
    for (importer, group), own in frame.group_by("importer", "product_group", maintain_order=True):
        ordered = _largest_first(own)
        rows.append(_group(f"{importer}: {group}" if several else str(group), ordered))
        ids.append(result_id("suppliers", _others(ordered)[0] if _others(ordered) else ordered[0]))
    columns = ("product group", "largest other source", "its share",
               "share of the partners hit", "concentration index", "imports USD")  # fmt: skip
    return traced("Sources of the covered codes, by product group", columns, rows, 4, ids)


def _largest_first(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return sorted(
        rows.to_dicts(), key=lambda row: (-(row["imports_value_usd"] or 0.0), row["partner"])
    )


def _others(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sources that are not hit, as they are ordered."""
    return [row for row in rows if not row["is_hit"] and row["imports_value_usd"]]


def _group(label: str, rows: Sequence[dict[str, Any]]) -> list[Content]:
    others = _others(rows)
    hit = sum(row["share_of_codes_imports"] or 0.0 for row in rows if row["is_hit"])
    index = rows[0]["concentration_index"]
    total = sum(row["imports_value_usd"] or 0.0 for row in rows)
    return [
        label,
        others[0]["partner"] if others else "none",
        percent(others[0]["share_of_codes_imports"]) if others else "-",
        percent(hit),
        "unknown" if index is None else f"{index:.3f}",
        f"{total:,.0f}",
    ]


def end_uses(tables: Tables) -> str:
    """The split of what is covered into capital, intermediate and consumer goods."""
    frame = tables.get("by_end_use")
    if frame is None or frame.is_empty():
        return ""
    cells = frame.sort("importer", "covered_value_usd", descending=[False, True]).to_dicts()
    several = frame["importer"].n_unique() > 1
    labels = [f"{row['importer']}: {row['end_use']}" if several else row["end_use"]
              for row in cells]  # fmt: skip
    drawn = [
        {"name": label, "usd": row["covered_value_usd"],
         "filled_usd": row["in_force_value_usd"]}
        for label, row in zip(labels, cells, strict=True)
    ]  # fmt: skip
    first = cells[0]
    sentence = (
        f"{labels[0].capitalize()} goods are {percent(first['share_of_covered_value'])} of the "
        f"covered value, {short_usd(first['covered_value_usd'])} USD. Filled: in force; "
        "outlined: the rest, threatened or prohibited."
    )
    rows = [
        [label, f"{row['lines']:,}", money_cell("covered_value_usd", row),
         percent(row["share_of_covered_value"]), money_cell("in_force_value_usd", row),
         money_cell("threatened_value_usd", row), money_cell("duty_increment_usd", row)]
        for label, row in zip(labels, cells, strict=True)
    ]  # fmt: skip
    columns = ("end use", "lines", "covered USD", "share of covered", "in force USD",
               "threatened USD", "duty added USD")  # fmt: skip
    note = paragraph(
        "By the Broad Economic Categories, revision 4. Mixed: a code of several classes, and "
        "motor spirit and passenger cars, which the classification leaves to several."
    )
    return section(
        "end-uses", "Capital, intermediate, consumer goods",
        figure("end-uses-covered", bars(drawn, title="Covered value, USD"), sentence),
        note, traced("By what the goods are for, at unchanged trade", columns, rows, 6,
                     [result_id("by_end_use", row) for row in cells]),
    )  # fmt: skip
