"""A season: a part of each year, from a day to a day, both included."""

import re
from datetime import date

from calc.rate_text import quoted
from calc.seasons import Season
from pipelines.scenario.fields import Table, text_of

SEASON_TEXT = re.compile(r"([0-9]{2})-([0-9]{2})\.\.([0-9]{2})-([0-9]{2})")
LEAP_YEAR = 2000


def read_season(table: Table) -> Season | None:
    """The season that ``season`` states; null where it is absent or refused."""
    text = text_of(table, "season", example='season = "05-16..10-15"')
    if not text:
        return None
    season = season_of(text)
    if season is None:
        table.refuse("season", f"{quoted(text)} is not a part of the year",
                     'write month and day: season = "05-16..10-15"')  # fmt: skip
    return season


def season_of(text: str) -> Season | None:
    """The season that a text such as ``05-16..10-15`` states; null where it states none."""
    found = SEASON_TEXT.fullmatch(text)
    days = [int(part) for part in found.groups()] if found else []
    try:
        first, last = (
            (date(LEAP_YEAR, month, day).month, day)
            for month, day in zip(days[::2], days[1::2], strict=True)
        )
    except ValueError:
        return None
    return Season(first, last)
