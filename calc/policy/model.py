"""The law at one date, as small frozen objects; scopes of goods and partners are tables beside it.

A measure has one or more branches: a rate on a part of its scope (another rate for a partner, a
rate from an annex). A branch is what is ranked, stacked and charged; MEASURES, MEASURE_PRODUCTS and
MEASURE_PARTNERS hold its scope under ``measure_id`` and ``step``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from calc.policy.expression import Expression
from calc.seasons import Days

Mode = Literal["add", "replace", "all-in"]
Basis = tuple[str, str | None]
"""An authority and its programme: what is ranked together."""

QuotaPart = Literal["within", "over", "not known"]

FULL = ""
"""``on`` of a branch that bites on the full value."""


def over_portion(quota: str, rate: str, rates: Sequence[str]) -> str:
    """The portion of a flow that is over a quota at one of the rates charged over it."""
    return f"over quota {quota}" if len(rates) == 1 else f"over quota {quota}: {rate}"


def blind_portion(quota: str) -> str:
    """The portion that takes the flows of which it is not known how much is over a quota."""
    return f"fill of quota {quota} not known"


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a branch charges in the part of the flow that a portion takes: another rate, or none.

    ``rate`` is null for exempt. ``on`` is a content or ``FULL``. ``quota_part`` says that the
    portion is what is over the branch's quota, or a flow of which that is not known. ``place`` is
    where it is stated, for messages. ``mode`` is how the rate stands to the base duty; null for the
    branch's own mode. ``also`` are groups of portions of each of which the flow must be in one: the
    season, or the firm, that a rate over a quota is for.
    """

    portion: str
    rate: Expression | None
    on: str = FULL
    quota_part: QuotaPart | None = None
    place: str = field(default="", compare=False)
    mode: Mode | None = None
    also: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Rebate:
    """A rate of the value that is taken off the duty of a measure.

    On the ``share`` of the value, times the content ``on``; ``FULL`` for none.
    """

    rate: float
    share: float = 1.0
    on: str = FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An amount that is taken off the own duty of a measure on the goods of a row of its table.

    ``partner`` and ``prefix`` are ``*`` for all; the amount is in ten-thousandths of a USD.
    """

    measure_id: str
    partner: str
    prefix: str
    amount_e4: int
    low_usd: float | None = None
    high_usd: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One rate of a measure on one scope, as it stands at the date of the law.

    Attributes:
        measure_id: The measure.
        step: Number of the branch within it; with the measure it is the key of the scopes.
        authority: Legal basis.
        programme: Part of the authority that is ranked on its own; null where there is none.
        mode: ``add`` on top of the base duty; ``replace`` in lieu of it; ``all-in`` tops it up.
        rate: The duty expression.
        state: State at the date; ``in force`` or why not.
        partner_rank: 3 names partners, 2 a group, 1 all except some, 0 all.
        names_products: Whether it names goods rather than all goods.
        on: Content that it bites on, ``FULL`` for the full value.
        portion: Portion of the flow that it is limited to; null for all of it.
        exclusion_portions: Portions of the flow that exclusions take out, by exclusion number.
        alternatives: What is charged in the part of a flow that a portion takes.
        is_upper_bound: Whether the rate is finer than the goods it names, so that it bounds.
        order: Place among measures that overwrite each other.
        quota: Quota that the branch is under; null where it is under none.
        seasons: Portions of the flow by the day of entry, one of which it is limited to; empty
            where it is for goods entered on any day.
        rebate: What is taken off its duty as a rate; null where nothing is.
    """

    measure_id: str
    step: int
    authority: str
    programme: str | None
    mode: Mode
    rate: Expression
    state: str = "in force"
    partner_rank: int = 3
    names_products: bool = True
    on: str = FULL
    portion: str | None = None
    exclusion_portions: Mapping[int, str] = field(default_factory=dict)
    alternatives: Sequence[Alternative] = ()
    is_upper_bound: bool = False
    order: int = 0
    quota: str | None = None
    seasons: Sequence[str] = ()
    rebate: Rebate | None = None

    @property
    def basis(self) -> Basis:
        """What the branch is ranked with."""
        return self.authority, self.programme

    @property
    def is_in_force(self) -> bool:
        """Whether it is charged at the date."""
        return self.state == "in force"


@dataclass(frozen=True, slots=True)
class Relation:
    """How an authority or programme stands to the others on a line.

    ``kind``: ``adds`` (charged in full beside the others), ``rest of`` (charged on what ``of``
    leaves), ``excludes`` (the authorities in ``of`` are not charged where it hits), ``replaces``
    (takes the place of those in ``of``), ``by priority`` (as ``Stacking.first`` says, for all but
    the partners in ``but``). ``but`` gives another relation for named partners.
    """

    kind: Literal["adds", "rest of", "excludes", "replaces", "by priority"]
    of: tuple[str, ...] = ()
    but: Mapping[str, "Relation"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacking:
    """How the authorities combine over an era.

    Attributes:
        first: Names of authorities or programmes (``section-232/cars``), in priority: the first
            that hits is charged and the others yield; an inner tuple cumulates.
        relations: Name to relation, for those that are not in ``first``, or for partners that
            ``but`` takes out of it.
        within: Name of an authority or programme to ``highest`` or ``sum``, what becomes of equal
            rank within it; or to ``latest``, where the last measure overwrites those before it.
        source: Citation.
    """

    first: Sequence[tuple[str, ...]] = ()
    relations: Mapping[str, Relation] = field(default_factory=dict)
    within: Mapping[str, Literal["highest", "sum", "latest"]] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A preference that the part of a flow claims which a portion takes."""

    portion: str
    programme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The law at a date: what is ranked, how it combines, which parts of a flow it tells apart.

    ``portions`` and ``contents`` name the shares that the law knows, in the order of the file;
    their values by line are in SHARES. ``claims`` says which base programme a portion claims.
    ``derived`` are those portions, the last ones, whose values follow from the fill of quotas.
    ``seasons`` are those whose values follow from the days of a year that they name;
    ``base_seasons`` those of them that base duties tell apart, with the seasons that hold in each.
    ``nested_in`` says of a portion in which one all of it is; ``disjoint`` are groups of portions
    of which no two share a part of a flow. Portions are independent of each other otherwise; see
    ``calc.policy.portions``.
    ``credits`` are amounts taken off the duties of measures, each over all lines that it names.
    ``readings`` are those of other engines in place of the law, and the authorities that are read
    so (none: all of them); see ``calc.policy.readings``.
    """

    as_of: date | None
    branches: Sequence[Branch]
    stacking: Stacking | None = None
    portions: Sequence[str] = ()
    contents: Sequence[str] = ()
    claims: Sequence[Claim] = ()
    derived: Sequence[str] = ()
    seasons: Mapping[str, Days] = field(default_factory=dict)
    base_seasons: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nested_in: Mapping[str, str] = field(default_factory=dict)
    disjoint: Sequence[Sequence[str]] = ()
    credits: Sequence[Credit] = ()
    readings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def without_quotas(self) -> "Policy":
        """The law as it is as long as no quota is filled: each branch at its own rate."""
        kept = self.portions[: len(self.portions) - len(self.derived)]
        branches = [
            replace(one, alternatives=[a for a in one.alternatives if a.quota_part is None])
            for one in self.branches
        ]
        nested_in = {name: outer for name, outer in self.nested_in.items() if name in kept}
        disjoint = [tuple(name for name in group if name in kept) for group in self.disjoint]
        return replace(
            self, branches=branches, portions=kept, derived=(), nested_in=nested_in,
            disjoint=disjoint,
        )  # fmt: skip
