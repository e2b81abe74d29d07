"""CSV and its kin: delimiter and encoding found or given, every row checked, cells left as text."""

import contextlib
import csv
import functools
import io
import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError, LimitError
from pipelines.ingest.even import even
from pipelines.ingest.misshapen import problems_of
from pipelines.ingest.settings import DELIMITERS, IngestSettings
from pipelines.ingest.shape import MAX_MISSHAPEN, MAX_RECORD_BYTES, Shape
from pipelines.ingest.sniff import kind_of
from pipelines.ingest.source import FIRST_ROW, ROW, Opened, cell, nothing
from pipelines.ingest.sources.declaration import Declaration
from pipelines.ingest.sources.registry import known_headers, recognise
from pipelines.ingest.text import Decoder, NotTextError, head_record, raw_chunks
from pipelines.ingest.words import folded

LINE_END = re.compile(rb"[\r\n]")
CALLED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
MAX_EXTRA = 50
"""A row with this many fields more than the header is not a row of it."""


def delimited(
    path: Path, settings: IngestSettings, scratch: Path, *, packed: bool, quick: bool = False
) -> Opened:
    """A delimited text as cells, in the encoding that its source declares where it is not UTF-8.

    Where it may be ``quick``, its records are counted by totals, if these fit.

    Raises:
        DataRejectedError: The text cannot be decoded, rows have another number of fields than
            the header (unless they are to be set aside), or quotation marks do not match.
        LimitError: An archive unpacks to too much.
    """
    try:
        return _read(path, settings, scratch, packed=packed, quick=quick)
    except NotTextError:
        declared = _recognised(path, settings, packed=packed)
        if settings.encoding is not None or not declared.encoding:
            raise
        opened = _read(path, replace(settings, encoding=declared.encoding), scratch, packed=packed)
        note = f"{path.name}: read as {declared.encoding}, as {declared.title} writes it"
        return replace(opened, notes=(*opened.notes, note))


def _recognised(path: Path, settings: IngestSettings, *, packed: bool) -> Declaration:
    """The source of a text by its first line, before it is decoded."""
    first = next(raw_chunks(path, packed=packed), b"")
    line = LINE_END.split(first[: csv.field_size_limit()], maxsplit=1)[0].decode("latin-1").strip()
    found = [recognise(_split(line, mark), settings.source) for mark in CALLED]
    return max((item.declaration for item in found), key=lambda item: len(item.recognised_by))


def _read(
    path: Path, settings: IngestSettings, scratch: Path, *, packed: bool, quick: bool = False
) -> Opened:
    chunks = Decoder(path.name, settings.encoding).utf8(raw_chunks(path, packed=packed))
    first = next((chunk for chunk in chunks if chunk), b"")
    if packed and first:
        _check_unpacked(first, path)
    if not first.strip():
        return nothing("an empty text")
    header = head_record(first, path.name)
    _check_line_ends(header, path.name)
    delimiter = _delimiter(header, path.name, settings)
    headers = _split(header, delimiter)
    declared = recognise(headers, settings.source).declaration
    shape = Shape(delimiter, len(headers), extra=declared.extra_fields)
    rewritten = packed or settings.encoding is not None
    by_totals = quick and not (rewritten or declared.extra_fields)
    known = even(path, delimiter, len(headers)) if by_totals else None
    readable = scratch / f"{path.name}.utf8" if rewritten else path
    if known is not None:
        shape.take(known)
    else:
        _walk(itertools.chain([first], chunks), shape, readable if rewritten else None, path.name)
    cells = _cells(readable, delimiter, shape)
    if declared.extra_fields:
        _check_extra(cells, shape)
    _check_quotes(path.name, shape)
    _check(path.name, headers, shape, settings, cells=cells)
    return Opened(
        said=_said(settings, delimiter, packed=packed),
        headers=headers,
        cells=cells,
        records=shape.records - 1,
        misshapen=shape.misshapen,
        notes=_notes(path.name, shape),
        warnings=_notes(path.name, shape),
        # Those in powers of ten are told of, by their texts.
        typed=None if shape.has_powers else functools.partial(_cells, readable, delimiter, shape),
        is_quick=known is not None,
    )


def _check_unpacked(first: bytes, path: Path) -> None:
    """Nothing, where an archive holds a text.

    Raises:
        DataRejectedError: It holds something else.
    """
    if kind_of(first[:4096], path) not in ("text", "empty"):
        raise DataRejectedError(
            f"{path.name} is an archive of something else than text",
            where=path.name,
            hint="unpack it and ingest the file in it",
        )


def _check_extra(cells: pl.LazyFrame, shape: Shape) -> None:
    """Find the rows whose fields beyond the header, which a source leaves empty, hold something."""
    beyond = [pl.col(cell(shape.fields + place)) for place in range(shape.extra)]
    holds = pl.any_horizontal(text.fill_null("").str.strip_chars() != "" for text in beyond)
    rows = cells.filter(holds).select(ROW).head(MAX_MISSHAPEN).collect(engine="streaming")
    shape.misshapen |= dict.fromkeys(rows[ROW].to_list(), shape.fields + shape.extra)


def _delimiter(header: str, name: str, settings: IngestSettings) -> str:
    """The delimiter given, else the one that makes of the header the most names that are known.

    Raises:
        DataRejectedError: The header has none of the delimiters.
    """
    if settings.delimiter is not None:
        return DELIMITERS[settings.delimiter]
    known = known_headers()
    scores = {}
    for delimiter in CALLED:
        fields = _split(header, delimiter)
        if len(fields) > 1:
            scores[delimiter] = (sum(folded(text) in known for text in fields), len(fields))
    if scores:
        return max(scores, key=lambda delimiter: scores[delimiter])
    raise DataRejectedError(
        f"the header of {name} is one column: no comma, semicolon, tab or vertical bar is in it",
        where=f'{name} row 1: "{header[:80]}"',
        hint="name the delimiter with --delimiter, or see that the first line holds the headers",
    )


def _check_line_ends(header: str, name: str) -> None:
    """Nothing, where lines end as polars and the count of records take them to end."""
    if "\r" in header.replace("\r\n", ""):
        raise DataRejectedError(
            f"the lines of {name} end in a carriage return alone",
            where=f"{name} row 1",
            hint="save it with line ends of today: LF or CRLF",
        )
    if len(header) > csv.field_size_limit():
        raise DataRejectedError(
            f"the header of {name} is {len(header):,} characters long",
            where=f"{name} row 1",
            hint="the first line must hold the names of the columns",
        )


def _split(header: str, delimiter: str) -> tuple[str, ...]:
    fields = next(csv.reader(io.StringIO(header, newline=""), delimiter=delimiter), [])
    return tuple(field.strip() for field in fields)


def _walk(chunks: Iterator[bytes], shape: Shape, copy: Path | None, name: str) -> None:
    """Count every record, and write the text as UTF-8 where it has to be read from a copy."""
    with contextlib.ExitStack() as stack:
        stream = None if copy is None else stack.enter_context(copy.open("wb"))
        for chunk in chunks:
            shape.feed(chunk)
            _check_length(name, shape)
            if stream is not None:
                stream.write(chunk)
    shape.finish()


def _check_length(name: str, shape: Shape) -> None:
    """Nothing, where no record so far is absurdly long."""
    if not shape.too_long:
        return
    said = f"row {shape.too_long} of {name} is longer than {MAX_RECORD_BYTES:,} bytes"
    raise LimitError(
        said,
        where=f"{name} row {shape.too_long}",
        hint="a quotation mark that is never closed, or a file that is no table, looks like this",
    )


def _check_quotes(name: str, shape: Shape) -> None:
    if shape.quote_opened:
        raise DataRejectedError(
            f"a quotation mark in {name} is opened and never closed",
            where=f"{name} row {shape.quote_opened}",
            hint="close it, or double a mark that belongs to the text; a cut file ends like this",
        )


def _check(
    name: str,
    headers: tuple[str, ...],
    shape: Shape,
    settings: IngestSettings,
    *,
    cells: pl.LazyFrame,
) -> None:
    extra = max(shape.misshapen.values(), default=0) - len(headers)
    if shape.misshapen and (not settings.quarantine or extra > MAX_EXTRA):
        raise DataRejectedError.collected(problems_of(name, headers, shape, cells))
    if len(shape.misshapen) >= MAX_MISSHAPEN:
        raise DataRejectedError(
            f"{MAX_MISSHAPEN:,} rows of {name} or more have another number of fields than the "
            "header",
            where=name,
            hint="see that the delimiter is the right one",
        )


def _said(settings: IngestSettings, delimiter: str, *, packed: bool) -> str:
    packing = "gzip of text" if packed else "text"
    called = CALLED[delimiter]
    return f"{packing}, delimiter {called}, {settings.encoding or 'UTF-8'}"


def _notes(name: str, shape: Shape) -> tuple[str, ...]:
    if shape.ends_with_newline:
        return ()
    return (f"{name}: the last line has no line end; see that the file is not cut short",)


def _cells(path: Path, delimiter: str, shape: Shape, numbers: Collection[str] = ()) -> pl.LazyFrame:
    """The records below the header, as polars reads them a batch at a time."""
    width = max([shape.fields + shape.extra, *shape.misshapen.values()])
    names = [cell(place) for place in range(width)]
    read = pl.scan_csv(
        path,
        has_header=False,
        separator=delimiter,
        schema={name: pl.Float64 if name in numbers else pl.String for name in names},
        missing_columns="insert",
        extra_columns="raise" if shape.by_totals else "ignore",
        row_index_name=ROW,
        row_index_offset=FIRST_ROW,
        skip_rows=1,
        raise_if_empty=False,
        glob=False,
    )
    return read.with_columns(pl.col(ROW).cast(pl.Int64))
