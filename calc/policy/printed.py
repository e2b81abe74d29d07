"""Rates as the U.S. schedule prints them in words: which of them state no duty by themselves.

Source: column 1 general and column 2 of the Harmonized Tariff Schedule, as USITC exports it.
"""

import re
from dataclasses import dataclass
from typing import Literal

PrintedType = Literal["free", "ad valorem", "specific", "compound", "other"]
PERCENTAGE = re.compile(r"[0-9.]+ ?%")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why words are not read as a duty, as the end of a sentence, and what to do instead."""

    what: str
    hint: str


ANOTHER_LINE = Reason(
    "refers to the rate of another line", "give the rate that applies, or leave the line unknown"
)
CONDITION = Reason(
    "is free on a condition only", "give the part of the flow that meets it as a portion"
)
OTHER_VALUE = Reason(
    "is a duty on another value than that of the good",
    "trade tables do not give that value; give the part of it as a content",
)
COMPONENT = Reason(
    "is a duty on a part of the good", "trade tables do not give that part; give it as a content"
)
DEGREE = Reason(
    "depends on a technical measure of the good", "give the rate at the degree that is traded"
)
NOTHING = Reason("states no rate", "give the rate, or leave the line unknown")

REASONS = (
    (r"no change\b|see (?:additional )?u\.?s\.? note|see [0-9]{4}", ANOTHER_LINE),
    (r"the rates? (?:of duty )?appli-? ?cable\b", ANOTHER_LINE),
    (r"free, ?(?:under bond|for such)", CONDITION),
    (r"a duty (?:upon|equal|\(in lieu)", OTHER_VALUE),
    (r"[0-9.]+ ?(?:%|percent) of the (?:fair|cost|value)", OTHER_VALUE),
    (r".*for each degree\b", DEGREE),
    (r".*(?:% on (?:the )?[a-z]|/jewel over|for each other piece)", COMPONENT),
    (r"[:;.,-]+$", NOTHING),
)
PATTERNS = tuple((re.compile(words, re.IGNORECASE | re.DOTALL), why) for words, why in REASONS)


def reason_not_read(text: str) -> Reason | None:
    """Why the words of a schedule state no duty by themselves; else null."""
    for pattern, reason in PATTERNS:
        if pattern.match(text):
            return reason
    return None


def printed_rate_type(text: str) -> PrintedType:
    """The form of a printed rate by its signs alone, as engines that do not read it count it.

    ``Free`` alone is free, a percentage alone is ad valorem; with a percent sign and a plus it is
    compound, with a percent sign only other, and anything else, words included, specific. Use
    ``calc.policy.expression.rate_type`` for what a rate that is read is.
    """
    written = text.strip()
    if written.lower() == "free":
        return "free"
    if PERCENTAGE.fullmatch(written):
        return "ad valorem"
    if "%" in written:
        return "compound" if "+" in written else "other"
    return "specific"
