"""Reference periods: which flows of a table stand for the trade that a law is put on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from calc.days import MONTHS, days_of

LATEST = "latest-12"
PART = r"(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2]))?"
TO, AND_TO = "..", "+..+"
WRITTEN = re.compile(rf"{LATEST}|({PART})(?:(\.\.|\+\.\.\+)({PART}))?")
FORMS = (
    'a year "2024", a month "2024-07", "latest-12", twelve months "2023-11..2024-10", a mean of \
years "2022..2024", or their sum "2022+..+2024"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The flows that stand for the trade: of a period, of twelve months, a mean or sum of years.

    Attributes:
        name: What it is called, such as ``2024`` or ``2022..2024``.
        parts: The years and months that it holds; a year stands for its months too.
        years: Of how many years it is the mean; 1 where it is none.
        by_month: Whether the table has all of it by month.
    """

    name: str
    parts: tuple[str, ...]
    years: int = 1
    by_month: bool = False

    @property
    def is_sum_of_years(self) -> bool:
        """Whether it is several years added up, each with the lines that it has."""
        return self.years == 1 and len(self.parts) > 1 and len(self.parts[0]) == len("2024")

    @property
    def days(self) -> tuple[date, date]:
        """Its first and its last day."""
        return days_of(self.parts[0])[0], days_of(self.parts[-1])[1] - timedelta(days=1)

    def holds(self) -> pl.Expr:
        """Whether a row is of the reference period, by its ``period``."""
        return pl.any_horizontal(in_period(part) for part in self.parts)


def in_period(period: str) -> pl.Expr:
    """Whether a row is of a period: the period itself, or a month of it."""
    column = pl.col("period")
    return (column == period) | column.str.starts_with(f"{period}-")


def is_reference(text: str) -> bool:
    """Whether a text names a reference period."""
    found = WRITTEN.fullmatch(text)
    if found is None or found[3] is None:
        return found is not None
    first, sign, last = found[1], found[2], found[3]
    if len(first) != len(last) or last <= first:
        return False
    is_twelve = sign == TO and len(first) > len("2024") and len(_months_to(last, first)) == MONTHS
    return is_twelve or len(first) == len("2024")


def reference_of(text: str, periods: Sequence[str]) -> Reference | None:
    """The reference period that a text names, in a table of some periods.

    Null where the latest twelve months are asked for and the table has no month.
    """
    parts = _parts(text, periods)
    if not parts:
        return None
    is_mean = TO in text and len(text) == len("2022..2024")
    own = [period for period in periods if any(_is_of(period, part) for part in parts)]
    return Reference(
        name=f"{parts[0]}..{parts[-1]}" if text == LATEST else text,
        parts=parts,
        years=len(parts) if is_mean else 1,
        by_month=all(len(period) == len("2024-07") for period in own),
    )


def _parts(text: str, periods: Sequence[str]) -> tuple[str, ...]:
    if text == LATEST:
        months = [period for period in periods if len(period) == len("2024-07")]
        return _twelve_to(max(months)) if months else ()
    first, _, last = text.replace(AND_TO, TO).partition(TO)
    if not last:
        return (text,)
    if len(last) > len("2024"):
        return _months_to(last, first)
    return tuple(str(year) for year in range(int(first), int(last) + 1))


def common_year(periods: Sequence[str]) -> str | None:
    """The only period, or the year whose months they all are; null where there is none."""
    if len(periods) == 1:
        return periods[0]
    years = {period[:4] for period in periods}
    is_months = all(len(period) == len("2024-07") for period in periods)
    return years.pop() if is_months and len(years) == 1 else None


def months_of(year: str) -> Reference:
    """A year as its twelve months."""
    return Reference(name=year, parts=_twelve_to(f"{year}-12"), by_month=True)


def lacking(reference: Reference, periods: Sequence[str]) -> list[str]:
    """The years and months that a reference period needs and a table does not have, in order.

    A year that is there by month needs all of its months where it is one of several.
    """
    if len(reference.parts) == 1:
        return [] if any(_is_of(period, reference.parts[0]) for period in periods) else [
            reference.name
        ]  # fmt: skip
    found = []
    for part in reference.parts:
        own = {period for period in periods if _is_of(period, part)}
        months = _twelve_to(f"{part}-12") if len(part) == len("2024") else (part,)
        needed = months if own and part not in own else (part,)
        found += [period for period in needed if period not in own]
    return found


def _is_of(period: str, part: str) -> bool:
    return period == part or period.startswith(f"{part}-")


def _twelve_to(last: str) -> tuple[str, ...]:
    number = int(last[:4]) * MONTHS + int(last[5:]) - 1
    return tuple(_month(each) for each in range(number - MONTHS + 1, number + 1))


def _months_to(last: str, first: str) -> tuple[str, ...]:
    start, end = (int(day[:4]) * MONTHS + int(day[5:]) - 1 for day in (first, last))
    return tuple(_month(each) for each in range(start, end + 1))


def _month(number: int) -> str:
    return f"{number // MONTHS:04}-{number % MONTHS + 1:02}"
