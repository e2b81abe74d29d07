"""The kinds of rules that a user can write: their keys, and the rule that each makes."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from calc import judge
from calc.errors import did_you_mean
from calc.relation import Columns
from calc.relation_truth import finite, truth
from calc.relation_words import in_words
from calc.rules import Kind, Rule
from calc.tables.trade_rules import trade_columns
from pipelines.validation.rule_errors import RuleKeyError

VALUE_WORD = "value"
"""The value of a row: customs value, else CIF value, else FOB value."""

CLASSES = re.compile(r"\\[dDwWsSbBpP]|(?<!\\)\[(?:[^\]\\]|\\.)*?(?:\[|&&|--|~~|\|\|)")
"""Classes, and sets within sets, that the two engines read differently."""
PERCENT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?) ?%")


@dataclass(frozen=True, slots=True)
class UserKind:
    """The keys of a kind: those that it needs, those that it may have, and what it makes."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...]
    make: "Callable[[Given], Made]"


@dataclass(frozen=True, slots=True)
class Given:
    """The keys of one rule as written, conditions read, and the columns of the table."""

    keys: Mapping[str, Any]
    columns: Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a kind makes of its keys."""

    kind: Kind
    message: str
    column: str | None = None
    parameters: Mapping[str, Any]
    expression: pl.Expr | None = None


def made(
    rule_id: str, kind: str, keys: Mapping[str, Any], about: Mapping[str, Any], message: str | None
) -> Rule:
    """The rule that a kind makes of its keys.

    Raises:
        RuleKeyError: A key cannot be used.
    """
    columns = trade_columns()
    found = KINDS[kind].make(Given(keys, columns))
    where, expression = about["where"], found.expression
    if where is not None and expression is not None:
        expression = pl.when(truth(where, columns)).then(expression)
    return Rule(
        rule_id=rule_id,
        table="trade",
        column=found.column,
        kind=found.kind,
        message=message or found.message + ("" if where is None else f", where {in_words(where)}"),
        parameters=dict(found.parameters),
        expression=expression,
        relation=keys.get("tree"),
        **about,
    )


def _presence(given: Given) -> Made:
    column = _column(given)
    return Made(
        kind="presence",
        message=f"{column} is given",
        column=column,
        parameters={},
        expression=pl.col(column).is_not_null(),
    )


def _pattern(given: Given) -> Made:
    column, pattern = _column(given, "text"), given.keys["pattern"]
    if not isinstance(pattern, str):
        raise RuleKeyError("pattern", "the pattern is no text", 'pattern = "^[0-9]{8}$"')
    if CLASSES.search(pattern):
        hint = "engines differ on what these stand for: write [0-9], [A-Za-z] or a space"
        raise RuleKeyError(
            "pattern", f"{CLASSES.findall(pattern)[0]} is not read in a pattern", hint
        )
    try:
        re.compile(pattern)
        pl.Series([""]).str.contains(pattern)
    except (re.error, pl.exceptions.PolarsError) as err:
        reason = str(err).splitlines()[0]
        raise RuleKeyError("pattern", f"the pattern cannot be read: {reason}") from err
    return Made(
        kind="pattern",
        message=f"{column} matches {pattern}",
        column=column,
        parameters={"pattern": pattern},
        expression=pl.col(column).str.contains(pattern),
    )


def _set(given: Given) -> Made:
    column, values = _column(given), given.keys["values"]
    is_text = given.columns[column] == "text"
    if (
        not isinstance(values, list)
        or not values
        or not all(isinstance(one, str) if is_text else _is_number(one) for one in values)
    ):
        words = 'texts: values = ["kg", "number"]' if is_text else "numbers: values = [0, 1]"
        raise RuleKeyError("values", f"{column} is held to a list of {words.split(':')[0]}", words)
    listed = values if is_text else [float(one) for one in values]
    return Made(
        kind="set",
        message=f"{column} is one of {', '.join(str(one) for one in values)}",
        column=column,
        parameters={"values": listed},
        expression=pl.col(column).is_in(listed),
    )


def _range(given: Given) -> Made:
    column, bounds = _column(given, "number"), _bounds(given)
    cell = finite(pl.col(column))
    kept = [cell >= bounds["minimum"]] if bounds["minimum"] is not None else []
    kept += [cell <= bounds["maximum"]] if bounds["maximum"] is not None else []
    return Made(
        kind="range",
        message=f"{column} is {_words(bounds)}",
        column=column,
        parameters=bounds,
        expression=pl.all_horizontal(kept),
    )


def _unique(given: Given) -> Made:
    columns = _names(given, "columns")
    return Made(
        kind="distinct",
        message=f"no two rows have the same {', '.join(columns)}",
        parameters={"by": columns, "maximum": 1.0},
    )


def _relation(given: Given) -> Made:
    return Made(
        kind="relation",
        message=in_words(given.keys["tree"]),
        parameters={"relation": given.keys["relation"]},
        expression=truth(given.keys["tree"], given.columns),
    )


def _share(given: Given) -> Made:
    bounds, by, column = _bounds(given, share=True), _by(given), _summed(given)
    each = f" of each {', '.join(by)}" if by else ""
    return Made(
        kind="share",
        message=f"the part{each} is {_words(bounds)} of the {given.keys.get('column', VALUE_WORD)}",
        parameters={"by": by, "column": column, "part": given.keys["part"], **bounds},
    )


def _sum(given: Given) -> Made:
    bounds, by, column = _bounds(given), _by(given), _summed(given)
    each = f" of each {', '.join(by)}" if by else ""
    return Made(
        kind="sum",
        message=f"the sum of {given.keys['column']}{each} is {_words(bounds)}",
        parameters={"by": by, "column": column, **bounds},
    )


def _control(given: Given) -> Made:
    equals, column = given.keys["equals"], _summed(given)
    if not _is_number(equals) or not equals:
        raise RuleKeyError("equals", "a control total is a number other than 0", "equals = 5.9e9")
    within = _as_share(given, "within") or 0.0
    told = f" within {100 * within:g} %" if within else ""
    return Made(
        kind="control",
        message=f"the sum of {given.keys['column']} is {equals:,g}{told}",
        parameters={"column": column, "equals": float(equals), "maximum": within},
    )


def _column(given: Given, kind: str | None = None) -> str:
    name = given.keys["column"]
    if not isinstance(name, str) or name not in given.columns:
        hint = did_you_mean(str(name), list(given.columns))
        raise RuleKeyError("column", f"there is no column {name}", hint)
    if kind is not None and given.columns[name] != kind:
        fitting = [one for one, of in given.columns.items() if of == kind]
        raise RuleKeyError("column", f"{name} holds no {kind}s", did_you_mean(name, fitting))
    return name


def _summed(given: Given) -> str:
    """The column that is summed: a number, or the value of a row."""
    if given.keys.get("column", VALUE_WORD) == VALUE_WORD:
        return judge.VALUE
    return _column(given, "number")


def _by(given: Given) -> list[str]:
    return _names(given, "by") if "by" in given.keys else []


def _names(given: Given, key: str) -> list[str]:
    names = given.keys[key]
    if not isinstance(names, list) or not names or len(set(map(str, names))) < len(names):
        raise RuleKeyError(key, f"{key} is no list of columns", f'{key} = ["importer", "period"]')
    for name in names:
        if given.columns.get(name) != "text":
            texts = [one for one, of in given.columns.items() if of == "text"]
            raise RuleKeyError(
                key, f"there is no column of texts {name}", did_you_mean(name, texts)
            )
    return list(names)


def _bounds(given: Given, *, share: bool = False) -> dict[str, float | None]:
    read = _as_share if share else _as_number
    low, high = read(given, "minimum"), read(given, "maximum")
    if low is None and high is None:
        hint = 'minimum = "5%"' if share else "minimum = 0"
        raise RuleKeyError("id", "the rule has neither a minimum nor a maximum", hint)
    if low is not None and high is not None and low > high:
        raise RuleKeyError("minimum", "the minimum is above the maximum", "turn them round")
    return {"minimum": low, "maximum": high}


def _as_number(given: Given, key: str) -> float | None:
    value = given.keys.get(key)
    if value is None:
        return None
    if not _is_number(value):
        raise RuleKeyError(key, f"{value!r} is no number", f"{key} = 0")
    return float(value)


def _as_share(given: Given, key: str) -> float | None:
    """A percentage in quotes, or a fraction from 0 to 1; a bare 25 is neither."""
    value = given.keys.get(key)
    if value is None:
        return None
    percent = PERCENT.fullmatch(value) if isinstance(value, str) else None
    share = float(percent[1]) / 100 if percent else value
    if not _is_number(share) or not 0 <= share <= 1:
        raise RuleKeyError(key, f"{value!r} is no share", f'write {key} = "5%", or {key} = 0.05')
    return float(share)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= 1e18
    )


def _words(bounds: Mapping[str, float | None]) -> str:
    low, high = bounds["minimum"], bounds["maximum"]
    parts: Sequence[str] = [
        *([] if low is None else [f"at least {low:g}"]),
        *([] if high is None else [f"at most {high:g}"]),
    ]
    return " and ".join(parts)


KINDS = {
    "presence": UserKind(("column",), (), _presence),
    "pattern": UserKind(("column", "pattern"), (), _pattern),
    "set": UserKind(("column", "values"), (), _set),
    "range": UserKind(("column",), ("minimum", "maximum"), _range),
    "unique": UserKind(("columns",), (), _unique),
    "relation": UserKind(("relation",), (), _relation),
    "share": UserKind(("part",), ("column", "by", "minimum", "maximum"), _share),
    "sum": UserKind(("column",), ("by", "minimum", "maximum"), _sum),
    "control": UserKind(("column", "equals"), ("within",), _control),
}
"""The words that a rule of a user's own can be written in."""
