"""All sources, and which of them a file is."""

import functools
from collections.abc import Collection
from dataclasses import dataclass

from calc.errors import UsageError, did_you_mean
from pipelines.ingest.sources.baci import BACI, COUNTRIES, PRODUCTS
from pipelines.ingest.sources.canonical import CANONICAL
from pipelines.ingest.sources.census import CENSUS
from pipelines.ingest.sources.comexstat import EXPORTS, IMPORTS
from pipelines.ingest.sources.comext import BULK as COMEXT
from pipelines.ingest.sources.comext import HISTORICAL
from pipelines.ingest.sources.comtrade import BULK, LEGACY, PLUS
from pipelines.ingest.sources.declaration import Declaration
from pipelines.ingest.sources.entries import ACE, SKU
from pipelines.ingest.sources.japan import JAPAN
from pipelines.ingest.sources.usitc import DATAWEB, TRADE_ONLINE
from pipelines.ingest.sources.world_bank import TRAINS, WITS, WTO
from pipelines.ingest.words import folded

SOURCES: tuple[Declaration, ...] = (
    *(PLUS, BULK, LEGACY, BACI, COUNTRIES, PRODUCTS),
    *(CENSUS, DATAWEB, TRADE_ONLINE, COMEXT, HISTORICAL, JAPAN, EXPORTS, IMPORTS),
    *(WITS, TRAINS, WTO, ACE, SKU, CANONICAL),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The source that a file was taken for, and why, in words."""

    declaration: Declaration
    why: str


def source_named(name: str) -> Declaration:
    """The source of a name.

    Raises:
        UsageError: There is none.
    """
    found = next((source for source in SOURCES if source.name == name), None)
    if found is None:
        raise UsageError(
            f"{name!r} is not a source",
            where="--source",
            hint=f"{did_you_mean(name, [source.name for source in SOURCES])}; retorsion sources",
        )
    return found


def recognise(headers: Collection[str], chosen: str | None = None) -> Recognised:
    """The source that a header line belongs to: the one with most headers of its own in it.

    Raises:
        UsageError: The chosen source does not exist.
    """
    if chosen is not None:
        return Recognised(declaration=source_named(chosen), why="--source says so")
    present = {folded(header) for header in headers}
    fitting = [source for source in SOURCES if _fits(source, present)]
    best = max(fitting, key=lambda source: len(source.recognised_by))
    if not best.is_declared:
        return Recognised(declaration=best, why="its headers are those of no other source")
    said = ", ".join(best.recognised_by)
    return Recognised(declaration=best, why=f"it has the headers {said}")


def _fits(source: Declaration, present: set[str]) -> bool:
    own = {folded(header) for header in source.recognised_by}
    allowed = {folded(header) for header in source.no_others}
    return own <= present and (not allowed or present - {""} <= allowed)


@functools.cache
def known_headers() -> frozenset[str]:
    """Every header that some source knows, folded; those of money without their unit."""
    named = [
        names
        for source in SOURCES
        for names in (*source.columns.values(), *source.money.values(), source.recognised_by)
    ]
    return frozenset(folded(name) for names in named for name in names)
