"""On which line of a TOML text each key and each item of a list stands.

The parser of the standard library keeps no positions. This scan only runs when there is something
to complain about, on a text that the parser has accepted.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

BARE = r"[A-Za-z0-9_-]+"
QUOTED = r"\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'"
KEY = rf"(?:{BARE}|{QUOTED})(?:[ \t]*\.[ \t]*(?:{BARE}|{QUOTED}))*"
HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({KEY})[ \t]*\]\]?")
STATEMENT = re.compile(rf"[ \t]*({KEY})[ \t]*=")
PART = re.compile(rf"{BARE}|{QUOTED}")
TOKEN = re.compile(
    r"\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}"  # texts of several lines
    rf"|{QUOTED}|#[^\n]*|[^\s\[\]{{}},#\"']+|[\[\]{{}},\n]",
    re.DOTALL,
)


def find_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of each table header, key and item of an outer list.

    A path holds keys and, for the tables and items of a list, their number from 0:
    ``("measure", 1, "products", 0)``. Keys inside an inline table have the line of their item.
    """
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    found: dict[KeyPath, int] = {}
    for path, offset in _places(text):
        found.setdefault(path, bisect_right(starts, offset))
    return found


def nearest_line(found: dict[KeyPath, int], path: KeyPath) -> int:
    """The line of a path, else of the closest table around it that has one, else the first.

    A list of tables stands where its first table does, and so does a table that has no line of its
    own but holds some that have.
    """
    if (*path, 0) in found:
        return found[(*path, 0)]
    if path and path not in found:
        within = [line for each, line in found.items() if each[: len(path)] == path]
        if within:
            return min(within)
    for length in range(len(path), 0, -1):
        if path[:length] in found:
            return found[path[:length]]
    return 1


def _places(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Each path with its offset in the text, in the order of the text."""
    lists: dict[KeyPath, int] = {}
    table: KeyPath = ()
    position = 0
    while position < len(text):
        header, statement = HEADER.match(text, position), STATEMENT.match(text, position)
        if header is not None:
            parts = _parts(header[2])
            table = _enter(lists, parts, is_list=header[1] == "[[")
            yield table, header.start(1)
            position = _line_end(text, header.end())
        elif statement is not None:
            path = (*table, *_parts(statement[1]))
            yield path, statement.start(1)
            items, position = _value(text, statement.end())
            yield from (((*path, number), offset) for number, offset in enumerate(items))
        else:
            position = _line_end(text, position)


def _parts(key: str) -> list[str]:
    return [part.strip("\"'") for part in PART.findall(key)]


def _enter(lists: dict[KeyPath, int], parts: list[str], *, is_list: bool) -> KeyPath:
    """The path of a table by its header; a list of tables on the way means its last one."""
    path: KeyPath = ()
    for number, part in enumerate(parts, 1):
        path = (*path, part)
        if is_list and number == len(parts):
            lists[path] = lists.get(path, -1) + 1
        if path in lists:
            path = (*path, lists[path])
    return path


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _value(text: str, position: int) -> tuple[list[int], int]:
    """Where the items of the outer list begin (none where it is no list), and where it ends."""
    items: list[int] = []
    depth, is_list, expects_item = 0, False, False
    for token in TOKEN.finditer(text, position):
        word = token[0]
        if word == "\n" and depth == 0:
            return items, token.end()
        if word[0] in "#\n":
            continue
        if expects_item and depth == 1 and word not in ("]", ","):
            items.append(token.start())
            expects_item = False
        if word in ("[", "{"):
            is_list = is_list or (depth == 0 and word == "[")
            expects_item = expects_item or (is_list and depth == 0)
            depth += 1
        elif word in ("]", "}"):
            depth -= 1
        elif word == "," and depth == 1:
            expects_item = is_list
    return items, len(text)
