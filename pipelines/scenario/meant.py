"""Tables under a misspelt key of a file, judged as what was probably meant: all problems at once.

The misspelt key is a problem of its own, so nothing that is read here ever leaves the reader.
"""

from dataclasses import replace
from typing import Any

from calc.errors import nearest
from pipelines.scenario.document import Document
from pipelines.scenario.elsewhere import ELSEWHERE
from pipelines.scenario.grammar import TABLES, Grammar
from pipelines.scenario.lines import KeyPath


def as_meant(document: Document, grammar: Grammar) -> tuple[Document, dict[KeyPath, KeyPath]]:
    """A file with its tables under the keys that were probably meant.

    Args:
        document: The file; what its misspelt keys are is told elsewhere.
        grammar: The keys of its top.

    Returns:
        The file, and the paths of the tables that were moved, to where they are written.
    """
    root, written = dict(document.root), dict[KeyPath, KeyPath]()
    tables = {key: one for key, one in document.root.items() if isinstance(one, list | dict)}
    for key, value in tables.items():  # of no other key is it asked what was meant
        name = _meant(key, grammar)
        there = root.get(name)
        if not name or not _go_together(there, value):
            continue
        if there is None:
            written[(name,)] = (key,)
        if isinstance(value, list):
            first = len(there or [])
            written |= {(name, first + at): (key, at) for at in range(len(value))}
            root[name] = [*(there or []), *value]
        else:
            added = {each: inner for each, inner in value.items() if each not in (there or {})}
            written |= {(name, each): (key, each) for each in added}
            root[name] = {**(there or {}), **added}
        del root[key]
    return replace(document, root=root), written


def _meant(key: str, grammar: Grammar) -> str:
    """The key that a misspelt one is nearest to; empty where it is none, or its hint is another."""
    is_told = key in ELSEWHERE or any(key in other.known or key in other.later for other in TABLES)
    if is_told or key in grammar.known:
        return ""
    return next(iter(nearest(key, grammar.known, count=1)), "")


def _go_together(there: Any, value: list[Any] | dict[str, Any]) -> bool:
    """Whether what a misspelt key holds can be put beside what the right one does, if anything."""
    is_list = isinstance(value, list)
    if is_list and not all(isinstance(item, dict) for item in value):
        return False
    return there is None or isinstance(there, list if is_list else dict)
