"""Authorities that the tool knows by name, and what the law of each allows at most."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("authorities.toml")


@dataclass(frozen=True, slots=True)
class Limit:
    """What an authority allows at most; null where its law sets no limit."""

    highest_rate: float | None
    most_days: int | None
    source: str


@cache
def read_limits() -> dict[str, Limit]:
    """The limits that come with the tool, by authority; read once."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Limit(entry.get("highest_rate"), entry.get("most_days"), entry["source"])
        for name, entry in entries.items()
    }


def known_authorities() -> frozenset[str]:
    """The names of the authorities that the tool knows."""
    return frozenset(read_limits())
