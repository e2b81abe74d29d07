"""What two scopes have in common: goods by prefix, partners by code."""

from collections.abc import Iterable

from pipelines.scenario.model import ALL, PartnerScope, ProductWord
from pipelines.scenario.reference import Reference


def common_prefixes(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    """The prefixes of goods that two lists of prefixes both name, sorted: the longer of a pair."""
    ones, others = set(first), set(second)
    if ALL in ones:
        return tuple(sorted(others))
    if ALL in others:
        return tuple(sorted(ones))
    return tuple(sorted(_within(ones, others) | _within(others, ones)))


def _within(prefixes: set[str], wider: set[str]) -> set[str]:
    """The prefixes that begin with one of the wider ones, or are one."""
    lengths = {len(prefix) for prefix in wider}
    return {prefix for prefix in prefixes if any(prefix[:length] in wider for length in lengths)}


def narrowed_goods(
    words: Iterable[ProductWord], left: Iterable[ProductWord]
) -> tuple[ProductWord, ...]:
    """The goods of ``words`` that ``left`` names, each prefix as a word of its own.

    A word that holds over some days only, or for a part of a code, stays so.
    """
    kept = tuple(left)
    found = []
    for word in words:
        for other in kept:
            for prefix in common_prefixes(word.prefixes, other.prefixes):
                is_part = word.is_part or other.is_part
                found.append(
                    ProductWord(
                        f"ex {prefix}" if is_part else prefix,
                        (prefix,),
                        None,
                        is_part,
                        word.valid_from,
                        word.valid_until,
                    )
                )
    return tuple(dict.fromkeys(found))


def narrowed_partners(
    scope: PartnerScope, left: PartnerScope, reference: Reference
) -> PartnerScope:
    """The partners of ``scope`` that ``left`` names; groups stay groups where they are whole."""
    if left.reach == "all":
        return scope
    if scope.reach == "all":
        return left
    if scope.reach == "some" and left.reach == "some":
        groups = tuple(sorted(set(scope.groups) & set(left.groups)))
        kept = _members(scope, reference) & _members(left, reference)
        kept -= {partner for name in groups for partner in reference.partner_groups[name].partners}
        return _some(kept, groups, reference)
    if scope.reach == "all-except" and left.reach == "all-except":
        economies = tuple(sorted({*scope.economies, *left.economies}))
        return PartnerScope("all-except", economies, tuple(sorted({*scope.groups, *left.groups})))
    some, but = (scope, left) if scope.reach == "some" else (left, scope)
    out = _members(but, reference)
    if not _members(some, reference) & out:
        return some
    return _some(_members(some, reference) - out, (), reference)


def _members(scope: PartnerScope, reference: Reference) -> set[str]:
    """The partners that a scope names, groups by themselves and their members."""
    named = set(scope.economies)
    for group in scope.groups:
        named.update(reference.partner_groups[group].partners)
    return named


def _some(kept: set[str], groups: tuple[str, ...], reference: Reference) -> PartnerScope:
    economies = tuple(sorted(name for name in kept if name in reference.names))
    return PartnerScope("some", economies, groups)
