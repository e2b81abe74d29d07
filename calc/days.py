"""The days of a period of trade."""

from datetime import date

MONTHS = 12


def days_of(period: str) -> tuple[date, date]:
    """The first day of a year or month, and the first day after it."""
    year, month = int(period[:4]), int(period[5:] or 0)
    if month == 0:
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year, month, 1), date(year + month // MONTHS, month % MONTHS + 1, 1)
