"""Measures in force that meet where nothing says how they combine, told without a trade table.

A run refuses the first line of trade on which that is so. Here the codes and partners that the law
itself names stand for trade, and one code and one partner that it does not name for all others.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice

from calc.codes import LEVELS
from calc.policy.model import Policy
from calc.policy.outcome import Candidate, MeetingError, Segment, UnsettledError
from calc.policy.portions import with_outer
from calc.policy.readings import AVERAGED
from calc.policy.stack import resolve
from pipelines.scenario.law import Law
from pipelines.scenario.model import ALL
from pipelines.scenario.where import Where

MOST_TRIED = 20_000
ANY = ""
"""A code or a partner that the law does not name."""
Key = tuple[str, int]
Named = tuple[Candidate, ...]


def unsettled(law: Law, where: Where) -> Iterator[str]:
    """A sentence on each two measures in force that meet on goods and nothing combines them.

    At the date of the law. What only portions of the trade, or trade by coarser codes, would tell
    is left to a run.
    """
    policy = law.policy
    if AVERAGED in policy.readings:
        return
    told = set()
    for code, partner, named in islice(_met(law), MOST_TRIED):
        err = _conflict(named, partner, policy)
        if err is not None and (err.first, err.second) not in told:
            told.add((err.first, err.second))
            goods, whom = code or "all goods", partner or "any partner"
            place = where.measures(err.first, err.second)
            yield (
                f"{place}{': ' if place else ''}measures {err.first} and {err.second} {err.what} "
                f"on {goods} of {whom}: a run with such trade is refused; narrow the scope of one, "
                "or say under [[stacking]] how they combine"
            )


def _conflict(named: Named, partner: str, policy: Policy) -> UnsettledError | None:
    """What is not settled among branches in some part of a flow; null where all of it is."""
    branches = [policy.branches[one.branch] for one in named]
    limited = {name for one in branches for name in (one.portion, *one.seasons) if name}
    pairs = [set(two) for two in combinations(sorted(limited), 2)]
    apart = [set(group) for group in policy.disjoint]
    together = [two for two in pairs if not any(two <= group for group in apart)]
    for inside in (set(), *({name} for name in sorted(limited)), *together):
        held = with_outer(inside, policy.nested_in)
        try:
            resolve(named, Segment(held, frozenset(policy.contents), partner), policy)
        except MeetingError:
            continue
        except UnsettledError as err:
            return err
    return None


def _met(law: Law) -> Iterator[tuple[str, str, Named]]:
    """Codes and partners on which several branches meet, one of each kind, and the branches."""
    standing = {
        (one.measure_id, one.step): number
        for number, one in enumerate(law.policy.branches)
        if one.is_in_force
    }
    if len(standing) < 2:
        return
    excluded = _excluded(law, standing)
    codes = _codes(law, standing, excluded)
    seen = set()
    for partner, hit in _partners(law, standing, excluded).items():
        for code, (goods, out) in codes.items():
            taken = {number for number, whom in out if whom in (ALL, partner)}
            named = tuple(
                Candidate(number, length, is_out, 1 if number in taken else None)
                for number, length, is_out in goods
                if number in hit
            )
            if len(named) > 1 and (named, partner) not in seen:
                seen.add((named, partner))
                yield code, partner, named


def _excluded(law: Law, standing: Mapping[Key, int]) -> dict[str, list[tuple[int, str]]]:
    """By prefix, the branches that an exclusion takes all of it out of, and for which partner."""
    found: dict[str, list[tuple[int, str]]] = {}
    columns = ("measure_id", "step", "exclusion", "prefix", "partner")
    for name, step, exclusion, prefix, partner in law.exclusions.select(columns).iter_rows():
        number = standing.get((name, step))
        if number is None or exclusion in law.policy.branches[number].exclusion_portions:
            continue
        found.setdefault(prefix, []).append((number, partner))
    return found


Goods = tuple[tuple[int, int, bool], ...]
"""The branches that name a code: number, length of the prefix, whether it is left out again."""
Out = tuple[tuple[int, str], ...]


def _codes(
    law: Law, standing: Mapping[Key, int], excluded: Mapping[str, Sequence[tuple[int, str]]]
) -> dict[str, tuple[Goods, Out]]:
    """The first code of each kind that the law tells apart, with what names it and takes it out."""
    by_prefix: dict[str, list[tuple[int, str]]] = {}
    columns = ("measure_id", "step", "role", "prefix")
    for name, step, role, prefix in law.products.select(columns).iter_rows():
        if (name, step) in standing:
            by_prefix.setdefault(prefix, []).append((standing[name, step], role))
    found: dict[str, tuple[Goods, Out]] = {}
    kinds = set()
    for code in sorted({ANY, *by_prefix, *excluded} - {ALL}, key=lambda one: (len(one), one)):
        heads = [ALL, *(code[:digits] for digits in LEVELS if digits <= len(code))]
        kind = (
            tuple(_naming(heads, by_prefix)),
            tuple(sorted({one for head in heads for one in excluded.get(head, ())})),
        )
        if kind not in kinds:
            kinds.add(kind)
            found[code] = kind
    return found


def _naming(
    heads: Sequence[str], by_prefix: Mapping[str, Sequence[tuple[int, str]]]
) -> Iterator[tuple[int, int, bool]]:
    """What names a code, given its heads; ``but`` takes in again what is left out."""
    roles: dict[int, dict[str, int]] = {}
    for head in heads:
        for number, role in by_prefix.get(head, ()):
            roles.setdefault(number, {})[role] = len(head)
    for number, found in sorted(roles.items()):
        if "include" in found:
            yield number, found["include"], "exclude" in found and "but" not in found


def _partners(
    law: Law, standing: Mapping[Key, int], excluded: Mapping[str, Sequence[tuple[int, str]]]
) -> dict[str, frozenset[int]]:
    """The first partner of each kind that the law tells apart, and the branches that reach it."""
    scopes: dict[int, dict[str, set[str]]] = {}
    for name, step, role, partner in law.partners.select(
        "measure_id", "step", "role", "partner"
    ).iter_rows():
        if (name, step) in standing:
            scopes.setdefault(standing[name, step], {}).setdefault(role, set()).add(partner)
    relations = law.policy.stacking.relations.values() if law.policy.stacking else ()
    asked = {partner for relation in relations for partner in relation.but}
    asked |= {partner for out in excluded.values() for _, partner in out}
    named = {one for scope in scopes.values() for found in scope.values() for one in found}
    found: dict[str, frozenset[int]] = {}
    for partner in (*sorted((named | asked) - {ALL}), ANY):
        hit = frozenset(
            number
            for number, scope in scopes.items()
            if {ALL, partner} & scope.get("include", set())
            and partner not in scope.get("exclude", set())
        )
        if partner in asked or hit not in found.values():
            found[partner] = hit
    return found
