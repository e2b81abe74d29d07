"""What becomes of each measure on a kind of line: ranked within its authority, then stacked.

A kind of line is the set of branches that name it and the parts of its flow that the law tells
apart. The law is read once a kind, in words of the law; amounts are computed line by line after.

The order: a branch is left out or excluded; outside its portion; exempt or at another rate in a
portion; not in force; ranked within its authority and programme; then the authorities stand to each
other as the stacking of the era says; last, a prohibition that is charged displaces every duty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from calc.policy.expression import PROHIBITED
from calc.policy.model import Basis, Policy, Relation, Stacking
from calc.policy.outcome import (
    Candidate,
    On,
    Outcome,
    Segment,
    UnsettledError,
    hits,
    names_of,
)
from calc.policy.rank import by_basis, nearest_waiting, opened, rank_within

NOT_COMBINED = "are of two authorities or programmes, and nothing says how they combine,"
Charged = Mapping[Basis, list[Outcome]]
Relations = Mapping[Basis, Relation | None]


def resolve(
    candidates: Sequence[Candidate], segment: Segment, policy: Policy, *, as_if: bool = False
) -> list[Outcome]:
    """What becomes of every candidate in a segment, in the order of the candidates.

    Args:
        candidates: The branches that name the kind of line.
        segment: The part of the flow.
        policy: The law.
        as_if: Take measures that are not in force as if they were.

    Raises:
        UnsettledError: Two branches of one rank, or two authorities that nothing combines.
    """
    open_to = [opened(candidate, segment, policy, as_if=as_if) for candidate in candidates]
    standing = [one for one in open_to if one.status == "applied"]
    waiting = [one for one in open_to if one.status == "threatened"]
    settled = _stack(rank_within(standing, policy), segment, policy)
    by_candidate = {one.candidate: one for one in open_to}
    settled = _prohibit(settled, policy)
    by_candidate |= {one.candidate: one for one in (*nearest_waiting(waiting, policy), *settled)}
    return [by_candidate[candidate] for candidate in candidates]


def _prohibit(settled: list[Outcome], policy: Policy) -> list[Outcome]:
    """What may not enter pays no duty: a prohibition that is charged displaces all duties."""
    charged = [one for one in settled if one.status == "applied"]
    bans = [one for one in charged if one.rate == PROHIBITED]
    if not bans:
        return settled
    name = policy.branches[bans[0].candidate.branch].measure_id
    reason = f"{name} prohibits the entry"
    others = {one.candidate: replace(one, status="displaced", reason=reason) for one in charged}
    told = others | {one.candidate: replace(one, status="prohibited") for one in bans}
    return [told.get(one.candidate, one) for one in settled]


def _stack(ranked: list[Outcome], segment: Segment, policy: Policy) -> list[Outcome]:
    """The authorities beside each other: in the order of priority, then by their relations."""
    charged = by_basis([one for one in ranked if one.status == "applied"], policy)
    displaced = [one for one in ranked if one.status != "applied"]
    if len(charged) < 2:
        return ranked
    stacking = policy.stacking or Stacking()
    relations = {basis: _relation(basis, segment, stacking) for basis in charged}
    _refuse_unsettled(charged, relations, stacking, policy)
    settled = _priority(charged, relations, segment, stacking, policy)
    return [*displaced, *_related(settled, relations, segment, policy)]


def _relation(basis: Basis, segment: Segment, stacking: Stacking) -> Relation | None:
    for name in names_of(basis):
        relation = stacking.relations.get(name)
        if relation is not None:
            own = relation.but.get(segment.partner)
            if own is not None:
                return own
            return None if relation.kind == "by priority" else relation
    return None


def place_in_first(basis: Basis, stacking: Stacking) -> int | None:
    """The place of an authority and programme in the order of priority; null where in none."""
    names = names_of(basis)
    places = (at for at, group in enumerate(stacking.first) if set(names) & set(group))
    return next(places, None)


def _refuse_unsettled(
    charged: Charged,
    relations: Relations,
    stacking: Stacking,
    policy: Policy,
) -> None:
    for basis, group in charged.items():
        if relations[basis] is None and place_in_first(basis, stacking) is None:
            # It may still be what every other authority relates to.
            others = [name for name in charged if name != basis]
            if all(_speaks_of(relations[name], basis) for name in others):
                continue
            other = charged[next(name for name in others if not _speaks_of(relations[name], basis))]
            pair = [policy.branches[one[0].candidate.branch] for one in (group, other)]
            first, second = sorted(pair, key=lambda branch: branch.measure_id)
            raise UnsettledError(first, second, NOT_COMBINED)


def _speaks_of(relation: Relation | None, basis: Basis) -> bool:
    if relation is None:
        return False
    return relation.kind == "adds" or bool(set(names_of(basis)) & set(relation.of))


def _priority(
    charged: Charged,
    relations: Relations,
    segment: Segment,
    stacking: Stacking,
    policy: Policy,
) -> list[Outcome]:
    """Of those in the order of priority the first that hits is charged, and the others yield."""
    settled: list[Outcome] = []
    winner, winning_place = "", None
    ordered = sorted(charged, key=lambda basis: place_in_first(basis, stacking) or 0)
    for basis in ordered:
        group, place = charged[basis], place_in_first(basis, stacking)
        if place is None or relations[basis] is not None:
            settled += group
            continue
        if winning_place is not None and place != winning_place:
            reason = f"{winner} goes first among authorities"
            settled += [replace(one, status="displaced", reason=reason) for one in group]
            continue
        settled += group
        if any(hits(one, segment) for one in group):
            winning_place, winner = place, policy.branches[group[0].candidate.branch].measure_id
    return settled


def _related(
    settled: list[Outcome],
    relations: Relations,
    segment: Segment,
    policy: Policy,
) -> list[Outcome]:
    """The relations between authorities: on the rest of another, excluding or replacing it."""
    found = list(settled)
    for basis, relation in relations.items():
        if relation is None or relation.kind == "adds":
            continue
        mine = [
            at for at, one in enumerate(found)
            if policy.branches[one.candidate.branch].basis == basis and one.status == "applied"
        ]  # fmt: skip
        theirs = [
            at for at, one in enumerate(found)
            if set(names_of(policy.branches[one.candidate.branch].basis)) & set(relation.of)
            and policy.branches[one.candidate.branch].basis != basis
        ]  # fmt: skip
        if relation.kind == "rest of":
            on, winner = _rest(found, theirs, segment, policy)
            for at in mine:
                found[at] = _on_rest(found[at], on, winner)
        elif any(hits(found[at], segment) for at in mine):
            name = policy.branches[found[mine[0]].candidate.branch].measure_id
            for at in theirs:
                if found[at].status == "applied":
                    found[at] = replace(found[at], status="displaced", reason=f"{name} excludes it")
    return found


def _rest(
    found: Sequence[Outcome], theirs: Sequence[int], segment: Segment, policy: Policy
) -> tuple[On | None, str]:
    """What others leave of a segment: all, the rest of their contents, or (null) nothing."""
    biting = [found[at] for at in theirs if hits(found[at], segment)]
    for one in biting:
        if one.on.kind == "all":
            return None, policy.branches[one.candidate.branch].measure_id
    contents = sorted({name for one in biting for name in one.on.contents})
    return (On("rest", tuple(contents)) if contents else On()), ""


def _on_rest(outcome: Outcome, on: On | None, winner: str) -> Outcome:
    if on is None:
        return replace(outcome, status="displaced", reason=f"{winner} bites on the full value")
    return outcome if on.kind == "all" else replace(outcome, on=on)
