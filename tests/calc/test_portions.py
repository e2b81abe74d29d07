"""Portions on the lines of a table: asked for, fitting or not, and what segments weigh."""

from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from calc.policy.expression import AdValorem
from calc.policy.model import Alternative, Branch, Claim, Policy
from calc.policy.outcome import Candidate
from calc.policy.program import Kind, compile_program
from calc.portions import asked_of, divisions_of, room_left, states_of, weights_of
from calc.shares import SHARE_UNITS

BRANCH = Branch(
    measure_id="cars", step=0, authority="a", programme=None, mode="add", rate=AdValorem(0.25)
)
HELD: dict[str, Any] = {"table_row": pl.UInt32, "share": pl.Int32, "share_e15": pl.Int64}


def held(*rows: tuple[int, int, float]) -> pl.LazyFrame:
    """Shares of rows of trade: the row, the number of the portion, its share."""
    units = [(row, share, round(part * SHARE_UNITS)) for row, share, part in rows]
    return pl.LazyFrame(units, schema=HELD, orient="row")


def law(portions: str, *branches: Branch, **facts: Any) -> Policy:
    return Policy(as_of=None, branches=branches, portions=tuple(portions), **facts)


def test_the_portions_that_are_asked_for_on_each_row() -> None:
    """Branch 0 asks for c, in b, where it stands; branch 1 for d where exclusion 2 takes it out."""
    policy = law(
        "abcd",
        Branch(**{**_cells(), "alternatives": (Alternative("c", None),)}),
        Branch(**{**_cells(), "measure_id": "more", "exclusion_portions": {2: "d"}}),
        nested_in={"c": "b"},
        claims=(Claim("a", "fta"),),
    )
    line = {"importer": "USA", "partner": "JPN", "code": "870323"}
    lines = pl.LazyFrame([line | {"table_row": row} for row in (0, 1)],
                         schema_overrides={"table_row": pl.UInt32})  # fmt: skip
    rows = ((0, 0, False), (0, 1, False), (1, 0, True), (1, 1, False))
    named = pl.LazyFrame(
        [(row, n, out, None) for row, n, out in rows],
        schema={
            "table_row": pl.UInt32,
            "branch": pl.UInt32,
            "is_left_out": pl.Boolean,
            "excluded_by": pl.Int16,
        },
        orient="row",
    )
    partly = pl.LazyFrame(
        [(1, 1, 1), (1, 1, 2)],
        schema={"table_row": pl.UInt32, "branch": pl.UInt32, "partly_by": pl.Int16},
        orient="row",
    )
    found = asked_of(lines, named, partly, policy).sort("table_row", "share").collect()
    assert found.select("table_row", "share").rows() == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 3)]
    assert set(found["code"]) == {"870323"}


def _cells() -> dict[str, Any]:
    return {name: getattr(BRANCH, name) for name in
            ("measure_id", "step", "authority", "programme", "mode", "rate")}  # fmt: skip


def test_what_portions_leave_of_what_they_are_in() -> None:
    policy = law("abcd", disjoint=[("a", "b")], nested_in={"c": "b", "d": "b"})
    found = held(
        *((0, 0, 0.5), (0, 1, 0.25), (0, 2, 0.25), (0, 3, 0.125)),
        *((1, 0, 0.75), (1, 1, 0.5)),
        (2, 2, 0.1),
    )
    room = room_left(found, policy).sort("table_row", "family")
    left = {(row, family): units / SHARE_UNITS for row, family, units in room.collect().rows()}
    assert left == {(0, 0): 0.25, (0, 1): 0.0, (0, 2): 0.125, (1, 0): -0.25, (2, 1): -0.1}
    states = states_of(found.filter(pl.col("table_row") == 0), room).collect()
    assert sorted(states.filter(table_row=0).rows()) == [
        (0, -2, 3), (0, 0, 1), (0, 1, 1), (0, 2, 1), (0, 3, 1),
    ]  # fmt: skip


def test_a_portion_of_all_of_a_line_does_not_split_it() -> None:
    policy = law("a")
    found = held((0, 0, 1.0), (1, 0, 0.5))
    states = states_of(found, room_left(found, policy)).sort("table_row").collect()
    assert states["state"].to_list() == [2, 1]


def test_divisions_are_rows_of_one_kind_and_the_same_shares() -> None:
    by_row = pl.LazyFrame(
        {"table_row": [0, 1, 2, 3, 4, 5], "kind": [0, 0, 0, 1, 2, 2]},
        schema={"table_row": pl.UInt32, "kind": pl.UInt32},
    )
    shares = held((0, 0, 0.5), (1, 0, 0.25), (2, 0, 0.5), (3, 0, 0.5), (4, 1, 1.0))
    found = divisions_of(by_row, shares).sort("table_row").collect()
    assert found["division"].to_list() == [0, 1, 0, 2, 3, 3]
    assert found["first"].to_list() == [True, True, False, True, True, False]


def weighed(policy: Policy, splits: str, *shares: float) -> list[tuple[Any, ...]]:
    """Segment, weight and whether it is the largest, of one row with these shares, by place."""
    named = Kind(number=0, candidates=(Candidate(0, 4),), splits=tuple(splits))
    program = compile_program([named], policy, default_programme="mfn")
    divisions = pl.LazyFrame(
        {"table_row": [7], "kind": [0], "division": [0], "first": [True]},
        schema_overrides=dict.fromkeys(("table_row", "kind", "division"), pl.UInt32),
    )
    rows = held(*((7, number, share) for number, share in enumerate(shares)))
    found = weights_of(divisions, rows, program.segments, policy).sort("place")  # in no order
    return found.select("segment", "weight", "is_split", "is_largest").collect().rows()


def asking(portions: str, **facts: Any) -> Policy:
    """A law whose only branch asks for each portion."""
    pays = tuple(Alternative(name, None) for name in portions)
    return law(portions, Branch(**{**_cells(), "alternatives": pays}), **facts)


def test_what_segments_weigh() -> None:
    assert weighed(asking("a"), "a", 0.3) == [
        ("a", 0.3, True, False), ("not a", 0.7, True, True),
    ]  # fmt: skip
    assert weighed(asking("a"), "") == [("whole", 1.0, False, True)]
    assert weighed(asking("ab"), "ab", 0.5, 0.5) == [
        ("a; b", 0.25, True, False),
        ("a; not b", 0.25, True, False),
        ("not a; b", 0.25, True, False),
        ("not a; not b", 0.25, True, True),
    ]
    assert weighed(asking("ab", disjoint=[("a", "b")]), "ab", 0.5, 0.3) == [
        ("a", 0.5, True, True), ("b", 0.3, True, False), ("not a; not b", 0.2, True, False),
    ]  # fmt: skip
    # Half of b is a and a third of it c, each whatever the other is.
    inside = asking("abc", nested_in={"a": "b", "c": "b"})
    assert weighed(inside, "abc", 0.3, 0.6, 0.2) == [
        ("b; a; c", 0.3 * 0.2 / 0.6, True, False),
        ("b; a; not c", 0.3 * 0.4 / 0.6, True, False),
        ("b; not a; c", 0.3 * 0.2 / 0.6, True, False),
        ("b; not a; not c", 0.3 * 0.4 / 0.6, True, False),
        ("not b", 0.4, True, True),
    ]


def test_shares_that_rounding_takes_beyond_all_leave_nothing_and_not_less() -> None:
    rows = weighed(asking("ab", disjoint=[("a", "b")]), "ab", 0.7, 0.3 + 1e-12)
    assert rows[-1] == ("not a; not b", 0.0, True, False)


def test_what_segments_weigh_depends_on_no_order_of_rows() -> None:
    names = "abcdefghij"
    policy = asking(names, disjoint=[tuple(names)])
    shares = [0.1 / (number + 1) for number in range(10)]
    by_row = pl.LazyFrame(
        {"table_row": range(50), "kind": [0] * 50},
        schema={"table_row": pl.UInt32, "kind": pl.UInt32},
    )
    rows = [
        (row, n, share * (1 + row / 100)) for row in range(50) for n, share in enumerate(shares)
    ]
    kind = Kind(number=0, candidates=(Candidate(0, 4),), splits=tuple(names))
    segments = compile_program([kind], policy, default_programme="mfn").segments
    key = ["division", "segment"]
    plain, turned = (
        weights_of(divisions_of(by_row, one), one, segments, policy).sort(key).collect()
        for one in (held(*rows), held(*reversed(rows)))
    )
    assert_frame_equal(plain, turned, check_exact=True)
    assert plain.height == 50 * 11
