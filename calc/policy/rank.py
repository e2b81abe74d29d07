"""Which branch goes first within an authority and programme, and what is out before any rank.

Rank: a branch that names goods before one on all goods; then a named partner before a group before
all-except before all; then the longer prefix. Equal rank is settled by the stacking rule of the
authority (``highest``, ``sum``), or is an error that names both. Under ``latest``, a reading of
other engines, the measure that stands last in the scenario overwrites those before it.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from calc.policy.expression import ad_valorem_rate
from calc.policy.model import FULL, Alternative, Basis, Branch, Policy, QuotaPart, Stacking
from calc.policy.outcome import (
    Candidate,
    MeetingError,
    On,
    Outcome,
    Segment,
    UnsettledError,
    names_of,
)
from calc.policy.portions import with_outer
from calc.policy.wording import text_of


def opened(candidate: Candidate, segment: Segment, policy: Policy, *, as_if: bool) -> Outcome:
    """A candidate before rank: applied (so far), threatened, or excluded and why.

    What is exempt in one portion is exempt, whatever others that it meets are charged.

    Raises:
        MeetingError: Two portions that meet in the segment are charged differently.
    """
    branch = policy.branches[candidate.branch]
    rate, on = branch.rate, On() if branch.on == FULL else On("content", (branch.on,))
    excluded = _exclusion(candidate, branch, segment)
    part: QuotaPart | None = "within" if branch.quota else None
    mode = branch.mode
    nearest = _nearest(branch, segment, policy)
    exempt = next((one.portion for one in nearest if one.rate is None), None)
    if not excluded and exempt is not None:
        excluded = f"exempt in the portion {exempt}"
    if not excluded:
        _refuse_two_rates(branch, nearest)
        for one in nearest:
            rate, mode = one.rate or rate, one.mode or branch.mode
            on = On() if one.on == FULL else On("content", (one.on,))
            part = one.quota_part or part
    if excluded:
        return Outcome(candidate, "excluded", excluded, rate, on, mode=mode)
    where = _where(part, branch)
    if branch.is_in_force or as_if:
        reason = f"in force and first in rank{where}"
        return Outcome(candidate, "applied", reason, rate, on, part, mode)
    waits = f"{branch.state}: not in force{where}"
    return Outcome(candidate, "threatened", waits, rate, on, part, mode)


def _refuse_two_rates(branch: Branch, nearest: Sequence[Alternative]) -> None:
    """Nothing, where what is charged in a segment does not depend on the names of its portions.

    What is over a quota is told apart last, whatever else a flow is in.

    Raises:
        MeetingError: Two portions that meet are charged differently.
    """
    stated = [one for one in nearest if one.quota_part is None]
    for first, other in itertools.pairwise(stated):
        if (first.rate, first.on, first.mode) != (other.rate, other.on, other.mode):
            charged = " and ".join(_charged(one) for one in (first, other))
            raise MeetingError(branch.measure_id, f"charges {charged}", other.place)


def _charged(one: Alternative) -> str:
    on = "" if one.on == FULL else f" on {one.on}"
    rate = "nothing" if one.rate is None else text_of(one.rate)
    mode = " all-in" if one.mode == "all-in" else ""
    return f"{rate}{mode}{on} in the portion {one.portion}"


def _nearest(branch: Branch, segment: Segment, policy: Policy) -> list[Alternative]:
    """What a branch charges in portions of a segment, but for those around another of them.

    Of several rates of one portion the one that asks for the most goes first: that of a firm.
    """
    reached = [one for one in branch.alternatives if _reaches(one, segment)]
    if not reached:
        return []
    asked = {one.portion: len(one.also) for one in sorted(reached, key=lambda one: len(one.also))}
    inside = [one for one in reached if len(one.also) == asked[one.portion]]
    around = {
        outer
        for one in inside
        for outer in with_outer([one.portion], policy.nested_in) - {one.portion}
    }
    return [one for one in inside if one.portion not in around]


def _reaches(one: Alternative, segment: Segment) -> bool:
    """Whether a segment is in the portion of a rate, and in the season and firm that it is for."""
    is_in = not any(segment.inside.isdisjoint(group) for group in one.also)
    return one.portion in segment.inside and is_in


def _where(part: QuotaPart | None, branch: Branch) -> str:
    """Where a segment stands to the quota of a branch, in words; empty where it has none."""
    if part == "not known":
        return f"; how far quota {branch.quota} is filled is not known"
    return f", {part} quota {branch.quota}" if part else ""


def _exclusion(candidate: Candidate, branch: Branch, segment: Segment) -> str:
    if candidate.is_left_out:
        return "left out by its exceptions"
    if candidate.excluded_by is not None:
        return f"exclusion {candidate.excluded_by} takes it out"
    if branch.portion is not None and branch.portion not in segment.inside:
        return f"outside the portion {branch.portion}"
    if branch.seasons and segment.inside.isdisjoint(branch.seasons):
        return "entered outside its season"
    for number in candidate.partly_by:
        portion = branch.exclusion_portions.get(number)
        if portion in segment.inside:
            return f"exclusion {number} takes the portion {portion} out"
    return ""


def rank_of(candidate: Candidate, branch: Branch) -> tuple[bool, int, int]:
    """What goes first: goods named, then partners named, then the longer prefix."""
    return branch.names_products, branch.partner_rank, candidate.length


def by_basis(outcomes: Sequence[Outcome], policy: Policy) -> dict[Basis, list[Outcome]]:
    """The outcomes by authority and programme, in the order in which they come."""
    found: dict[Basis, list[Outcome]] = {}
    for one in outcomes:
        found.setdefault(policy.branches[one.candidate.branch].basis, []).append(one)
    return found


def _first(outcomes: list[Outcome], policy: Policy) -> tuple[list[Outcome], list[Outcome]]:
    """The outcomes of the highest rank, and the others."""
    ranks = [rank_of(one.candidate, policy.branches[one.candidate.branch]) for one in outcomes]
    top = max(ranks)
    first = [one for one, rank in zip(outcomes, ranks, strict=True) if rank == top]
    return first, [one for one, rank in zip(outcomes, ranks, strict=True) if rank != top]


def nearest_waiting(waiting: Sequence[Outcome], policy: Policy) -> Iterator[Outcome]:
    """Of measures not in force only the first in rank of each authority threatens."""
    for group in by_basis(waiting, policy).values():
        first, others = _first(group, policy)
        yield from first
        for one in others:
            state = policy.branches[one.candidate.branch].state
            reason = f"{state}, and another of the same authority is nearer"
            yield replace(one, status="displaced", reason=reason)


def rank_within(standing: Sequence[Outcome], policy: Policy) -> list[Outcome]:
    """Each authority and programme reduced to what goes first in it; the others are displaced."""
    ranked: list[Outcome] = []
    for basis, group in by_basis(standing, policy).items():
        rule = _within(policy.stacking, basis)
        latest, earlier = _latest(group, policy) if rule == "latest" else (group, [])
        first, lower = _first(latest, policy)
        first, beaten = _settle_equals(first, rule, policy)
        others = [*lower, *earlier]
        winner = policy.branches[first[0].candidate.branch].measure_id
        ranked += first
        for one in (*others, *beaten):
            reason = f"{winner} of the same authority goes first in rank"
            ranked.append(replace(one, status="displaced", reason=reason))
    return ranked


def _latest(group: list[Outcome], policy: Policy) -> tuple[list[Outcome], list[Outcome]]:
    """The branches of the measure that stands last in the scenario, and all others."""
    orders = [policy.branches[one.candidate.branch].order for one in group]
    last = max(orders)
    latest = [one for one, order in zip(group, orders, strict=True) if order == last]
    return latest, [one for one, order in zip(group, orders, strict=True) if order != last]


def _settle_equals(
    first: list[Outcome], rule: str | None, policy: Policy
) -> tuple[list[Outcome], list[Outcome]]:
    """Several of one rank: the highest, the sum, or an error that names two of them."""
    if len(first) == 1:
        return first, []
    branches = [policy.branches[one.candidate.branch] for one in first]
    if rule == "sum":
        return first, []
    if rule == "highest":
        rates = [ad_valorem_rate(one.rate) for one in first]
        if None not in rates:
            place = rates.index(max(rate for rate in rates if rate is not None))
            return [first[place]], [one for at, one in enumerate(first) if at != place]
    raise UnsettledError(branches[0], branches[1], "have the same rank")


def _within(stacking: Stacking | None, basis: Basis) -> str | None:
    rules = stacking.within if stacking else {}
    return next((rules[name] for name in names_of(basis) if name in rules), None)
