"""The parts into which portions split a flow: what each is in, its name, and what it weighs."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.policy.model import Policy
from calc.policy.portions import Factor, Family, Part, families_of, parts_of, with_outer


def law(portions: Sequence[str], **facts: Any) -> Policy:
    return Policy(as_of=None, branches=(), portions=tuple(portions), **facts)


def weight(part: Part, shares: Mapping[str, float]) -> float:
    """The weight of a part, by the definition of its factors."""

    def value(factor: Factor) -> float:
        whole = shares[factor.of] if factor.of else 1.0
        return whole - sum(shares[name] for name in factor.less)

    return math.prod(map(value, part.times)) / math.prod(map(value, part.per))


def weights(policy: Policy, shares: Mapping[str, float]) -> dict[str, float]:
    """The weight of each part by its name."""
    parts = parts_of(families_of(policy), set(shares))
    return {part.name: weight(part, shares) for part in parts}


def test_a_flow_without_portions_is_one_part() -> None:
    assert weights(law([]), {}) == {"whole": 1.0}


def test_independent_portions_multiply() -> None:
    assert weights(law("ab"), {"a": 0.5, "b": 0.25}) == {
        "a; b": 0.125, "a; not b": 0.375, "not a; b": 0.125, "not a; not b": 0.375,
    }  # fmt: skip


def test_disjoint_portions_lie_side_by_side() -> None:
    policy = law("ab", disjoint=[("a", "b")])
    assert weights(policy, {"a": 0.5, "b": 0.25}) == {"a": 0.5, "b": 0.25, "not a; not b": 0.25}
    assert weights(policy, {"a": 0.5}) == {"a": 0.5, "not a": 0.5}


def test_a_nested_portion_is_a_part_of_the_outer_one() -> None:
    policy = law("ab", nested_in={"a": "b"})
    assert weights(policy, {"a": 0.25, "b": 0.75}) == {
        "b; a": 0.25, "b; not a": 0.5, "not b": 0.25,
    }  # fmt: skip
    # The outer portion takes all of the line: what is in it is a part of the whole flow.
    assert weights(policy, {"a": 0.25}) == {"a": 0.25, "not a": 0.75}


def test_a_chain_of_nesting() -> None:
    policy = law("abc", nested_in={"a": "b", "b": "c"})
    assert weights(policy, {"a": 0.125, "b": 0.25, "c": 0.75}) == {
        "c; b; a": 0.125, "c; b; not a": 0.125, "c; not b": 0.5, "not c": 0.25,
    }  # fmt: skip
    assert with_outer(["a"], policy.nested_in) == {"a", "b", "c"}
    assert with_outer(["c"], policy.nested_in) == {"c"}


def test_portions_in_one_outer_are_independent_inside_it() -> None:
    """A quarter and a half of the inside of b, which is half the flow."""
    policy = law("abc", nested_in={"a": "b", "c": "b"})
    assert weights(policy, {"a": 0.125, "b": 0.5, "c": 0.25}) == {
        "b; a; c": 0.0625, "b; a; not c": 0.0625, "b; not a; c": 0.1875, "b; not a; not c": 0.1875,
        "not b": 0.5,
    }  # fmt: skip


def test_disjoint_portions_in_one_outer() -> None:
    policy = law("abc", nested_in={"a": "b", "c": "b"}, disjoint=[("a", "c")])
    assert weights(policy, {"a": 0.125, "b": 0.5, "c": 0.25}) == {
        "b; a": 0.125, "b; c": 0.25, "b; not a; not c": 0.125, "not b": 0.5,
    }  # fmt: skip


def test_a_family_has_as_many_parts_as_members_and_one() -> None:
    names = [f"firm-{number:03}" for number in range(300)]
    policy = law(["claimed", *names], disjoint=[tuple(names)])
    families = families_of(policy)
    assert families == (Family(("claimed",)), Family(tuple(names)))
    parts = parts_of(families, set(policy.portions))
    assert len(parts) == 2 * 301
    assert parts[0].name == "claimed; firm-000"
    assert parts[300].name == "claimed; not firm-000; not firm-001; not firm-002; nor 297 more"
    assert len({part.name for part in parts}) == len(parts)


def test_a_family_that_leaves_nothing_has_no_part_outside() -> None:
    (family,) = families_of(law("ab", disjoint=[("a", "b")]))
    parts = parts_of([family], {"a", "b"}, {family})
    assert [part.name for part in parts] == ["a", "b"]


def test_groups_that_share_a_portion_are_one_family() -> None:
    families = families_of(law("abcd", disjoint=[("c", "b"), ("b", "a"), ("a", "c")]))
    assert families == (Family(("a", "b", "c")), Family(("d",)))


def test_portions_of_a_group_in_different_ones_are_of_different_families() -> None:
    families = families_of(law("abc", nested_in={"a": "b"}, disjoint=[("a", "c"), ("b", "c")]))
    assert families == (Family(("a",), "b"), Family(("b", "c")))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Policy, dict[str, float]]:
    """Portions nested in and disjoint with each other at random, with shares that fit."""
    count = draw(st.integers(1, 6))
    names = [f"p{number}" for number in range(count)]
    nested_in: dict[str, str] = {}
    for number, name in enumerate(names):
        outer = draw(st.sampled_from([None, *names[:number]]))
        if outer is not None:
            nested_in[name] = outer
    beside: dict[str | None, list[str]] = {}
    for name in names:
        beside.setdefault(nested_in.get(name), []).append(name)
    groups: list[tuple[str, ...]] = []
    shares: dict[str, float] = {}
    for outer in [None, *names]:
        whole = 1.0 if outer is None else shares.get(outer, 0.0)
        members = beside.get(outer, [])
        is_group = draw(st.booleans()) and len(members) > 1
        groups += [tuple(draw(st.permutations(members)))] if is_group else []
        for name in members:
            part = draw(st.floats(0.05, 0.95))
            shares[name] = whole * part / (len(members) if is_group else 1)
    order = draw(st.permutations(names))
    return law(order, nested_in=nested_in, disjoint=groups), shares


@given(worlds())
def test_weights_are_never_negative_sum_to_one_and_give_each_portion_its_share(
    world: tuple[Policy, dict[str, float]],
) -> None:
    policy, shares = world
    parts = parts_of(families_of(policy), set(shares))
    found = [weight(part, shares) for part in parts]
    assert min(found) >= -1e-12
    assert math.fsum(found) == pytest.approx(1.0)
    for name, share in shares.items():
        inside = [one for part, one in zip(parts, found, strict=True) if name in part.inside]
        assert math.fsum(inside) == pytest.approx(share)
    for name, outer in policy.nested_in.items():
        assert all(outer in part.inside for part in parts if name in part.inside)
    for group in policy.disjoint:
        assert all(len(part.inside & set(group)) <= 1 for part in parts)


@given(worlds())
def test_the_order_of_declaration_does_not_matter(world: tuple[Policy, dict[str, float]]) -> None:
    policy, shares = world
    plain = law(
        sorted(policy.portions), nested_in=policy.nested_in,
        disjoint=[tuple(sorted(group)) for group in reversed(policy.disjoint)],
    )  # fmt: skip
    found, expected = (
        {part.inside: weight(part, shares) for part in parts_of(families_of(one), set(shares))}
        for one in (policy, plain)
    )
    assert found == pytest.approx(expected)


def test_without_quotas_a_law_keeps_how_its_own_portions_lie() -> None:
    """What is over a quota is told apart last, and is no portion that the law states."""
    policy = law("abq", nested_in={"a": "b", "q": "b"}, disjoint=[("a", "b", "q")], derived=("q",))
    plain = policy.without_quotas
    assert plain.portions == ("a", "b")
    assert plain.derived == ()
    assert plain.nested_in == {"a": "b"}
    assert list(plain.disjoint) == [("a", "b")]
