"""Laws of quotas on drawn tables: none allowed, enough allowed, parts, scale, order, periods."""

from dataclasses import replace
from math import fsum

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.policy.expression import AdValorem
from calc.policy.model import Policy
from pipelines.run.compute import Answer
from tests.draws import draws
from tests.properties.test_run_laws import asked
from tests.properties.test_segment_laws import BY, FIGURES, Drawn
from tests.run.asking import law_of, trade_of
from tests.run.policies import policy_for
from tests.run.quotas import ask_quota, policy_under, quota
from tests.strategies import Row, reordered, shuffled

OVER_RATE = AdValorem(0.5)
ENOUGH = 1e17
BEEF = law_of({"beef": {"ad_valorem_rate": 0.0625, "mode": "replace"}}, [("beef", "include", "02")])
OTHERS = [(period, "9999", 1.0) for period in ("2024-01", "2024-12")]
"""Trade of other goods, so that no table has a month alone."""

PERIODS = [f"2024-{month:02}" for month in range(1, 13)]

weights = st.integers(1, 2**20).map(lambda number: number / 16)
flows = st.lists(
    st.tuples(st.sampled_from(PERIODS), st.sampled_from(("0201100000", "0202200000")), weights),
    unique_by=lambda flow: flow[:2],
    min_size=1,
    max_size=8,
)


def sums(found: Answer) -> pl.DataFrame:
    """The figures of every line, its segments added up."""
    key = ["importer", "partner", "period", "code"]
    lines = found.tables["lines"]
    known = [pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()) for name in FIGURES]
    return lines.group_by(key).agg(known).sort(key)


def beef(rows: list[tuple[str, str, float]], *quotas: Row, by: float = 1.0) -> Answer:
    """What the quota does to flows of beef at 4 USD/kg; quantities are multiplied by a number."""
    others = OTHERS if any("-" in period for period, _, _ in rows) else []
    cells = [
        {"period": period, "code": code, "customs_value_usd": 4 * kg, "quantity": kg * by,
         "quantity_unit": "kg"} for period, code, kg in (*rows, *others)
    ]  # fmt: skip
    return ask_quota(trade_of(cells), BEEF, policy_under(BEEF, OVER_RATE), *quotas)


@settings(max_examples=draws(3, 5))
@given(asked())
def test_where_nothing_is_allowed_all_pays_the_rate_over_the_quota(
    drawn: Drawn,
) -> None:
    law = drawn[1]
    policy = policy_under(law, OVER_RATE)
    plain = policy_for(law, lambda branch: replace(branch, rate=OVER_RATE))
    found = answered(drawn, policy, quota(0.0))
    over = answered(drawn, plain)
    for name in BY:
        assert_frame_equal(found.tables[name], over.tables[name])


@settings(max_examples=draws(3, 5))
@given(asked())
def test_where_enough_is_allowed_all_pays_its_own_rate_or_nobody_knows(
    drawn: Drawn,
) -> None:
    law = drawn[1]
    money = {"unit": "USD", "counted_unit": "USD"}
    policy = policy_under(law, OVER_RATE)
    found = answered(drawn, policy, quota(ENOUGH, **money))
    within = answered(drawn, policy_for(law))
    for name in BY:
        assert_frame_equal(found.tables[name], within.tables[name])


def answered(drawn: Drawn, policy: Policy, *quotas: Row) -> Answer:
    """What a law as objects does to a drawn table."""
    trade, law, base = drawn
    return ask_quota(trade, law, policy, *quotas, base=base)


@settings(max_examples=draws(3, 5))
@given(asked(), st.floats(0.0, 1e12))
def test_what_is_within_and_over_is_the_whole(drawn: Drawn, amount: float) -> None:
    law = drawn[1]
    money = {"unit": "USD", "counted_unit": "USD"}
    policy = policy_under(law, OVER_RATE)
    found = answered(drawn, policy, quota(amount, **money))
    within = answered(drawn, policy_for(law))
    key = ["importer", "partner", "period", "code"]
    value = pl.col("customs_value_usd").sum().round(4)
    split, whole = (
        one.tables["lines"].group_by(key).agg(value).sort(key) for one in (found, within)
    )
    assert_frame_equal(split, whole)
    parts = found.tables["components"].filter(
        (pl.col("quota_part") == "over") & (pl.col("status") == "applied")
    )
    lines = parts.unique(["partner", "code", "segment"])
    by_quota = found.tables["by_quota"].filter(pl.col("status") == "in force")
    told = fsum(by_quota["over_value_usd"].drop_nulls())
    assert abs(fsum(lines["customs_value_usd"].drop_nulls()) - told) < 0.01


@settings(max_examples=draws(3, 5))
@given(flows, weights, st.sampled_from([0.25, 2.0, 64.0]))
def test_amount_and_quantities_may_be_counted_in_another_unit(
    rows: list[tuple[str, str, float]], amount: float, by: float
) -> None:
    plain, scaled = beef(rows, quota(amount)), beef(rows, quota(amount * by), by=by)
    names = ["state", "over_share", "fill_share", "over_value_usd"]
    assert_frame_equal(plain.tables["by_quota"].select(names),
                       scaled.tables["by_quota"].select(names))  # fmt: skip
    assert_frame_equal(sums(plain), sums(scaled))


@settings(max_examples=draws(3, 5))
@given(flows, weights, weights)
def test_a_larger_amount_lets_no_more_be_over(
    rows: list[tuple[str, str, float]], amount: float, more: float
) -> None:
    small, large = beef(rows, quota(amount)), beef(rows, quota(amount + more))
    over = [fsum(one.tables["by_quota"]["over_value_usd"]) for one in (small, large)]
    duty = [one.tables["by_importer"]["duty_after_usd"].item() for one in (small, large)]
    assert over[1] <= over[0]
    assert duty[1] <= duty[0]


@settings(max_examples=draws(3, 5))
@given(flows, weights)
def test_a_year_as_a_whole_is_a_lower_bound_of_its_quarters(
    rows: list[tuple[str, str, float]], amount: float
) -> None:
    """At one price a kilogram what is over in value is what is over in mass, times the price."""
    by_code: dict[str, float] = {}
    for _, code, kg in rows:
        by_code[code] = by_code.get(code, 0.0) + kg
    year = [("2024", code, kg) for code, kg in by_code.items()]
    quarters = beef(rows, quota(amount, period="quarter")).tables["by_quota"]
    whole = beef(year, quota(amount, period="quarter")).tables["by_quota"]
    by_hand: dict[str, float] = {}
    for period, _, kg in rows:
        quarter = f"2024-Q{(int(period[5:]) + 2) // 3}"
        by_hand[quarter] = by_hand.get(quarter, 0.0) + kg
    over = [max(kg - amount, 0.0) * 4 for _, kg in sorted(by_hand.items())]
    assert quarters["quota_period"].to_list() == sorted(by_hand)
    assert all(abs(x - y) < 0.01 for x, y in zip(quarters["over_value_usd"], over, strict=True))
    assert whole["is_lower_bound"].to_list() == [True]
    assert whole["over_value_usd"].item() <= fsum(quarters["over_value_usd"]) + 0.01


@settings(max_examples=draws(4, 8), deadline=None)
@given(flows, st.floats(1.0, 1e6), st.sampled_from((0.25, 0.3, 0.5, 1.0)))
def test_quarters_under_a_cap_are_filled_one_after_another(
    rows: list[tuple[str, str, float]], amount: float, cap: float
) -> None:
    found = beef(rows, quota(amount, quarter_cap=cap)).tables["by_quota"]
    left = amount
    over: list[float] = []
    by_hand: dict[str, float] = {}
    for period, _, kg in rows:
        quarter = f"2024-Q{(int(period[5:]) + 2) // 3}"
        by_hand[quarter] = by_hand.get(quarter, 0.0) + kg
    for _, kg in sorted(by_hand.items()):
        taken = min(kg, cap * amount, left)
        left -= taken
        over.append(4 * (kg - taken))
    assert found["over_value_usd"].to_list() == pytest.approx(over, rel=1e-6, abs=0.01)


@settings(max_examples=draws(3, 5))
@given(asked(), st.floats(0.0, 1e9), st.data())
def test_no_order_of_rows_or_measures_changes_a_figure(
    drawn: Drawn, amount: float, data: st.DataObject
) -> None:
    law = drawn[1]
    policy = policy_under(law, OVER_RATE)
    found = answered(drawn, policy, quota(amount))
    trade, law, base = drawn
    turned = (data.draw(shuffled(trade)), data.draw(reordered(law)), base)
    other = answered(turned, policy, quota(amount))
    for name in (*BY, "by_measure", "by_quota", "lines", "components"):
        assert_frame_equal(found.tables[name], other.tables[name])
