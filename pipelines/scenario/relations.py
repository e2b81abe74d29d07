"""How the portions of a scenario stand to each other: nested, disjoint, and what contradicts."""

from collections.abc import Iterable, Iterator, Mapping

from pipelines.scenario.assumed import Share
from pipelines.scenario.fields import Table

Shares = Mapping[str, Share]


def nested_of(shares: Iterable[Share]) -> dict[str, str]:
    """Of each portion that is nested in another, that one."""
    return {share.name: share.nested_in for share in shares if share.nested_in is not None}


def disjoint_of(shares: Iterable[Share]) -> tuple[tuple[str, ...], ...]:
    """The groups of portions of which no two share a part of a flow, sorted.

    Portions that are nested in different ones are left out: those are disjoint.
    """
    known = {share.name: share for share in shares}
    apart = _apart(known)
    groups = {
        tuple(sorted({name} | {other for other in others if _are_beside(name, other, known)}))
        for name, others in apart.items()
    }
    return tuple(sorted(group for group in groups if len(group) > 1))


def outer_of(name: str, shares: Shares) -> list[str]:
    """The portions that one is nested in, the nearest first; ends where they go round."""
    found: list[str] = []
    outer = shares[name].nested_in
    while outer is not None and outer in shares and outer not in found:
        found.append(outer)
        outer = shares[outer].nested_in
    return found


def check_relations(tables: Mapping[str, Table], shares: Shares) -> None:
    """Refuse what the portions of a file say of each other that cannot be.

    Args:
        tables: The tables of the portions, by name.
        shares: All shares known, those of the file with them.
    """
    apart, told = _apart(shares), set()
    for name, table in sorted(tables.items(), key=lambda each: not _says(each[1])):
        if name in outer_of(name, shares):
            table.refuse("nested_in", f"{name} is nested in itself, by way of others",
                         "a portion is nested in a larger one, and that not in it")  # fmt: skip
            continue
        key = "disjoint_with" if "disjoint_with" in table.values else "nested_in"
        what, hint = next(_troubles(name, shares, apart), ("", ""))
        if what and what not in told:
            told.add(what)
            table.refuse(key if _says(table) else "central", what, hint)


def _says(table: Table) -> bool:
    """Whether the table of a portion says how it stands to others."""
    return bool({"nested_in", "disjoint_with"} & set(table.values))


def _apart(shares: Shares) -> dict[str, set[str]]:
    """Of each portion those that it is disjoint with, whichever of the two says so."""
    apart: dict[str, set[str]] = {name: set() for name in shares}
    for name, share in shares.items():
        for other in share.disjoint_with:
            if other in apart and other != name:
                apart[name].add(other)
                apart[other].add(name)
    return apart


def _are_beside(name: str, other: str, shares: Shares) -> bool:
    return shares[name].nested_in == shares[other].nested_in


def _troubles(
    name: str, shares: Shares, apart: Mapping[str, set[str]]
) -> Iterator[tuple[str, str]]:
    """What is wrong with the portions that one is disjoint with, and what to do."""
    for other in sorted(apart[name]):
        chains = [name, *outer_of(name, shares)], [other, *outer_of(other, shares)]
        if other in chains[0] or name in chains[1]:
            inner, outer = (name, other) if other in chains[0] else (other, name)
            yield f"{inner} is nested in {outer} and disjoint with it", "leave one of the two out"
        elif not _are_beside(name, other, shares):
            if not any(_are_beside(one, two, shares) and two in apart[one]
                       for one in chains[0] for two in chains[1]):  # fmt: skip
                yield (
                    f"{name} and {other} are disjoint, but not nested in the same portion",
                    "say that what they are nested in is disjoint, or nest both in one",
                )
        else:
            beside = {one for one in apart[other] if _are_beside(one, other, shares)}
            for third in sorted(beside - apart[name] - {name}):
                one, two = sorted((name, third))
                yield (
                    f"{other} is disjoint with {one} and with {two}, which are not with each other",
                    f'write disjoint_with = ["{third}"] in [portions.{name}] too',
                )
