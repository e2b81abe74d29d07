"""Text of a cell as a number: read, or said why not; whether a sign separates thousands.

That is of a whole column: ``number_signs`` counts what tells, and ``grouping_of`` decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from calc.cast import Cast, trimmed

NOT_FINITE = r"^[+-]?(nan|inf|infinity)$"
NUMERIC = r"^[+-]?[0-9.,]*[0-9][0-9.,]*$"
LONG = r"^[+-]?[0-9]{4,}"
EXPONENT = r"[0-9.,][eE]\+?[0-9]*[1-9][0-9]*\s*$"
"""The end of a number such as 1.23E+08, whose digits behind the shown ones are not told."""
POWER = r"[eE][+-]?[0-9]{1,3}$"
MONEY_DECIMALS = 4
SIGNS = ("grouped", "clear", "long", "contrary")
"""What ``number_signs`` counts."""

Grouping = Literal["none", "throughout", "unclear", "contrary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How a column writes numbers.

    ``grouping``: whether thousands are separated nowhere, throughout, in a way that no cell makes
    clear, or contrary to how other cells have the same sign. ``unknown`` are the texts, lower case,
    that mean not known. ``plain`` counts the numbers of four digits or more without a separator.
    ``is_stated``: whether somebody said which the decimal mark is.
    """

    decimal: str
    grouping: Grouping
    unknown: tuple[str, ...]
    plain: int = 0
    is_stated: bool = False

    @property
    def separator(self) -> str:
        """What may separate thousands: the comma or point that is not the decimal mark."""
        return "," if self.decimal == "." else "."


def number_signs(text: pl.Expr, decimal: str) -> dict[str, pl.Expr]:
    """What tells how a column writes thousands, as counts.

    Returns:
        ``grouped``: cells such as 1,234; ``clear``: those of them that can be read one way only
        (1,234,567 or 1,234.5); ``long``: cells with four digits and no separator between them;
        ``contrary``: cells in which the separator separates no thousands (0,5 or 0,500).
    """
    cell = trimmed(text)
    mark, separator = re.escape(decimal), re.escape("," if decimal == "." else ".")
    grouped = cell.str.contains(_grouped(mark, separator))
    clear = cell.str.contains(_clear(mark, separator))
    other = cell.str.contains(NUMERIC) & cell.str.contains(separator)
    return {
        "grouped": grouped.sum(),
        "clear": clear.sum(),
        "long": cell.str.contains(LONG).sum(),
        "contrary": (other & ~grouped).sum(),
    }


def grouping_of(signs: Mapping[str, int], *, decimal_stated: bool) -> Grouping:
    """How a column writes thousands, from its ``number_signs``.

    One cell that can be read one way only says what the sign is in the column. A plain 1000 beside
    it says nothing against that; a cell such as 0,5 does, and leaves all but the clear in doubt.

    Args:
        signs: The counts.
        decimal_stated: Whether the user said which mark is the decimal one, so that a separator
            between groups of three cannot be it.
    """
    if not signs["grouped"]:
        return "none"
    if signs["contrary"]:
        return "contrary"
    return "throughout" if signs["clear"] or decimal_stated else "unclear"


def number_cast(text: pl.Expr, numbers: Numbers) -> Cast:
    """A number: digits with one decimal mark; thousands separated where the column says so.

    A cell that can be read one way only (1,234,567) is read so in any column.
    """
    cell = trimmed(text)
    mark, separator = re.escape(numbers.decimal), re.escape(numbers.separator)
    plain = cell.str.contains(rf"^[+-]?([0-9]+({mark}[0-9]*)?|{mark}[0-9]+)({POWER[:-1]})?$")
    grouped = cell.str.contains(_grouped(mark, separator))
    joined = cell.str.replace_all(numbers.separator, "", literal=True)
    clear = cell.str.contains(_clear(mark, separator))
    readable = plain | clear | (grouped & pl.lit(numbers.grouping == "throughout"))
    number = (
        pl.when(readable)
        .then(joined.str.replace(numbers.decimal, ".", literal=True))
        .cast(pl.Float64, strict=False)
    )
    finite = number.is_finite().fill_null(value=False)
    unknown = cell.str.to_lowercase().is_in(list(numbers.unknown))
    fault = (
        pl.when(finite | unknown)
        .then(None)
        .when(readable | cell.str.to_lowercase().str.contains(NOT_FINITE))
        .then(pl.lit("is not a finite number"))
        .when(grouped)
        .then(_doubt(cell, joined, numbers))
        .when(_contradicts(cell, numbers))
        .then(pl.lit(f'has "{numbers.separator}" where "{numbers.decimal}" is the decimal mark'))
        .otherwise(pl.lit("is not a number"))
    )
    return Cast(pl.when(finite & ~unknown).then(number), fault)


def _contradicts(cell: pl.Expr, numbers: Numbers) -> pl.Expr:
    """Whether a number has the other mark, where somebody said which the decimal one is."""
    bare = cell.str.replace(POWER, "")
    has = bare.str.contains(NUMERIC) & bare.str.contains(numbers.separator, literal=True)
    return has & pl.lit(numbers.is_stated)


def _doubt(cell: pl.Expr, joined: pl.Expr, numbers: Numbers) -> pl.Expr:
    """What a cell such as 1,500 may be, and why the column does not tell."""
    sign = numbers.separator
    why = {
        "unclear": f'no number of the column has "{sign}" twice, or a decimal mark behind it',
        "contrary": f'other numbers of the column have "{sign}" where no group of three ends',
    }.get(numbers.grouping, "")
    point = cell.str.replace(sign, ".", literal=True)
    return pl.format("may be {} or {}: {}", joined, point, pl.lit(why))


def _grouped(mark: str, separator: str) -> str:
    """A number with thousands separated; one of them with a zero in front is not."""
    return rf"^[+-]?[1-9][0-9]{{0,2}}({separator}[0-9]{{3}})+({mark}[0-9]+)?$"


def _clear(mark: str, separator: str) -> str:
    """Such a number that can be read one way only: two separators, or one and a decimal mark."""
    groups = rf"({separator}[0-9]{{3}})"
    return rf"^[+-]?[1-9][0-9]{{0,2}}({groups}{{2,}}({mark}[0-9]+)?|{groups}{mark}[0-9]+)$"


def scaled(number: pl.Expr, factor: float) -> pl.Expr:
    """An amount in USD from thousands or millions, to 1/10,000 USD."""
    return number if factor == 1 else (number * factor).round(MONEY_DECIMALS)
