"""The records of a list in CSV that a scenario names: decoded, divided, of one length."""

import csv
import io
from collections.abc import Sequence

from calc.errors import Problem, ScenarioError

FIRST_ROW = 2
"""Rows are counted as a spreadsheet counts them: the header is row 1."""
QUOTED = "put texts that hold a comma in double quotes"


def records_of(name: str, content: bytes) -> list[list[str]]:
    """The records of a text, its header first; those at its end that hold nothing are left out.

    Raises:
        ScenarioError: It is not CSV in UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
        stream = io.StringIO(text, newline="")
        lines = list(csv.reader(stream, delimiter=_delimiter(text), strict=True))
    except UnicodeDecodeError as err:
        row = content.count(b"\n", 0, err.start) + 1
        raise ScenarioError(
            f"{name} is not UTF-8: byte 0x{content[err.start]:02x} cannot be read",
            where=f"{name} row {row}",
            hint="save the file as CSV in UTF-8",
        ) from err
    except csv.Error as err:
        raise ScenarioError(f"{name} is not CSV: {err}", where=name) from err
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    return lines


def _delimiter(text: str) -> str:
    """What divides the cells: a comma, or what spreadsheets write where a comma is decimal."""
    header = text.partition("\n")[0]
    others = [mark for mark in (";", "\t") if mark in header and "," not in header]
    return others[0] if others else ","


def problems_of_shape(name: str, lines: Sequence[Sequence[str]], content: bytes) -> list[Problem]:
    """A problem for each row that has another number of fields than the header.

    The hint of one that has more names the field in which the delimiter probably stands.

    Args:
        name: The file.
        lines: Its records, the header first.
        content: What they are read from.
    """
    header, rows = lines[0], lines[1:]
    wrong = [(at, row) for at, row in enumerate(rows, FIRST_ROW) if len(row) != len(header)]
    if not wrong:
        return []
    from pipelines.ingest.misshapen import columns_of, joined

    good = [row for row in rows if len(row) == len(header)]
    columns = columns_of(header, good, _delimiter(content.decode("utf-8-sig")))
    return [
        Problem(
            f"row {number} has {len(row)} fields, the header has {len(header)}",
            f"{name} row {number}",
            joined(row, columns) or QUOTED,
        )
        for number, row in wrong
    ]
