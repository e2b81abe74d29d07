"""Seasons: parts of each year, and what of a period of trade falls into them.

Goods pay the rate of the day on which they are entered. A table by month has no days, so a season
that cuts a month takes of its trade what it takes of its days; of a table by year, what it takes of
the days of the year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from calc.days import days_of

LEAP_YEAR = 2000
DAYS = tuple(date(LEAP_YEAR, 1, 1) + timedelta(days=number) for number in range(366))
MonthDay = tuple[int, int]
Days = frozenset[MonthDay]
ENTERED = "entered "
BY_DAYS = ", by days"


@dataclass(frozen=True, slots=True, order=True)
class Season:
    """A part of each year, from a month and day to another, both included, over New Year or not.

    29 February counts in the years that have it.
    """

    first: MonthDay
    last: MonthDay

    @property
    def text(self) -> str:
        """The season as it is written: ``05-16..10-15``."""
        return f"{_text(self.first)}..{_text(self.last)}"

    def days(self) -> Days:
        """Its days."""
        within = self.first <= self.last
        return frozenset(
            day
            for day in ((each.month, each.day) for each in DAYS)
            if (self.first <= day <= self.last if within else not self.last < day < self.first)
        )


def _text(day: MonthDay) -> str:
    return f"{day[0]:02}-{day[1]:02}"


def name_of(days: Days) -> str:
    """The portion of a flow that is entered on some days; where it splits one, that is by days."""
    runs: list[list[MonthDay]] = []
    for before, each in pairwise((None, *DAYS)):
        day = (each.month, each.day) if each else None
        if day not in days or day is None:
            continue
        follows = before is not None and (before.month, before.day) in days
        runs[-1].append(day) if follows else runs.append([day])
    if len(runs) > 1 and runs[0][0] == (1, 1) and runs[-1][-1] == (12, 31):
        runs = [*runs[1:-1], [*runs[-1], *runs[0]]]  # over New Year it is one
    told = (f"{_text(run[0])}..{_text(run[-1])}" for run in runs)
    return f"{ENTERED}{' and '.join(told)}{BY_DAYS}"


def told_apart(seasons: Iterable[Season]) -> dict[Season, tuple[Days, ...]]:
    """The stretches of the year that each of several seasons consists of.

    No two stretches share a day, and a season that others overlap consists of several.
    """
    listed = sorted(set(seasons))
    of_day: dict[MonthDay, frozenset[Season]] = {}
    for season in listed:
        for day in season.days():
            of_day[day] = of_day.get(day, frozenset()) | {season}
    together: dict[frozenset[Season], set[MonthDay]] = {}
    for day, own in sorted(of_day.items()):
        together.setdefault(own, set()).add(day)
    return {
        season: tuple(frozenset(days) for own, days in together.items() if season in own)
        for season in listed
    }


def windows_of(period: str) -> list[tuple[date, date]]:
    """The days of a period of trade, half-open: of a mean of years or months those of each year."""
    first, _, last = period.partition("..")
    if not last:
        return [days_of(first)]
    years = range(int(first[:4]), int(last[:4]) + 1)
    return [days_of(f"{year}{first[4:]}") for year in years]


def part_of(stretches: Days, windows: Iterable[tuple[date, date]]) -> tuple[int, int]:
    """How many days of some windows fall into stretches of the year, and how many there are."""
    within = whole = 0
    for start, end in windows:
        for number in range((end - start).days):
            day = start + timedelta(days=number)
            within += (day.month, day.day) in stretches
            whole += 1
    return within, whole
