"""Expressions as text: canonical words that read back to the same tree, and sums with figures."""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from calc.policy.expression import (
    AdValorem,
    BaseShare,
    Expression,
    Greatest,
    Least,
    NotKnown,
    Prohibited,
    Specific,
    Sum,
    TheValue,
    Times,
    amount_of,
)

Leaf = Callable[[Expression, bool], str]


def text_of(expression: Expression) -> str:
    """An expression in canonical words: ``0.305 USD/kg + 8.5%``, ``max(10%, base - 2pp)``.

    Reading them gives the same tree for every tree that comes from reading. A factor or rate below
    zero elsewhere than after a minus is written as a difference, which gives the same duty.
    """
    return "Free" if expression == AdValorem(0.0) else _chain(expression, _words)


def formula_of(expression: Expression, amounts: Mapping[str, float | None]) -> str:
    """The sum that gives a duty, with its figures and the result to the cent.

    Args:
        expression: The duty.
        amounts: ``value`` and ``base`` in USD, and the quantity by canonical unit.

    Returns:
        Such as ``0.145 USD/m2 × 1,200 m2 + 0.4% × 10,000 = 214.00``; ``?`` stands for an amount
        that is not known, and the result then is ``not known``.
    """

    def figures(leaf: Expression, _: bool) -> str:
        return _with_figures(leaf, amounts)

    duty = amount_of(expression, amounts)
    return f"{_chain(expression, figures)} = {'not known' if duty is None else _money(duty)}"


def holds_base(term: Expression) -> bool:
    """Whether a term of a sum is a share of the base duty, so that points may follow it."""
    match term:
        case BaseShare():
            return True
        case Times(-1.0, BaseShare()):
            return True
        case _:
            return False


def _chain(expression: Expression, leaf: Leaf) -> str:
    """An expression as it stands where it needs no brackets."""
    if not isinstance(expression, Sum):
        return _operand(expression, leaf)
    text = ""
    for place, term in enumerate(expression.terms):
        beside_base = any(holds_base(before) for before in expression.terms[:place])
        match term:
            case Times(-1.0, taken) if place:
                text += f" - {_operand(taken, leaf, beside_base=beside_base)}"
            case _:
                text += f"{' + ' if place else ''}{_operand(term, leaf, beside_base=beside_base)}"
    return text


def _operand(expression: Expression, leaf: Leaf, *, beside_base: bool = False) -> str:
    match expression:
        case Sum():
            return f"({_chain(expression, leaf)})"
        case Greatest(terms):
            return f"max({', '.join(_chain(term, leaf) for term in terms)})"
        case Least(terms):
            return f"min({', '.join(_chain(term, leaf) for term in terms)})"
        case Times(factor, term) if factor >= 0:
            return f"{_percent(factor)} of {_share(term, leaf)}"
        case Times(factor, term):
            return f"(0% - {_operand(_scaled(-factor, term), leaf)})"
        case AdValorem(rate) if rate < 0:
            return f"(0% - {_operand(AdValorem(-rate), leaf)})"
        case _:
            return leaf(expression, beside_base)


def _scaled(factor: float, term: Expression) -> Expression:
    return term if factor == 1 else Times(factor, term)


def _share(term: Expression, leaf: Leaf) -> str:
    """What a percentage is of; only the value itself stands without brackets."""
    return leaf(term, False) if isinstance(term, TheValue) else f"({_chain(term, leaf)})"


def _words(leaf: Expression, beside_base: bool) -> str:
    match leaf:
        case AdValorem(rate):
            return f"{_decimal(rate, shift=2)}pp" if beside_base else _percent(rate)
        case Specific(usd, unit):
            return f"{_decimal(usd)} USD/{unit}"
        case BaseShare(factor):
            return "base" if factor == 1 else f"{_percent(factor)} of base"
        case Prohibited():
            return "prohibited"
        case NotKnown():
            return "not known"
        case _:
            return "unit_value"


def _with_figures(leaf: Expression, amounts: Mapping[str, float | None]) -> str:
    match leaf:
        case Prohibited() | NotKnown():
            return _words(leaf, False)
        case AdValorem():
            return f"{_words(leaf, False)} × {_figure(amounts.get('value'))}"
        case Specific(_, unit):
            return f"{_words(leaf, False)} × {_figure(amounts.get(unit))} {unit}"
        case BaseShare(factor):
            base = f"base duty {_figure(amounts.get('base'))}"
            return base if factor == 1 else f"{_percent(factor)} × {base}"
        case _:
            return f"value {_figure(amounts.get('value'))}"


def _percent(rate: float) -> str:
    return f"{_decimal(rate, shift=2)}%"


def _decimal(number: float, *, shift: int = 0) -> str:
    """The shortest decimal that reads back to the same number, without an exponent."""
    text = f"{Decimal(repr(float(number))).scaleb(shift):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _figure(amount: float | None) -> str:
    if amount is None:
        return "?"
    whole, _, broken = _decimal(amount).partition(".")
    return f"{int(whole):,}{'.' + broken if broken else ''}"


def _money(amount: float) -> str:
    cents = Decimal(repr(float(amount))).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{cents:,}"
