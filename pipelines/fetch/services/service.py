"""What is declared of a service, so that one step can ask them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, urlencode

JSON_BYTES = 500_000_000
"""The most that ingest reads as JSON."""
FILE_BYTES = 20_000_000_000
READABLE = ",*"
"""Signs of a query that may stand as they are, so that addresses can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a caller asks of a service; empty where it is left open.

    Attributes:
        service: Name of the service.
        periods: Years (2024) or months (2024-07).
        reporters: Economies whose statistics are wanted, as the caller writes them.
        partners: Their partners.
        codes: Codes of goods, digits only.
        flows: Flows, such as ``import``.
        level: Digits of the codes that are wanted.
    """

    service: str
    periods: tuple[str, ...] = ()
    reporters: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    level: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The query as an object, what is left open left out."""
        lists = ("periods", "reporters", "partners", "codes", "flows")
        given = {name: list(getattr(self, name)) for name in lists if getattr(self, name)}
        level = {} if self.level is None else {"level": self.level}
        return {"service": self.service, **given, **level}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One request: a reply small enough to be given whole.

    Attributes:
        name: Name of the file that its reply is kept in.
        question: The part of what was asked that it belongs to, in words.
        path: What follows the base of the service's address.
        query: Names and values of the query, without the key.
    """

    name: str
    question: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def url(self, base: str, key: tuple[tuple[str, str], ...] = ()) -> str:
        """Its address, with a key only where one is given."""
        query = urlencode((*self.query, *key), safe=READABLE)
        return f"{base}{quote(self.path)}{'?' if query else ''}{query}"

    def with_query(self, name: str, **changed: str) -> "Part":
        """The same request with other values of the query, under another name."""
        values = dict(self.query) | changed
        return replace(self, name=name, query=tuple(values.items()))


RowsOf = Callable[[Path, Part], int]
"""Counts the rows of a reply that is what was asked for; else it raises DataRejectedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of trade statistics.

    Attributes:
        name: What the command calls it.
        title: What it is, in words.
        base: The start of its addresses.
        takes: Which of ``Asked`` it understands.
        parts: The requests that make up what is asked; told whether there is a key.
        rows_of: Judges a reply and counts its rows.
        key_variable: Variable of the environment that holds the key; empty where it takes none.
        key_query: Name of the key in the query, or
        key_header: of the header that carries it.
        cap: The most rows that one reply holds, told whether there is a key; null where none is
            documented.
        counting: The request that counts the rows of another one.
        counted: The number in its reply; null where it has none.
        narrower: Smaller requests that make up one; none where it cannot be cut.
        pause_seconds: What the service wants between two requests.
        max_bytes: The most that is received as one reply.
        documented: Where its queries are documented.
        notes: What a user must know of it.
    """

    name: str
    title: str
    base: str
    takes: tuple[str, ...]
    parts: Callable[[Asked, bool], list[Part]]
    rows_of: RowsOf
    key_variable: str = ""
    key_query: str = ""
    key_header: str = ""
    cap: Callable[[bool], int | None] = field(default=lambda _: None)
    counting: Callable[[Part], Part] | None = None
    counted: Callable[[Path], int | None] = field(default=lambda _: None)
    narrower: Callable[[Part], Sequence[Part]] = field(default=lambda _: ())
    pause_seconds: float = 0.0
    max_bytes: int = JSON_BYTES
    documented: str = ""
    notes: tuple[str, ...] = ()
