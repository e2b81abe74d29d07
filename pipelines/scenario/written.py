"""Values as TOML writes them, each on one line."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
NOTHING: tuple[Any, ...] = (None, "", [], {})


def statements(values: Mapping[str, Any]) -> list[str]:
    """One line a key; what is not given (null, empty) has no line."""
    return [
        f"{key} = {toml(value)}"
        for key, value in values.items()
        if not any(value is nothing or value == nothing for nothing in NOTHING)
    ]


def key_of(name: str) -> str:
    """A name as a key: in quotes where it needs them."""
    return name if BARE_KEY.fullmatch(name) else toml(name)


def toml(value: Any) -> str:
    """A value as TOML writes it on one line; in tables, nulls are left out."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(_pair(key, item) for key, item in _given(value).items())} }}"
    return f'"{"".join(_character(char) for char in value)}"'


def _given(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None and value != ""}


def _pair(key: str, value: Any) -> str:
    return f"{key_of(key)} = {toml(value)}"


def _character(char: str) -> str:
    """A character inside a TOML text; quotes, backslashes and control characters are escaped."""
    if char in '"\\':
        return f"\\{char}"
    if char == "\n":
        return "\\n"
    is_control = ord(char) < ord(" ") or "\x7f" <= char <= "\x9f"
    return f"\\u{ord(char):04x}" if is_control else char
