"""A share of the rows, as it is written in a scenario and on the command line."""

import re

PERCENTAGE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)\s*%")
SHARE_RULE = 'write a percentage from 0 to 100, such as "0.1%"'


def share_of(text: str) -> float | None:
    """The fraction that a percentage from 0 to 100 says; null where the text is none."""
    found = PERCENTAGE.fullmatch(text.strip())
    percent = float(found.group(1)) if found else -1.0
    return percent / 100 if 0 <= percent <= 100 else None
