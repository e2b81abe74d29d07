"""A rate as written in the scenario or in a cell of an annex."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from calc.policy.expression import AdValorem
from calc.policy.grammar import Reading, read_rate_words
from calc.rate_text import (
    HIGHEST_RATE,
    NUMBER,
    RateTextError,
    percent_hint,
    quoted,
    read_rate,
)
from pipelines.scenario.annex import Row
from pipelines.scenario.fields import Place, Table, kind_of, shown
from pipelines.scenario.model import Duty

NO_DUTY = Duty()
LARGEST_HINT = 1e6
FRACTION = re.compile(r"ad_valorem_rate|.*_fraction")
PERCENT = re.compile(r".*_percent")


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of rates are read by; each distinct text is read once.

    Attributes:
        highest: Highest percentage allowed, as a fraction.
        currencies: USD for one unit of each currency.
        reading: How MIN and MAX stand to plus and minus; null where brackets must say.
    """

    highest: float = HIGHEST_RATE
    currencies: Mapping[str, float] = field(default_factory=dict)
    reading: Reading | None = None
    known: dict[str, Duty] = field(default_factory=dict)

    def duty(self, text: str) -> Duty:
        """The duty that the words of a schedule state.

        Raises:
            RateTextError: The text is no rate, or a part of it is above the highest.
        """
        written = text.strip()
        if text not in self.known:
            found = read_rate_words(
                text, highest=self.highest, currencies=self.currencies, reading=self.reading
            )
            self.known[text] = Duty(found.expression, written, found.mode)
        return self.known[text]


def read_duty(place: Place, key: str | int, value: Any, words: Words) -> Duty | None:
    """The duty of a value; null where it is refused."""
    if not isinstance(value, str):
        place.refuse(key, *no_rate_text(str(key), value))
        return None
    try:
        return words.duty(value)
    except RateTextError as err:
        for problem in err.problems:
            place.refuse(key, problem.what, problem.hint)
        return None


def no_rate_text(key: str, value: Any) -> tuple[str, str]:
    """What is wrong with a rate that is no text, and what to write."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        what = f"{key} {shown(value)} is a bare number, which is never a rate"
        return what, percent_hint(shown(value)) if 0 < value < LARGEST_HINT else 'write "25%"'
    return f"{key} is {kind_of(value)} ({shown(value)}), not a text", 'write "25%"'


def plain_rate_of(table: Table, key: str, *, highest: float) -> Duty:
    """A share of the value, ``Free`` among them, and no other duty; free where it is refused."""
    value = table.values.get(key)
    if value is None:
        return NO_DUTY
    if not isinstance(value, str):
        table.refuse(key, *no_rate_text(key, value))
        return NO_DUTY
    try:
        rate = read_rate(value, highest=highest)
    except RateTextError as err:
        table.refuse(key, err.problems[0].what, err.problems[0].hint)
        return NO_DUTY
    return Duty(AdValorem(rate.ad_valorem_rate), rate.text)


def duty_in_cell(row: Row, column: str, words: Words) -> Duty | None:
    """The duty in a cell of an annex; null where it is empty or refused.

    A cell holds a rate in words; a bare fraction where the header says so (``ad_valorem_rate``,
    ``..._fraction``), a bare percentage likewise (``..._percent``).
    """
    text = row.text(column)
    if not text:
        return None
    says_fraction = FRACTION.fullmatch(column) is not None
    if says_fraction or PERCENT.fullmatch(column):
        if not NUMBER.fullmatch(text):
            row.refuse(column, f"{quoted(text)} is not a number from 0 on", f"column {column} "
                       "holds bare numbers, such as 0.25" if says_fraction else "25")  # fmt: skip
            return None
        text = f"{Decimal(text) * 100 if says_fraction else Decimal(text):f}%"
    return read_duty(row, column, text, words)
