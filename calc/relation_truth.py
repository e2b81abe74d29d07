"""A condition on a row as a polars expression: true, false, or null where it does not apply."""

import operator
from collections.abc import Callable
from typing import Any

import polars as pl

from calc.relation import (
    Column,
    Columns,
    Comparison,
    Condition,
    Constant,
    Given,
    Negated,
    Operand,
    kind_of,
)

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def truth(condition: Condition, columns: Columns) -> pl.Expr:
    """Whether a row meets a condition; null where a part that decides is missing or not finite."""
    if isinstance(condition, Given):
        cell = pl.col(condition.name)
        return cell.is_not_null() if condition.is_given else cell.is_null()
    if isinstance(condition, Negated):
        return ~truth(condition.part, columns)
    if isinstance(condition, Comparison):
        left, right = _side(condition.left, columns), _side(condition.right, columns)
        return _put_together(condition.operator, left, right)
    parts = [truth(part, columns) for part in condition.parts]
    return pl.all_horizontal(parts) if condition.word == "and" else pl.any_horizontal(parts)


def _side(operand: Operand, columns: Columns) -> pl.Expr:
    """A side of a comparison; null where it is no finite number, which compares with nothing."""
    value = _value(operand)
    if kind_of(operand, columns) == "text":
        return value
    return finite(value)


def finite(number: pl.Expr) -> pl.Expr:
    """A number; null where it is not finite."""
    return pl.when(number.is_finite()).then(number)


def _value(operand: Operand) -> pl.Expr:
    if isinstance(operand, Column):
        return pl.col(operand.name)
    if isinstance(operand, Constant):
        return pl.lit(operand.value)
    return _put_together(operand.operator, _value(operand.left), _value(operand.right))


def _put_together(sign: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    found: pl.Expr = OPERATORS[sign](left, right)
    return found
