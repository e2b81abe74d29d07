"""A year of changing law: which part of each period of trade falls under the law of which days.

The trade of a reference year stands for that of the year asked about, month for month. A table by
month has no days, so a month that a change of the law cuts is split by its days; a table by year is
split by the days of the year.
"""

from datetime import date
from fractions import Fraction

from calc.days import days_of
from calc.money import UNITS_PER_USD

Window = tuple[date, date]


def window_of(period: str, year: int) -> Window:
    """The days of a year for which a period of trade stands, half-open: its month, or all of it.

    A mean of years, by month or not, is a period as one year is.
    """
    month = period.partition("..")[0][4:]
    return days_of(f"{year}{month}")


def overlap(one: Window, other: Window) -> Window | None:
    """The days that two windows share; null where there are none."""
    first, after = max(one[0], other[0]), min(one[1], other[1])
    return (first, after) if first < after else None


def part_within(period: str, year: int, window: Window) -> Fraction:
    """The part of the trade of a period that is entered in a window of a year, by days."""
    whole = window_of(period, year)
    shared = overlap(whole, window)
    if shared is None:
        return Fraction(0)
    return Fraction((shared[1] - shared[0]).days, (whole[1] - whole[0]).days)


def scaled_units(usd: float, part: Fraction) -> int:
    """A part of an amount in whole ten-thousandths of a USD, rounded once, half away from zero."""
    exact = Fraction(round(usd * UNITS_PER_USD)) * part
    whole = int(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole
