"""The key of a service: known to the request that needs it and shown nowhere."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from calc.errors import StorageError, UsageError

HIDDEN = "KEY"
PRINTABLE = re.compile(r"[!-~]{8,256}")
MAX_KEY_FILE_BYTES = 4_096


class Secret:
    """A key that no text shows: ``reveal`` alone gives it; without one, it is false."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def __bool__(self) -> bool:
        """Whether there is a key."""
        return bool(self._value)

    def __repr__(self) -> str:
        """Nothing of the key."""
        return f"Secret({HIDDEN if self else ''})"

    def reveal(self) -> str:
        """The key itself, for the request that needs it."""
        return self._value

    def hide(self, text: str) -> str:
        """A text without the key, however it is written there."""
        for form in self._forms():
            text = text.replace(form, HIDDEN)
        return text

    def is_in(self, content: bytes) -> bool:
        """Whether the key is in some bytes."""
        return any(form.encode() in content for form in self._forms())

    def _forms(self) -> list[str]:
        """The key as it may be written in a text or an address, longest first."""
        if not self._value:
            return []
        value = self._value
        forms = {value, quote(value), quote(value, safe=""), quote_plus(value)}
        return sorted(forms, key=len, reverse=True)


def read_secret(
    variable: str, file: Path | None, environment: Mapping[str, str] = os.environ
) -> Secret:
    """The key of a service: the first line of a file, else a variable of the environment.

    Args:
        variable: Name of the variable; empty for a service that needs no key.
        file: A file that holds the key and nothing else.
        environment: The variables.

    Raises:
        UsageError: What is there cannot be a key, or the service takes none.
        StorageError: The file cannot be read.
    """
    if not variable:
        if file is not None:
            raise UsageError("this service takes no key", where="--key-file", hint="leave it away")
        return Secret()
    where = "--key-file" if file is not None else variable
    text = environment.get(variable, "") if file is None else _text_of(file)
    value = text.strip()
    if value and not PRINTABLE.fullmatch(value):
        raise UsageError(
            "what is given as the key is not one: 8 to 256 letters, digits and signs, no blanks",
            where=where,
            hint="give the key alone, in one line; it is not shown here on purpose",
        )
    if file is not None and not value:
        raise UsageError(f"{file.name} holds no key", where=where, hint="write the key into it")
    return Secret(value)


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_KEY_FILE_BYTES).decode("utf-8", "replace").removeprefix("﻿")
    except OSError as err:
        raise StorageError(
            f"cannot read the key from {file.name}: {err.strerror}", where="--key-file"
        ) from err
