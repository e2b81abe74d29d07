"""Duty expressions: what a rate says of value, quantity and base duty, as a small tree.

Built by ``calc.policy.grammar`` from the words of a schedule; computed by ``duty_of`` on any engine
that narwhals reaches. A duty is always computed from value and quantity, never by a guessed rate.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

import narwhals as nw


@dataclass(frozen=True, slots=True)
class AdValorem:
    """A share of the value: 0.25 is 25 percent."""

    rate: float


@dataclass(frozen=True, slots=True)
class Specific:
    """An amount of USD for each unit of quantity, such as 0.044 per kg."""

    usd: float
    unit: str


@dataclass(frozen=True, slots=True)
class BaseShare:
    """A share of the duty without the scenario: 0.5 is half of it."""

    factor: float


@dataclass(frozen=True, slots=True)
class TheValue:
    """The value itself: a unit value times its quantity, for minimum prices."""


@dataclass(frozen=True, slots=True)
class Prohibited:
    """No duty, since the good may not enter at all; not the same as free."""


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A duty that cannot be told, whatever is traded."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of its terms."""

    terms: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Times:
    """A term times a number, such as -1 for what is taken off."""

    factor: float
    term: "Expression"


@dataclass(frozen=True, slots=True)
class Greatest:
    """The greatest of its terms."""

    terms: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Least:
    """The least of its terms."""

    terms: tuple["Expression", ...]


Expression = (
    AdValorem | Specific | BaseShare | TheValue | Prohibited | NotKnown
    | Sum | Times | Greatest | Least
)  # fmt: skip
FREE = AdValorem(0.0)
PROHIBITED = Prohibited()
NOT_KNOWN = NotKnown()


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an expression is computed from: columns of one engine.

    ``value`` in USD, ``base`` the base duty in USD, and ``quantity`` gives the quantity in a unit,
    null where the table has none in it.
    """

    value: nw.Expr
    base: nw.Expr
    quantity: Callable[[str], nw.Expr]


def duty_of(expression: Expression, amounts: Amounts) -> nw.Expr:
    """The duty in USD that an expression gives; null where an amount it needs is not known."""
    match expression:
        case AdValorem(rate):
            return amounts.value * rate
        case Specific(usd, unit):
            return amounts.quantity(unit) * usd
        case BaseShare(factor):
            return amounts.base * factor
        case TheValue():
            return amounts.value
        case Prohibited():
            return amounts.value * 0.0
        case NotKnown():
            return nw.lit(None, nw.Float64)
        case Times(factor, term):
            return duty_of(term, amounts) * factor
        case Sum(terms):
            first, *others = [duty_of(term, amounts) for term in terms]
            for other in others:
                first = first + other
            return first
        case Greatest(terms):
            return _extreme(terms, amounts, greatest=True)
        case Least(terms):
            return _extreme(terms, amounts, greatest=False)


def _extreme(terms: tuple[Expression, ...], amounts: Amounts, *, greatest: bool) -> nw.Expr:
    """The greatest or least of several; not known where one of them is not."""
    first, *others = [duty_of(term, amounts) for term in terms]
    for other in others:
        takes_other = other > first if greatest else other < first
        both_known = ~first.is_null() & ~other.is_null()
        first = nw.when(both_known).then(nw.when(takes_other).then(other).otherwise(first))
    return first


def leaves(expression: Expression) -> Iterator[Expression]:
    """The terms of an expression that have no terms."""
    match expression:
        case Sum(terms) | Greatest(terms) | Least(terms):
            for term in terms:
                yield from leaves(term)
        case Times(_, term):
            yield from leaves(term)
        case _:
            yield expression


def is_zero(expression: Expression) -> bool:
    """Whether a rate is free whatever the value and quantity: a measure at zero does not hit."""
    return all(
        isinstance(leaf, AdValorem | Specific)
        and (leaf.rate if isinstance(leaf, AdValorem) else leaf.usd) == 0
        for leaf in leaves(expression)
    )


def units_of(expression: Expression) -> set[str]:
    """The units of quantity that an expression needs."""
    return {leaf.unit for leaf in leaves(expression) if isinstance(leaf, Specific)}


def needs_base(expression: Expression) -> bool:
    """Whether an expression depends on the base duty; a base duty itself must not."""
    return any(isinstance(leaf, BaseShare) for leaf in leaves(expression))


def ad_valorem_rate(expression: Expression) -> float | None:
    """The rate of an expression that is ad valorem only; null for any other."""
    match expression:
        case AdValorem(rate):
            return rate
        case Times(factor, term):
            rate_of_term = ad_valorem_rate(term)
            return None if rate_of_term is None else factor * rate_of_term
        case Sum(terms):
            rates = [ad_valorem_rate(term) for term in terms]
            return None if None in rates else sum(rate for rate in rates if rate is not None)
        case _:
            return None


RateType = Literal["free", "ad valorem", "specific", "compound", "other"]


def rate_type(expression: Expression) -> RateType:
    """The form of a rate.

    ``free`` at zero whatever is traded; ``ad valorem`` and ``specific`` of one kind only;
    ``compound`` a sum of both, taken off or added; ``other`` anything that depends on the base duty
    or takes the greater or lesser (mixed rates).
    """
    if is_zero(expression):
        return "free"
    if not is_linear(expression):
        return "other"
    kinds = {type(leaf) for leaf in leaves(expression)}
    if kinds <= {AdValorem, TheValue}:
        return "ad valorem"
    if kinds == {Specific}:
        return "specific"
    return "other" if kinds & {BaseShare, Prohibited, NotKnown} else "compound"


def is_linear(expression: Expression) -> bool:
    """Whether a duty only adds and multiplies, so that the duty of a sum is the sum of duties."""
    match expression:
        case Greatest() | Least():
            return False
        case Sum(terms):
            return all(is_linear(term) for term in terms)
        case Times(_, term):
            return is_linear(term)
        case _:
            return True


def only_adds(expression: Expression) -> bool:
    """Whether a duty only adds amounts above zero, so that none is ever cut off at zero."""
    match expression:
        case Greatest() | Least():
            return False
        case Sum(terms):
            return all(only_adds(term) for term in terms)
        case Times(factor, term):
            return factor >= 0 and only_adds(term)
        case AdValorem(rate):
            return rate >= 0
        case _:
            return True


def amount_of(expression: Expression, amounts: Mapping[str, float | None]) -> float | None:
    """The duty in USD on one line, in plain Python, operation for operation as ``duty_of``.

    ``amounts`` gives ``value`` and ``base`` in USD and the quantity by canonical unit. Null where
    an amount that is needed is not known.
    """
    return evaluate(expression, lambda leaf: leaf_amount(leaf, amounts))


def leaf_amount(leaf: Expression, amounts: Mapping[str, float | None]) -> float | None:
    """The amount in USD of a term that has no terms; null where what it needs is not known."""
    match leaf:
        case AdValorem(rate):
            return _product(amounts.get("value"), rate)
        case Specific(usd, unit):
            return _product(amounts.get(unit), usd)
        case BaseShare(factor):
            return _product(amounts.get("base"), factor)
        case Prohibited():
            return _product(amounts.get("value"), 0.0)
        case NotKnown():
            return None
        case _:
            return amounts.get("value")


def evaluate(expression: Expression, leaf: Callable[[Expression], float | None]) -> float | None:
    """An expression with its leaves worked out by a function; null where one of them is."""
    match expression:
        case Times(factor, term):
            return _product(evaluate(term, leaf), factor)
        case Sum(terms) | Greatest(terms) | Least(terms):
            found = [evaluate(term, leaf) for term in terms]
            known = [amount for amount in found if amount is not None]
            return _together(expression, known) if len(known) == len(found) else None
        case _:
            return leaf(expression)


def _product(amount: float | None, factor: float) -> float | None:
    return None if amount is None else amount * factor


def _together(expression: Sum | Greatest | Least, known: list[float]) -> float:
    """The terms of an expression together, from the first to the last."""
    match expression:
        case Sum():
            first, *others = known
            return reduce(add, others, first)
        case Greatest():
            return max(known)
        case Least():
            return min(known)
