"""A condition on a row in the words of pandas, which great-expectations takes for its rows.

pandas knows no third answer beside true and false, so a condition is asked two ways: where it
holds, and where it fails. Where a cell that decides is missing or no finite number it does neither.
"""

from calc.relation import (
    Column,
    Columns,
    Comparison,
    Condition,
    Given,
    Negated,
    Operand,
    kind_of,
    operands_of,
)

LARGEST = repr(1.7976931348623157e308)


def holds(condition: Condition, columns: Columns) -> str:
    """The rows that meet a condition."""
    if isinstance(condition, Given):
        return f"{condition.name}.{'notna' if condition.is_given else 'isna'}()"
    if isinstance(condition, Negated):
        return fails(condition.part, columns)
    if isinstance(condition, Comparison):
        return f"({_is_told(condition, columns)} and {_compared(condition, columns)})"
    word = condition.word
    return f"({f' {word} '.join(holds(part, columns) for part in condition.parts)})"


def fails(condition: Condition, columns: Columns) -> str:
    """The rows that contradict a condition."""
    if isinstance(condition, Given):
        return f"{condition.name}.{'isna' if condition.is_given else 'notna'}()"
    if isinstance(condition, Negated):
        return holds(condition.part, columns)
    if isinstance(condition, Comparison):
        return f"({_is_told(condition, columns)} and not {_compared(condition, columns)})"
    word = "or" if condition.word == "and" else "and"
    return f"({f' {word} '.join(fails(part, columns) for part in condition.parts)})"


def is_finite(text: str) -> str:
    """The rows in which a number is there and finite."""
    return f"({text} <= {LARGEST} and {text} >= -{LARGEST})"


def _is_told(one: Comparison, columns: Columns) -> str:
    told = []
    for side in (one.left, one.right):
        if kind_of(side, columns) == "number":
            reads = any(isinstance(part, Column) for part in operands_of(side))
            told += [is_finite(_written(side, columns))] if reads else []
        elif isinstance(side, Column):
            told.append(f"{side.name}.notna()")
    return " and ".join(told)


def _compared(one: Comparison, columns: Columns) -> str:
    left, right = (_written(side, columns) for side in (one.left, one.right))
    return f"({left} {one.operator} {right})"


def _written(operand: Operand, columns: Columns) -> str:
    if isinstance(operand, Column):
        is_text = columns[operand.name] == "text"
        return f"{operand.name}.fillna('')" if is_text else operand.name
    if hasattr(operand, "value"):
        return repr(operand.value)
    left, right = (_written(side, columns) for side in (operand.left, operand.right))
    return f"({left} {operand.operator} {right})"
