"""The branches of a measure at a date: which rate on which part of its scope, in which state."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from calc.law import BEFORE_ANY_EVENT, IN_FORCE, Interval
from calc.policy.model import Alternative
from calc.seasons import Season
from pipelines.scenario.model import ALL, Duty, Measure, PartnerScope, ProductWord, RateChoice
from pipelines.scenario.narrow import common_prefixes
from pipelines.scenario.reference import Reference

OVER = "ended"
NO_RATE = RateChoice(Duty())


class Dated(Protocol):
    """What holds for some days; the days are null where open."""

    @property
    def valid_from(self) -> date | None:
        """The first day."""

    @property
    def valid_until(self) -> date | None:
        """The first day on which it no longer holds."""


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureBranch:
    """One rate of a measure at a date, with its goods and its partners as rows have them.

    ``goods`` are role, prefix and word written; ``partners`` are role and partner.
    """

    measure: Measure
    step: int
    duty: Duty
    interval: Interval
    partner_rank: int
    names_products: bool
    goods: tuple[tuple[str, str, str], ...]
    partners: tuple[tuple[str, str], ...]
    is_part: bool
    season: Season | None = None
    alternatives: tuple[Alternative, ...] = ()

    @property
    def mode(self) -> str:
        """How the rate stands to the base duty: as its words say, else as the measure says."""
        return self.duty.mode or self.measure.mode

    @property
    def rate_text(self) -> str:
        """The rate as written, and its season where it has one."""
        return f"{self.duty.text} ({self.season.text})" if self.season else self.duty.text


def branches_of(
    measure: Measure, as_of: date | None, importer: str, reference: Reference
) -> list[MeasureBranch]:
    """The branches of a measure at a date, numbered from 0.

    Of the rates that follow each other the one of the date is taken; before the first and after
    the last the nearest one stands for what is not in force. The branches of a measure are apart:
    a partner or code with a rate of its own is left out of the others'.
    """
    choices = at_date(measure.rates or (NO_RATE,), as_of)
    found: list[MeasureBranch] = []
    for choice in choices:
        beside = [other for other in choices if other.season == choice.season]
        goods = tuple(_goods(measure, choice, beside, as_of))
        found.append(
            MeasureBranch(
                measure=measure,
                step=len(found),
                duty=choice.duty,
                interval=_interval(measure, choice, as_of),
                partner_rank=(choice.partners or measure.partners).rank,
                names_products=all(prefix != ALL for _, prefix, _ in goods),
                goods=goods,
                partners=tuple(_partners(measure, choice, beside, (importer, reference))),
                is_part=any(word.is_part for word in measure.products),
                season=choice.season,
                alternatives=choice.alternatives or measure.alternatives,
            )
        )
    return found


def at_date(choices: Iterable[D], as_of: date | None) -> list[D]:
    """Those of a date; where none is of it, those that come next, else the last; none of none."""
    listed = list(choices)
    current = [choice for choice in listed if _holds(choice, as_of)]
    if current or as_of is None or not listed:
        return current or listed[:1]
    coming = [c.valid_from for c in listed if c.valid_from is not None and c.valid_from > as_of]
    if coming:
        return [choice for choice in listed if choice.valid_from == min(coming)]
    last = max(choice.valid_until for choice in listed if choice.valid_until is not None)
    return [choice for choice in listed if choice.valid_until == last]


def _holds(item: Dated, as_of: date | None) -> bool:
    if as_of is None:
        return item.valid_from is None and item.valid_until is None
    is_begun = item.valid_from is None or item.valid_from <= as_of
    return is_begun and (item.valid_until is None or as_of < item.valid_until)


def _interval(measure: Measure, choice: RateChoice, as_of: date | None) -> Interval:
    """The state of a branch: that of the measure, but for a rate or goods of other days."""
    found = measure.timing.state_at(as_of)
    dated: list[RateChoice | ProductWord] = [choice, *_dated_goods(measure, as_of)]
    if as_of is None or found.state != IN_FORCE:
        return found
    since, until = [found.valid_from], [found.valid_until]
    for item in dated:
        if item.valid_from is not None and as_of < item.valid_from:
            return Interval(BEFORE_ANY_EVENT, None, item.valid_from)
        if item.valid_until is not None and as_of >= item.valid_until:
            return Interval(OVER, item.valid_until, found.valid_until)
        since.append(item.valid_from)
        until.append(item.valid_until)
    return Interval(
        IN_FORCE,
        max((day for day in since if day is not None), default=None),
        min((day for day in until if day is not None), default=None),
    )


def _dated_goods(measure: Measure, as_of: date | None) -> list[ProductWord]:
    """The goods that decide on the state: the nearest to a date where none is of it."""
    if any(_holds(word, as_of) for word in measure.products):
        return []
    return list(measure.products[:1])


def _goods(
    measure: Measure, choice: RateChoice, choices: list[RateChoice], as_of: date | None
) -> Iterator[tuple[str, str, str]]:
    """Role, prefix and word of the goods of a branch, each prefix once a role."""
    written: dict[tuple[str, str], str] = {}
    nearest = _dated_goods(measure, as_of)
    for role, word in measure.product_words():
        if not (_holds(word, as_of) or word in nearest):
            continue
        is_cut = role == "include" and choice.prefixes is not None
        own = common_prefixes(word.prefixes, choice.prefixes or ()) if is_cut else word.prefixes
        for prefix in own:
            key = (role, prefix)
            written[key] = min(written.get(key, word.written), word.written)
    if choice.prefixes is None and choice.partners is None:
        for other in choices:
            if other.prefixes is not None and other.partners is None:
                for prefix in other.prefixes:
                    written.setdefault(("exclude", prefix), "a rate of its own")
    return ((role, prefix, word) for (role, prefix), word in written.items())


def _partners(
    measure: Measure,
    choice: RateChoice,
    choices: list[RateChoice],
    context: tuple[str, Reference],
) -> Iterator[tuple[str, str]]:
    """Role and partner of a branch; a group stands for itself and its members."""
    importer, reference = context
    own, scope = reference.within(importer), choice.partners or measure.partners
    left_out = set() if choice.partners is None else _left_out(measure.partners, scope, reference)
    if scope.groups or choice.partners is None:
        left_out |= _with_own_rate(choice, choices, reference)
    named = members_of(scope, reference)
    if scope.reach != "some":
        yield "include", ALL
        yield from (("exclude", name) for name in sorted({*named, *left_out} - own))
        return
    yield from (("include", name) for name in named if name not in own | left_out)


def _with_own_rate(choice: RateChoice, choices: list[RateChoice], reference: Reference) -> set[str]:
    """The partners that another rate of the measure names more closely, whatever the goods."""
    closer: set[str] = set()
    for other in choices:
        if other is choice or other.partners is None or other.prefixes is not None:
            continue
        if choice.partners is None or not other.partners.groups:
            closer.update(members_of(other.partners, reference))
    return closer


def _left_out(measure: PartnerScope, scope: PartnerScope, reference: Reference) -> set[str]:
    """The partners of a rate that the measure itself does not reach."""
    if measure.reach == "all":
        return set()
    named, members = set(members_of(measure, reference)), set(members_of(scope, reference))
    return members & named if measure.reach == "all-except" else members - named


def members_of(scope: PartnerScope, reference: Reference) -> list[str]:
    """The partners that a scope names, groups by themselves and their members, sorted."""
    named = set(scope.economies)
    for group in scope.groups:
        named.update(reference.partner_groups[group].partners)
    return sorted(named)
