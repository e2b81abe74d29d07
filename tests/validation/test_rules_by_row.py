"""Each rule catches its own fault and nothing else; the key is judged on all rows and on kept."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.rules import row_rules
from calc.tables.trade import Trade
from calc.tables.trade_rules import trade_rules
from pipelines.validation.known import known
from pipelines.validation.rows import judge_rows
from tests.validation.tables import lawful_rows, row, trade

RULES = trade_rules()
KNOWN = known()
MESSAGES = {rule.rule_id: rule.message for rule in RULES}
NUMBERS = (
    "customs_value_usd",
    "cif_value_usd",
    "fob_value_usd",
    "calculated_duty_usd",
    "quantity",
    "quantity_2",
    "net_mass_kg",
)
NO_OTHER_BASIS = {"cif_value_usd": None, "fob_value_usd": None}
FAULTS: list[tuple[str, dict[str, Any]]] = [
    *[(f"{name}.presence", {name: None}) for name in Trade.primary_key()],
    ("source_id.presence", {"source_id": None}),
    ("importer.pattern", {"importer": "usa"}),
    ("importer.pattern", {"importer": "USA\n"}),
    ("partner.pattern", {"partner": "JP"}),
    ("period.pattern", {"period": "2024-13"}),
    ("flow.pattern", {"flow": "imports"}),
    ("nomenclature.pattern", {"nomenclature": "HS2024"}),
    ("code.pattern", {"code": "8703.23"}),
    ("code.pattern", {"code": ""}),
    ("code.pattern", {"code": "８７０３２３"}),
    ("quantity_unit.pattern", {"quantity_unit": " kg"}),
    ("quantity_unit.pattern", {"quantity_unit": "\x1ckg"}),
    ("quantity_2_unit.pattern", {"quantity_2_unit": "kg\u00a0"}),
    ("source_id.pattern", {"source_id": "a\tb"}),
    *[(f"{name}.number", NO_OTHER_BASIS | {name: float("nan")}) for name in NUMBERS],
    *[(f"{name}.number", NO_OTHER_BASIS | {name: float("inf")}) for name in NUMBERS],
    *[(f"{name}.range", NO_OTHER_BASIS | {name: -1.0}) for name in NUMBERS],
    ("customs_value_usd.range", {"customs_value_usd": 9.1e14}),
    ("importer_is_not_partner", {"partner": "USA"}),
    ("has_a_value", NO_OTHER_BASIS | {"customs_value_usd": None}),
    ("quantity_has_a_unit", {"quantity_unit": None}),
    ("quantity_2_has_a_unit", {"quantity_2_unit": None}),
    ("cif_is_not_below_fob", {"cif_value_usd": 989.0}),
]


def counts(tmp_path: Path, rows: list[dict[str, Any]]) -> pl.DataFrame:
    path = tmp_path / "table.parquet"
    trade(rows).write_parquet(path)
    return judge_rows(path, RULES, KNOWN).counts


@pytest.mark.parametrize(("rule", "cells"), FAULTS)
def test_each_rule_catches_its_own_fault_and_only_that(
    tmp_path: Path, rule: str, cells: dict[str, Any]
) -> None:
    found = counts(tmp_path, [*lawful_rows(3), row(**cells)])
    failed = found.filter(pl.col("rows_failed") > 0).select("rule_id", "message", "rows_failed")
    rule_id = f"trade.{rule}"
    assert failed.rows() == [(rule_id, MESSAGES[rule_id], 1)]


def test_every_row_rule_has_a_fault() -> None:
    assert {f"trade.{rule}" for rule, _ in FAULTS} == {rule.rule_id for rule in row_rules(RULES)}


def test_lawful_rows_break_nothing_and_are_all_judged(tmp_path: Path) -> None:
    found = counts(tmp_path, lawful_rows(5))
    expected = [(rule.rule_id, 5, 0, 0.0) for rule in RULES if not rule.is_on_groups]
    expected.append(("trade.key.unique.among_kept", 5, 0, 0.0))
    columns = ("rule_id", "rows_judged", "rows_failed", "value_failed_usd")
    on_rows = found.filter(pl.col("groups_judged").is_null())
    assert on_rows.select(columns).rows() == expected
    assert found["rows_failed"].sum() == 0


def test_value_of_a_rule_is_customs_else_cif_else_fob_and_unknown_is_null(tmp_path: Path) -> None:
    wrong = {"importer": "usa", "code": "010101"}
    by_cif = row(**wrong, partner="FRA", customs_value_usd=None)
    by_fob = row(**wrong, partner="DEU", customs_value_usd=None, cif_value_usd=None)
    found = counts(tmp_path, [row(**wrong), by_cif, by_fob])
    assert value_of(found, "trade.importer.pattern") == 1000.0 + 1100.0 + 990.0
    none = row(customs_value_usd=None, cif_value_usd=None, fob_value_usd=None)
    assert value_of(counts(tmp_path, [none]), "trade.has_a_value") is None


def test_sum_beyond_64_bits_does_not_wrap(tmp_path: Path) -> None:
    huge = [row(importer="usa", code=f"{10 + number}", customs_value_usd=9e14) for number in (1, 2)]
    assert value_of(counts(tmp_path, huge), "trade.importer.pattern") == 1.8e15


def value_of(found: pl.DataFrame, rule_id: str) -> float | None:
    value: float | None = found.filter(rule_id=rule_id)["value_failed_usd"].item()
    return value


def key_counts(found: pl.DataFrame) -> list[tuple[int, int]]:
    unique = found.filter(kind="unique")
    return unique.select("rows_judged", "rows_failed").rows()


def test_rows_of_one_key_are_all_failed(tmp_path: Path) -> None:
    found = counts(tmp_path, [row(), *lawful_rows(2), row(customs_value_usd=5.0), row()])
    assert key_counts(found) == [(5, 3), (5, 3)]


def test_null_in_a_key_equals_null(tmp_path: Path) -> None:
    rows = [row(partner=None), row(partner=None), row(partner="JPN"), row(code=None)]
    assert key_counts(counts(tmp_path, rows)) == [(4, 2), (1, 0)]


def test_row_left_out_for_itself_does_not_make_its_twin_a_duplicate(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    trade([row(customs_value_usd=-1.0), row(), row(code="01"), row(code="01")]).write_parquet(path)
    judged = judge_rows(path, RULES, KNOWN)
    assert key_counts(judged.counts) == [(4, 4), (3, 2)]
    assert judged.left_out["table_row"].to_list() == [0, 2, 3]


def test_parts_of_any_size_find_the_same_repeated_keys(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    rows = [row(code=f"{10 + number % 30}") for number in range(70)]
    trade([*rows, *lawful_rows(20)]).write_parquet(path, row_group_size=7)
    whole = judge_rows(path, RULES, KNOWN)
    in_parts = judge_rows(path, RULES, KNOWN, part_rows=4)
    assert whole.left_out.equals(in_parts.left_out)
    assert whole.left_out.height == 70
