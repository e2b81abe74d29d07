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
from calc.policy.readings import CONTENT_FIRST, HIGHEST, is_read, joins_programmes

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
    return settle(open_to, segment, policy)


def settle(open_to: Sequence[Outcome], segment: Segment, policy: Policy) -> list[Outcome]:
    """What becomes of candidates of which it is known whether each is open to the segment.

    Args:
        open_to: What ``calc.policy.rank.opened`` gives of each.
        segment: The part of the flow.
        policy: The law.

    Raises:
        UnsettledError: Two branches of one rank, or two authorities that nothing combines.
    """
    if len(open_to) == 1 and open_to[0].rate != PROHIBITED:  # most kinds: nothing to settle
        return list(open_to)
    standing = [one for one in open_to if one.status == "applied"]
    waiting = [one for one in open_to if one.status == "threatened"]
    settled = _stack(rank_within(standing, policy), segment, policy)
    by_candidate = {one.candidate: one for one in open_to}
    settled = _prohibit(settled, policy)
    by_candidate |= {one.candidate: one for one in (*nearest_waiting(waiting, policy), *settled)}
    return [by_candidate[one.candidate] for one in open_to]


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
    _refuse_unsettled(charged, relations, policy)
    settled = _priority(charged, relations, segment, policy)
    related = _related(settled, (charged, relations), segment, policy)
    return [*displaced, *_with_sides(related, segment, policy)]


def _relation(basis: Basis, segment: Segment, stacking: Stacking) -> Relation | None:
    for name in names_of(basis):
        relation = stacking.relations.get(name)
        if relation is not None:
            own = relation.but.get(segment.partner)
            if own is not None:
                return own
            return None if relation.kind == "by priority" else relation
    return None


def place_in_first(basis: Basis, policy: Policy) -> int | None:
    """The place of an authority and programme in the order of priority; null where in none.

    A reading that puts the programmes of an authority side by side gives all of them the first
    place of any.
    """
    names = set(names_of(basis))
    if joins_programmes(policy.readings, basis[0]):
        names |= {names_of(one.basis)[0] for one in policy.branches if one.authority == basis[0]}
    first = policy.stacking.first if policy.stacking else ()
    return next((at for at, group in enumerate(first) if names & set(group)), None)


def _refuse_unsettled(
    charged: Charged,
    relations: Relations,
    policy: Policy,
) -> None:
    for basis, group in charged.items():
        if relations[basis] is None and place_in_first(basis, policy) is None:
            # It may still be what every other authority relates to.
            others = [name for name in charged if not _is_beside(name, basis, policy)]
            if all(_speaks_of(relations[name], basis) for name in others):
                continue
            other = charged[next(name for name in others if not _speaks_of(relations[name], basis))]
            pair = [policy.branches[one[0].candidate.branch] for one in (group, other)]
            first, second = sorted(pair, key=lambda branch: branch.measure_id)
            raise UnsettledError(first, second, NOT_COMBINED)


def _is_beside(other: Basis, basis: Basis, policy: Policy) -> bool:
    """Whether one is the other, or a reading puts them side by side."""
    is_joined = other[0] == basis[0] and joins_programmes(policy.readings, basis[0])
    return other == basis or is_joined


def _speaks_of(relation: Relation | None, basis: Basis) -> bool:
    if relation is None:
        return False
    return relation.kind == "adds" or bool(set(names_of(basis)) & set(relation.of))


def _priority(
    charged: Charged,
    relations: Relations,
    segment: Segment,
    policy: Policy,
) -> list[Outcome]:
    """Of those in the order of priority the first that hits is charged, and the others yield."""
    settled: list[Outcome] = []
    winner, winning_place = "", None
    ordered = sorted(charged, key=lambda basis: place_in_first(basis, policy) or 0)
    for basis in ordered:
        group, place = charged[basis], place_in_first(basis, policy)
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
    standing: tuple[Charged, Relations],
    segment: Segment,
    policy: Policy,
) -> list[Outcome]:
    """The relations between authorities: on the rest of another, excluding or replacing it."""
    found, (charged, relations) = list(settled), standing
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
            first = _contents_first(charged, relation, segment, policy)
            on = On("rest", first) if first else on
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


def _contents_first(
    charged: Charged, relation: Relation, segment: Segment, policy: Policy
) -> tuple[str, ...]:
    """The contents that authorities so read hit, whatever goes first; see ``CONTENT_FIRST``."""
    hit = {
        one.on.contents[0]
        for basis, group in charged.items()
        if set(names_of(basis)) & set(relation.of)
        and is_read(policy.readings, CONTENT_FIRST, basis[0])
        for one in group
        if one.on.kind == "content" and hits(one, segment)
    }
    return tuple(sorted(hit))


def _with_sides(settled: Sequence[Outcome], segment: Segment, policy: Policy) -> list[Outcome]:
    """What is charged with its side, where of several programmes only the highest is to be charged.

    Programmes on contents are one side, each on the full value one of its own.
    """
    sides = {at: _side(one, policy) for at, one in enumerate(settled) if hits(one, segment)}
    found = list(settled)
    for at, side in sides.items():
        authority = policy.branches[found[at].candidate.branch].authority
        others = {
            other for number, other in sides.items() if other
            and policy.branches[found[number].candidate.branch].authority == authority
        }  # fmt: skip
        if side and len(others) > 1:
            found[at] = replace(found[at], side=side)
    return found


def _side(outcome: Outcome, policy: Policy) -> str:
    """What a measure is charged with; empty where its authority is not read so."""
    branch = policy.branches[outcome.candidate.branch]
    if not is_read(policy.readings, HIGHEST, branch.authority):
        return ""
    if outcome.on.kind == "content":
        return f"programmes of {branch.authority} on contents"
    return f"programme {names_of(branch.basis)[0]}"


def _on_rest(outcome: Outcome, on: On | None, winner: str) -> Outcome:
    if on is None:
        return replace(outcome, status="displaced", reason=f"{winner} bites on the full value")
    return outcome if on.kind == "all" else replace(outcome, on=on)
