"""Portions of a flow laid over each other as far as they go, and beside each other likewise.

That portions are independent is an assumption. For two, the part of the flow that is in both lies
between what is left when they are laid end to end and the smaller of them (Fréchet's bounds), and
both ends are met here; a duty lies between the two, since it changes evenly with that part. Of more
than two, or of families, these are two arrangements out of many, not bounds.

Source: M. Fréchet, Sur les tableaux de corrélation dont les marges sont données, Annales de
l'Université de Lyon A 14 (1951) (general knowledge, to be verified).
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from calc.policy.portions import Family, placed

Span = tuple[int, int]


def laid_out(
    families: Sequence[Family], shares: Mapping[str, int], whole: int, *, is_greatest: bool
) -> dict[frozenset[str], int]:
    """How much of a flow is in which portions, with one arrangement of the families.

    Args:
        families: The families of the law, in order.
        shares: What each portion that splits the flow takes of it.
        whole: All of the flow, in the unit of the shares.
        is_greatest: Each family begins where what it is in begins; else where the one before
            it ends, and goes round.

    Returns:
        The portions that a part of the flow is in, to its size; the sizes sum to the whole.
    """
    spans: dict[str, list[Span]] = {}
    by_outer = placed(families, shares)
    waiting: list[tuple[str, list[Span]]] = [("", [(0, whole)])]
    while waiting:
        outer, room = waiting.pop()
        total = sum(stop - start for start, stop in room)
        at = 0
        for family in by_outer.get(outer, ()):
            at = 0 if is_greatest else at
            for member in family.members:
                spans[member] = _cut(room, at, min(shares[member], total), total)
                waiting.append((member, spans[member]))
                at = (at + shares[member]) % total if total else 0
    return _overlaid(spans, whole)


def _cut(room: Sequence[Span], at: int, length: int, total: int) -> list[Span]:
    """A stretch of a room of several spans that begins at a place and goes round at its end."""
    wanted = [(at, min(at + length, total)), (0, max(at + length - total, 0))]
    found, passed = [], 0
    for start, stop in room:
        for first, last in wanted:
            low, high = max(first, passed), min(last, passed + stop - start)
            if low < high:
                found.append((start + low - passed, start + high - passed))
        passed += stop - start
    return found


def _overlaid(spans: Mapping[str, Collection[Span]], whole: int) -> dict[frozenset[str], int]:
    ends = {0, whole, *(end for held in spans.values() for span in held for end in span)}
    found: dict[frozenset[str], int] = {}
    for low, high in pairwise(sorted(ends)):
        inside = frozenset(
            name
            for name, held in spans.items()
            if any(start <= low and high <= stop for start, stop in held)
        )
        found[inside] = found.get(inside, 0) + high - low
    return found
