"""Values of a TOML table with the type that a key needs; anything else is entered as a problem.

Where a problem was entered, a placeholder is given back, so that one reading finds all problems.
No placeholder leaves ``read_scenario``, which raises when reading is done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

from calc.rate_text import quoted
from pipelines.scenario.ledger import Ledger
from pipelines.scenario.lines import KeyPath
from pipelines.scenario.no_day import no_such_day
from pipelines.scenario.timed import FIRST_DAY

LAST_DAY = date(2199, 12, 30)
SHOWN_BELOW = 10**30
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
KINDS = (
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "a text"),
    ((datetime, time), "a time"),
    (date, "a date"),
    (list, "a list"),
    (dict, "a table"),
)


def kind_of(value: Any) -> str:
    """What a TOML value is, in words."""
    return next(name for kinds, name in KINDS if isinstance(value, kinds))


def shown(value: Any) -> str:
    """A value as a message quotes it: scalars as written, lists and tables by their kind."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return kind_of(value)
    is_huge = isinstance(value, int) and abs(value) >= SHOWN_BELOW
    return "a huge number" if is_huge else str(value)


class Place(Protocol):
    """Where a problem is entered: a table of the file, or a cell of an annex."""

    def refuse(self, key: str | int, what: str, hint: str = "") -> None:
        """Enter a problem at one of the keys."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file, with the path that leads to it and the ledger for its problems."""

    path: KeyPath
    values: dict[str, Any]
    ledger: Ledger

    def refuse(self, key: str | int, what: str, hint: str = "") -> None:
        """Enter a problem at one of the keys."""
        self.ledger.refuse((*self.path, key), what, hint)

    def at(self, key: str) -> "Table":
        """The list or table of a key as a place to enter problems at, by number or key."""
        return Table((*self.path, key), self.values, self.ledger)

    def inner(self, key: str | int, values: dict[str, Any]) -> "Table":
        """The table that a key holds, with its own values."""
        return Table((*self.path, key), values, self.ledger)

    def place_of(self, key: str) -> str:
        """Where a key stands, for a message that is told later."""
        return self.ledger.place_of((*self.path, key))

    def shown_key(self, key: str) -> str:
        """A key as a message names it."""
        return key if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) else quoted(key)


def text_of(table: Table, key: str, *, example: str) -> str:
    """The text of a key on one line, blanks around it dropped; empty where it is not given.

    A text that is given must not be blank.
    """
    if key not in table.values:
        return ""
    value = table.values[key]
    if not isinstance(value, str):
        table.refuse(
            key, f"{key} is {kind_of(value)} ({shown(value)}), not a text", f"write {example}"
        )
        return ""
    text = " ".join(value.split())
    if not text:
        table.refuse(key, f"{key} is empty", f"write {example}")
    if CONTROL.search(text):
        table.refuse(key, f"{key} {quoted(text)} holds a control character", "take it out")
    return text


def name_of(table: Table, key: str, *, pattern: re.Pattern[str], rule: str, example: str) -> str:
    """A text that must have the form of a name; empty where it is absent or refused."""
    text = text_of(table, key, example=example)
    if text and not pattern.fullmatch(text):
        table.refuse(key, f"{key} {quoted(text)} {rule}", f"write {example}")
        return ""
    return text


def note_of(table: Table, key: str = "note") -> str:
    """A text of any number of lines, blanks around it dropped; empty where it is not given."""
    value = table.values.get(key, "")
    if not isinstance(value, str):
        table.refuse(key, f"{key} is {kind_of(value)} ({shown(value)}), not a text")
        return ""
    return value.strip()


def day_of(table: Table, key: str) -> date | None:
    """The date of a key; null where it is absent or refused."""
    if key not in table.values:
        return None
    value = table.values[key]
    if isinstance(value, datetime):
        table.refuse(key, f"{key} has a time of day ({value})", f"write {key} = {value.date()}")
    elif not isinstance(value, date):
        table.refuse(
            key, f"{key} is {kind_of(value)} ({shown(value)}), not a date", _day(key, value)
        )
    elif not FIRST_DAY <= value <= LAST_DAY:
        table.refuse(key, f"{key} is {value}, outside {FIRST_DAY} to {LAST_DAY}")
    else:
        return value
    return None


def _day(key: str, value: Any) -> str:
    """How to write a date, with the day itself where the text holds it without doubt."""
    is_iso = isinstance(value, str) and ISO_DAY.fullmatch(value.strip())
    if is_iso and (absent := no_such_day(value)):
        return f"{absent}; dates are without quotes"
    day = value.strip() if is_iso else "2024-12-31"
    return f"write {key} = {day} (year-month-day, without quotes)"


def table_of(table: Table, key: str, *, example: str) -> Table | None:
    """The table that a key holds; null where it is absent or refused."""
    value = table.values.get(key)
    if isinstance(value, dict):
        return table.inner(key, value)
    if value is not None:
        table.refuse(
            key, f"{key} is {kind_of(value)} ({shown(value)}), not a table", f"write {example}"
        )
    return None


def named_tables_of(
    table: Table, key: str, *, pattern: re.Pattern[str], example: str
) -> dict[str, Table]:
    """The tables of a table of tables, by name; those with no name of the form are refused."""
    outer = table_of(table, key, example=example)
    found = {}
    for name, value in (outer.values if outer is not None else {}).items():
        if outer is None:
            break
        if not pattern.fullmatch(name):
            outer.refuse(name, f"{quoted(name)} is not a name of at most 60 small letters, digits "
                         "and dashes", f"write {example}")  # fmt: skip
        elif not isinstance(value, dict):
            outer.refuse(name, f"{name} is {kind_of(value)}, not a table", f"write {example}")
        else:
            found[name] = outer.inner(name, value)
    return found


def number_of(place: Place, key: str | int, value: Any, *, example: str) -> float | None:
    """A finite number from 0 on; null where it is refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        place.refuse(key, f"{key} is {kind_of(value)} ({shown(value)}), not a number",
                     f"write {example}")  # fmt: skip
    elif not 0 <= value < SHOWN_BELOW:
        place.refuse(key, f"{key} is {shown(value)}, not a number from 0 on", f"write {example}")
    else:
        return float(value)
    return None


def words_of(table: Table, key: str) -> Iterator[tuple[int | None, Any]]:
    """The items of a list with their number, or a single text as the one item without a number.

    Anything else, and an empty list, is entered as a problem and gives nothing.
    """
    value = table.values.get(key)
    if value is None:
        return
    if isinstance(value, list):
        if not value:
            table.refuse(key, f"{key} is an empty list", 'name something, or write "all"')
        yield from enumerate(value)
    elif isinstance(value, dict):
        table.refuse(key, f"{key} is a table, not a list of texts")
    else:
        yield None, value


def tables_of(table: Table, key: str, *, header: str) -> list[Table]:
    """The tables of a list of tables; none where it is absent or refused."""
    value = table.values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        table.refuse(key, f"{key} is {kind_of(value)}, not a list of tables", f"write {header}")
        return []
    return [
        Table((*table.path, key, number), item, table.ledger) for number, item in enumerate(value)
    ]
