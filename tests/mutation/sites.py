"""Where a module can be wrong in a small way, and its text with one such fault in it."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
REACHED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMED = {
    "is_null": "is_not_null", "min_horizontal": "max_horizontal", "min": "max",
    "all_horizontal": "any_horizontal", "all": "any", "first": "last", "startswith": "endswith",
    "starts_with": "ends_with", "floor": "ceil", "is_in": "ne_missing", "head": "tail",
    "cum_sum": "cum_max", "forward_fill": "backward_fill",
}  # fmt: skip
OTHER_NAMES = NAMED | {new: old for old, new in NAMED.items() if old != "is_in"}
LEFT_OUT = {"filter", "fill_null", "abs", "round", "drop_nulls", "clip", "ceil", "neg"}
WORDS = {
    "left": "inner", "inner": "left", "semi": "anti", "anti": "semi", "backward": "forward",
    "forward": "backward",
}  # fmt: skip
JOINED = {"how", "strategy"}
UNTOUCHED = {"strict", "validate", "maintain_order", "metadata", "description", "slots", "frozen"}
"""Arguments that guard or describe, and change no result of a lawful call."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place that can be wrong: its line, what it is, what it would be, and its number."""

    line: int
    old: str
    new: str
    node: int
    choice: int


def sites(text: str) -> list[Site]:
    """Every place of a module that can be wrong in a small way, in the order of its text."""
    return [
        Site(getattr(node, "lineno", 0), ast.unparse(node), ast.unparse(changed), number, choice)
        for number, node in enumerate(_nodes(ast.parse(text)))
        for choice, changed in enumerate(_changed(node))
    ]


def faulty(text: str, site: Site) -> str:
    """The text of a module with one fault in it."""
    tree = ast.parse(text)
    place = next(node for number, node in enumerate(_nodes(tree)) if number == site.node)
    _replace(tree, place, list(_changed(place))[site.choice])
    return ast.unparse(ast.fix_missing_locations(tree))


def _replace(tree: ast.Module, place: ast.AST, changed: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is place:
                setattr(parent, name, changed)
            elif isinstance(value, list) and any(one is place for one in value):
                setattr(parent, name, [changed if one is place else one for one in value])
            else:
                continue
            return


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The expressions that compute, in order: no annotation, decorator, guard or description."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _is_left(node):
                continue
            yield node
            yield from _nodes(node)


def _is_left(node: ast.AST) -> bool:
    """Whether a part of the text changes no result: texts alone, imports, guards, messages.

    Nor do the rows change any that are drawn at random for tests.
    """
    if isinstance(node, ast.FunctionDef):
        return node.name == "_sampling_overrides"
    if isinstance(node, ast.keyword):
        return node.arg in UNTOUCHED
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Raise, ast.Assert, ast.JoinedStr))


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """What a node may be instead."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        yield _with(node, ops=[COMPARED[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.BinOp) and type(node.op) in REACHED:
        yield _with(node, op=REACHED[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield node.operand
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Constant):
        yield from _other_constant(node)
    elif isinstance(node, ast.keyword):
        yield from _other_word(node)
    elif isinstance(node, ast.Call):
        yield from _other_call(node)


def _with(node: Any, **fields: Any) -> Any:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _other_constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)


def _other_word(node: ast.keyword) -> Iterator[ast.AST]:
    value = node.value
    if node.arg in JOINED and isinstance(value, ast.Constant) and value.value in WORDS:
        yield _with(node, value=ast.Constant(WORDS[value.value]))


def _other_call(node: ast.Call) -> Iterator[ast.AST]:
    called = node.func
    if isinstance(called, ast.Attribute):
        if called.attr in OTHER_NAMES:
            yield _with(node, func=_with(called, attr=OTHER_NAMES[called.attr]))
        if called.attr in LEFT_OUT and ast.unparse(called.value) != "pl":
            yield called.value
    elif isinstance(called, ast.Name) and called.id in ("min", "max", "any", "all"):
        yield _with(node, func=ast.Name(OTHER_NAMES[called.id]))
