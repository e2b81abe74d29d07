"""Shares and amounts with the least and the most that they may be."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from calc.rate_text import quoted
from pipelines.scenario.annex import Row
from pipelines.scenario.assumed import Range
from pipelines.scenario.fields import Place, Table, kind_of, number_of, shown

PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?%")
BOUNDS = ("low", "central", "high")
A_SHARE = 'write a fraction such as 0.27, or "27%"'


def share_of(place: Place, key: str | int, value: Any) -> float | None:
    """A share as a fraction from 0 to 1, or a percentage as text; null where it is refused."""
    share: float | None = None
    if isinstance(value, str):
        found = PERCENTAGE.fullmatch(value.strip())
        share = float(Decimal(found[1]) / 100) if found else None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        share = float(value)
    if share is None or not 0 <= share <= 1:
        is_number = share is not None
        what = (
            f"{shown(value)} is not a share from 0 to 1"
            if is_number
            else (f"{key} is {kind_of(value)} ({shown(value)}), not a share")
        )
        place.refuse(key, what, A_SHARE)
        return None
    return share


def share_in_cell(row: Row, column: str) -> float | None:
    """The share in a cell of an annex; null where it is empty or refused."""
    text = row.text(column)
    if not text:
        return None
    if PERCENTAGE.fullmatch(text):
        return share_of(row, column, text)
    try:
        number = float(Decimal(text))
    except (InvalidOperation, ValueError):
        row.refuse(column, f"{quoted(text)} is not a share", A_SHARE)
        return None
    return share_of(row, column, number)


def range_of(table: Table) -> Range | None:
    """The keys ``central``, ``low`` and ``high`` of a table as shares; null where refused."""
    found = {key: share_of(table, key, table.values[key]) for key in BOUNDS if key in table.values}
    return ordered(table, found)


def ordered(place: Place, found: dict[str, float | None]) -> Range | None:
    """A range whose bounds are in order; null where one was refused or they are not."""
    central, low, high = (found.get(key) for key in ("central", "low", "high"))
    if central is None or None in found.values():
        return None
    if (low is not None and low > central) or (high is not None and high < central):
        place.refuse("low" if low is not None and low > central else "high",
                     f"the central value {central:g} is not between low and high",
                     "low, central and high are in this order")  # fmt: skip
        return None
    return Range(central, low, high)


def amounts_of(table: Table) -> Range | None:
    """The keys ``central``, ``low`` and ``high`` of a table as amounts; null where refused."""
    found = {
        key: number_of(table, key, table.values[key], example=f"{key} = 10e9")
        for key in BOUNDS
        if key in table.values
    }
    return ordered(table, found)
