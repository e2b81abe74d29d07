"""Duty shared out among authorities: by hand, and by laws."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from calc.policy.attribution import in_order, shapley

NAMES = ["section-232", "reciprocal", "section-301"]


def priority(held: frozenset[str]) -> int:
    """232 takes 50, else reciprocal 10; 301 always adds 25."""
    first = 50 if "section-232" in held else 10 if "reciprocal" in held else 0
    return first + (25 if "section-301" in held else 0)


def test_in_the_order_of_the_law_the_one_that_yields_gets_what_it_adds() -> None:
    assert in_order(NAMES, priority) == {"section-232": 50, "reciprocal": 0, "section-301": 25}
    assert in_order(NAMES[1::-1], priority) == {"reciprocal": 10, "section-232": 40}


def test_shapley_averages_both_orders() -> None:
    # 232 first: 50 and 0; reciprocal first: 40 and 10. The average: 45 and 5.
    assert shapley(NAMES, priority) == {"section-232": 45, "reciprocal": 5, "section-301": 25}


@given(st.lists(st.integers(0, 10**12), min_size=8, max_size=8))
def test_parts_sum_to_the_total_whatever_the_law(amounts: list[int]) -> None:
    subsets = [frozenset(some) for size in range(4) for some in combinations(NAMES, size)]
    worth = dict(zip(subsets, amounts, strict=True))
    total = worth[frozenset(NAMES)] - worth[frozenset()]

    assert sum(in_order(NAMES, worth.__getitem__).values()) == total
    assert sum(shapley(NAMES, worth.__getitem__).values()) == total


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=3))
def test_authorities_that_simply_add_get_their_own(amounts: list[int]) -> None:
    own = dict(zip(NAMES, amounts, strict=True))

    assert shapley(NAMES, lambda held: sum(own[name] for name in held)) == own
