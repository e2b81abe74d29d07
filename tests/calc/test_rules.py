"""The rules read off each declared table: lawful rows keep them, each seeded fault is caught."""

import math
import re
from datetime import date
from functools import cache
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from calc.rules import Rule, declared_rules, row_rules
from calc.tables import TABLES
from calc.tables.trade import Trade
from tests.strategies import Row

RULES = [(name, rule) for name, table in TABLES.items() for rule in declared_rules(name, table)]
ROW_RULES = [(name, rule) for name, rule in RULES if rule.kind != "unique"]
SAMPLED_ROWS = 40

# Cells that break each cross-column rule, whatever the row: a new rule needs its fault here.
RELATION_FAULTS: dict[str, Row] = {
    "trade.importer_is_not_partner": {"importer": "USA", "partner": "USA"},
    "trade.has_a_value": {
        "customs_value_usd": None,
        "cif_value_usd": None,
        "fob_value_usd": None,
    },
    "trade.quantity_has_a_unit": {"quantity": 1.0, "quantity_unit": None},
    "trade.quantity_2_has_a_unit": {"quantity_2": 1.0, "quantity_2_unit": None},
    "trade.cif_is_not_below_fob": {"cif_value_usd": 1.0, "fob_value_usd": 2.0},
    "base.specific_rate_has_a_unit": {"specific_rate_usd": 1.0, "specific_unit": None},
    "base.forms_are_apart": {"ad_valorem_rate": 0.1, "expression": "max(10%, 1 USD/kg)"},
    "base.interval_is_ordered": {
        "valid_from": date(2024, 1, 1),
        "valid_until": date(2024, 1, 1),
    },
    "shares.range_holds_the_central": {"low": 0.5, "central": 0.4, "high": 0.6},
    "shares.interval_is_ordered": {
        "valid_from": date(2024, 1, 1),
        "valid_until": date(2024, 1, 1),
    },
    "measures.in_force_is_the_state": {"is_in_force": True, "state": "ended"},
    "elasticities.range_holds_the_central": {
        "parameter": "between-imports",
        "low": 2.0,
        "central": 1.0,
        "high": 3.0,
    },
    "elasticities.level_has_a_range": {"low": None, "high": None, "range_level": 0.9},
    "elasticities.sign_is_that_of_the_parameter": {
        "parameter": "demand",
        "low": None,
        "central": 1.0,
        "high": None,
        "range_level": None,
    },
    "elasticities.only_supply_is_infinite": {
        "parameter": "between-imports",
        "low": None,
        "central": math.inf,
        "high": None,
        "range_level": None,
    },
    "quotas.a_unit_counts_something": {"counted_per_unit": 0.0},
    "quotas.split_by_fill_has_a_portion": {"observed_split": "none", "over_portion": None},
    "sources.domestic_sales_pay_no_duty": {
        "importer": "USA",
        "partner": "USA",
        "rate_before": 0.1,
    },
}


def identity(value: Any) -> str | None:
    return value.rule_id if isinstance(value, Rule) else str(value)


@cache
def lawful(name: str) -> pl.DataFrame:
    """Rows that dataframely draws from the declaration, the same each time."""
    generator = dy.random.Generator(seed=1)
    return TABLES[name].sample(SAMPLED_ROWS, generator=generator)


def unlike(pattern: str) -> str:
    """A text that a pattern does not match."""
    return next((text for text in ("\x00", " ") if not re.search(pattern, text)), "")


def faults(rule: Rule) -> list[Row]:
    """Cells that break a rule, one row of them a way to break it."""
    column = rule.column or ""
    low, high = rule.parameters.get("minimum"), rule.parameters.get("maximum")
    below: list[Row] = [] if low is None else [{column: low - 1}]
    above: list[Row] = [] if high is None else [{column: high * 2}]
    infinite = () if rule.parameters.get("may_be_infinite") else (math.inf, -math.inf)
    not_finite = (math.nan, *infinite)
    seeded: dict[str, list[Row]] = {
        "presence": [{column: None}],
        "pattern": [{column: unlike(rule.parameters.get("pattern", ""))}],
        "number": [{column: value} for value in not_finite],
        "range": [*below, *above],
        "relation": [RELATION_FAULTS.get(rule.rule_id, {})],
    }
    return seeded[rule.kind]


def with_cells(frame: pl.DataFrame, cells: Row) -> pl.DataFrame:
    """The frame with the cells of its second row replaced."""
    rows = frame.to_dicts()
    rows[1] |= cells
    return pl.DataFrame(rows, schema=frame.schema)


def broken(frame: pl.DataFrame, rule: Rule) -> list[int]:
    """The numbers of the rows that break a rule."""
    flagged: list[int] = frame.select((~rule.passes()).arg_true()).to_series().to_list()
    return flagged


@pytest.mark.parametrize("name", TABLES)
def test_rows_drawn_from_the_declaration_keep_every_rule(name: str) -> None:
    frame = lawful(name)
    rules = row_rules(declared_rules(name, TABLES[name]))
    assert {rule.rule_id: rows for rule in rules if (rows := broken(frame, rule))} == {}
    assert frame.height == SAMPLED_ROWS
    assert frame.select(TABLES[name].primary_key()).is_unique().all()


@pytest.mark.parametrize(("name", "rule"), ROW_RULES, ids=identity)
def test_seeded_fault_is_caught_in_its_row_only(name: str, rule: Rule) -> None:
    seeded = faults(rule)
    assert seeded
    for cells in seeded:
        assert broken(with_cells(lawful(name), cells), rule) == [1]


@pytest.mark.parametrize("name", TABLES)
def test_our_rules_and_those_of_the_declaration_agree(name: str) -> None:
    table, frame = TABLES[name], lawful(name)
    for rule in row_rules(declared_rules(name, table)):
        for cells in faults(rule):
            assert not table.is_valid(with_cells(frame, cells)), rule.rule_id


@pytest.mark.parametrize("name", TABLES)
def test_nothing_that_a_declaration_asks_is_left_without_a_rule(name: str) -> None:
    """A constraint of dataframely that the rules do not read would be declared and never judged."""
    table = TABLES[name]
    read = {"nullability", "regex", "min", "max", "inf", "nan"}
    asked = {
        (column, constraint)
        for column, declared in table.columns().items()
        for constraint in declared.validation_rules(pl.col(column))
    }
    assert {constraint for _, constraint in asked} <= read
    kinds = {"nullability": "presence", "regex": "pattern", "min": "range", "max": "range"}
    expected = {(column, kinds.get(constraint, "number")) for column, constraint in asked}
    rules = declared_rules(name, table)
    found = {(rule.column, rule.kind) for rule in rules if rule.column is not None}
    assert found == expected


def test_every_relation_has_a_fault() -> None:
    assert set(RELATION_FAULTS) == {rule.rule_id for _, rule in RULES if rule.kind == "relation"}


@pytest.mark.parametrize("name", TABLES)
def test_key_rule_comes_last_and_names_the_key(name: str) -> None:
    table = TABLES[name]
    *others, last = declared_rules(name, table)
    assert (last.rule_id, last.kind) == (f"{name}.key.unique", "unique")
    assert last.parameters == {"columns": table.primary_key()}
    assert "unique" not in {rule.kind for rule in others}
    assert row_rules([*others, last]) == others
    with pytest.raises(ValueError, match=rf"rule {name}\.key\.unique is not a row rule"):
        last.passes()


def test_names_of_rules_are_unique_and_every_rule_is_a_sentence() -> None:
    names = [rule.rule_id for _, rule in RULES]
    assert len(set(names)) == len(names)
    assert all(rule.message and not rule.message.endswith(".") for _, rule in RULES)
    assert {rule.severity for _, rule in RULES} == {"error"}


def test_rules_of_a_column_as_told_to_people() -> None:
    told = {rule.rule_id: rule.message for rule in declared_rules("trade", Trade)}
    assert told["trade.importer.presence"] == "importer is given"
    assert told["trade.importer.pattern"] == "importer matches ^([A-Z]{3}|EU[0-9]{2})$"
    assert told["trade.quantity.number"] == "quantity is a finite number"
    assert told["trade.quantity.range"] == "quantity is at least 0 and at most 1e+18"
    assert told["trade.key.unique"] == (
        "no two rows have the same importer, partner, period, flow, nomenclature, code"
    )


@pytest.mark.parametrize(
    ("value", "failed"),
    [
        (None, []),
        (0.0, []),
        (9e14, []),
        (-0.01, ["range"]),
        (math.nan, ["number"]),
        (math.inf, ["number"]),
        (-math.inf, ["number"]),
    ],
)
def test_one_fault_is_told_once_and_null_is_no_fault(
    value: float | None, failed: list[str]
) -> None:
    rules = [
        rule
        for rule in declared_rules("trade", Trade)
        if rule.column == "customs_value_usd" and rule.expression is not None
    ]
    frame = pl.DataFrame({"customs_value_usd": [value]}, schema={"customs_value_usd": pl.Float64})
    assert [rule.kind for rule in rules if broken(frame, rule)] == failed
