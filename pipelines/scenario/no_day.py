"""Dates that are not on the calendar, or not written as a scenario writes them, told in words."""

import re
from calendar import monthrange

MONTHS = 12
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAY = re.compile(r"(?<![0-9\"'-])([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9\"'-])")
OTHER_DAY = re.compile(r"(?<![0-9\"'])[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{4}(?![0-9\"'])")


def no_such_day(line: str) -> str:
    """What is wrong with a date in a line, where one is not on the calendar or not so written."""
    for year, month, day in DAY.findall(line.partition("#")[0]):
        written, number = f"{year}-{month}-{day}", int(month)
        if not 1 <= number <= MONTHS:
            return f"there is no month {month} in {written}: dates are year-month-day"
        if int(year) == 0:
            return f"{written} has no year"
        days = monthrange(int(year), number)[1]
        if not 1 <= int(day) <= days:
            return f"there is no {written}: {MONTH_NAMES[number - 1]} {year} has {days} days"
        if len(month) + len(day) < len("MMDD"):
            return f"write {year}-{number:02}-{int(day):02}: month and day have two digits each"
    other = OTHER_DAY.search(line.partition("#")[0])
    return f"write {other[0]} as year-month-day, such as 2024-12-31" if other else ""
