"""Why a row of a file is no flow of its own: a total, a part, a group, no good, no economy."""

from typing import Any

import polars as pl

from calc import cast
from pipelines.ingest.economies import economies
from pipelines.ingest.mapped import Mapping
from pipelines.ingest.reshape import place_of
from pipelines.ingest.source import Source, cell

EMPTY_ROW = "the row is empty"
HEADER_AGAIN = "the row is the header again"
TELLING = ("period", "flow", "nomenclature")
"""Columns in which no cell says what their header does, and that tell no other reason."""
GROUP = "the partner is a group of countries"
TOTAL_LINE = "the file's own line of totals"
NO_FLOW = "no trade in the month, or not published yet"
REPEATED = "the same flow under another date"
OTHER_FIGURE = "the figure is not a value of trade"
NULL_TEXT = pl.lit(None, dtype=pl.String)


def excluded(source: Source, mapping: Mapping, dimensions: dict[str, bool]) -> pl.Expr:
    """Why a row is no flow of its own; null for the others.

    Args:
        source: The file.
        mapping: How its columns are understood.
        dimensions: Header of a column that splits flows, to whether the file has its total.
    """
    cells = [pl.col(cell(place)) for place in range(min(len(source.headers), source.own))]
    empty = pl.all_horizontal(cast.trimmed(text) == "" for text in cells)
    reason: Any = pl.when(empty).then(pl.lit(EMPTY_ROW))
    for condition, why in reasons_of(source, mapping, dimensions):
        reason = reason.when(condition).then(why if isinstance(why, pl.Expr) else pl.lit(why))
    chosen: pl.Expr = reason.otherwise(NULL_TEXT)
    return chosen


def reasons_of(
    source: Source, mapping: Mapping, dimensions: dict[str, bool]
) -> list[tuple[pl.Expr, Any]]:
    """Conditions on which a row is no flow of its own, and why, the first that holds told."""
    total = is_total_line(mapping)
    found: list[tuple[pl.Expr, Any]] = [] if total is None else [(total, TOTAL_LINE)]
    again = _of_headers(mapping, TELLING)
    found += again
    declared = mapping.declared
    for header, texts in declared.only.items():
        if (text := text_of(source, header)) is not None:
            found.append((~cast.is_said(text, texts), OTHER_FIGURE))
    for dimension in declared.dimensions:
        text = text_of(source, dimension.header)
        if text is not None and dimensions.get(dimension.header):
            part = ~cast.is_said(text, dimension.totals)
            found.append((part, f"a part by {dimension.what} of a total beside it"))
    if declared.no_flow and (text := text_of(source, declared.no_flow)) is not None:
        found.append((cast.is_said(text, ("0", "")), NO_FLOW))
    if declared.repeated and (text := text_of(source, declared.repeated)) is not None:
        found.append((_is_repeated(text, mapping), REPEATED))
    late = [] if again else _of_headers(mapping, ("code",))
    return [*found, *of_partners(mapping), *late, *of_codes(mapping)]


def _of_headers(mapping: Mapping, names: tuple[str, ...]) -> list[tuple[pl.Expr, Any]]:
    """Whether a row is a header within the file, as files that were put together have them."""
    mapped = [item for name in names if (item := mapping.mapped(name)) is not None]
    texts = [(cast.trimmed(pl.col(cell(item.place))), item.header.strip()) for item in mapped[:1]]
    return [(text == header, HEADER_AGAIN) for text, header in texts]


def text_of(source: Source, header: str) -> pl.Expr | None:
    """The cell under a header; null where the file has no such column."""
    place = place_of(source.headers, header)
    return None if place is None else pl.col(cell(place))


def is_total_line(mapping: Mapping) -> pl.Expr | None:
    """Whether a row is the file's own line of totals; null where its source has none."""
    line = mapping.declared.total_line
    if line is None or mapping.total_place is None:
        return None
    text = cast.trimmed(pl.col(cell(mapping.total_place)))
    return text.str.to_lowercase().str.starts_with(line.start)


def _is_repeated(text: pl.Expr, mapping: Mapping) -> pl.Expr:
    key = [pl.col(cell(item.place)) for item in mapping.columns if not item.unit]
    return text != text.min().over(key)


def of_partners(mapping: Mapping) -> list[tuple[pl.Expr, Any]]:
    """Conditions on a partner or importer, and why a row is left out on each."""
    known, declared = economies(), mapping.declared
    named = {**known.residual.get(declared.economies, {})}
    found: list[tuple[pl.Expr, Any]] = []
    for role in ("importer", "partner"):
        item = mapping.mapped(role)
        if item is None:
            continue
        text = cast.trimmed(pl.col(cell(item.place)))
        if declared.partner_groups and role == "partner":
            is_group = text.str.contains(declared.partner_groups)
            own = text.is_in(list(known.meanings(declared.economies)))
            found.append((is_group & ~own, GROUP))
        if named:
            name = text.replace_strict(named, default=None, return_dtype=pl.String)
            why = pl.format(f"the {role} {{}} is no economy: {{}}", text, name)
            found.append((name.is_not_null(), why))
    return found


def of_codes(mapping: Mapping) -> list[tuple[pl.Expr, Any]]:
    """Conditions on a code, and why a row is left out on each."""
    item, declared = mapping.mapped("code"), mapping.declared
    if item is None:
        return []
    text = cast.trimmed(pl.col(cell(item.place)))
    is_total = cast.is_said(text, declared.code_totals)
    return [
        (text.str.contains(special.pattern) & ~is_total, f"special code: {special.why}")
        for special in declared.specials
        if not special.kept
    ]
