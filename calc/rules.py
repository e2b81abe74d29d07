"""The rules of a declared table, as data.

Row rules and the key rule are read off a table's declaration and nothing else: presence from
nullability, pattern from a regular expression, range from bounds, number from floats that must be
finite, relation from the cross-column rules, unique from the key. Rules on groups of rows are
declared beside the table: a figure of each group, which must lie within bounds. Both executors
(polars and great-expectations) take them from here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

import dataframely as dy
import polars as pl

from calc.dictionary import declared_columns
from calc.relation import Condition

Severity = Literal["error", "warning", "information"]
RowKind = Literal["presence", "pattern", "set", "range", "number", "relation", "unique"]
GroupKind = Literal[
    "edition",
    "existence",
    "children",
    "world",
    "months",
    "year",
    "dominance",
    "unit value",
    "jump",
    "first digit",
    "share",
    "sum",
    "control",
    "distinct",
]
Kind = RowKind | GroupKind

REASONS = {
    "presence": "what a row is about, and how far it can be trusted, cannot be told without it",
    "pattern": "a text of another form matches no code of the law and would drop out of every join",
    "set": "a word that is not known is a slip of the pen, or means something not thought of",
    "range": "a figure beyond it is a slip of units or of signs, and would swamp every sum",
    "number": "one cell that is no number makes every sum that it enters no number",
    "relation": "cells of one row that contradict each other are not both right",
    "unique": "a flow that is listed twice is counted twice",
}
"""Why a rule of a kind exists, where its declaration says nothing nearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a table promises.

    ``parameters`` holds what the kind needs: ``pattern``; ``values``; ``minimum`` and ``maximum``;
    ``columns`` of a key; what a group is grouped ``by``. ``expression`` is true where a row keeps
    the rule, null where it does not apply; it is absent for the key and for groups, which no single
    row can break. ``relation`` is the same condition as a tree, where it was written as one, and
    ``where`` the rows that the rule is about. ``reason`` says why the rule exists.
    """

    rule_id: str
    table: str
    column: str | None
    kind: Kind
    message: str
    reason: str = ""
    severity: Severity = "error"
    parameters: dict[str, Any] = field(default_factory=dict)
    expression: pl.Expr | None = None
    relation: Condition | None = None
    where: Condition | None = None

    @property
    def is_on_groups(self) -> bool:
        """Whether the rule judges groups of rows by a figure of theirs."""
        return self.kind in get_args(GroupKind)

    def passes(self) -> pl.Expr:
        """True where a row keeps the rule, or where the rule does not apply to it.

        Raises:
            ValueError: The rule is on the key, which is judged over all rows.
        """
        if self.expression is None:
            raise ValueError(f"rule {self.rule_id} is not a row rule")
        return self.expression.fill_null(value=True)


def declared_rules(name: str, table: type[dy.Schema]) -> list[Rule]:
    """All rules of a declared table, in the order of its columns; the key rule comes last."""
    return list(_declared_once(name, table))


@cache
def _declared_once(name: str, table: type[dy.Schema]) -> tuple[Rule, ...]:
    columns = declared_columns(table)
    rules = [rule for column in columns for rule in _column_rules(name, table, column)]
    return (*rules, *_relations(name, table), _key_rule(name, table))


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    """The rules in the order in which they are judged: on a row, on the key, on groups."""
    return sorted(rules, key=lambda rule: (rule.is_on_groups, rule.expression is None))


def group_rules(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that judge groups of rows."""
    return [rule for rule in rules if rule.is_on_groups]


def row_rules(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that can be judged on one row alone."""
    return [rule for rule in rules if rule.expression is not None]


def _column_rules(name: str, table: type[dy.Schema], column: str) -> Iterator[Rule]:
    declared, col = declared_columns(table)[column], pl.col(column)
    common: dict[str, Any] = {"table": name, "column": column}
    if not declared.nullable:
        yield Rule(
            rule_id=f"{name}.{column}.presence",
            kind="presence",
            reason=REASONS["presence"],
            message=f"{column} is given",
            expression=col.is_not_null(),
            **common,
        )
    pattern = getattr(declared, "regex", None)
    if pattern is not None:
        yield Rule(
            rule_id=f"{name}.{column}.pattern",
            kind="pattern",
            reason=REASONS["pattern"],
            message=f"{column} matches {pattern}",
            parameters={"pattern": pattern},
            expression=col.str.contains(pattern),
            **common,
        )
    yield from _number_rules(declared, col, common)


def _number_rules(declared: Any, col: pl.Expr, common: dict[str, Any]) -> Iterator[Rule]:
    name, column = common["table"], common["column"]
    if isinstance(declared, dy.Float64):
        may_be_infinite = bool(declared.allow_inf)
        yield Rule(
            rule_id=f"{name}.{column}.number",
            kind="number",
            reason=REASONS["number"],
            message=f"{column} is a number" if may_be_infinite else f"{column} is a finite number",
            parameters={"may_be_infinite": may_be_infinite},
            expression=col.is_nan().not_() if may_be_infinite else col.is_finite(),
            **common,
        )
    low, high = getattr(declared, "min", None), getattr(declared, "max", None)
    if low is not None or high is not None:
        bounds = [col >= low] if low is not None else []
        bounds += [col <= high] if high is not None else []
        at_least = [] if low is None else [f"at least {low:g}"]
        at_most = [] if high is None else [f"at most {high:g}"]
        yield Rule(
            rule_id=f"{name}.{column}.range",
            kind="range",
            reason=REASONS["range"],
            message=f"{column} is {' and '.join(at_least + at_most)}",
            parameters={"minimum": low, "maximum": high},
            expression=_bounded(declared, col, bounds),
            **common,
        )


def _bounded(declared: Any, col: pl.Expr, bounds: list[pl.Expr]) -> pl.Expr:
    """Within the bounds; does not apply to what is no finite number, which has its own rule."""
    within = pl.all_horizontal(bounds)
    return col.is_finite().not_() | within if isinstance(declared, dy.Float64) else within


def _relations(name: str, table: type[dy.Schema]) -> Iterator[Rule]:
    for relation, rule in table._schema_validation_rules().items():
        declared: Any = getattr(table, relation)
        sentence, _, why = (declared.validation_fn.__doc__ or relation).strip().partition("\n")
        yield Rule(
            rule_id=f"{name}.{relation}",
            table=name,
            column=None,
            kind="relation",
            message=sentence.removesuffix("."),
            reason=" ".join(why.split()).removesuffix(".") or REASONS["relation"],
            expression=rule.expr,
        )


def _key_rule(name: str, table: type[dy.Schema]) -> Rule:
    key = table.primary_key()
    return Rule(
        rule_id=f"{name}.key.unique",
        table=name,
        column=None,
        kind="unique",
        message=f"no two rows have the same {', '.join(key)}",
        reason=REASONS["unique"],
        parameters={"columns": key},
    )
