"""Cells as a source's declaration shapes them: columns taken from others, months as rows."""

from dataclasses import replace

import polars as pl

from calc import cast
from pipelines.ingest.source import PART, Source, cell
from pipelines.ingest.sources.declaration import Declaration, Months, Taken
from pipelines.ingest.words import folded


def reshaped(source: Source, declared: Declaration) -> Source:
    """A source with the columns that its declaration makes, behind those of the file.

    A wide file has twelve rows for each of its own, told apart by ``source_part``.
    """
    for taken in declared.taken:
        source = _taken(source, taken)
    if declared.joined is not None:
        joined = declared.joined
        year, month = _text(source, joined.year), _text(source, joined.month)
        if year is not None and month is not None:
            text = year + "-" + month.str.zfill(2)
            source = _with(source, {joined.header: text})
    return _by_month(source, declared.months) if declared.months is not None else source


def _taken(source: Source, taken: Taken) -> Source:
    text = _text(source, taken.of)
    if text is None:
        return source
    return _with(source, {taken.header: text.str.extract(taken.pattern, 1)})


def _text(source: Source, header: str) -> pl.Expr | None:
    place = place_of(source.headers, header)
    return None if place is None else cast.trimmed(pl.col(cell(place)))


def place_of(headers: tuple[str, ...], wanted: str) -> int | None:
    """The place of a header, compared as all headers are; null where it is not there."""
    found = [place for place, header in enumerate(headers) if folded(header) == folded(wanted)]
    return found[0] if found else None


def _with(source: Source, texts: dict[str, pl.Expr]) -> Source:
    """A source with more columns of text."""
    first = source.width
    named = {cell(first + place): text for place, text in enumerate(texts.values())}
    headers = (*source.headers, *[""] * (first - len(source.headers)), *texts)
    return replace(
        source,
        headers=headers,
        cells=source.cells.with_columns(**named),
        own_width=source.own_width or first,
    )


def _by_month(source: Source, months: Months) -> Source:
    """Each row as twelve, one a month, with the month's columns."""
    year = _text(source, "Year")
    columns = {
        made: [_text(source, read.format(month)) for month in months.names]
        for made, read in months.columns.items()
    }
    absent = pl.lit(None, dtype=pl.String)
    if year is None:
        return source
    first = source.width
    numbers = [f"{number:02}" for number in range(1, len(months.names) + 1)]
    lists = {
        PART: pl.concat_list([pl.lit(number, dtype=pl.Int8) for number in range(1, 13)]),
        cell(first): pl.concat_list([year + "-" + number for number in numbers]),
    }
    for place, texts in enumerate(columns.values(), first + 1):
        parts = [absent if text is None else text for text in texts]
        lists[cell(place)] = pl.concat_list(parts)
    headers = (*source.headers, *[""] * (first - len(source.headers)), months.header, *columns)
    return replace(
        source,
        headers=headers,
        cells=source.cells.with_columns(**lists).explode(list(lists)),
        records=None if source.records is None else source.records * len(months.names),
        own_width=source.own_width or first,
        notes=(*source.notes, f"{source.name}: each row is read as {len(numbers)}, one a month"),
    )
