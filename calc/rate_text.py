"""A rate as the law writes it, read with the position of whatever cannot be read.

Today: ``Free`` and a percentage of the value, such as ``100%`` or ``2.5 %``. A bare number is never
a rate, because 25 and 0.25 are both written for a quarter of the value. Forms that other schedules
use (specific, compound and all-in rates) are recognised and refused by name.
"""

import re
from dataclasses import dataclass

from calc.errors import ScenarioError

HIGHEST_RATE = 10.0
"""A fraction: a rate above 1,000 % is taken for a slip unless it is allowed by name."""

LONGEST_TEXT = 40
CHARACTERS_SHOWN = 60
FREE = "free"
PERCENTAGE = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?) ?%")
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
READABLE_START = re.compile(r"[0-9]*(?:\.[0-9]*)? ?%?")

LATER_FORMS = (
    (re.compile(r"all[- ]?in\b", re.IGNORECASE), "an all-in rate"),
    (re.compile(r"\b(?:max|min)\b", re.IGNORECASE), "a minimum or maximum duty"),
    (re.compile(r"\bunit_value\b"), "a minimum price"),
    (re.compile(r"\bbase\b", re.IGNORECASE), "a rate relative to the base duty"),
    (re.compile(r"[¢$€£¥/]|\bcents?\b", re.IGNORECASE), "a specific duty"),
    (re.compile(r"(?<=\S) ?\+"), "a compound duty"),
)
"""What a later version reads, by what gives it away; the first that is found names the form."""


@dataclass(frozen=True, slots=True)
class Rate:
    """An ad valorem rate as a fraction of the value, and the text that it was read from."""

    ad_valorem_rate: float
    text: str


class RateTextError(ScenarioError):
    """A text that is no rate, or a form of rate that is not supported yet.

    ``position`` is the first character, from 1, that is not understood; null where it is the
    whole text.
    """

    def __init__(self, what: str, *, hint: str = "", position: int | None = None) -> None:
        self.position = position
        super().__init__(what, hint=hint)


def quoted(text: str) -> str:
    """A text in double quotes, fit for a message: cut where long, control characters shown."""
    cut = text if len(text) <= CHARACTERS_SHOWN else f"{text[:CHARACTERS_SHOWN]}..."
    safe = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in cut)
    return f'"{safe}"'


def read_rate(text: str, *, highest: float = HIGHEST_RATE) -> Rate:
    """The rate that a text states.

    Args:
        text: ``Free``, or a decimal number and a percent sign with at most one blank between.
        highest: Highest rate allowed, as a fraction: 10.0 stands for 1,000 %.

    Returns:
        The fraction nearest to the decimal number written (``2.5%`` is 0.025), and the text
        without the blanks around it.

    Raises:
        RateTextError: The text is no rate, is negative or above the highest, or has a form that
            is not supported yet.
    """
    written = text.strip()
    if written.casefold() == FREE:
        return Rate(0.0, written)
    found = PERCENTAGE.fullmatch(written)
    if found is None or len(written) > LONGEST_TEXT:
        raise _refusal(text, written)
    fraction = float(f"{found['number']}e-2")
    if fraction > highest:
        raise RateTextError(
            f"{quoted(written)} is above {highest * 100:,.0f} %, the highest rate that is allowed",
            hint=f"if it is meant, allow it with --allow-rate-above {quoted(written)}",
        )
    return Rate(fraction, written)


def _refusal(text: str, written: str) -> RateTextError:
    if not written:
        return RateTextError("the rate is empty", hint='write a percentage, such as "25%"')
    if len(written) > LONGEST_TEXT:
        return RateTextError(
            f"{quoted(written)} is too long for a rate ({len(written)} characters)",
            hint='write a percentage, such as "25%"',
        )
    offset = text.index(written) + 1
    for form, name in LATER_FORMS:
        found = form.search(written)
        if found is not None:
            return RateTextError(
                f"{quoted(written)} is {name}, which is not supported yet",
                hint=_hint_on_base(written) or 'this version reads "25%" and "Free"',
                position=offset + found.start(),
            )
    return _misread(written, offset)


def _hint_on_base(written: str) -> str:
    """Points or percent: a bare ``base - 50%`` would stay ambiguous in any version."""
    is_bare = re.fullmatch(r"base *[-−+] *[0-9.]+ ?%", written, re.IGNORECASE) is not None
    return "say also what is meant: percentage points, or percent of the base?" if is_bare else ""


def _misread(written: str, offset: int) -> RateTextError:
    if written[0] in "-−":
        return RateTextError(
            f"{quoted(written)} is negative; a duty is never less than nothing",
            hint='write "Free" for no duty',
            position=offset,
        )
    if NUMBER.fullmatch(written):
        return RateTextError(
            f"{quoted(written)} has no % sign, and a bare number is never a rate",
            hint=percent_hint(written),
            position=offset + len(written),
        )
    found = READABLE_START.match(written)
    end = found.end() if found is not None else 0
    at = min(end, len(written) - 1)
    if written[at] == ",":
        hint = 'a comma may divide thousands or decimals; write "2.5%" or "1250%"'
    else:
        hint = 'write a percentage, such as "25%", or "Free"'
    return RateTextError(
        f"{quoted(written)} is not a rate: character {offset + at} is {written[at]!r}",
        hint=hint,
        position=offset + at,
    )


def percent_hint(number: str) -> str:
    """What to write instead of a bare number; both readings where it may be a fraction."""
    value = float(number)
    if 0 < value <= 1:
        return f'write "{value * 100:g}%" if it is a fraction of the value, else "{number}%"'
    return f'write "{number}%"'
