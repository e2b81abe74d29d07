"""Rank within an authority, and how authorities stand to each other on a kind of line."""

from typing import Any

import pytest

from calc.policy.expression import FREE, AdValorem
from calc.policy.model import Alternative, Branch, Policy, Relation, Stacking
from calc.policy.outcome import Candidate, On, Outcome, Segment, UnsettledError
from calc.policy.stack import resolve

PLAIN = Segment()
METALS = ("section-232/aluminum", "section-232/steel")
AUTOS = "section-232/cars"
ERA = Stacking(
    first=((AUTOS,), METALS, ("fentanyl",)),
    relations={
        "reciprocal": Relation("rest of", ("section-232",)),
        "fentanyl": Relation("by priority", but={"CHN": Relation("adds")}),
        "section-301": Relation("adds"),
    },
)


def branch(measure_id: str, authority: str, **facts: Any) -> Branch:
    plain = {"programme": None, "mode": "add", "rate": AdValorem(0.25), "step": 0}
    return Branch(measure_id=measure_id, authority=authority, **(plain | facts))


def law(*branches: Branch, stacking: Stacking | None = None) -> Policy:
    return Policy(as_of=None, branches=branches, stacking=stacking)


def on_line(
    policy: Policy, segment: Segment = PLAIN, *, as_if: bool = False, **facts: Candidate
) -> dict[str, Outcome]:
    """What becomes of every branch, by measure; candidates are plain unless given by measure."""
    candidates = [
        facts.get(one.measure_id, Candidate(branch=number, length=4))
        for number, one in enumerate(policy.branches)
    ]
    outcomes = resolve(candidates, segment, policy, as_if=as_if)
    return {policy.branches[one.candidate.branch].measure_id: one for one in outcomes}


def statuses(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {name: one.status for name, one in outcomes.items()}


CARS = branch("cars", "section-232", programme="cars")
STEEL = branch("steel", "section-232", programme="steel", on="steel")
ALUMINUM = branch("aluminum", "section-232", programme="aluminum", on="aluminum")
RECIPROCAL = branch("reciprocal", "reciprocal", names_products=False, partner_rank=0)
FENTANYL = branch("fentanyl", "fentanyl", names_products=False)
LIST_3 = branch("list-3", "section-301")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"names_products": True, "partner_rank": 0}, {"names_products": False}),
        ({"partner_rank": 3}, {"partner_rank": 2}),
        ({"partner_rank": 2}, {"partner_rank": 1}),
        ({"partner_rank": 1}, {"partner_rank": 0}),
    ],
)
def test_rank_goods_then_partners(first: dict[str, Any], second: dict[str, Any]) -> None:
    policy = law(branch("second", "a", **second), branch("first", "a", **first))
    found = on_line(policy, second=Candidate(0, 10), first=Candidate(1, 4))

    assert statuses(found) == {"first": "applied", "second": "displaced"}
    assert found["second"].reason == "first of the same authority goes first in rank"


def test_rank_the_longer_prefix_last() -> None:
    policy = law(branch("heading", "a"), branch("line", "a"))
    found = on_line(policy, line=Candidate(1, 8))

    assert statuses(found) == {"heading": "displaced", "line": "applied"}


def test_equal_rank_is_an_error_that_names_both() -> None:
    with pytest.raises(UnsettledError, match="one and two have the same rank"):
        on_line(law(branch("one", "a"), branch("two", "a")))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("highest", {"low": "displaced", "high": "applied"}),
        ("sum", {"low": "applied", "high": "applied"}),
        ("latest", {"low": "displaced", "high": "applied"}),
    ],
)
def test_equal_rank_as_the_stacking_says(rule: Any, expected: dict[str, str]) -> None:
    low = branch("low", "a", rate=AdValorem(0.1), order=1)
    high = branch("high", "a", rate=AdValorem(0.2), order=2)

    assert statuses(on_line(law(low, high, stacking=Stacking(within={"a": rule})))) == expected


def test_two_authorities_without_a_rule_are_an_error_that_names_both() -> None:
    with pytest.raises(UnsettledError, match="cars and reciprocal are of two authorities"):
        on_line(law(CARS, RECIPROCAL))


def test_the_first_that_hits_is_charged_and_others_yield() -> None:
    found = on_line(law(CARS, STEEL, ALUMINUM, FENTANYL, stacking=ERA))

    assert statuses(found) == {
        "cars": "applied",
        "steel": "displaced",
        "aluminum": "displaced",
        "fentanyl": "displaced",
    }
    assert found["steel"].reason == "cars goes first among authorities"


def test_an_inner_list_cumulates() -> None:
    both = Segment(contents=frozenset({"steel", "aluminum"}))

    assert statuses(on_line(law(STEEL, ALUMINUM, FENTANYL, stacking=ERA), both)) == {
        "steel": "applied",
        "aluminum": "applied",
        "fentanyl": "displaced",
    }


def test_a_rate_of_zero_does_not_hit_so_the_next_is_charged() -> None:
    free = branch("cars", "section-232", programme="cars", rate=FREE)

    assert statuses(on_line(law(free, FENTANYL, stacking=ERA)))["fentanyl"] == "applied"


def test_but_takes_a_partner_out_of_the_order() -> None:
    china = on_line(law(CARS, FENTANYL, stacking=ERA), Segment(partner="CHN"))

    assert statuses(china) == {"cars": "applied", "fentanyl": "applied"}


def test_rest_of_is_nothing_where_the_full_value_is_hit() -> None:
    found = on_line(law(CARS, RECIPROCAL, stacking=ERA))

    assert found["reciprocal"].status == "displaced"
    assert found["reciprocal"].reason == "cars bites on the full value"


def test_rest_of_is_what_the_contents_leave() -> None:
    both = Segment(contents=frozenset({"steel", "aluminum"}))
    found = on_line(law(STEEL, ALUMINUM, RECIPROCAL, stacking=ERA), both)

    assert found["steel"].on == On("content", ("steel",))
    assert found["reciprocal"].on == On("rest", ("aluminum", "steel"))


def test_rest_of_is_all_where_nothing_is_hit() -> None:
    none = Segment()  # the line has no steel in it
    found = on_line(law(STEEL, RECIPROCAL, stacking=ERA), none)

    assert (found["reciprocal"].status, found["reciprocal"].on) == ("applied", On())


def test_adds_is_charged_beside_whatever_else_is() -> None:
    found = on_line(law(CARS, LIST_3, stacking=ERA))

    assert statuses(found) == {"cars": "applied", "list-3": "applied"}


def test_excludes_keeps_others_out_where_it_hits() -> None:
    safeguard = branch("safeguard", "safeguard")
    era = Stacking(relations={"safeguard": Relation("excludes", ("section-301",))})
    found = on_line(law(safeguard, LIST_3, stacking=era))

    assert statuses(found) == {"safeguard": "applied", "list-3": "displaced"}
    assert found["list-3"].reason == "safeguard excludes it"


def test_exclusions_win_and_say_which() -> None:
    left_out = Candidate(0, 4, is_left_out=True)
    excluded = Candidate(0, 4, excluded_by=2)

    assert on_line(law(CARS), cars=left_out)["cars"].reason == "left out by its exceptions"
    assert on_line(law(CARS), cars=excluded)["cars"].reason == "exclusion 2 takes it out"


def test_a_portion_limits_and_an_alternative_changes_the_rate() -> None:
    ex = branch("luxury", "a", portion="models")
    claims = branch(
        "cars", "a", alternatives=(Alternative("usmca", AdValorem(0.1), on="foreign-content"),)
    )
    exempt = branch("all", "a", alternatives=(Alternative("usmca", None),))
    inside = Segment(inside=frozenset({"usmca", "models"}))

    assert on_line(law(ex), inside)["luxury"].status == "applied"
    assert on_line(law(ex))["luxury"].reason == "outside the portion models"
    claimed = on_line(law(claims), inside)["cars"]
    assert (claimed.rate, claimed.on) == (AdValorem(0.1), On("content", ("foreign-content",)))
    assert on_line(law(exempt), inside)["all"].reason == "exempt in the portion usmca"


def test_an_exclusion_of_a_portion_takes_only_that_out() -> None:
    partly = branch("cars", "a", exclusion_portions={1: "claimed"})
    candidate = Candidate(0, 4, partly_by=(1,))
    inside = Segment(inside=frozenset({"claimed"}))

    assert on_line(law(partly), inside, cars=candidate)["cars"].status == "excluded"
    assert on_line(law(partly), cars=candidate)["cars"].status == "applied"


def test_not_in_force_threatens_and_as_if_it_applies() -> None:
    policy = law(
        branch("announced", "a", state="announced"),
        branch("wider", "a", state="announced", partner_rank=0),
    )

    assert statuses(on_line(policy)) == {"announced": "threatened", "wider": "displaced"}
    assert statuses(on_line(policy, as_if=True)) == {
        "announced": "applied",
        "wider": "displaced",
    }
    assert on_line(policy)["announced"].reason == "announced: not in force"


def test_order_of_branches_does_not_matter() -> None:
    branches = (CARS, STEEL, ALUMINUM, FENTANYL, RECIPROCAL, LIST_3)
    contents = Segment(contents=frozenset({"steel", "aluminum"}))
    forward = statuses(on_line(law(*branches, stacking=ERA), contents))
    backward = statuses(on_line(law(*branches[::-1], stacking=ERA), contents))

    assert forward == backward
