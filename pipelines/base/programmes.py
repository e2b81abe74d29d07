"""The programmes of the United States schedule: symbols, partners, and until when."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from calc.scope import ALL

FILE = Path(__file__).with_name("programmes.toml")
MFN, COLUMN_2 = "mfn", "column-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme: the goods of its partners pay its rate where they claim it.

    ``partners`` is ``*`` alone where the table does not list them. ``since`` holds the first day
    of those that joined later. From ``ended`` on none of its rates is in force; from ``lapsed``
    on they are printed but not granted.
    """

    name: str
    title: str
    source: str
    symbols: tuple[str, ...] = ()
    partners: tuple[str, ...] = (ALL,)
    since: Mapping[str, date]
    ended: date | None = None
    lapsed: date | None = None


@cache
def read_programmes() -> Mapping[str, Programme]:
    """The programmes by name, in the order of the table."""
    return {
        name: Programme(
            name=name,
            title=entry["title"],
            source=entry["source"],
            symbols=tuple(entry.get("symbols", ())),
            partners=tuple(entry["partners"]),
            since=entry.get("since", {}),
            ended=entry.get("ended"),
            lapsed=entry.get("lapsed"),
        )
        for name, entry in tomllib.loads(FILE.read_text(encoding="utf-8")).items()
    }


@cache
def by_symbol() -> Mapping[str, str]:
    """Symbol of the schedule to the name of its programme."""
    return {
        symbol: programme.name
        for programme in read_programmes().values()
        for symbol in programme.symbols
    }
