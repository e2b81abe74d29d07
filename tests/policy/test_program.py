"""The law compiled by kind of line: its segments, what the base is still on, and what threatens."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.policy.expression import AdValorem, Specific
from calc.policy.kinds import Told, kind_by_row, kinds_of, kinds_told, of_kinds, read_kinds
from calc.policy.model import Alternative, Branch, Claim, Policy, Relation, Stacking
from calc.policy.outcome import Candidate, On, Outcome
from calc.policy.portions import Factor, Family, Part
from calc.policy.program import (
    NOTHING,
    Kind,
    Program,
    SegmentRow,
    compile_program,
    portions_asked,
)
from calc.policy.rows import components_table, on_text, segments_table, terms_of

CARS = Branch(
    measure_id="cars", step=0, authority="a", programme=None, mode="add", rate=AdValorem(0.25)
)
STEEL = replace(CARS, measure_id="steel", authority="b", on="steel", rate=AdValorem(0.5))
BESIDE = Stacking(relations={"a": Relation("adds"), "b": Relation("adds")})


def law(*branches: Branch, **facts: Any) -> Policy:
    return Policy(as_of=None, branches=branches, **facts)


def kind(policy: Policy, **facts: Any) -> Kind:
    named = tuple(Candidate(number, 4) for number in range(len(policy.branches)))
    return replace(Kind(number=0, candidates=named), **facts)


def compiled(policy: Policy, **facts: Any) -> Program:
    return compile_program([kind(policy, **facts)], policy, default_programme="mfn")


def segments(policy: Policy, **facts: Any) -> Sequence[SegmentRow]:
    return compiled(policy, **facts).segments


def numbers(outcomes: Sequence[Outcome]) -> tuple[int, ...]:
    return tuple(one.candidate.branch for one in outcomes)


def test_an_unsplit_line_is_one_segment() -> None:
    (whole,) = segments(law(CARS))
    assert numbers(whole.applied) == (0,)
    assert whole == SegmentRow(
        kind=0, segment="whole", place=0, part=Part(), programme="mfn", base_on=On(),
        is_covered=True, is_in_force=True, is_prohibited=False, is_threatened=False,
        applied=whole.applied, threatened=(),
    )  # fmt: skip


def test_portions_split_a_line_and_one_part_is_in_none() -> None:
    limited = replace(CARS, portion="ex", alternatives=(Alternative("usmca", None),))
    policy = law(limited, portions=("ex", "usmca"))
    found = segments(policy, splits=policy.portions)
    assert [(row.segment, row.place, row.is_in_force) for row in found] == [
        ("ex; usmca", 0, False),
        ("ex; not usmca", 1, True),
        ("not ex; usmca", 2, False),
        ("not ex; not usmca", 3, False),
    ]
    assert found[1].part.inside == frozenset({"ex"})
    assert found[1].part.times == (Factor("ex"), Factor("", ("usmca",)))


def test_a_portion_that_no_branch_of_the_kind_asks_for_splits_nothing() -> None:
    policy = law(CARS, replace(CARS, measure_id="other", portion="ex"))
    only_cars = kind(policy, candidates=(Candidate(0, 4),), splits=("ex",))
    assert portions_asked(only_cars, policy) == frozenset()
    (whole,) = compile_program([only_cars], policy, default_programme="mfn").segments
    assert whole.segment == "whole"


@pytest.mark.parametrize(
    ("branch", "candidate"),
    [
        (replace(CARS, portion="ex"), Candidate(0, 4)),
        (replace(CARS, alternatives=(Alternative("ex", None),)), Candidate(0, 4)),
        (replace(CARS, exclusion_portions={2: "ex"}), Candidate(0, 4, partly_by=(1, 2))),
    ],
    ids=["limit", "alternative", "exclusion"],
)
def test_portions_asked(branch: Branch, candidate: Candidate) -> None:
    policy = law(branch)
    assert portions_asked(kind(policy, candidates=(candidate,)), policy) == {"ex"}


def test_a_portion_claims_a_programme_and_all_of_a_line_may() -> None:
    policy = law(CARS, claims=(Claim("usmca", "fta"),), portions=("usmca",))
    found = segments(policy, splits=("usmca",))
    assert [(row.segment, row.programme) for row in found] == [
        ("usmca", "fta"),
        ("not usmca", "mfn"),
    ]
    (whole,) = segments(policy, inside=frozenset({"usmca"}))
    assert (whole.segment, whole.programme) == ("whole", "fta")


@pytest.mark.parametrize(
    ("branches", "base_on"),
    [
        ((CARS, STEEL), On()),
        ((replace(CARS, mode="replace"), STEEL), NOTHING),
        ((CARS, replace(STEEL, mode="replace")), On("rest", ("steel",))),
        ((replace(CARS, mode="replace", state="announced"), STEEL), On()),
    ],
    ids=["on top", "in lieu", "in lieu on a content", "in lieu, not in force"],
)
def test_what_the_base_is_still_on(branches: tuple[Branch, ...], base_on: On) -> None:
    (whole,) = segments(law(*branches, stacking=BESIDE), contents=frozenset({"steel"}))
    assert whole.base_on == base_on


def test_the_law_of_a_line_is_what_is_in_force_and_what_threatens() -> None:
    waiting = replace(STEEL, state="announced", on="")
    (whole,) = segments(law(CARS, waiting, stacking=BESIDE))
    assert (whole.is_in_force, whole.is_threatened) == (True, True)
    assert (numbers(whole.applied), numbers(whole.threatened)) == ((0,), (1,))
    # What it threatens is told of lines on which nothing is in force, so only those are compiled.
    assert compiled(law(CARS, waiting, stacking=BESIDE)).as_if == []
    both = compiled(law(replace(CARS, state="announced"), waiting, stacking=BESIDE))
    assert [row.outcome.status for row in both.as_if] == ["applied", "applied"]
    assert [numbers(row.applied) for row in both.as_if_segments] == [(0, 1)]


def test_a_line_whose_measures_are_all_out_is_not_covered() -> None:
    policy = law(CARS, STEEL)
    out = tuple(Candidate(number, 4, is_left_out=True) for number in (0, 1))
    (whole,) = segments(policy, candidates=out)
    assert (whole.is_covered, whole.is_in_force, whole.is_threatened) == (False, False, False)
    (whole,) = segments(policy, candidates=(out[0], Candidate(1, 4)))
    assert (whole.is_covered, numbers(whole.applied)) == (True, (1,))


def test_an_unsettled_kind_is_a_conflict_and_has_no_rows() -> None:
    program = compiled(law(CARS, replace(CARS, measure_id="more")))
    assert (program.segments, program.components) == ([], [])
    (conflict,) = program.conflicts
    assert (conflict.first, conflict.second, conflict.what) == (
        "cars",
        "more",
        "have the same rank",
    )


def test_what_would_be_unsettled_were_all_in_force_is_not_known() -> None:
    program = compiled(law(CARS, replace(STEEL, state="announced")))
    assert program.conflicts == []
    assert [row.is_threatened for row in program.segments] == [True]
    assert (program.as_if, program.as_if_segments) == ([], [])


def test_of_several_branches_of_a_measure_the_one_that_counts_is_told() -> None:
    rates = (replace(CARS, partner_rank=0), replace(CARS, step=1, rate=AdValorem(0.15)))
    rows = compiled(law(*rates)).components
    assert [(row.outcome.candidate.branch, row.outcome.status) for row in rows] == [(1, "applied")]


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (On(), "full value"),
        (On("content", ("steel",)), "content of steel"),
        (On("rest", ("aluminum", "steel")), "what aluminum and steel leaves"),
        (NOTHING, "what nothing leaves"),
    ],
)
def test_the_part_of_a_value_in_words(on: On, text: str) -> None:
    assert on_text(on) == text


def test_a_program_as_tables() -> None:
    by_weight = replace(STEEL, rate=Specific(0.5, "kg"), mode="add", portion="ex")
    policy = law(CARS, by_weight, portions=("ex",), contents=("steel",), stacking=BESIDE)
    program = compiled(policy, splits=("ex",), contents=frozenset({"steel"}))
    terms = terms_of(program, policy)
    assert terms.ons == (On(), On("content", ("steel",)))
    assert terms.rates == (Specific(0.5, "kg"),)  # an ad valorem rate stands in a column

    told = segments_table(program.segments, policy, terms).collect()
    assert terms.is_split
    columns = {
        "segment": ["ex", "not ex"],
        "base_on": [0, 0],
        "measure_id": ["cars + steel", "cars"],
        "mode": [None, "add"],
        "measure_rate": [None, 0.25],
        "threats": [0, 0],
    }
    expected = pl.DataFrame(columns, schema={name: told.schema[name] for name in columns})
    assert_frame_equal(told.select(expected.columns), expected)

    parts = components_table(program.components, policy, terms).collect()
    columns = {
        "segment": ["ex", "ex", "not ex", "not ex"],
        "measure_id": ["cars", "steel", "cars", "steel"],
        "status": ["applied", "applied", "applied", "excluded"],
        "rate": [None, 0, None, 0],
        "measure_rate": [0.25, None, 0.25, None],
        "on": [0, 1, 0, 1],
        "rate_text": ["25%", "0.5 USD/kg", "25%", "0.5 USD/kg"],
        "bites_on": ["full value", "content of steel", "full value", "content of steel"],
    }
    expected = pl.DataFrame(columns, schema={name: parts.schema[name] for name in columns})
    assert_frame_equal(parts.select(expected.columns), expected)


POLICY = law(
    replace(CARS, portion="ex"),
    STEEL,
    portions=("ex",),
    contents=("steel",),
    stacking=Stacking(relations={"a": Relation("adds", but={"CHN": Relation("adds")})}),
)
NAMED = pl.LazyFrame(
    [
        *((0, 0, 4, False, None), (0, 1, 6, False, None)),
        *((1, 1, 6, False, None), (1, 0, 4, False, None)),  # the other way about
        (2, 0, 4, False, None),
        (3, 0, 6, False, None),
        (4, 0, 4, False, 2),
        (5, 0, 4, True, None),
        *((number, 0, 4, False, None) for number in range(6, 13)),
    ],
    schema={
        "table_row": pl.UInt32, "branch": pl.UInt32, "length": pl.Int32,
        "is_left_out": pl.Boolean, "excluded_by": pl.Int16,
    },
    orient="row",
)  # fmt: skip
PARTLY = pl.LazyFrame(
    [(12, 0, 3), (12, 0, 1)],
    schema={"table_row": pl.UInt32, "branch": pl.UInt32, "partly_by": pl.Int16},
    orient="row",
)
STATES = pl.LazyFrame(
    [
        *((number, 0, 1) for number in (*range(8), 11, 12)),
        (9, 0, 2),  # the portion takes all; of 8 and 10 it takes nothing
    ],
    schema={"table_row": pl.UInt32, "share": pl.Int32, "state": pl.Int8},
    orient="row",
)
TOLD = Told(NAMED, PARTLY, STATES)
PLACES = pl.LazyFrame(
    [
        *((number, "JPN", 0.5) for number in range(6)),
        (6, "CHN", 0.5),  # the stacking has a word on it
        (7, "KOR", 0.75),  # another part of the value is no other kind
        *((number, "JPN", 0.5) for number in (8, 9, 10)),
        (11, "JPN", 0.0),
        (12, "JPN", 0.5),
    ],
    schema={"table_row": pl.UInt32, "partner": pl.String, "content_0": pl.Float64},
    orient="row",
)


def test_lines_are_of_one_kind_where_the_law_can_say_nothing_different() -> None:
    rows = kinds_of(TOLD, PLACES, POLICY)
    kinds = kinds_told(rows, POLICY).collect()
    by_row = kind_by_row(rows, kinds.lazy(), POLICY).sort("table_row").collect()
    assert by_row["kind"].to_list() == [0, 0, 1, 2, 3, 4, 5, 1, 6, 7, 6, 8, 9]
    assert kinds["table_row"].to_list() == [0, 2, 3, 4, 5, 6, 8, 9, 11, 12]


def test_kinds_as_objects() -> None:
    kinds = kinds_told(kinds_of(TOLD, PLACES, POLICY), POLICY).collect()
    read = read_kinds(kinds, pl.collect_all(list(of_kinds(TOLD, kinds.lazy()))), POLICY)
    steel = frozenset({"steel"})
    plain = Kind(number=1, candidates=(Candidate(0, 4),), splits=("ex",), contents=steel)
    assert [one.number for one in read] == list(range(10))
    assert read[0] == replace(plain, number=0, candidates=(Candidate(0, 4), Candidate(1, 6)))
    assert read[1] == plain
    assert read[3] == replace(plain, number=3, candidates=(Candidate(0, 4, excluded_by=2),))
    assert read[5] == replace(plain, number=5, partner="CHN")
    assert read[6] == replace(plain, number=6, splits=())
    assert read[7] == replace(plain, number=7, splits=(), inside=frozenset({"ex"}))
    assert read[8] == replace(plain, number=8, contents=frozenset())
    assert read[9] == replace(plain, number=9, candidates=(Candidate(0, 4, partly_by=(1, 3)),))


def test_a_family_that_leaves_nothing_tells_a_kind() -> None:
    asking = [replace(one, alternatives=(Alternative("in", None),)) for one in POLICY.branches]
    policy = replace(POLICY, branches=asking, portions=("ex", "in"), disjoint=[("ex", "in")])
    states = pl.LazyFrame(
        [(0, 0, 1), (0, 1, 1), (0, -1, 3), (1, 0, 1), (1, 1, 1)], schema=STATES.collect_schema(),
        orient="row",
    )  # fmt: skip
    first, places = (frame.filter(pl.col("table_row") < 2) for frame in (NAMED, PLACES))
    told = Told(first, PARTLY.clear(), states)
    kinds = kinds_told(kinds_of(told, places, policy), policy).collect()
    of_each = pl.collect_all(list(of_kinds(told, kinds.lazy())))
    full, open_kind = read_kinds(kinds, of_each, policy)
    assert full.full == frozenset({Family(("ex", "in"))})
    assert open_kind == replace(full, number=1, full=frozenset())
    program = compile_program([full, open_kind], policy, default_programme="mfn")
    assert [(row.kind, row.segment) for row in program.segments] == [
        *((0, "ex"), (0, "in")), *((1, "ex"), (1, "in"), (1, "not ex; not in")),
    ]  # fmt: skip


def test_an_unknown_content_may_be_there() -> None:
    places = PLACES.with_columns(content_0=pl.lit(None, pl.Float64))
    kinds = kinds_told(kinds_of(TOLD, places, POLICY), POLICY).collect()
    assert set(kinds["has_0"]) == {True}
