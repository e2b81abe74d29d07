"""Rows with another number of fields than the header: which field was probably cut, or joined.

What a column holds is learned from the rows around them. Nothing is repaired: it is a hint.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from calc.errors import Problem
from pipelines.ingest.shape import Shape
from pipelines.ingest.source import ROW, cell

MOST_TOLD = 20
"""As many problems as are shown of a file."""
LEARNED_FROM = 200
LONGEST = 60
MOST_CHOICES = 2
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
DECIMAL = re.compile(r"[+-]?[0-9]+,[0-9]+")
CALLED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
ASIDE = "or set the row aside with --quarantine"
QUOTED = "a field with the delimiter in it needs quotation marks"


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of the columns of a file: header, and the kinds of cells that each has."""

    headers: tuple[str, ...]
    kinds: tuple[frozenset[str], ...]
    delimiter: str


def problems_of(
    name: str, headers: tuple[str, ...], shape: Shape, cells: pl.LazyFrame
) -> list[Problem]:
    """A problem for each row of another number of fields; the first ones have a hint of their own.

    Args:
        name: The file.
        headers: Its headers.
        shape: Its rows of another number of fields.
        cells: Its records below the header, with as many columns as the longest has fields.
    """
    try:
        hints = dict(_hints(headers, shape, cells))
    except pl.exceptions.ComputeError:
        # A quotation mark in the midst of a field: what the rows hold cannot be told.
        hints = {}
    return [
        Problem(
            f"a row of {name} has {found} fields, the header has {len(headers)}",
            where=f"{name} row {row}",
            hint=f"{hints.get(row, QUOTED)}; {ASIDE}",
        )
        for row, found in shape.misshapen.items()
    ]


def _hints(
    headers: tuple[str, ...], shape: Shape, cells: pl.LazyFrame
) -> Iterator[tuple[int, str]]:
    told = list(shape.misshapen)[:MOST_TOLD]
    is_wrong = pl.col(ROW).is_in(list(shape.misshapen))
    own = [cell(place) for place in range(len(headers))]
    good = cells.filter(~is_wrong).select(own).head(LEARNED_FROM).collect(engine="streaming")
    columns = columns_of(headers, good.rows(), chr(shape.delimiter))
    rows = cells.filter(pl.col(ROW).is_in(told)).collect(engine="streaming")
    for number, *texts in rows.select(ROW, pl.exclude(ROW)).iter_rows():
        fields = ["" if text is None else text for text in texts][: shape.misshapen[number]]
        hint = (
            joined(fields, columns)
            if len(fields) > len(headers)
            else _of_short(number, shape, columns)
        )
        if hint:
            yield number, hint


def columns_of(
    headers: Sequence[str], rows: Sequence[Sequence[str | None]], delimiter: str = ","
) -> Columns:
    """What is known of columns by the first rows that have a field for each."""
    first = rows[:LEARNED_FROM]
    kinds = (
        frozenset(kind for row in first if (kind := _kind(row[place] or "")))
        for place in range(len(headers))
    )
    return Columns(tuple(headers), tuple(kinds), delimiter)


def _kind(text: str) -> str:
    """What a cell is: a number, text, or nothing at all."""
    bare = text.strip()
    return "" if not bare else "number" if NUMBER.fullmatch(bare) else "text"


def joined(fields: Sequence[str], columns: Columns) -> str:
    """Which column the delimiter is probably part of; empty where nothing tells."""
    found = _likely(_candidates(fields, columns), columns.delimiter)
    if not 1 <= len(found) <= MOST_CHOICES:
        return ""
    called = CALLED.get(columns.delimiter, "delimiter")
    told = " or of ".join(f'"{header}" ({_shown(text)})' for header, text in found.items())
    return f"the {called} is probably part of {told}: put quotation marks around the field"


def joined_prose(fields: Sequence[str], columns: Columns) -> tuple[str, str] | None:
    """The one column, and its field put together, in which a delimiter has a blank behind it."""
    mark = f"{columns.delimiter} "
    found = [each for each in _candidates(fields, columns).items() if mark in each[1]]
    return found[0] if len(found) == 1 else None


def _candidates(fields: Sequence[str], columns: Columns) -> dict[str, str]:
    """Each column whose field may have been cut, with that field put together."""
    more = len(fields) - len(columns.headers)
    if more < 1:
        return {}
    found: dict[str, str] = {}
    for place, header in enumerate(columns.headers):
        whole = columns.delimiter.join(fields[place : place + more + 1])
        others = [*fields[:place], *fields[place + more + 1 :]]
        known = [*columns.kinds[:place], *columns.kinds[place + 1 :]]
        fits = all(
            not _kind(text) or not kinds or _kind(text) in kinds
            for text, kinds in zip(others, known, strict=True)
        )
        if fits and _may_be(whole, columns.kinds[place], columns.delimiter):
            found[header] = whole
    return found


def _likely(found: dict[str, str], delimiter: str) -> dict[str, str]:
    """The likelier ones of the fields that may have been cut.

    After a comma of a sentence comes a blank; after one between fields seldom. Where three digits
    follow each comma of a number, another is no decimal comma.
    """
    prose = {name: text for name, text in found.items() if f"{delimiter} " in text}
    grouped = {name for name, text in found.items() if THOUSANDS.fullmatch(text.strip())}
    plain = {
        name: text
        for name, text in found.items()
        if not grouped or name in grouped or not DECIMAL.fullmatch(text.strip())
    }
    return prose or plain


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _may_be(joined: str, kinds: frozenset[str], delimiter: str) -> bool:
    """Whether a text with the delimiter in it may be a cell of a column."""
    parts = [_kind(part) for part in joined.split(delimiter)]
    if "text" in kinds or not kinds:
        return "text" in parts
    is_number = THOUSANDS.fullmatch(joined.strip()) or DECIMAL.fullmatch(joined.strip())
    return delimiter == "," and bool(is_number)


def _of_short(number: int, shape: Shape, columns: Columns) -> str:
    """Whether a line end stands in a field, or a line was cut."""
    parts: Mapping[int, int] = shape.misshapen
    for first in (number - 1, number):
        if parts.get(first, 0) + parts.get(first + 1, 0) - 1 == len(columns.headers):
            return (
                f"rows {first} and {first + 1} together have {len(columns.headers)} fields: a line "
                "end probably stands in a field, which needs quotation marks"
            )
    if number == shape.records and not shape.ends_with_newline:
        return "it is the last row and has no line end: the file is probably cut short"
    return "fields are missing in it: see that each column has its delimiter, also an empty one"
