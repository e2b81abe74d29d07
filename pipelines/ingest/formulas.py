"""What the cells of an Excel workbook do not show by themselves.

An error, a formula whose value was never stored, a row that is hidden.
"""

import re
import zipfile
from pathlib import Path
from typing import Any

import polars as pl

CHUNK_BYTES = 1 << 20
OVERLAP = 1 << 13
"""More than a formula has: at most 8,192 characters."""
NO_VALUE = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*><f\b(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)
HIDDEN = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"[^>]*(?<!/)>\s*<c\b')
ERRORS = {
    **{"Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!"},
    **{"Ref": "#REF!", "Value": "#VALUE!", "GettingData": "#GETTING_DATA"},
}
"""What a spreadsheet shows for each kind of error, by the name that the reader gives it."""


def with_errors(sheet: Any) -> pl.DataFrame:
    """The cells of a sheet as text, with errors as a spreadsheet shows them, such as ``#DIV/0!``.

    The reader alone leaves them empty, and an empty quantity is one that was not reported.
    """
    batch, found = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(pl.from_arrow(batch))
    by_column: dict[int, dict[int, str]] = {}
    for error in found.errors if found is not None else ():
        row, place = error.position
        kind = error.detail.rpartition("Error(")[2].partition(")")[0]
        by_column.setdefault(place, {})[row] = ERRORS.get(kind, f"#{kind}")
    for place, texts in by_column.items():
        rows = sorted(texts)
        column = frame.to_series(place).scatter(rows, [texts[row] for row in rows])
        frame = frame.with_columns(column)
    return frame


def without_value(path: Path) -> int:
    """How many cells of a workbook are formulas without a stored value, which read as empty.

    Spreadsheets store the value of each formula; programs that write workbooks often do not.
    """
    return _counted(path, NO_VALUE)


def hidden_rows(path: Path) -> int:
    """How many rows with cells are hidden, by a filter or by hand: they are read all the same."""
    return _counted(path, HIDDEN)


def _counted(path: Path, pattern: re.Pattern[bytes]) -> int:
    """How often a pattern is found in the sheets of a workbook."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if re.match(r"xl/worksheets/[^/]+\.xml", name)]
        return sum(_counted_in(archive, name, pattern) for name in names)


def _counted_in(archive: zipfile.ZipFile, name: str, pattern: re.Pattern[bytes]) -> int:
    count, held = 0, b""
    with archive.open(name) as file:
        while chunk := file.read(CHUNK_BYTES):
            held += chunk
            end = 0
            for match in pattern.finditer(held):
                count, end = count + 1, match.end()
            held = held[max(end, len(held) - OVERLAP) :]
    return count
