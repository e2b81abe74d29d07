"""How far amounts are filled, what is over them, and the report, from a few flows by hand."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from calc.policy.model import blind_portion
from calc.quota_fill import by_quota, fills_of, shares_over, with_idle
from calc.quotas import counted_parts, counted_trade, flows_under_quotas, incomplete_of, span_of
from calc.shares import SHARE_UNITS
from calc.tables.quotas import Quotas
from tests.run.quotas import NAME, OVER, quota
from tests.strategies import Row, table

Flow = tuple[str, float | None, float, float]
"""Period, kilograms, and the parts that count in force and were what threatens in force."""
COMPONENTS: dict[str, Any] = {
    "table_row": pl.UInt32, "segment": pl.String, "quota": pl.String, "quota_part": pl.String,
    "status": pl.String, "value_e4": pl.Int64,
}  # fmt: skip


def flows_of(flows: Sequence[Flow], *quotas: Row) -> pl.LazyFrame:
    """Flows from Argentina, each worth 2 USD."""
    rows = pl.Series("table_row", range(len(flows)), pl.UInt32)
    periods = sorted({period for period, *_ in flows})
    parts = pl.LazyFrame(
        {"table_row": rows, "quota_id": NAME, "part_in_force": [flow[2] for flow in flows],
         "part_as_if": [flow[3] for flow in flows]}
    )  # fmt: skip
    trade = pl.LazyFrame(
        {"table_row": rows, "importer": "USA", "partner": "ARG",
         "period": [flow[0] for flow in flows], "value_e4": 20_000,
         "counted_0": [flow[1] for flow in flows]},
        schema_overrides={"counted_0": pl.Float64, "value_e4": pl.Int64},
    )  # fmt: skip
    told = table(quotas or [quota()], Quotas).lazy()
    return flows_under_quotas(parts, trade, told, units=["kg"], span=span_of(periods))


def filled(flows: Sequence[Flow], *quotas: Row) -> pl.DataFrame:
    periods = sorted({period for period, *_ in flows})
    fills = fills_of(flows_of(flows, *quotas), incomplete=incomplete_of(periods))
    return fills.sort("quota_period", "status").collect()


@pytest.mark.parametrize(
    ("amount", "kilograms", "state", "over", "fill"),
    [
        (100.0, 150.0, "over-quota", 1 / 3, 1.5),
        (100.0, 50.0, "unfilled", 0.0, 0.5),
        (100.0, 100.0, "exactly filled", 0.0, 1.0),
        (1.001, 1.001, "exactly filled", 0.0, 1.0),
        (100.0, None, "unknown", None, None),
        (0.0, 5.0, "over-quota", 1.0, None),
        (0.000001, 0.000002, "over-quota", 0.5, 2.0),
    ],
)
def test_an_amount_is_filled_to_a_share(
    amount: float, kilograms: float | None, state: str, over: float | None, fill: float | None
) -> None:
    (found,) = filled([("2024", kilograms, 1.0, 1.0)], quota(amount)).iter_rows(named=True)
    assert found["state"] == state
    assert found["over_share"] == (over if over is None else pytest.approx(over))
    assert found["fill_share"] == (fill if fill is None else pytest.approx(fill))
    assert found["status"] == "in force"


def test_quarters_under_a_cap_take_what_those_before_have_left() -> None:
    """40 of 100 a quarter: 60, 20, 10 and 50 come in; 40, 20 and 10 of them leave 30."""
    flows = [(f"2024-{month:02}", kilograms, 1.0, 1.0)
             for month, kilograms in ((1, 60.0), (4, 20.0), (7, 10.0), (10, 50.0))]  # fmt: skip
    found = filled(flows, quota(quarter_cap=0.4))
    assert found["status"].to_list() == ["in force"] * 4
    assert found["quota_period"].to_list() == [f"2024-Q{number}" for number in range(1, 5)]
    assert (found["allowed"] // 1_000_000).to_list() == [40, 40, 40, 30]
    assert found["over_share"].to_list() == [pytest.approx(1 / 3), 0.0, 0.0, pytest.approx(0.4)]


@pytest.mark.parametrize(("cap", "allowed"), [(0.4, 100), (0.2, 80)])
def test_a_year_under_a_cap_lets_in_four_quarters_at_most(cap: float, allowed: int) -> None:
    found = filled([("2024", 60.0, 1.0, 1.0)], quota(quarter_cap=cap))
    assert (found["allowed"] // 1_000_000).to_list() == [allowed]


def test_what_waits_counts_on_top_in_its_own_month() -> None:
    """A quarter of May's flow counts now, half of it were what threatens in force."""
    flows = [("2024-05", 100.0, 0.25, 0.5), ("2024-06", 80.0, 1.0, 1.0)]
    found = filled(flows, quota(period="month"))
    kilograms = found["counted"] // 1_000_000
    assert found.select("quota_period", "status", counted=kilograms).rows() == [
        ("2024-05", "in force", 25),
        ("2024-05", "threatened", 50),
        ("2024-06", "in force", 80),
    ]


def test_what_waits_fills_the_later_quarters_under_a_cap_too() -> None:
    flows = [("2024-01", 100.0, 0.25, 0.5), ("2024-04", 80.0, 1.0, 1.0)]
    found = filled(flows, quota(quarter_cap=0.4))
    told = found.select("quota_period", "status", allowed=pl.col("allowed") // 1_000_000)
    assert told.rows() == [
        ("2024-Q1", "in force", 40), ("2024-Q1", "threatened", 40),
        ("2024-Q2", "in force", 40), ("2024-Q2", "threatened", 40),
    ]  # fmt: skip


def test_shares_are_of_what_is_over_or_of_all_where_it_is_not_known() -> None:
    blind = blind_portion(NAME)
    told = {}
    for kilograms in (150.0, 50.0, None):
        flows = flows_of([("2024", kilograms, 1.0, 1.0)])
        fills = fills_of(flows, incomplete=[])
        found = shares_over(flows, fills, {OVER: 0, blind: 1}).collect()
        told[kilograms] = found.rows()
    third = round((1 - 100 / 150) * SHARE_UNITS)
    assert told == {150.0: [(0, 0, third)], 50.0: [], None: [(0, 1, SHARE_UNITS)]}


def test_the_least_share_over_a_quota_is_taken() -> None:
    flows = flows_of([("2024", 150.0, 1.0, 1.0)])
    fills = fills_of(flows, incomplete=[]).with_columns(over_share=pl.lit(1 / SHARE_UNITS))
    assert shares_over(flows, fills, {OVER: 0}).collect().rows() == [(0, 0, 1)]


def components(*rows: tuple[Any, ...]) -> pl.LazyFrame:
    return pl.LazyFrame(list(rows), schema=COMPONENTS, orient="row")


def test_the_report_tells_what_is_over_by_lines_or_by_the_share() -> None:
    """Of 2 USD the lines over the quota hold 0.7; of three halves a third, 0.6667, is over."""
    flows = flows_of([("2024", 150.0, 1.0, 1.0)])
    fills = fills_of(flows, incomplete=[])
    lines = components(
        (0, "over", NAME, "over", "applied", 5_000),
        (0, "over too", NAME, "over", "prohibited", 2_000),
        (0, "within", NAME, "within", "applied", 13_000),
        (0, "out", NAME, "over", "displaced", 9_000),
    )
    quotas = table([quota()], Quotas).lazy()
    names = ("over_value_usd", "prohibited_value_usd", "imports_amount", "imports_value_usd")
    by_lines = by_quota(fills, flows, lines, quotas).select(names).collect()
    assert by_lines.rows() == [(0.7, 0.2, 150.0, 2.0)]
    by_share = by_quota(fills, flows, lines, quotas, is_averaged=True).select(names).collect()
    assert by_share.rows() == [(0.6667, 0.0, 150.0, 2.0)]


def test_an_amount_that_nothing_counts_against_is_unfilled() -> None:
    flows = flows_of([("2024", 150.0, 1.0, 1.0)])
    fills = fills_of(flows, incomplete=[])
    quotas = table([quota(), quota(quota_id="lamb"), quota(quota_id="goat")], Quotas).lazy()
    whole = with_idle(fills, quotas, ["2024"], in_force=[NAME, "lamb"])
    found = by_quota(whole, flows, components(), quotas).collect()
    told = ("quota_id", "state", "imports_amount", "imports_value_usd", "amount")
    assert found.select(told).rows() == [
        (NAME, "over-quota", 150.0, 2.0, 100.0),
        ("lamb", "unfilled", 0.0, 0.0, 100.0),
    ]


def test_a_quota_of_value_counts_dollars_and_others_their_unit() -> None:
    trade = pl.LazyFrame(
        {"table_row": [0], "importer": ["USA"], "partner": ["ARG"], "period": ["2024"],
         "value_e4": [50_000], "duty_base_usd": [5.0], "quantity": [3.0], "quantity_unit": ["t"],
         "quantity_2": [None], "quantity_2_unit": [None], "net_mass_kg": [None]},
        schema_overrides={"quantity_2": pl.Float64, "quantity_2_unit": pl.String,
                          "net_mass_kg": pl.Float64},
    )  # fmt: skip
    counted: pl.LazyFrame = counted_trade(nw.from_native(trade), ["USD", "kg"]).to_native()
    assert counted.select("counted_0", "counted_1").collect().rows() == [(5.0, 3_000.0)]


def test_parts_count_where_a_measure_is_applied_or_threatens() -> None:
    """Half of the flow is charged, a quarter is threatened, and an eighth is displaced."""
    divisions = pl.LazyFrame({"table_row": [7], "division": [1]})
    weights = pl.LazyFrame(
        [(1, 4, "a", 0.5), (1, 4, "b", 0.25), (1, 4, "c", 0.125)],
        schema=["division", "kind", "segment", "weight"], orient="row",
    )  # fmt: skip
    measures = pl.LazyFrame(
        [(4, "a", "applied", NAME), (4, "b", "threatened", NAME), (4, "c", "displaced", NAME),
         (4, "c", "applied", None)],
        schema=["kind", "segment", "status", "quota"], orient="row",
    )  # fmt: skip
    found = counted_parts(divisions, weights, measures).collect()
    assert found.rows() == [(7, NAME, 0.5, 0.75)]
