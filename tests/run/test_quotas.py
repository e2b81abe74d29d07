"""Quotas in a run: what counts, which period, which part is over, what is not known."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.errors import ScenarioError
from calc.policy.expression import PROHIBITED, AdValorem
from calc.policy.model import Alternative, Relation, Stacking
from calc.tables.base import Base
from pipelines.run.compute import Answer
from tests.run.asking import law_of, trade_of
from tests.run.policies import share
from tests.run.quotas import BLIND, OVER, ask_quota, policy_under, quota
from tests.strategies import Law, Row, table

pytestmark = pytest.mark.usefixtures("tables_alone")

VECTOR = Path(__file__).parents[3] / "shared" / "vectors" / "trq_cases.json"
FIVE = {"ad_valorem_rate": 0.05, "rate_text": "5%", "mode": "replace"}
LAW = law_of({"beef": FIVE}, [("beef", "include", "0201")])
BASE: Row = {
    "importer": "USA", "partner": "*", "programme": "mfn", "code": "02", "rate_text": "made up",
    "valid_from": date(1990, 1, 1), "source": "made up",
}  # fmt: skip
STATE = ("origin", "quota_period", "state", "imports_amount", "over_share", "over_value_usd")


def kg(code: str, value: float, quantity: float | None, **cells: Any) -> Row:
    unit = None if quantity is None else "kg"
    plain = {"code": code, "customs_value_usd": value, "quantity": quantity, "quantity_unit": unit}
    return plain | cells


def ask(rows: Sequence[Row], *quotas: Mapping[str, Any], law: Law = LAW, **facts: Any) -> Answer:
    base = table([BASE | {"ad_valorem_rate": facts.pop("rate", 0.0)}], Base)
    parts = {name: facts.pop(name) for name in ("shares", "period") if name in facts}
    policy = policy_under(law, facts.pop("over", AdValorem(0.4)), **facts)
    return ask_quota(trade_of(rows), law, policy, *quotas, base=base, **parts)


def told(found: Answer, *names: str) -> list[tuple[Any, ...]]:
    return found.tables["by_quota"].select(names or STATE).rows()


def duties(found: Answer) -> dict[str, float]:
    lines = found.tables["lines"].sort("code", "segment")
    return {f"{row['code']} {row['segment']}": row["duty_after_usd"] for row in lines.to_dicts()}


def cases() -> list[tuple[Row, Row]]:
    if not VECTOR.is_file():
        return []
    vector = json.loads(VECTOR.read_text(encoding="utf-8"))
    return list(zip(vector["inputs"]["cases"], vector["expected"]["cases"], strict=True))


@pytest.mark.skipif(
    not VECTOR.is_file(), reason="the reference vectors are not beside the checkout"
)
def test_reference_cases_unfilled_exactly_filled_and_over() -> None:
    states = []
    for given, expected in cases():
        law = law_of(
            {"beef": FIVE | {"ad_valorem_rate": given["t_in"]}}, [("beef", "include", "0201")]
        )
        rows = [kg("0201100000", given["value"], given["quantity"])]
        found = ask(rows, quota(given["quota"]), law=law, over=AdValorem(given["t_out"]))
        row = found.tables["by_quota"].row(0, named=True)
        sums = found.tables["by_importer"].row(0, named=True)
        states.append(row["state"])
        assert row["over_value_usd"] == pytest.approx(expected["value_out"], rel=1e-12)
        assert row["fill_share"] == pytest.approx(expected["fill"], rel=1e-12)
        assert sums["duty_after_usd"] == pytest.approx(expected["duty"], rel=1e-12)
        effective = sums["trade_weighted_rate_after"]
        assert effective == pytest.approx(expected["effective"], rel=1e-11)

    assert states == ["unfilled", "exactly filled", "over-quota"]


def test_lines_that_share_an_amount_are_over_alike_and_duties_by_hand() -> None:
    """150 kg against 100: a third is over. 900: 300 at 40 %, 600 at 5 %; and so for 600."""
    found = ask([kg("0201100000", 900, 90), kg("0201200000", 600, 60)], quota())

    assert told(found) == [("*", "2024", "over-quota", 150.0, pytest.approx(1 / 3), 500.0)]
    assert duties(found) == {
        "0201100000 not over quota beef": 30.0,
        "0201100000 over quota beef": 120.0,
        "0201200000 not over quota beef": 20.0,
        "0201200000 over quota beef": 80.0,
    }


def test_an_own_allocation_is_apart_from_the_common_amount() -> None:
    """Argentina 50 of its 20; all others 90 of 100, whom Argentina takes nothing."""
    law = law_of({"beef": FIVE}, [("beef", "include", "0201")])
    everyone = law.partners.with_columns(partner=pl.lit("*"))
    law = Law(law.measures, law.products, everyone, law.exclusions)
    rows = [kg("0201100000", 500, 50, partner="ARG"), kg("0201100000", 900, 90, partner="BRA")]
    found = ask(rows, quota(), quota(20.0, "ARG"), law=law)

    assert told(found) == [
        ("*", "2024", "unfilled", 90.0, 0.0, 0.0),
        ("ARG", "2024", "over-quota", 50.0, 0.6, 300.0),
    ]
    assert found.tables["by_quota"]["partners"].to_list() == ["*", "ARG"]


QUARTERS = {"2024-02": 60, "2024-05": 20, "2024-07": 10, "2024-11": 10}


def test_quarters_are_filled_each_by_itself_and_a_year_is_a_lower_bound() -> None:
    """60, 20, 10 and 10 against 30 a quarter: 30 over in the first; of the year, none is."""
    months = [kg("0201100000", 10 * q, q, period=period) for period, q in QUARTERS.items()]
    by_month = ask(months, quota(30.0, period="quarter"))
    by_year = ask([kg("0201100000", 1000, 100)], quota(30.0, period="quarter"))
    names = ("quota_period", "amount", "state", "over_value_usd", "is_lower_bound")

    assert told(by_month, *names) == [
        ("2024-Q1", 30.0, "over-quota", 300.0, True),
        ("2024-Q2", 30.0, "unfilled", 0.0, True),
        ("2024-Q3", 30.0, "unfilled", 0.0, True),
        ("2024-Q4", 30.0, "unfilled", 0.0, True),
    ]
    assert told(by_year, *names) == [("2024", 120.0, "unfilled", 0.0, True)]


@pytest.mark.parametrize(
    ("by_quarter", "allowed", "over"),
    [
        # 30 of 60; then 20 and 10; 40 are left of the year, of which 30 may come in.
        ((60, 20, 10, 50), (30, 30, 30, 30), (30, 0, 0, 20)),
        # Three quarters at their cap leave 10 of the year.
        ((30, 40, 30, 30), (30, 30, 30, 10), (0, 10, 0, 20)),
        # What the cap turned away in the first quarter comes in later, within the year.
        ((90, 30, 30, 10), (30, 30, 30, 10), (60, 0, 0, 0)),
    ],
)
def test_a_cap_on_quarters_within_the_amount_of_a_year(
    by_quarter: Sequence[int], allowed: Sequence[int], over: Sequence[int]
) -> None:
    """100 kg a year at 10 USD/kg, 30 percent of it in a quarter at most."""
    months = [
        kg("0201100000", 10 * q / 3, q / 3, period=f"2024-{month:02}")
        for n, q in enumerate(by_quarter)
        for month in range(3 * n + 1, 3 * n + 4)
    ]
    found = ask(months, quota(100.0, quarter_cap=0.3))
    names = ("quota_period", "amount", "over_value_usd", "is_lower_bound")
    assert told(found, *names) == [
        (f"2024-Q{n}", float(most), pytest.approx(10 * beyond, abs=1e-3), False)
        for n, (most, beyond) in enumerate(zip(allowed, over, strict=True), 1)
    ]


def test_a_cap_on_quarters_of_a_table_by_year_is_a_lower_bound() -> None:
    whole = ask([kg("0201100000", 1400, 140)], quota(100.0, quarter_cap=0.3))
    names = ("quota_period", "amount", "over_value_usd", "is_lower_bound")
    assert told(whole, *names) == [("2024", 100.0, pytest.approx(400.0, abs=1e-3), True)]


def test_a_quarter_of_unknown_quantity_leaves_the_later_ones_unknown() -> None:
    months = [
        kg("0201100000", 100, 10, period="2024-02"),
        kg("0201100000", 100, None, period="2024-05"),
        kg("0201100000", 100, 10, period="2024-08"),
        kg("0201100000", 400, 40, period="2024-11"),
    ]
    found = ask(months, quota(100.0, quarter_cap=0.3))
    assert told(found, "quota_period", "state", "over_share") == [
        ("2024-Q1", "unfilled", 0.0),
        ("2024-Q2", "unknown", None),
        ("2024-Q3", "unknown", None),
        ("2024-Q4", "over-quota", None),
    ]


def test_a_table_of_all_months_bounds_nothing() -> None:
    months = [kg("0201100000", 10, 1, period=f"2024-{month:02}") for month in range(1, 13)]
    names = ("quota_period", "state", "is_lower_bound")

    by_quarter = ask(months, quota(3.0, period="quarter"))
    assert told(by_quarter, *names) == [
        (f"2024-Q{quarter}", "exactly filled", False) for quarter in range(1, 5)
    ]
    assert told(ask(months, quota(6.0)), *names) == [("2024", "over-quota", False)]
    by_month = ask(months, quota(0.75, period="month"))
    assert told(by_month, "over_share", "is_lower_bound") == [(0.25, False)] * 12


@pytest.mark.parametrize("period", ["year", "quarter"])
def test_a_month_does_not_say_how_a_longer_period_is_filled(period: str) -> None:
    rows = [kg("0201100000", 10, 1, period=f"2024-0{month}") for month in (1, 2)]
    with pytest.raises(ScenarioError) as caught:
        ask(rows, quota(period=period), period="2024-01")
    problem, alone = caught.value.problems[0], "the imports are those of 2024-01 alone"
    assert problem.what == f"quota beef runs by {period}, and {alone}"
    assert problem.hint == "run it on the months of a year: --period 2024"


def test_a_quota_of_months_is_filled_by_one_month() -> None:
    rows = [kg("0201100000", 10 * month, month, period=f"2024-0{month}") for month in (1, 2)]
    found = ask(rows, quota(1.0, period="month"), period="2024-02")
    assert told(found) == [("*", "2024-02", "over-quota", 2.0, 0.5, 10.0)]


def test_without_a_quantity_the_fill_and_the_duty_are_not_known() -> None:
    rows = [kg("0201100000", 900, 90), kg("0201200000", 600, None)]
    found = ask(rows, quota())

    assert told(found) == [("*", "2024", "unknown", 90.0, None, None)]
    assert told(found, "without_quantity_value_usd", "fill_share") == [(600.0, None)]
    assert duties(found) == {"0201100000 whole": None, "0201200000 whole": None}
    sums = found.tables["by_importer"].row(0, named=True)
    assert sums["duty_after_unknown_value_usd"] == sums["affected_unknown_value_usd"] == 1500.0
    assert set(found.tables["components"]["reason"]) == {
        "in force and first in rank; how far quota beef is filled is not known"
    }


def test_more_than_the_amount_is_over_though_a_quantity_is_missing() -> None:
    rows = [kg("0201100000", 900, 190), kg("0201200000", 600, None)]
    assert told(ask(rows, quota())) == [("*", "2024", "over-quota", 190.0, None, None)]


def test_nothing_allowed_needs_no_quantity() -> None:
    found = ask([kg("0201100000", 900, None)], quota(0.0), over=PROHIBITED)
    assert told(found) == [("*", "2024", "over-quota", 0.0, 1.0, 900.0)]
    assert found.tables["lines"]["status"].to_list() == ["prohibited"]


def test_a_quota_of_value_counts_the_value_for_duty() -> None:
    money: dict[str, Any] = {"unit": "EUR", "counted_unit": "USD", "counted_per_unit": 1.25}
    found = ask([kg("0201100000", 1000, None)], quota(600.0, **money))
    assert told(found) == [("*", "2024", "over-quota", 800.0, 0.25, 250.0)]


def test_mass_of_another_column_and_unit_counts() -> None:
    rows = [
        kg("0201100000", 10, None, net_mass_kg=50.0),
        kg("0201200000", 10, 0.1, quantity_unit="t"),
    ]
    assert told(ask(rows, quota()), "imports_amount", "state") == [(150.0, "over-quota")]


def test_what_may_not_enter_is_told_apart_from_what_is_free() -> None:
    """200 kg of 150: a quarter of 1,000 is kept out; the base duty of 10 % on it is lost."""
    free = FIVE | {"ad_valorem_rate": 0.0, "rate_text": "Free", "mode": "add"}
    law = law_of({"beef": free}, [("beef", "include", "0201")])
    found = ask([kg("0201100000", 1000, 200)], quota(150.0), law=law, over=PROHIBITED, rate=0.1)
    sums = found.tables["by_importer"].row(0, named=True)
    expected = {
        "covered_value_usd": 1000.0, "in_force_value_usd": 750.0, "prohibited_value_usd": 250.0,
        "affected_value_usd": 0.0, "duty_before_usd": 100.0, "duty_after_usd": 75.0,
        "duty_increment_usd": -25.0, "trade_weighted_rate_after": 0.1,
    }  # fmt: skip
    assert {name: sums[name] for name in expected} == expected
    assert told(found, "over_value_usd", "prohibited_value_usd") == [(250.0, 250.0)]
    by_measure = found.tables["by_measure"].row(0, named=True)
    assert by_measure["prohibited_value_usd"] == 250.0
    assert by_measure["covered_value_usd"] == 1000.0
    kept_out = found.tables["components"].filter(pl.col("status") == "prohibited")
    assert kept_out["reason"].to_list() == ["in force and first in rank, over quota beef"]


def test_only_what_the_measure_is_charged_on_counts() -> None:
    """Of 150 kg a half claims an exemption: 75 count against 100. Another measure takes 0202."""
    exempt = Alternative("usmca", None)
    law = law_of(
        {"beef": FIVE, "near": FIVE},
        [("beef", "include", "02"), ("near", "include", "0202")],
    )
    facts: dict[str, Any] = {
        "portions": ("usmca",),
        "change": lambda branch: replace(branch, alternatives=(exempt,))
        if branch.measure_id == "beef" else branch,
    }  # fmt: skip
    policy = policy_under(law, AdValorem(0.4), **facts)
    free = [
        replace(branch, quota=None, alternatives=()) if branch.measure_id == "near" else branch
        for branch in policy.branches
    ]
    trade = trade_of([kg("0201100000", 1500, 150), kg("0202100000", 5000, 500)])
    found = ask_quota(
        trade, law, replace(policy, branches=free), quota(), shares=[share("usmca", 0.5)]
    )
    assert told(found) == [("*", "2024", "unfilled", 75.0, 0.0, 0.0)]
    assert told(found, "imports_value_usd") == [(750.0,)]


def test_two_measures_share_a_quota_and_count_a_flow_once() -> None:
    two = {"beef": FIVE | {"mode": "add"}, "other": FIVE | {"mode": "add", "authority": "surtax"}}
    law = law_of(two, [(name, "include", "0201") for name in two])
    beside = Stacking(relations={name: Relation("adds") for name in ("section-301", "surtax")})
    found = ask([kg("0201100000", 1500, 150)], quota(), law=law, stacking=beside)

    assert told(found) == [("*", "2024", "over-quota", 150.0, pytest.approx(1 / 3), 500.0)]
    assert duties(found) == {
        "0201100000 not over quota beef": 100.0,
        "0201100000 over quota beef": 400.0,
    }


def test_measures_that_wait_fill_a_quota_by_themselves_and_on_top() -> None:
    waiting = FIVE | {"state": "announced", "is_in_force": False}
    law = law_of(
        {"beef": FIVE, "later": waiting},
        [("beef", "include", "0201"), ("later", "include", "0202")],
    )
    found = ask([kg("0201100000", 800, 80), kg("0202100000", 800, 80)], quota(), law=law)

    names = ("status", "imports_amount", "state", "over_share")
    assert told(found, *names) == [
        ("in force", 80.0, "unfilled", 0.0),
        ("threatened", 160.0, "over-quota", 0.375),
    ]
    lines = found.tables["lines"].filter(pl.col("status") == "threatened").sort("segment")
    assert lines.select("segment", "threatened_increment_usd").rows() == [
        ("not over quota beef", 25.0),
        ("over quota beef", 120.0),
    ]


def test_lines_of_the_schedule_may_split_the_trade_already() -> None:
    split: dict[str, Any] = {"observed_split": "lines", "over_portion": None}
    found = ask([kg("0201100000", 1500, 150)], quota(**split), is_split=False)

    names = ("state", "fill_share", "over_share", "over_value_usd")
    assert told(found, *names) == [("over-quota", 1.5, None, None)]
    assert duties(found) == {"0201100000 whole": 75.0}


def test_an_amount_that_nothing_counts_against_is_unfilled() -> None:
    found = ask([kg("0201100000", 800, 80)], quota(), quota(20.0, "ARG"))
    assert told(found) == [
        ("*", "2024", "unfilled", 80.0, 0.0, 0.0),
        ("ARG", "2024", "unfilled", 0.0, 0.0, 0.0),
    ]


def test_an_amount_of_a_month_that_nothing_counts_against_is_that_of_the_month() -> None:
    rows = [kg("0201100000", 10, 1, period=f"2024-0{month}") for month in (1, 2)]
    month, names = {"period": "month"}, ("origin", "quota_period", "amount", "is_lower_bound")
    idle = [quota(9.0, **month), quota(20.0, "ARG", **month)]
    assert told(ask(rows, *idle, period="2024-02"), *names) == [
        ("*", "2024-02", 9.0, False),
        ("ARG", "2024-02", 20.0, False),
    ]
    assert told(ask(rows, *idle), *names)[-1] == ("ARG", "2024", 240.0, True)


def test_duty_by_authority_adds_up_under_a_quota() -> None:
    two = {"beef": FIVE | {"mode": "add"}, "other": FIVE | {"mode": "add", "authority": "surtax"}}
    law = law_of(two, [(name, "include", "0201") for name in two])
    beside = Stacking(relations={name: Relation("adds") for name in ("section-301", "surtax")})
    found = ask([kg("0201100000", 1500, 150)], quota(), law=law, stacking=beside)

    shared = found.tables["by_authority"].select("authority", "duty_increment_usd").rows()
    assert shared == [("section-301", 250.0), ("surtax", 250.0)]
    assert (OVER, BLIND) == ("over quota beef", "fill of quota beef not known")
