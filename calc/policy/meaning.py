"""What the words of a rate mean: from the parse of ``calc.policy.grammar`` to an expression.

Amounts are worked out as exact fractions and rounded once, to the nearest number there is.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from calc.policy.expression import (
    FREE,
    AdValorem,
    BaseShare,
    Expression,
    Greatest,
    Least,
    Specific,
    Sum,
    TheValue,
    Times,
)
from calc.policy.refusals import (
    above_highest,
    ambiguous,
    bare_number,
    no_exchange_rate,
    points_or_percent,
    points_without_base,
    refuse_all,
    unknown_unit,
    unreadable_number,
)
from calc.policy.units import AMBIGUOUS, read_unit
from calc.policy.wording import holds_base, text_of
from calc.rate_text import RateTextError

if TYPE_CHECKING:
    from lark import Token, Tree

SYMBOLS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
LIMITS = ("EXTREME", "LIMIT")
LONGEST_NUMBER = 40
LARGEST_NUMBER = 10**15


@dataclass(frozen=True, slots=True)
class Terms:
    """The text that is read, what it is read by, and what was refused in it so far."""

    text: str
    highest: float
    currencies: Mapping[str, float]
    currency: str | None
    reading: str | None
    refused: list[RateTextError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Points:
    """Percentage points, which only mean something beside the base duty."""

    rate: float
    position: int


Operand = Expression | Points
Step = tuple["Token", Operand]


def duty_meant(tree: "Tree[Token]", terms: Terms) -> Expression:
    """The duty that a parsed text states.

    Raises:
        RateTextError: It is ambiguous, above the limit, or needs what is not given.
    """
    if tree.data == "applicable":
        words: list[Any] = tree.children
        return _applicable(words, terms)
    if tree.data == "whichever":
        return _whichever(tree.children, terms)
    chain: Any = tree.children[0]
    _refuse_bare(chain.children[0] if len(chain.children) == 1 else None, terms)
    meant = _chain(chain, terms)
    refuse_all(terms.refused)
    return _duty(meant, terms)


def all_in_of(tree: "Tree[Token]", terms: Terms) -> Expression:
    """The duty that an all-in rate tops up to.

    Raises:
        RateTextError: As of ``duty_meant``.
    """
    operand: Any = tree.children[0]
    _refuse_bare(operand, terms)
    meant = _tried(operand, terms)
    refuse_all(terms.refused)
    return _duty(meant, terms)


def _tried(tree: "Tree[Token]", terms: Terms) -> Operand:
    """An operand, or nothing where it is refused: the reading goes on to what is wrong beside."""
    try:
        return _operand(tree, terms)
    except RateTextError as err:
        terms.refused.append(err)
        return FREE


def _refuse_bare(operand: Any, terms: Terms) -> None:
    """A number by itself is never a rate, not even zero: it may only be a limit to another."""
    if getattr(operand, "data", "") == "bare":
        raise bare_number(terms.text, operand.children[0])


def _duty(operand: Operand, terms: Terms) -> Expression:
    if isinstance(operand, Points):
        raise points_without_base(terms.text, operand.position)
    return operand


def _whichever(words: Sequence[Any], terms: Terms) -> Expression:
    """The greater or the lesser of two duties, as schedules write it out."""
    arms = [_chain(chain, terms) for chain in (words[0], words[2])]
    refuse_all(terms.refused)
    first, second = (_duty(arm, terms) for arm in arms)
    is_greater = words[3].lower().endswith(("greater", "higher"))
    return Greatest((first, second)) if is_greater else Least((first, second))


def _applicable(words: Sequence["Token"], terms: Terms) -> Expression:
    """The U.S. schedule's "duty provided in the applicable subheading", with what is added."""
    if len(words) == 1:
        return BaseShare(1.0)
    _, sign, number, _ = words
    rate = AdValorem(_percentage(number, terms))
    return Sum((BaseShare(1.0), rate if sign.type == "PLUS" else Times(-1.0, rate)))


def _operand(tree: "Tree[Token]", terms: Terms) -> Operand:
    words: list[Any] = tree.children
    match tree.data:
        case "chain":
            return _chain(tree, terms)
        case "extreme":
            tried = [_tried(word, terms) for word in words[1:]]
            parts = tuple(_duty(part, terms) for part in tried)
            return Greatest(parts) if words[0].lower() == "max" else Least(parts)
        case "percent":
            return AdValorem(_percentage(words[0], terms))
        case "points":
            return Points(_percentage(words[0], terms), words[0].start_pos)
        case "base":
            return BaseShare(_percentage(words[0], terms) if len(words) > 1 else 1.0)
        case "share":
            whole = _duty(_operand(words[-1], terms), terms)
            return Times(_percentage(words[0], terms), whole)
        case "value":
            return TheValue()
        case "specific":
            return _specific(words[0].children, words[1].children, terms)
        case "bare":
            return _zero(words[0], terms)
        case _:
            return FREE


def _zero(number: "Token", terms: Terms) -> Expression:
    """Zero is nothing in any unit, so it may stand bare as a limit; no other number may."""
    if _number(number, terms) != 0:
        raise bare_number(terms.text, number)
    return FREE


def _percentage(number: "Token", terms: Terms) -> float:
    fraction = float(_number(number, terms) / 100)
    if fraction > terms.highest:
        raise above_highest(terms.text, number, terms.highest)
    return fraction


def _number(word: "Token", terms: Terms) -> Fraction:
    """A number as written, exactly: with blanks or commas between thousands, or ``33 1/3``."""
    if len(word) > LONGEST_NUMBER:
        raise unreadable_number(terms.text, word)
    if word.type == "FRACTION":
        whole, broken = word.split()
        numerator, denominator = broken.split("/")
        if int(denominator) == 0:
            raise unreadable_number(terms.text, word)
        number = int(whole) + Fraction(int(numerator), int(denominator))
    else:
        number = Fraction("".join(char for char in word if char in "0123456789."))
    if number > LARGEST_NUMBER:
        raise unreadable_number(terms.text, word)
    return number


def _specific(price: list["Token"], per: list["Token"], terms: Terms) -> Expression:
    (number,) = (word for word in price if word.type == "NUMBER")
    amount = _number(number, terms) * _usd_for_one(price, terms)
    counts = [word for word in per if word.type in {"NUMBER", "THOUSANDS"}]
    count = _number(counts[0], terms) if counts else Fraction(1)
    if count == 0:
        raise unreadable_number(terms.text, counts[0])
    spelt = per[-1] if per[-1].type in {"EACH", "UNIT", "OTHER_UNIT"} else None
    unit = read_unit(spelt) if spelt is not None else (1, "number")
    if unit is None or per[-1].lower() in AMBIGUOUS:
        raise unknown_unit(terms.text, per[-1])
    return Specific(float(amount / (count * unit[0])), unit[1])


def _usd_for_one(price: list["Token"], terms: Terms) -> Fraction:
    """USD for one of what a price is in: cents, a symbol, a code, or the schedule's currency."""
    marks = [word for word in price if word.type != "NUMBER"]
    if marks and marks[0].type == "CENT":
        return Fraction(1, 100)
    code = SYMBOLS.get(marks[0], str(marks[0])) if marks else terms.currency
    if code == "USD":
        return Fraction(1)
    rate = terms.currencies.get(code) if code is not None else None
    if rate is None or not math.isfinite(rate) or rate <= 0:
        raise no_exchange_rate(terms.text, code, (marks or price)[0], terms.currencies)
    return Fraction(repr(float(rate)))


def _chain(tree: "Tree[Token]", terms: Terms) -> Operand:
    words: list[Any] = tree.children
    first = _tried(words[0], terms)
    steps = [
        (sign, _tried(word, terms)) for sign, word in zip(words[1::2], words[2::2], strict=True)
    ]
    if terms.refused:
        return FREE
    extremes = [sign for sign, _ in steps if sign.type in LIMITS]
    if not extremes or len(extremes) == len(steps):
        return _left_to_right(first, steps, terms)
    if terms.reading is not None:
        return READINGS[terms.reading](first, steps, terms)
    uk, in_order = _split_at_last(first, steps, terms), _left_to_right(first, steps, terms)
    if uk != in_order:
        texts = {
            name: text_of(_duty(read, terms))
            for name, read in (("uk", uk), ("left-to-right", in_order))
        }
        raise ambiguous(terms.text, extremes[-1], texts)
    return uk


def _left_to_right(first: Operand, steps: Iterable[Step], terms: Terms) -> Operand:
    """One operation after the other, whatever they are."""
    summed = [first]
    for sign, operand in steps:
        if sign.type in LIMITS:
            summed = [_limited(_summed(summed), sign, operand, terms)]
        else:
            summed.append(_signed(sign, operand, summed, terms))
    return _summed(summed)


def _split_at_last(first: Operand, steps: Sequence[Step], terms: Terms) -> Operand:
    """Split at the last MIN or MAX, and so on to its left: plus and minus stay within an arm."""
    places = [place for place, (sign, _) in enumerate(steps) if sign.type in LIMITS]
    if not places:
        return _left_to_right(first, steps, terms)
    sign, opens = steps[places[-1]]
    arm = _left_to_right(opens, steps[places[-1] + 1 :], terms)
    return _limited(_split_at_last(first, steps[: places[-1]], terms), sign, arm, terms)


READINGS = {"uk": _split_at_last, "left-to-right": _left_to_right}


def _limited(left: Operand, sign: "Token", right: Operand, terms: Terms) -> Expression:
    """A schedule's ``A MIN B``: B is the minimum, so the greater is owed; MAX is a ceiling."""
    arms = (_duty(left, terms), _duty(right, terms))
    return Greatest(arms) if sign.lower() == "min" or "less" in sign.lower() else Least(arms)


def _summed(summed: list[Operand]) -> Operand:
    if len(summed) == 1:
        return summed[0]
    return Sum(tuple(term for term in summed if not isinstance(term, Points)))


def _signed(sign: "Token", operand: Operand, before: list[Operand], terms: Terms) -> Expression:
    """A term with its sign; beside the base duty a percentage must be said to be in points."""
    if isinstance(before[0], Points):
        raise points_without_base(terms.text, before[0].position)
    beside_base = any(holds_base(term) for term in before if not isinstance(term, Points))
    if isinstance(operand, Points):
        if not beside_base:
            raise points_without_base(terms.text, operand.position)
        operand = AdValorem(operand.rate)
    elif isinstance(operand, AdValorem) and beside_base:
        raise points_or_percent(terms.text, sign, text_of(operand))
    return Times(-1.0, operand) if sign.type == "MINUS" else operand
