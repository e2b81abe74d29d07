"""A comment log read: who asked for what on which line of a list, and what was decided."""

import csv
import io
from pathlib import Path

import polars as pl

from calc.comparison import COMMENT_COLUMNS
from calc.errors import DataRejectedError, Problem, StorageError

NAMES = {
    "code": ("code", "hts8", "hts", "cn8", "hs", "line"),
    "commenter": ("commenter", "who", "name"),
    "ask": ("ask", "request", "asked"),
    "decision": ("decision",),
    "decision_reason": ("reason", "decision_reason", "why"),
}
NEEDED = ("code", "commenter", "ask")
DELIMITERS = ",;\t|"


def read_comments(path: Path) -> pl.DataFrame:
    """``code`` (digits) and the columns of a comment, one row a comment, in the order of the file.

    Raises:
        StorageError: The file cannot be read.
        DataRejectedError: A column is missing or a code is none; holds all such problems.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as err:
        raise StorageError(
            f"cannot read {path.name}: it is no text file in UTF-8 that is there",
            where=str(path),
            hint="name a CSV file with the columns code, commenter, ask, decision, reason",
        ) from err
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    places = _places(path, rows[0] if rows else [])
    comments, problems = [], []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        told = {name: _cell(row, place) for name, place in places.items()}
        code = (told["code"] or "").replace(".", "").replace(" ", "")
        if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 12):
            problems.append(_no_code(path, number, told["code"]))
        comments.append({**told, "code": code})
    if problems:
        raise DataRejectedError.collected(problems)
    schema = dict.fromkeys(("code", *COMMENT_COLUMNS), pl.String)
    return pl.DataFrame(comments, schema=schema)


def _cell(row: list[str], place: int | None) -> str | None:
    if place is None or place >= len(row):
        return None
    return " ".join(row[place].split()) or None


def _places(path: Path, head: list[str]) -> dict[str, int | None]:
    """Where each column is; null where an optional one is missing."""
    known = [name.strip().casefold() for name in head]
    places: dict[str, int | None] = {
        column: next((known.index(name) for name in names if name in known), None)
        for column, names in NAMES.items()
    }
    missing = [name for name in NEEDED if places[name] is None]
    if missing:
        raise DataRejectedError(
            f"the comment log has no column {', '.join(missing)}",
            where=f"{path.name}, row 1: {', '.join(head) or 'nothing'}",
            hint="give it the columns code, commenter, ask, decision, reason",
        )
    return places


def _no_code(path: Path, number: int, value: str | None) -> Problem:
    return Problem(
        f"{value or 'an empty cell'} is no code of a good",
        where=f"{path.name}, row {number}, column code",
        hint="write the digits of the code, with or without dots",
    )
