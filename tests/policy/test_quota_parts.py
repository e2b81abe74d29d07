"""What becomes of a measure within its quota, over it, and where the fill is not known."""

import narwhals as nw
import polars as pl
import pytest

from calc.policy.expression import (
    FREE,
    NOT_KNOWN,
    PROHIBITED,
    AdValorem,
    Amounts,
    Expression,
    ad_valorem_rate,
    amount_of,
    duty_of,
    is_linear,
    is_zero,
    rate_type,
)
from calc.policy.model import Alternative, Branch, Policy, Relation, Stacking
from calc.policy.outcome import Candidate, On, Segment
from calc.policy.program import NOTHING, Kind, compile_program
from calc.policy.stack import resolve
from calc.policy.wording import formula_of, text_of

OVER, BLIND = "over quota plate", "fill of quota plate not known"
WITHIN = Segment()


def branch(measure_id: str = "plate", over: Expression = PROHIBITED, **facts: object) -> Branch:
    plain = {
        "measure_id": measure_id, "step": 0, "authority": "section-232", "programme": None,
        "mode": "add", "rate": FREE, "quota": "plate",
        "alternatives": (
            Alternative(OVER, over, quota_part="over"),
            Alternative(BLIND, NOT_KNOWN, quota_part="not known"),
        ),
    }  # fmt: skip
    return Branch(**(plain | facts))  # type: ignore[arg-type]


def law(*branches: Branch, **facts: object) -> Policy:
    plain = {"as_of": None, "branches": branches, "portions": ("usmca", OVER, BLIND)}
    return Policy(**(plain | {"derived": (OVER, BLIND)} | facts))  # type: ignore[arg-type]


def told(policy: Policy, *inside: str, as_if: bool = False) -> list[tuple[str, str, Expression]]:
    candidates = [Candidate(number, 6) for number in range(len(policy.branches))]
    found = resolve(candidates, Segment(frozenset(inside)), policy, as_if=as_if)
    return [(one.status, one.reason, one.rate) for one in found]


@pytest.mark.parametrize(
    ("inside", "status", "reason", "rate"),
    [
        ((), "applied", "in force and first in rank, within quota plate", FREE),
        ((OVER,), "prohibited", "in force and first in rank, over quota plate", PROHIBITED),
        ((BLIND,), "applied", "in force and first in rank; how far quota plate is filled is not "
         "known", NOT_KNOWN),
    ],
)  # fmt: skip
def test_a_measure_charges_by_where_a_flow_stands_to_its_quota(
    inside: tuple[str, ...], status: str, reason: str, rate: Expression
) -> None:
    assert told(law(branch()), *inside) == [(status, reason, rate)]


def test_a_measure_not_in_force_threatens_with_its_rate_over_the_quota() -> None:
    waiting = law(branch(over=AdValorem(0.25), state="announced"))
    reason = "announced: not in force, over quota plate"
    assert told(waiting, OVER) == [("threatened", reason, AdValorem(0.25))]
    assert told(waiting, OVER, as_if=True)[0][0] == "applied"


def test_a_prohibition_displaces_every_duty_and_outranks_as_its_measure_does() -> None:
    """The quota names Korea, the duty of the same authority all: beyond it nothing enters."""
    duty = branch("duty", rate=AdValorem(0.25), partner_rank=0, alternatives=(), quota=None)
    other = branch("list", authority="section-301", alternatives=(), quota=None)
    policy = law(
        duty, other, branch(), stacking=Stacking(relations={"section-301": Relation("adds")})
    )
    assert [status for status, _, _ in told(policy)] == ["displaced", "applied", "applied"]
    beyond = told(policy, OVER)
    assert [status for status, _, _ in beyond] == ["displaced", "displaced", "prohibited"]
    assert beyond[1][1] == "plate prohibits the entry"
    assert beyond[0][1] == "plate of the same authority goes first in rank"


def test_a_measure_that_yields_prohibits_nothing() -> None:
    first = branch("cars", authority="cars", rate=AdValorem(0.25), alternatives=(), quota=None)
    policy = law(first, branch(), stacking=Stacking(first=(("cars",), ("section-232",))))
    assert [status for status, _, _ in told(policy, OVER)] == ["applied", "displaced"]


def test_what_may_not_enter_is_no_line_in_force_and_pays_no_base_duty() -> None:
    kind = Kind(number=0, candidates=(Candidate(0, 6),), splits=(OVER,))
    program = compile_program([kind], law(branch()), default_programme="mfn")
    rows = [
        (row.segment, row.is_covered, row.is_in_force, row.is_prohibited, row.base_on)
        for row in program.segments
    ]
    assert rows == [
        ("over quota plate", True, False, True, NOTHING),
        ("not over quota plate", True, True, False, On()),
    ]
    parts = [row.outcome.quota_part for row in program.components]
    assert parts == ["over", "within"]


def test_the_law_without_quotas_has_each_measure_at_its_own_rate() -> None:
    exempt = Alternative("usmca", None)
    policy = law(branch(alternatives=(exempt, *branch().alternatives)))
    plain = policy.without_quotas
    assert (plain.portions, plain.derived) == (("usmca",), ())
    assert [list(one.alternatives) for one in plain.branches] == [[exempt]]
    assert told(plain, OVER) == told(policy)


@pytest.mark.parametrize(
    ("expression", "text", "amount", "formula"),
    [
        (PROHIBITED, "prohibited", 0.0, "prohibited = 0.00"),
        (NOT_KNOWN, "not known", None, "not known = not known"),
    ],
)
def test_what_is_no_rate_is_said_in_words_and_is_not_free(
    expression: Expression, text: str, amount: float | None, formula: str
) -> None:
    amounts = Amounts(nw.col("value"), nw.col("value"), lambda _: nw.col("value"))
    frame = nw.from_native(pl.DataFrame({"value": [10.0]}))
    assert frame.select(duty=duty_of(expression, amounts))["duty"].to_list() == [amount]
    assert amount_of(expression, {"value": 10.0}) == amount
    assert (text_of(expression), formula_of(expression, {"value": 10.0})) == (text, formula)
    assert (ad_valorem_rate(expression), rate_type(expression)) == (None, "other")
    assert is_linear(expression)
    assert not is_zero(expression)
