"""Conditions on a row, as people write them: ``cif_value_usd >= 1.05 * fob_value_usd``.

A text is only ever read, never run: a fixed grammar of columns, numbers, texts in quotes,
arithmetic, comparisons, ``and``, ``or``, ``not``, ``is given`` and ``is missing``. A comparison in
which something is missing or no finite number is neither true nor false.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import TYPE_CHECKING, Any, Literal

from calc.errors import did_you_mean

if TYPE_CHECKING:
    from lark import Lark

Kind = Literal["text", "number"]
Columns = Mapping[str, Kind]

MAX_CHARACTERS = 1_000
MAX_DEPTH = 20
MAX_NUMBER = 1e18
GRAMMAR = r"""
start: either
either: both ("or" both)*
both: negated ("and" negated)*
?negated: "not" negated                          -> negated
    | sum COMPARISON sum                         -> comparison
    | sum
sum: product (SIGN product)*
product: atom (FACTOR atom)*
?atom: NUMBER                                    -> number
    | SIGN NUMBER                                -> number
    | TEXT                                       -> text
    | NAME                                       -> column
    | NAME "is" "given"                          -> given
    | NAME "is" "missing"                        -> missing
    | "(" either ")"

COMPARISON: ">=" | "<=" | "==" | "!=" | ">" | "<"
SIGN: "+" | "-"
FACTOR: "*" | "/"
NAME: /[a-z][a-z0-9_]*/
NUMBER: /[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?/
TEXT: /"[^"\\`#@\x00-\x1f]*"/
%ignore / +/
"""
HINT = 'write columns, numbers and texts in quotes: quantity > 0 and flow == "import"'


class RelationError(ValueError):
    """A text that is no condition; ``hint`` says what to write instead."""

    def __init__(self, what: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A number or a text."""

    value: float | str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers put together by ``+``, ``-``, ``*`` or ``/``."""

    operator: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two numbers, or two texts, compared."""

    operator: str
    left: "Operand"
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Given:
    """Whether a cell is there."""

    name: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class Negated:
    """What is true where the part is false."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions of which all, or any, must hold."""

    word: Literal["and", "or"]
    parts: tuple["Condition", ...]


Operand = Column | Constant | Arithmetic
Condition = Comparison | Given | Negated | Joined


def read_condition(text: str, columns: Columns) -> Condition:
    """The condition that a text says of the columns of a table.

    Args:
        text: The condition as written.
        columns: The columns of the table, and whether they hold texts or numbers.

    Raises:
        RelationError: It is none: the message tells the position, or the word not known.
    """
    if len(text) > MAX_CHARACTERS:
        raise RelationError(f"a condition of more than {MAX_CHARACTERS:,} characters is not read")
    if _depth(text) > MAX_DEPTH or text.count("not ") > MAX_DEPTH:
        raise RelationError(f"brackets more than {MAX_DEPTH} deep are not read")
    condition = _parsed(text)
    for part in _operands(condition):
        _check_names(part, columns)
    for leaf in _leaves(condition):
        if isinstance(leaf, Comparison):
            _check_kinds(leaf, columns)
    return condition


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return deepest


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr")


def _parsed(text: str) -> Condition:
    from lark.exceptions import UnexpectedInput

    try:
        tree = _parser().parse(text)
    except UnexpectedInput as err:
        start = err.pos_in_stream or 0
        rest = text[start:].strip()
        is_at_end = not rest or getattr(getattr(err, "token", None), "type", "") == "$END"
        near = "at its end" if is_at_end else f'at "{rest[:20]}", character {start + 1}'
        raise RelationError(f"the condition is not understood {near}", HINT) from err
    condition: Condition = _condition(_meant(tree))
    return condition


def _meant(tree: Any) -> Any:
    """The tree of the parser as conditions and operands."""
    if not hasattr(tree, "children"):
        return str(tree)
    return MEANINGS[tree.data]([_meant(child) for child in tree.children])


def _condition(part: Any) -> Any:
    if isinstance(part, Column | Constant | Arithmetic):
        raise RelationError("a number or text stands where a condition is needed", HINT)
    return part


def _operand(part: Any) -> Any:
    if not isinstance(part, Column | Constant | Arithmetic):
        raise RelationError("a condition stands where a number or text is needed", HINT)
    return part


def _chain(parts: list[Any]) -> Any:
    """Operands from left to right; what stands alone in brackets stays what it is."""
    if len(parts) == 1:
        return parts[0]
    first, rest = _operand(parts[0]), parts[1:]
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return reduce(lambda left, pair: Arithmetic(pair[0], left, _operand(pair[1])), pairs, first)


def _joined(word: Literal["and", "or"], parts: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    return Joined(word, tuple(_condition(part) for part in parts))


def _number(parts: list[str]) -> Constant:
    value = float("".join(parts))
    if abs(value) > MAX_NUMBER:
        raise RelationError(f"the number {''.join(parts)} is beyond {MAX_NUMBER:g}")
    return Constant(value)


MEANINGS: dict[str, Callable[[list[Any]], Any]] = {
    "start": lambda parts: parts[0],
    "either": lambda parts: _joined("or", parts),
    "both": lambda parts: _joined("and", parts),
    "negated": lambda parts: Negated(_condition(parts[0])),
    "given": lambda parts: Given(parts[0], is_given=True),
    "missing": lambda parts: Given(parts[0], is_given=False),
    "comparison": lambda parts: Comparison(parts[1], _operand(parts[0]), _operand(parts[2])),
    "sum": _chain,
    "product": _chain,
    "number": _number,
    "text": lambda parts: Constant(parts[0][1:-1]),
    "column": lambda parts: Column(parts[0]),
}


def _leaves(condition: Condition) -> Iterator[Comparison | Given]:
    if isinstance(condition, Joined):
        for part in condition.parts:
            yield from _leaves(part)
    elif isinstance(condition, Negated):
        yield from _leaves(condition.part)
    else:
        yield condition


def _operands(condition: Condition) -> Iterator[Operand]:
    """Every column, number and text of a condition, in its order."""
    for leaf in _leaves(condition):
        if isinstance(leaf, Given):
            yield Column(leaf.name)
        else:
            yield from operands_of(leaf.left)
            yield from operands_of(leaf.right)


def operands_of(operand: Operand) -> Iterator[Column | Constant]:
    """The columns and constants of an operand, in its order."""
    if isinstance(operand, Arithmetic):
        yield from operands_of(operand.left)
        yield from operands_of(operand.right)
    else:
        yield operand


def names_of(condition: Condition) -> list[str]:
    """The columns that a condition reads, each once, in its order."""
    read = [part.name for part in _operands(condition) if isinstance(part, Column)]
    return list(dict.fromkeys(read))


def _check_names(part: Operand, columns: Columns) -> None:
    if isinstance(part, Column) and part.name not in columns:
        raise RelationError(
            f"there is no column {part.name}", did_you_mean(part.name, list(columns))
        )


def _check_kinds(one: Comparison, columns: Columns) -> None:
    """Nothing, where a comparison names a column, and both sides are texts or both numbers."""
    sides = (one.left, one.right)
    if not any(isinstance(part, Column) for side in sides for part in operands_of(side)):
        raise RelationError("a comparison of two constants says nothing of a row")
    kinds = [kind_of(side, columns) for side in sides]
    if kinds[0] != kinds[1]:
        raise RelationError(
            f"a {kinds[0]} is compared with a {kinds[1]}",
            'texts stand in quotes (partner == "JPN"), numbers do not (quantity > 0)',
        )


def kind_of(operand: Operand, columns: Columns) -> Kind:
    """Whether an operand is a text or a number.

    Raises:
        RelationError: Arithmetic is asked of a text.
    """
    if isinstance(operand, Arithmetic):
        if "text" in (kind_of(operand.left, columns), kind_of(operand.right, columns)):
            raise RelationError(f"{operand.operator} is of numbers only, not of texts")
        return "number"
    if isinstance(operand, Column):
        return columns[operand.name]
    return "text" if isinstance(operand.value, str) else "number"
