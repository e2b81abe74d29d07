"""The money of a comparison: that of both sides where they share it, else USD, and why."""

from typing import NamedTuple

from pipelines.compare.sides import Side
from pipelines.report.currency import currency_asked
from pipelines.report.money import USD, Currency

BOTH = "the two sides"


class Money(NamedTuple):
    """The money that a comparison is told in, null for USD; why it is not that of a side."""

    currency: Currency | None = None
    reason: str = ""


IN_DOLLARS = Money()


def money_of_sides(first: Side, second: Side, code: str | None = None) -> Money:
    """The money of a comparison.

    A difference is told at one rate, so that no part of it is a change of exchange rates. Where
    the sides differ in money or rate, and none is asked for, both are told in USD.

    Args:
        first: The one side.
        second: The other.
        code: The money that is asked for, of which one side states a rate or both the same.

    Raises:
        UsageError: There is no dated rate for it, or the sides state different ones.
    """
    if code is not None:
        parts = [part.scenario.stated for side in (first, second) for part in side.whole.parts]
        return Money(currency_asked(code, parts, BOTH))
    if first.currency == second.currency:
        return Money(first.currency)
    told = " and ".join(
        f"the {name} is told in {USD if side.currency is None else side.currency.at}"
        for name, side in (("first", first), ("second", second))
    )
    codes = [side.currency.code for side in (first, second) if side.currency is not None]
    way = f"; --currency {codes[0]} tells both in it" if len(codes) == 1 else ""
    return Money(None, f"{told}: both are compared in USD{way}")
