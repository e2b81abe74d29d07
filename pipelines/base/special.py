"""The "special" column: rates followed by the symbols of the programmes that they are for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.base.programmes import by_symbol

GROUP = re.compile(r"\(([^()]*)\)")
SYMBOL = re.compile(r"[A-Z]{1,2}[+*]?")
BETWEEN = " ,;\n"
NO_CHANGE = "no change"


@dataclass(frozen=True, slots=True)
class SpecialRate:
    """A rate and the symbols behind it; ``symbols`` is empty where none follows the text."""

    text: str
    symbols: tuple[str, ...]


def special_rates(text: str) -> Iterator[SpecialRate]:
    """The rates of a special column in their order: ``Free (A,AU) 3.2% (JP)`` holds two.

    Brackets that hold words and no symbol belong to the rate before them. What is left behind
    the last symbols comes as a rate without any.
    """
    pending, end = "", 0
    for group in GROUP.finditer(text):
        before = text[end : group.start()]
        end = group.end()
        symbols = tuple(part.strip() for part in group[1].split(",") if part.strip())
        if _are_symbols(symbols):
            yield SpecialRate((pending + before).strip(BETWEEN), symbols)
            pending = ""
        else:
            pending += before + group[0]
    rest = (pending + text[end:]).strip(BETWEEN)
    if rest:
        yield SpecialRate(rest, ())


def _are_symbols(parts: tuple[str, ...]) -> bool:
    """Whether the parts of a bracket are symbols: one of them is known, or all look like one."""
    known = by_symbol()
    looks = bool(parts) and all(SYMBOL.fullmatch(part) for part in parts)
    return looks or any(part in known for part in parts)
