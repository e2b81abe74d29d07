"""A scenario as read: what the file says, checked and resolved as far as no date is needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from calc.law import BEFORE_ANY_EVENT, IN_FORCE, Event, Interval, state_at
from calc.rate_text import Rate

ALL = "*"
"""All goods or all partners, in a table (``calc.scope.ALL``, without loading polars)."""

Mode = Literal["add", "replace"]
Reach = Literal["all", "all-except", "some"]


@dataclass(frozen=True, slots=True)
class Timing:
    """When a measure or exclusion is in what state.

    ``starts_in_force`` says that it is in force before its first event: something that only has
    an end, or no event at all.
    """

    events: tuple[Event, ...] = ()
    starts_in_force: bool = True

    def state_at(self, as_of: date | None) -> Interval:
        """The state at a date and the half-open interval in which it lasts.

        Raises:
            ValueError: There are events but no date.
        """
        found = state_at(self.events, as_of)
        if self.starts_in_force and found.state == BEFORE_ANY_EVENT:
            return Interval(IN_FORCE, None, found.valid_until)
        return found


@dataclass(frozen=True, slots=True)
class ProductWord:
    """A code, range, group or ``all`` as written, with the code prefixes that it stands for."""

    written: str
    prefixes: tuple[str, ...]
    group: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerScope:
    """The partners that something reaches: economies by alpha-3 code, and groups by name.

    With ``all-except`` the named are those left out; with ``all`` none is named.
    """

    reach: Reach = "all"
    economies: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """How closely partners are named: 3 by name, 2 as a group, 1 all except some, 0 all.

        A scope that names both economies and groups ranks as a group.
        """
        if self.reach == "some":
            return 2 if self.groups else 3
        return 1 if self.reach == "all-except" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Goods, of some partners or of all, that a measure leaves out for a time."""

    products: tuple[ProductWord, ...]
    partners: PartnerScope
    timing: Timing
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One legal act's effect on a scope of goods and partners, with its events and its source.

    ``products`` are named, ``left_out`` left out of them (``except``) and ``taken_in`` taken in
    again (``but``). ``programme`` is null where the authority is ranked as one.
    """

    measure_id: str
    authority: str
    programme: str | None
    partners: PartnerScope
    products: tuple[ProductWord, ...]
    left_out: tuple[ProductWord, ...]
    taken_in: tuple[ProductWord, ...]
    rate: Rate
    mode: Mode
    is_mode_stated: bool
    timing: Timing
    exclusions: tuple[Exclusion, ...]
    source: str
    note: str

    @property
    def names_products(self) -> bool:
        """Whether the measure names goods rather than all goods."""
        return all(word.prefixes != (ALL,) for word in self.products)

    def product_words(self) -> Iterator[tuple[str, ProductWord]]:
        """Each word of the measure's goods with its role: include, exclude or but."""
        roles = (("include", self.products), ("exclude", self.left_out), ("but", self.taken_in))
        return ((role, word) for role, words in roles for word in words)


@dataclass(frozen=True, slots=True)
class BaseSource:
    """The duty without the scenario: one rate for all goods, or a file in the BASE layout.

    Exactly one of ``rate`` and ``path`` is given.
    """

    written: str
    rate: Rate | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario file as read, its measures in the order of the file.

    ``trade`` is the name of an ingested table; ``as_of`` is null where the file leaves the date to
    the command line; ``text_sha256`` is the SHA-256 of the file's bytes.
    """

    scenario_id: str
    title: str
    importer: str
    nomenclature: str
    trade: str
    as_of: date | None
    note: str
    measures: tuple[Measure, ...]
    base: BaseSource
    path: Path
    text_sha256: str

    @property
    def base_text(self) -> str:
        """What the duty without the scenario is, in words: a rate, or the name of a file."""
        return self.base.written if self.base.path else f"{self.base.written} on all goods"

    @property
    def scopes(self) -> list[PartnerScope]:
        """The scopes of partners of all measures and exclusions."""
        return [
            scope
            for measure in self.measures
            for scope in (measure.partners, *(each.partners for each in measure.exclusions))
        ]
