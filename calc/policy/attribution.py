"""Duty attributed to authorities so that the parts add up, though they do not simply add.

Where one authority yields to another, what each comes to depends on what stands beside it. Two
named ways share the total out: in the order of the law, each authority gets what it adds to those
before it; by Shapley's value, what it adds on average over all orders.

Source: L. S. Shapley, A Value for n-Person Games, 1953.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

Worth = Callable[[frozenset[str]], int]
"""The duty, in whole ten-thousandths of a USD, with only some authorities in the law."""

MOST_AUTHORITIES = 12


def in_order(authorities: Sequence[str], worth: Worth) -> dict[str, int]:
    """What each authority adds to those before it, in the order given.

    Returns:
        Authority to amount; with ``worth`` of none they sum to ``worth`` of all, exactly.
    """
    found, before = {}, worth(frozenset())
    held: set[str] = set()
    for authority in authorities:
        held.add(authority)
        after = worth(frozenset(held))
        found[authority], before = after - before, after
    return found


def shapley(authorities: Sequence[str], worth: Worth) -> dict[str, int]:
    """What each authority adds on average over all orders in which they could come.

    Returns:
        Authority to amount, rounded so that with ``worth`` of none they sum to ``worth`` of all.

    Raises:
        ValueError: More authorities than can be tried in every order.
    """
    if len(authorities) > MOST_AUTHORITIES:
        raise ValueError(f"Shapley's value takes at most {MOST_AUTHORITIES} authorities")
    known = {held: worth(held) for held in _subsets(authorities)}
    count = len(authorities)
    exact = {}
    for authority in authorities:
        share = Fraction(0)
        for held in known:
            if authority not in held:
                orders = math.factorial(len(held)) * math.factorial(count - len(held) - 1)
                added = known[held | {authority}] - known[held]
                share += Fraction(orders * added, math.factorial(count))
        exact[authority] = share
    return _rounded(exact, known[frozenset(authorities)] - known[frozenset()])


def _subsets(authorities: Sequence[str]) -> list[frozenset[str]]:
    sizes = range(len(authorities) + 1)
    return [frozenset(some) for size in sizes for some in combinations(authorities, size)]


def _rounded(exact: dict[str, Fraction], total: int) -> dict[str, int]:
    """Whole amounts that sum to the total: those that lose most by rounding down get one more."""
    whole = {name: math.floor(amount) for name, amount in exact.items()}
    missing = total - sum(whole.values())
    by_loss = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in by_loss[:missing]:
        whole[name] += 1
    return whole
