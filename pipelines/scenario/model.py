"""A scenario as read: what the file says, checked and resolved as far as no date is needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from calc.levied import Basis
from calc.policy.ave import Method
from calc.policy.expression import FREE, Expression, ad_valorem_rate
from calc.policy.model import FULL, Alternative, Claim, Mode
from calc.seasons import Season
from pipelines.scenario.assumed import Era, Range, Response, Share
from pipelines.scenario.instruments import (
    DUTY,
    BesideFlow,
    BorderCharge,
    Control,
    Instrument,
    PaidBack,
    Quota,
    Taken,
)
from pipelines.scenario.timed import Timing

ALL = "*"
"""All goods or all partners, in a table (``calc.scope.ALL``, without loading polars)."""

UNKNOWN = "unknown"
"""The base duty of a scenario that does not know it."""

Reach = Literal["all", "all-except", "some"]


@dataclass(frozen=True, slots=True)
class Duty:
    """A rate as a duty expression and as written; ``mode`` where its words state one: all-in."""

    expression: Expression = FREE
    text: str = ""
    mode: Mode | None = None

    @property
    def ad_valorem_rate(self) -> float | None:
        """The rate as a fraction of the value; null where it is not ad valorem only."""
        return ad_valorem_rate(self.expression)


@dataclass(frozen=True, slots=True)
class ProductWord:
    """A code, range, group, annex or ``all`` as written, with the prefixes that it stands for.

    ``is_part`` says that only a part of the code is meant (ex). An annex may name goods for a
    time only; its rows of other days are words of their own.
    """

    written: str
    prefixes: tuple[str, ...]
    group: str | None = None
    is_part: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


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


@dataclass(frozen=True, slots=True)
class RateChoice:
    """One rate of a measure, and the part of the measure that it is for.

    ``partners`` and ``prefixes`` are null where it is for all of the measure's; the days are null
    where open; ``season`` is null where it is for goods entered on any day of the year.
    ``alternatives`` are what firms with a rate of their own pay instead.
    """

    duty: Duty
    partners: PartnerScope | None = None
    prefixes: tuple[str, ...] | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    season: Season | None = None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Goods, of some partners or of all, that a measure leaves out for a time.

    ``portion`` is the part of the flow that it takes out; null for all of it.
    """

    products: tuple[ProductWord, ...]
    partners: PartnerScope
    timing: Timing
    portion: str | None
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One legal act's effect on a scope of goods and partners, with its events and its source.

    ``products`` are named, ``left_out`` left out of them (``except``) and ``taken_in`` taken in
    again (``but``). ``programme`` is null where the authority is ranked as one. ``stated`` holds
    keys as the file states them, with paths from the scenario's folder.
    """

    measure_id: str
    authority: str
    programme: str | None
    partners: PartnerScope
    products: tuple[ProductWord, ...]
    left_out: tuple[ProductWord, ...]
    taken_in: tuple[ProductWord, ...]
    rates: tuple[RateChoice, ...]
    mode: Mode
    is_mode_stated: bool
    timing: Timing
    exclusions: tuple[Exclusion, ...]
    source: str
    note: str
    on: str = FULL
    portion: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    would_apply_from: date | None = None
    instrument: Instrument = DUTY
    credit: Taken | None = None
    quota: str | None = None
    order: float = 0
    features: tuple[str, ...] = ()
    stated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rate(self) -> Duty:
        """The first of its rates, which is the only one where it has one."""
        return self.rates[0].duty if self.rates else Duty()

    @property
    def names_products(self) -> bool:
        """Whether the measure names goods rather than all goods."""
        return all(word.prefixes != (ALL,) for word in self.products)

    @property
    def scopes(self) -> list[PartnerScope]:
        """The scopes of partners of the measure, its rates and its exclusions."""
        of_rates = [choice.partners for choice in self.rates if choice.partners is not None]
        return [self.partners, *of_rates, *(each.partners for each in self.exclusions)]

    def product_words(self) -> Iterator[tuple[str, ProductWord]]:
        """Each word of the measure's goods with its role: include, exclude or but."""
        roles = (("include", self.products), ("exclude", self.left_out), ("but", self.taken_in))
        return ((role, word) for role, words in roles for word in words)

    def all_words(self) -> Iterator[ProductWord]:
        """Each word of the goods of the measure and of its exclusions."""
        yield from (word for _, word in self.product_words())
        yield from (word for each in self.exclusions for word in each.products)


@dataclass(frozen=True, slots=True)
class BaseSource:
    """The duty without the scenario: one rate for all goods, a file in the BASE layout, or unknown.

    At most one of ``rate`` and ``path`` is given; neither where it is unknown. ``ended`` says
    from which day on a programme of the file is no longer granted. The duties of ``as_of`` stand
    for those of every day; null where the file has those of the day.
    """

    written: str
    rate: Duty | None = None
    path: Path | None = None
    as_of: date | None = None
    ended: tuple[tuple[str, date], ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether the scenario says that it is not known."""
        return self.written == UNKNOWN and self.rate is None and self.path is None


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file that a scenario names: where it is, its name from the scenario's folder, its hash."""

    path: Path
    name: str
    what: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a scenario asks of its trade: a file of rules, and limits of what may be left out.

    The limits are a share of the rows and an amount in USD; null where none is set. ``stated`` is
    the table as written, the file by its name from the scenario's folder.
    """

    rules: Path | None = None
    max_rejected_share: float | None = None
    max_rejected_usd: float | None = None
    stated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario file as read, its measures in the order of the file.

    ``trade`` is the name of an ingested table; ``as_of`` is null where the file leaves the date to
    the command line, ``reference`` where it leaves the period of the trade to it; ``fob_share`` is
    what a value free on board is taken to be of a value on another basis, ``levied_on`` the basis
    of the importer where the tool does not know it; ``text_sha256`` is the
    SHA-256 of the file's bytes. ``parts`` are the scenarios that one includes, which then has no
    measures of its own. ``files`` were read beside the scenario, the base apart. ``estimate`` is
    the method by which missing quantities are estimated; null where duties on them stay unknown.
    ``reading`` names the readings of other engines in place of the law, with their authorities.
    ``response`` says how trade responds, ``acceptance`` what is asked of the trade table; each
    null where a file says nothing of it.
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
    shares: tuple[Share, ...] = ()
    eras: tuple[Era, ...] = ()
    quotas: tuple[Quota, ...] = ()
    controls: tuple[Control, ...] = ()
    beside: tuple[BesideFlow, ...] = ()
    drawback: tuple[PaidBack, ...] = ()
    charges: tuple[BorderCharge, ...] = ()
    response: Response | None = None
    reading: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    acceptance: Acceptance | None = None
    reference: str | None = None
    estimate: Method | None = None
    known_at: date | None = None
    fob_share: Range | None = None
    levied_on: Basis | None = None
    files: tuple[UsedFile, ...] = ()
    parts: tuple["Scenario", ...] = ()
    notes: tuple[str, ...] = ()
    stated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def base_text(self) -> str:
        """What the duty without the scenario is, in words: a rate, or the name of a file."""
        if self.base.is_unknown or self.base.path:
            of_day = f", duties of {self.base.as_of}" if self.base.as_of else ""
            return f"{self.base.written}{of_day}"
        return f"{self.base.written} on all goods"

    @property
    def scopes(self) -> list[PartnerScope]:
        """The scopes of partners of all measures, exclusions and quotas."""
        of_measures = [scope for measure in self.measures for scope in measure.scopes]
        return [*of_measures, *(scope for quota in self.quotas for scope in quota.scopes)]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The preferences that portions claim, by the name of the portion."""
        named = sorted(self.shares, key=lambda share: share.name)
        return tuple(Claim(share.name, share.programme) for share in named if share.programme)
