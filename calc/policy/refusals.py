"""Why a text is no rate: what is not understood, where, and the nearest form that is read."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from calc.errors import Problem, did_you_mean
from calc.policy.printed import reason_not_read
from calc.policy.units import AMBIGUOUS, spellings
from calc.rate_text import RateTextError, percent_hint, quoted

if TYPE_CHECKING:
    from lark import Token

LONGEST_TEXT = 1000
DEEPEST_BRACKETS = 20
COMMA_IN_NUMBER = re.compile(r"(?<=[0-9]),(?=[0-9])")
CLEAR_COMMAS = re.compile(
    r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+(?![0-9.,])"
    r"|(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3}){2,}(?![0-9.,])"
    r"|(?:/|\bper\b)\s*10{0,2}(?:,000)+(?![0-9.,])"
)
"""Numbers whose commas can only divide thousands: they have a point too, two commas, or count the
units that a price is per."""

FORMS = (
    *("25%", "Free", "4.4¢/kg", "4.4 cents/kg", "$1.55 each", "$1.55 each + 8%", "$1.55/kg"),
    *("0.50 USD/kg", "37.2¢/1000 l", "14.5 cents/m2 + 0.4%", "13.0 EUR/100kg", "15% all-in"),
    *("max(13.8%, 13.0 EUR/100kg)", "min(25%, 0.50 USD/kg)", "13.8% MIN 13.0 EUR/DTN"),
    *("50% of base", "base - 2pp", "base + 5pp", "max(5.10 USD/kg - unit_value, 0)"),
)


def refuse_at_once(text: str) -> None:
    """Refuse what need not be read to be refused: empty, too long, too deep, unclear commas.

    Raises:
        RateTextError: It is one of these.
    """
    written = text.strip()
    if not written:
        raise RateTextError("the rate is empty", hint='write a percentage, such as "25%"')
    if len(written) > LONGEST_TEXT:
        raise RateTextError(
            f"{quoted(written)} is too long for a rate ({len(written):,} characters)",
            hint=f"a rate has at most {LONGEST_TEXT:,} characters",
        )
    depth = 0
    for position, char in enumerate(text, 1):
        depth += (char == "(") - (char == ")")
        if depth > DEEPEST_BRACKETS:
            raise RateTextError(
                f"{quoted(written)} has brackets more than {DEEPEST_BRACKETS} deep",
                hint="write a simpler rate",
                position=position,
            )
    if reason_not_read(written) is None:
        _refuse_unclear_commas(text)


def _refuse_unclear_commas(text: str) -> None:
    clear = [found.span() for found in CLEAR_COMMAS.finditer(text)]
    for comma in COMMA_IN_NUMBER.finditer(text):
        at = comma.start()
        if not any(start <= at < end for start, end in clear):
            raise RateTextError(
                f"{quoted(text.strip())} is not a rate: character {at + 1} is ','",
                hint='a comma may divide thousands or decimals; write "2.5%" or "1250%",'
                " and a blank after a comma between two duties",
                position=at + 1,
            )


def refuse_negative_start(text: str) -> None:
    """Refuse a duty below nothing by its name.

    Raises:
        RateTextError: The text begins with a minus sign.
    """
    written = text.strip()
    if written[0] in "-−–":
        raise RateTextError(
            f"{quoted(written)} is negative; a duty is never less than nothing",
            hint='write "Free" for no duty',
            position=text.index(written) + 1,
        )


def refuse_all(refused: Sequence[RateTextError]) -> None:
    """Nothing, where no term of a text was refused.

    Raises:
        RateTextError: All that is wrong with the terms, each once, in the order of the text.
    """
    found: dict[Problem, int] = {}
    for each in sorted(refused, key=lambda one: one.position or 0):
        found.setdefault(each.problems[0], each.position or 0)
    for problem, position in found.items():
        error = RateTextError(problem.what, hint=problem.hint, position=position)
        error.problems = list(found)
        raise error


def not_a_rate(text: str, offset: int | None) -> RateTextError:
    """The refusal of a text that the grammar does not take; ``offset`` is null at its end."""
    written = text.strip()
    reason = reason_not_read(written)
    if reason is not None:
        return RateTextError(f"{quoted(written)} {reason.what}", hint=reason.hint, position=1)
    if offset is None:
        what = f"{quoted(written)} is not a rate: it ends where more is expected"
        position = len(text.rstrip()) + 1
    else:
        what = f"{quoted(written)} is not a rate: character {offset + 1} is {text[offset]!r}"
        position = offset + 1
    return RateTextError(
        what, hint=f'the nearest form that is read: "{nearest_form(written)}"', position=position
    )


def nearest_form(text: str) -> str:
    """The form of rate that looks most like a text, numbers left aside."""
    likeness = difflib.SequenceMatcher(b=_shape(text[:100]), autojunk=False)

    def alike(form: str) -> float:
        likeness.set_seq1(_shape(form))
        return likeness.ratio()

    return max(FORMS, key=alike)


def _shape(text: str) -> str:
    return re.sub(r"[0-9][0-9.,]*", "0", text.lower())


def above_highest(text: str, number: "Token", highest: float) -> RateTextError:
    """The refusal of a percentage that is taken for a slip."""
    return RateTextError(
        f"{quoted(text.strip())} is above {highest * 100:,.0f} %, the highest rate that is allowed",
        hint=f"if it is meant, allow it with --allow-rate-above {quoted(f'{number}%')}",
        position=_place(number),
    )


def bare_number(text: str, number: "Token") -> RateTextError:
    """The refusal of a number of nothing: 25 and 0.25 are both written for a quarter."""
    digits = re.sub(r"[^0-9.]", "", number)
    return RateTextError(
        f"{quoted(text.strip())} has no % sign, and a bare number is never a rate",
        hint=percent_hint(digits),
        position=_place(number) + len(number),
    )


def unreadable_number(text: str, number: "Token") -> RateTextError:
    """The refusal of a number too large, too long, or divided by zero."""
    return RateTextError(
        f"{quoted(text.strip())} has a number that no rate has: {quoted(number)}",
        hint='write a number such as "13.8"',
        position=_place(number),
    )


def unknown_unit(text: str, unit: "Token") -> RateTextError:
    """The refusal of an amount per something unknown, or that may be two things."""
    instead = AMBIGUOUS.get(unit.lower())
    if instead is not None:
        return RateTextError(
            f"{quoted(text.strip())} is per {quoted(unit)}, which is short for carat",
            hint=f"write {instead}",
            position=_place(unit),
        )
    return RateTextError(
        f"{quoted(text.strip())} is per {quoted(unit)}, which is no unit that is known",
        hint=did_you_mean(unit, list(spellings())),
        position=_place(unit),
    )


def no_exchange_rate(
    text: str, code: str | None, mark: "Token", currencies: Mapping[str, float]
) -> RateTextError:
    """The refusal of an amount in a currency of which no rate is given."""
    if code is None:
        what = f"{quoted(text.strip())} has an amount without a currency"
        hint = 'write the currency, such as "13.0 EUR/100kg", or say which one the schedule is in'
    else:
        what = f"{quoted(text.strip())} is in {code}, of which no exchange rate is given"
        known = ", ".join(sorted({"USD", *currencies}))
        hint = f"give USD for one {code} with its date and source; known: {known}"
    return RateTextError(what, hint=hint, position=_place(mark))


def points_or_percent(text: str, sign: "Token", rate: str) -> RateTextError:
    """The refusal of a percentage beside the base duty."""
    number = rate.removesuffix("%").replace("Free", "0")
    mark = "-" if sign.type == "MINUS" else "+"
    share = 100 + float(f"{mark}{number}")
    return RateTextError(
        f"{quoted(text.strip())} does not say whether points or percent of the base are meant",
        hint=f'write "base {mark} {number}pp" for percentage points,'
        f' or "{share:g}% of base" for a share of it',
        position=_place(sign),
    )


def points_without_base(text: str, offset: int) -> RateTextError:
    """The refusal of percentage points of nothing."""
    return RateTextError(
        f"{quoted(text.strip())} has percentage points without a base duty before them",
        hint='write "base - 2pp" for points off the base duty, or "2%" for a rate',
        position=offset + 1,
    )


def ambiguous(text: str, sign: "Token", readings: Mapping[str, str]) -> RateTextError:
    """The refusal of a text that brackets do not make clear."""
    ways = " or ".join(f"{meant} (reading {quoted(name)})" for name, meant in readings.items())
    return RateTextError(
        f"{quoted(text.strip())} can be read in two ways: {ways}",
        hint=f"write one of them, set brackets, or name the reading: {_listed(readings)}",
        position=_place(sign),
    )


def _listed(names: Iterable[str]) -> str:
    return " or ".join(f'reading = "{name}"' for name in names)


def _place(word: "Token") -> int:
    return (word.start_pos or 0) + 1
