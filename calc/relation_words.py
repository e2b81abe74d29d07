"""Conditions on a row in words, as a message tells them."""

from calc.relation import Arithmetic, Column, Comparison, Condition, Given, Joined, Negated, Operand

COMPARED = {
    ">=": "is at least",
    "<=": "is at most",
    ">": "is above",
    "<": "is below",
    "==": "is",
    "!=": "is not",
}
CALCULATED = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}


def in_words(condition: Condition) -> str:
    """The condition as part of a sentence: "cif_value_usd is at least fob_value_usd".

    Columns keep their names, texts their quotation marks; what is joined within what is joined
    stands in brackets.
    """
    if isinstance(condition, Given):
        return f"{condition.name} is {'given' if condition.is_given else 'missing'}"
    if isinstance(condition, Negated):
        return f"it is not so that {_inner(condition.part)}"
    if isinstance(condition, Joined):
        return f" {condition.word} ".join(_inner(part) for part in condition.parts)
    return _compared(condition)


def _inner(part: Condition) -> str:
    return f"({in_words(part)})" if isinstance(part, Joined) else in_words(part)


def _compared(one: Comparison) -> str:
    return f"{_told(one.left)} {COMPARED[one.operator]} {_told(one.right)}"


def _told(operand: Operand, *, inner: bool = False) -> str:
    if isinstance(operand, Column):
        return operand.name
    if isinstance(operand, Arithmetic):
        left, right = (_told(side, inner=True) for side in (operand.left, operand.right))
        told = f"{left} {CALCULATED[operand.operator]} {right}"
        return f"({told})" if inner else told
    if isinstance(operand.value, str):
        return f'"{operand.value}"'
    return f"{operand.value:,.15g}"
