"""Rules on groups of rows: each figure worked by hand, on all rows and on the rows that stay."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.rules import Rule
from calc.tables.trade_rules import GROUP_RULES, trade_columns, trade_rules
from pipelines.validation.audit import audit
from pipelines.validation.known import known
from pipelines.validation.rows import Judged, judge_rows
from tests.validation.tables import row, trade

KNOWN = known()
CIF_ONLY = {"customs_value_usd": None, "fob_value_usd": None}


def judged(path: Path, rows: list[dict[str, Any]], rules: list[Rule] | None = None) -> Judged:
    trade(rows).write_parquet(path)
    return judge_rows(path, rules or trade_rules(), KNOWN)


def broken(found: Judged) -> dict[str, list[tuple[Any, ...]]]:
    """The groups that break a rule: rule to group, rows and figure."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for group in found.groups.filter("breaks").iter_rows(named=True):
        told = (group["group"], group["rows"], round(group["figure"], 5))
        rows.setdefault(group["rule_id"], []).append(told)
    return rows


def count(found: Judged, rule_id: str) -> dict[str, Any]:
    return found.counts.row(by_predicate=pl.col("rule_id") == rule_id, named=True)


def test_a_code_that_is_not_the_sum_of_its_finer_codes(tmp_path: Path) -> None:
    """8703 is 1,000 + 500 = 1,500 below, not 1,600: off by 100 of 1,600. 8704 adds up."""
    rows = [
        row(code="8703", customs_value_usd=1600.0),
        row(code="870323", customs_value_usd=1000.0),
        row(code="870332", customs_value_usd=500.0),
        row(code="8704", customs_value_usd=70.0),
        row(code="870421", customs_value_usd=70.0),
    ]
    found = judged(tmp_path / "t.parquet", rows)
    group = "importer USA, partner JPN, period 2024, flow import, nomenclature HTS2024, code 8703"
    assert broken(found) == {"trade.code.children": [(group, 1, 0.0625)]}
    counted = count(found, "trade.code.children")
    assert (counted["groups_judged"], counted["groups_failed"]) == (2, 1)
    assert (counted["rows_judged"], counted["rows_failed"]) == (2, 1)
    assert counted["value_failed_usd"] == 1600.0
    assert found.beyond["table_row"].to_list() == [0]


def test_partners_that_do_not_sum_to_the_world(tmp_path: Path) -> None:
    """The world is 1,000; Japan and Korea are 600 + 300: off by a tenth."""
    rows = [
        row(partner="WLD", customs_value_usd=1000.0),
        row(partner="JPN", customs_value_usd=600.0),
        row(partner="KOR", customs_value_usd=300.0),
        row(partner="WLD", code="8704", customs_value_usd=50.0),
    ]
    found = judged(tmp_path / "t.parquet", rows)
    group = "importer USA, period 2024, flow import, nomenclature HTS2024, code 87032301"
    assert broken(found) == {"trade.partner.world": [(group, 1, 0.1)]}
    assert count(found, "trade.partner.world")["groups_judged"] == 1
    assert found.beyond["table_row"].to_list() == [0]


def test_a_year_that_lacks_a_month(tmp_path: Path) -> None:
    months = [row(period=f"2023-{month:02d}") for month in range(1, 13)]
    found = judged(tmp_path / "t.parquet", [*months, *months[:0], row(period="2022-05")])
    assert broken(found) == {
        "trade.period.months": [("importer USA, flow import, year 2022", 1, 1.0)]
    }
    assert count(found, "trade.period.months")["groups_judged"] == 2


def test_a_year_that_is_not_the_sum_of_its_months(tmp_path: Path) -> None:
    """Twelve months of 100 are 1,200; the year says 1,000: off by 200 of 1,200."""
    months = [row(period=f"2023-{month:02d}", customs_value_usd=100.0) for month in range(1, 13)]
    found = judged(tmp_path / "t.parquet", [*months, row(period="2023", customs_value_usd=1000.0)])
    group = "importer USA, partner JPN, flow import, nomenclature HTS2024, code 87032301, year 2023"
    assert broken(found) == {"trade.period.year": [(group, 1, 0.16667)]}


def test_a_value_of_a_unit_a_thousand_times_its_neighbours(tmp_path: Path) -> None:
    """Units cost 500 USD but one of 600,000: 1,200 times the others. Without five, no judgement."""
    rows = [row(partner=name) for name in ("CAN", "MEX", "DEU", "FRA", "JPN")]
    odd = row(partner="KOR", customs_value_usd=600_000.0 * 2)
    few = [
        row(code="8704", customs_value_usd=cost, partner=name)
        for cost, name in ((1.0, "CAN"), (9e6, "MEX"))
    ]
    found = judged(tmp_path / "t.parquet", [*rows, odd, *few])
    group = "flow import, nomenclature HTS2024, code 87032301, unit number"
    assert broken(found) == {"trade.value.unit_value": [(group, 6, pytest.approx(1200.0))]}
    counted = count(found, "trade.value.unit_value")
    assert (counted["rows_failed"], counted["value_failed_usd"]) == (1, 1_200_000.0)
    assert found.beyond["table_row"].to_list() == [5]


def test_mass_is_the_quantity_where_no_other_is_given(tmp_path: Path) -> None:
    none = {"quantity": None, "quantity_unit": None}
    rows = [row(partner=name, **none) for name in ("CAN", "MEX", "DEU", "FRA")]
    found = judged(tmp_path / "t.parquet", [*rows, row(net_mass_kg=1.0, **none)])
    assert [group[0] for group in broken(found)["trade.value.unit_value"]] == [
        "flow import, nomenclature HTS2024, code 87032301, unit kg"
    ]


def test_a_jump_against_the_period_before(tmp_path: Path) -> None:
    """From 20,000 to 4 million is 200 times; from 4 million to 3 million is no jump."""
    values = {"2021": 20_000.0, "2022": 4e6, "2023": 3e6}
    rows = [row(period=period, customs_value_usd=value) for period, value in values.items()]
    small = [
        row(period=p, code="8704", customs_value_usd=v) for p, v in (("2021", 1.0), ("2022", 900.0))
    ]
    found = judged(tmp_path / "t.parquet", [*rows, *small])
    group = "importer USA, flow import, nomenclature HTS2024, code 87032301, period 2022"
    assert broken(found)["trade.value.jump"] == [(group, 1, 200.0)]


def test_an_economy_that_was_none_in_that_year(tmp_path: Path) -> None:
    rows = [
        row(partner="CSK", period="1992"),
        row(partner="CSK", period="1999"),
        row(partner="SSD", period="2010"),
        row(partner="QQQ", period="2010"),
        row(partner="EU27", period="2010"),
    ]
    found = judged(tmp_path / "t.parquet", rows)
    assert broken(found)["trade.partner.existence"] == [
        ("partner CSK, period 1999", 1, 0.0),
        ("partner QQQ, period 2010", 1, 0.0),
        ("partner SSD, period 2010", 1, 0.0),
    ]


def test_a_partner_that_holds_nearly_all(tmp_path: Path) -> None:
    """Four partners of 10 and one of 960: 96 % of 1,000."""
    rows = [row(partner=name, customs_value_usd=10.0) for name in ("CAN", "MEX", "DEU", "FRA")]
    found = judged(tmp_path / "t.parquet", [*rows, row(partner="JPN", customs_value_usd=960.0)])
    group = "importer USA, period 2024, flow import, nomenclature HTS2024"
    assert broken(found) == {"trade.partner.dominance": [(group, 5, 0.96)]}


def powers(ratio: float) -> list[dict[str, Any]]:
    """A thousand rows: three dollars, and each next one so many times the one before."""
    return [
        row(code=f"{8703230000 + number}", customs_value_usd=3.0 * ratio**number, quantity=None)
        for number in range(1_000)
    ]


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(1.0072, None), (1.0, [("importer USA, flow import", 1_000, 0.19446)])],
)
def test_first_digits(
    tmp_path: Path, ratio: float, told: list[tuple[str, int, float]] | None
) -> None:
    """Powers of a ratio spread over the decades follow Benford's law; equal amounts do not.

    All begin with 3: a gap of 1 - log10(4/3) = 0.875061 there, as much over the eight others, and
    a ninth of both together is 0.194458.
    """
    found = judged(tmp_path / "t.parquet", powers(ratio))
    assert broken(found).get("trade.value.first_digit") == told


def test_groups_are_judged_again_on_the_rows_that_stay(tmp_path: Path) -> None:
    """The world of 1,000 is met only by a row that cannot be used: 600 of 1,000 stay."""
    rows = [
        row(partner="WLD", customs_value_usd=1000.0),
        row(partner="JPN", customs_value_usd=600.0),
        row(partner="KOR", customs_value_usd=400.0, source_id="bad\tname"),
    ]
    found = judged(tmp_path / "t.parquet", rows)
    group = "importer USA, period 2024, flow import, nomenclature HTS2024, code 87032301"
    assert broken(found) == {"trade.partner.world.among_kept": [(group, 1, 0.4)]}


def test_a_table_of_one_kind_of_code_and_period_is_not_asked_about_others(tmp_path: Path) -> None:
    found = judged(tmp_path / "t.parquet", [row(), row(partner="DEU")])
    idle = {"trade.code.children", "trade.period.year", "trade.value.jump", "trade.period.months"}
    for rule_id in idle:
        counted = count(found, rule_id)
        assert (counted["groups_judged"], counted["groups_failed"]) == (0, 0)
        assert counted["value_failed_usd"] == 0.0


def test_codes_of_another_edition(tmp_path: Path) -> None:
    """870332 is a code of all editions; 870340, hybrids, came in 2017."""
    rows = [
        row(nomenclature="HS2012", code="870332"),
        row(nomenclature="HS2012", code="870340"),
        row(nomenclature="HS2017", code="870340"),
        row(nomenclature="HTS2024", code="9802004040"),
    ]
    found = judged(tmp_path / "t.parquet", rows)
    assert broken(found)["trade.code.edition"] == [("nomenclature HS2012, code 870340", 1, 0.0)]
    assert count(found, "trade.code.edition")["groups_judged"] == 3


def test_no_declared_rule_on_groups_refuses_a_table_and_each_says_why() -> None:
    assert {rule.severity for rule in GROUP_RULES} == {"warning", "information"}
    assert all(rule.reason and rule.message for rule in trade_rules())
    assert all(set(rule.parameters["by"]) for rule in GROUP_RULES)
    assert set(trade_columns().values()) == {"text", "number"}


def test_a_row_order_changes_no_figure(tmp_path: Path) -> None:
    rows = [
        row(partner=name, customs_value_usd=0.1 + n)
        for n, name in enumerate(("WLD", "CAN", "FRA", "DEU"))
    ]
    straight = judged(tmp_path / "a.parquet", rows)
    turned = judged(tmp_path / "b.parquet", rows[::-1])
    assert straight.groups.equals(turned.groups)


def test_the_second_engine_counts_the_groups_that_fail(tmp_path: Path) -> None:
    rows = [row(partner=name) for name in ("CAN", "MEX", "DEU", "FRA", "QQQ")]
    path = tmp_path / "t.parquet"
    found = judged(path, [*rows, row(partner="KOR", quantity=1e7), row(period="2023-05")])
    assert {"trade.value.unit_value", "trade.partner.existence"} <= set(broken(found))
    result = audit(path, found, "rows").result
    on_groups = {
        item["rule_id"]: item for item in result["results"] if "figure" in str(item["arguments"])
    }
    assert on_groups["trade.partner.existence"]["result"]["unexpected_count"] == 1
    assert result["success"]  # a warning refuses nothing
