"""The layouts and words that ingest knows, read from ``columns.toml``."""

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A way in which files hold trade.

    Attributes:
        name: ``canonical`` or ``census-api``.
        title: What it is, in words.
        recognised_by: Headers that only this layout has; none for the one that is left.
        columns: TRADE column to the headers that may hold it.
        money: Valuation (or ``unstated``, ``duty``) to the names of its columns without unit.
        sets: TRADE column to header, the first set whose value is in the file being read.
        given: What the source says of itself and the file need not.
        economies: Which codes name economies: ``general`` or ``schedule_c``.
        partner_totals: Texts of a partner, lower case, that mean all partners.
        partner_groups: Pattern of partners that are groups of countries; empty for none.
        code_totals: Texts of a code, lower case, that mean all goods.
        annual_only: Headers whose figure is a year's at month 12 only.
    """

    name: str
    title: str
    recognised_by: tuple[str, ...]
    columns: dict[str, tuple[str, ...]]
    money: dict[str, tuple[str, ...]]
    sets: tuple[dict[str, str], ...]
    given: dict[str, str]
    economies: str
    partner_totals: tuple[str, ...]
    partner_groups: str
    code_totals: tuple[str, ...]
    annual_only: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts with a declared meaning: missing and suppressed numbers, flows, names, row caps."""

    missing: tuple[str, ...]
    suppressed: tuple[str, ...]
    flows: dict[str, tuple[str, ...]]
    nomenclatures: dict[str, tuple[str, ...]]
    economies: dict[str, tuple[str, ...]]
    caps: tuple[int, ...]
    unit_endings: dict[str, str]


def folded(text: str) -> str:
    """A header or name without case, accents, blanks and punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]", "", bare.lower())


@functools.cache
def _declared() -> dict[str, Any]:
    text = resources.files("pipelines.ingest").joinpath("columns.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def layouts() -> tuple[Layout, ...]:
    """The layouts, the ones recognised by their headers first."""
    found = [_layout(name, kept) for name, kept in _declared()["layouts"].items()]
    return tuple(sorted(found, key=lambda layout: not layout.recognised_by))


def _layout(name: str, kept: dict[str, Any]) -> Layout:
    money = {key: tuple(names) for key, names in kept.get("money", {}).items()}
    return Layout(
        name=name,
        title=kept["title"],
        recognised_by=tuple(kept["recognised_by"]),
        columns={column: tuple(names) for column, names in kept["columns"].items()},
        money=money,
        sets=tuple(kept.get("sets", ())),
        given=kept["given"],
        economies=kept["economies"],
        partner_totals=tuple(kept["partner_totals"]),
        partner_groups=kept["partner_groups"],
        code_totals=tuple(kept["code_totals"]),
        annual_only=tuple(kept["annual_only"]),
    )


@functools.cache
def words() -> Words:
    """The texts with a declared meaning."""
    kept = _declared()
    endings = {ending: unit for unit, said in kept["units"].items() for ending in said["endings"]}
    return Words(
        missing=tuple(kept["cells"]["missing"]),
        suppressed=tuple(kept["cells"]["suppressed"]),
        flows={flow: tuple(said) for flow, said in kept["flows"].items()},
        nomenclatures={name: tuple(said) for name, said in kept["nomenclatures"].items()},
        economies={code: tuple(said) for code, said in kept["economies"].items()},
        caps=tuple(kept["caps"]["rows"]),
        unit_endings=endings,
    )


def layout_of(headers: tuple[str, ...]) -> Layout:
    """The layout that a header line belongs to."""
    present = {folded(header) for header in headers}
    return next(
        layout
        for layout in layouts()
        if all(folded(header) in present for header in layout.recognised_by)
    )


@functools.cache
def known_headers() -> frozenset[str]:
    """Every header that some layout knows, folded; those of money without their unit."""
    named = [
        names
        for layout in layouts()
        for names in (*layout.columns.values(), *layout.money.values(), layout.recognised_by)
    ]
    return frozenset(folded(name) for names in named for name in names)
