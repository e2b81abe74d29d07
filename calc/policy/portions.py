"""How portions of one flow stand to each other: independent, one nested in another, or disjoint.

Portions that share no part of a flow are a family, and lie side by side in the whole flow or in the
portion that they are nested in; a portion that stands alone is a family of one. Families in the
same flow are independent of each other. So a flow has as many parts as a family has members, and
one for what is in none of them; only independent families multiply.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from calc.policy.model import Branch, Policy

WHOLE = "whole"
NAMED = 3
"""How many portions a part that is in none of them names."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What is in the portion ``of`` (empty: in the whole flow) and in none of ``less``."""

    of: str = ""
    less: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a flow: the portions that it is in, its name in words, and what it weighs.

    Its weight is the product of ``times`` over the product of ``per``.
    """

    inside: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    times: tuple[Factor, ...] = ()
    per: tuple[Factor, ...] = ()

    @property
    def name(self) -> str:
        """The name of the segment: ``whole``, or its portions such as ``usmca; not ex-cars``."""
        return "; ".join(self.words) or WHOLE

    def and_(self, other: "Part") -> "Part":
        """The part that is in both, but for what the two are parts of."""
        return Part(
            self.inside | other.inside,
            self.words + other.words,
            self.times + other.times,
            self.per + other.per,
        )


@dataclass(frozen=True, slots=True)
class Family:
    """Portions of which no two share a part of the flow, nested in ``within`` (empty: in none)."""

    members: tuple[str, ...]
    within: str = ""


def families_of(policy: Policy) -> tuple[Family, ...]:
    """The families of the portions of a law, in the order of their first members.

    Portions of a group that are nested in different ones are of different families.
    """
    joined = {name: {name} for name in policy.portions}
    for group in policy.disjoint:
        by_outer: dict[str | None, set[str]] = {}
        for name in group:
            by_outer.setdefault(policy.nested_in.get(name), set()).update(joined[name])
        for together in by_outer.values():
            joined |= dict.fromkeys(together, together)
    found: dict[str, Family] = {}
    for name in policy.portions:
        members = tuple(other for other in policy.portions if other in joined[name])
        found.setdefault(members[0], Family(members, policy.nested_in.get(name, "")))
    return tuple(found.values())


def portions_of(branch: Branch) -> set[str]:
    """The portions that a branch asks for on every line that it names."""
    limit = {branch.portion} if branch.portion else set()
    also = (name for one in branch.alternatives for group in one.also for name in group)
    return limit | {*branch.seasons, *(one.portion for one in branch.alternatives), *also}


def with_outer(portions: Iterable[str], nested_in: Mapping[str, str]) -> frozenset[str]:
    """Portions and all that they are nested in."""
    found: set[str] = set()
    for name in portions:
        outer: str | None = name
        while outer is not None and outer not in found:
            found.add(outer)
            outer = nested_in.get(outer)
    return frozenset(found)


def parts_of(
    families: Sequence[Family], splits: Collection[str], full: Collection[Family] = ()
) -> tuple[Part, ...]:
    """The parts of a flow, each in some of the portions that split it; their weights sum to one.

    Args:
        families: The families of the law.
        splits: The portions that take a part of the flow; what one is nested in is among them, or
            takes all of it.
        full: Families that leave nothing of what they are in.
    """
    of_full = {name for one in full for name in one.members}
    by_outer = {
        outer: [(one, one.members[0] in of_full) for one in group]
        for outer, group in placed(families, splits).items()
    }
    return tuple(_parts_in("", by_outer))


def placed(families: Sequence[Family], splits: Collection[str]) -> dict[str, list[Family]]:
    """The families with the portions that split a flow, by what they are in (empty: all of it)."""
    by_outer: dict[str, list[Family]] = {}
    for family in families:
        members = tuple(name for name in family.members if name in splits)
        if members:
            outer = family.within if family.within in splits else ""
            by_outer.setdefault(outer, []).append(Family(members, outer))
    return by_outer


def _parts_in(outer: str, by_outer: Mapping[str, list[tuple[Family, bool]]]) -> Iterator[Part]:
    """The parts of what is in a portion (empty: of the whole flow)."""
    families = by_outer.get(outer, ())
    own = Part(frozenset((outer,)), (outer,)) if outer else Part()
    if not families:
        yield own.and_(Part(times=(Factor(outer),) if outer else ()))
        return
    shared = (Factor(outer),) * (len(families) - 1) if outer else ()
    choices = [tuple(_choices(family, is_full, by_outer)) for family, is_full in families]
    for chosen in itertools.product(*choices):
        part = own
        for one in chosen:
            part = part.and_(one)
        yield part.and_(Part(per=shared))


def _choices(
    family: Family, is_full: bool, by_outer: Mapping[str, list[tuple[Family, bool]]]
) -> Iterator[Part]:
    """The parts that are in one member of a family, then the part that is in none."""
    for member in family.members:
        yield from _parts_in(member, by_outer)
    if not is_full:
        yield Part(words=_none_of(family), times=(Factor(family.within, family.members),))


def _none_of(family: Family) -> tuple[str, ...]:
    words = tuple(f"not {name}" for name in family.members[:NAMED])
    more = len(family.members) - NAMED
    return (*words, f"nor {more} more") if more > 0 else words
