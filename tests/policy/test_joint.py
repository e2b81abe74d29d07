"""Portions laid over each other and end to end: sizes by hand, and the bounds of two."""

from hypothesis import given
from hypothesis import strategies as st

from calc.policy.joint import laid_out
from calc.policy.model import Policy
from calc.policy.portions import families_of, parts_of
from tests.policy.test_portions import worlds

UNITS = 1_000_000


def both(first: int, second: int, *, is_greatest: bool) -> int:
    """What is in both of two portions of a flow of 1,000."""
    families = families_of(Policy(as_of=None, branches=(), portions=("a", "b")))
    laid = laid_out(families, {"a": first, "b": second}, 1000, is_greatest=is_greatest)
    return laid.get(frozenset("ab"), 0)


@given(st.integers(1, 999), st.integers(1, 999))
def test_two_portions_meet_their_bounds(first: int, second: int) -> None:
    assert both(first, second, is_greatest=True) == min(first, second)
    assert both(first, second, is_greatest=False) == max(0, first + second - 1000)


def test_a_family_and_a_portion_by_hand() -> None:
    """Firms a (500) and b (300); a claim c of 600: over them from the start, or after them."""
    policy = Policy(as_of=None, branches=(), portions=("a", "b", "c"), disjoint=[("a", "b")])
    shares = {"a": 500, "b": 300, "c": 600}
    over = laid_out(families_of(policy), shares, 1000, is_greatest=True)
    assert over == {frozenset("ac"): 500, frozenset("bc"): 100, frozenset("b"): 200,
                    frozenset(): 200}  # fmt: skip
    apart = laid_out(families_of(policy), shares, 1000, is_greatest=False)
    assert apart == {frozenset("ac"): 400, frozenset("a"): 100, frozenset("b"): 300,
                     frozenset("c"): 200}  # fmt: skip


@given(worlds(), st.booleans())
def test_a_layout_keeps_every_share_and_every_relation(
    world: tuple[Policy, dict[str, float]], is_greatest: bool
) -> None:
    policy, shares = world
    units = {name: int(share * UNITS) for name, share in shares.items()}
    families = families_of(policy)
    laid = laid_out(families, units, UNITS, is_greatest=is_greatest)
    assert sum(laid.values()) == UNITS
    for name, share in units.items():
        assert sum(size for inside, size in laid.items() if name in inside) == share
    parts = {part.inside for part in parts_of(families, set(units))}
    assert {inside for inside, size in laid.items() if size} <= parts
