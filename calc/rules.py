"""The row rules and key rules of a declared table, as data.

Rules are read off a table's declaration and nothing else: presence from nullability, pattern from
a regular expression, range from bounds, number from floats that must be finite, relation from the
cross-column rules, unique from the key. Both executors (polars and great-expectations) take them
from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import dataframely as dy
import polars as pl

Kind = Literal["presence", "pattern", "range", "number", "relation", "unique"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a table promises.

    ``parameters`` holds what the kind needs: ``pattern``; ``minimum`` and ``maximum``;
    ``columns`` of a key. ``expression`` is true where a row keeps the rule, null where it does
    not apply; it is absent for the key, which no single row can break.
    """

    rule_id: str
    table: str
    column: str | None
    kind: Kind
    message: str
    severity: Literal["error", "warning", "information"] = "error"
    parameters: dict[str, Any] = field(default_factory=dict)
    expression: pl.Expr | None = None

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
    rules = [rule for column in table.columns() for rule in _column_rules(name, table, column)]
    return [*rules, *_relations(name, table), _key_rule(name, table)]


def row_rules(rules: list[Rule]) -> list[Rule]:
    """The rules that can be judged on one row alone."""
    return [rule for rule in rules if rule.expression is not None]


def _column_rules(name: str, table: type[dy.Schema], column: str) -> Iterator[Rule]:
    declared, col = table.columns()[column], pl.col(column)
    common: dict[str, Any] = {"table": name, "column": column}
    if not declared.nullable:
        yield Rule(
            rule_id=f"{name}.{column}.presence",
            kind="presence",
            message=f"{column} is given",
            expression=col.is_not_null(),
            **common,
        )
    pattern = getattr(declared, "regex", None)
    if pattern is not None:
        yield Rule(
            rule_id=f"{name}.{column}.pattern",
            kind="pattern",
            message=f"{column} matches {pattern}",
            parameters={"pattern": pattern},
            expression=col.str.contains(pattern),
            **common,
        )
    yield from _number_rules(declared, col, common)


def _number_rules(declared: Any, col: pl.Expr, common: dict[str, Any]) -> Iterator[Rule]:
    name, column = common["table"], common["column"]
    if isinstance(declared, dy.Float64):
        yield Rule(
            rule_id=f"{name}.{column}.number",
            kind="number",
            message=f"{column} is a finite number",
            expression=col.is_finite(),
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
        sentence = (declared.validation_fn.__doc__ or relation).strip().splitlines()[0]
        yield Rule(
            rule_id=f"{name}.{relation}",
            table=name,
            column=None,
            kind="relation",
            message=sentence.removesuffix("."),
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
        parameters={"columns": key},
    )
