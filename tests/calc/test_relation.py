"""Conditions on a row: read by a fixed grammar, three-valued, the same in both engines."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.relation import (
    Columns,
    Comparison,
    Condition,
    Given,
    Joined,
    Negated,
    RelationError,
    names_of,
    read_condition,
)
from calc.relation_truth import truth
from calc.tables.trade import Trade
from calc.tables.trade_rules import RELATIONS, trade_columns

COLUMNS: Columns = {"cif": "number", "fob": "number", "unit": "text", "nota": "number"}
SCHEMA = {"cif": pl.Float64, "fob": pl.Float64, "unit": pl.String, "nota": pl.Float64}


def told(text: str, **cells: Any) -> bool | None:
    """What a condition says of one row."""
    frame = pl.DataFrame({name: [cells.get(name)] for name in SCHEMA}, schema=SCHEMA)
    found: bool | None = frame.select(truth(read_condition(text, COLUMNS), COLUMNS)).item()
    return found


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("cif >= 1.05 * fob", {"cif": 105.0, "fob": 100.0}, True),
        ("cif >= 1.05 * fob", {"cif": 104.0, "fob": 100.0}, False),
        ("cif >= fob", {"cif": 104.0}, None),
        ("cif + fob * 2 - 1 == 8", {"cif": 3.0, "fob": 3.0}, True),
        ("(cif + fob) * 2 > 11", {"cif": 3.0, "fob": 3.0}, True),
        ("cif / fob > 1", {"cif": 1.0, "fob": 0.0}, None),
        ("cif > -1", {"cif": float("nan")}, None),
        ("cif > -1", {"cif": float("inf")}, None),
        ('unit == "kg"', {"unit": "kg"}, True),
        ('unit != "kg"', {}, None),
        ("unit is given", {}, False),
        ("cif is missing or unit is given", {"cif": 1.0}, False),
        ("cif > 1 or unit is missing", {}, True),
        ("cif > 1 and unit is given", {}, False),
        ("not (cif > 1 and fob > 1)", {"cif": 2.0, "fob": 1.0}, True),
        ("not cif > 1", {}, None),
        ("nota > 1", {"nota": 2.0}, True),
    ],
)
def test_what_a_condition_says_of_a_row(
    text: str, cells: dict[str, Any], expected: bool | None
) -> None:
    assert told(text, **cells) is expected


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "is not understood at its end", "write columns"),
        ("cif >", "is not understood at its end", "write columns"),
        ("cif = fob", 'is not understood at "= fob", character 5', "write columns"),
        ("cif > 1; fob > 1", 'at "; fob > 1", character 8', "write columns"),
        ("__import__('os')", 'at "__import__', "write columns"),
        ("cif > fob > 1", 'at "> 1", character 11', "write columns"),
        ("cif", "stands where a condition is needed", "write columns"),
        ("cif + (fob > 1) > 2", "a condition stands where", "write columns"),
        ("cfi > 1", "there is no column cfi", "did you mean cif?"),
        ("cif > unit", "a number is compared with a text", "texts stand in quotes"),
        ("unit * 2 > cif", "* is of numbers only", ""),
        ("1 > 2", "two constants", ""),
        ("cif > 1e19", "beyond 1e+18", ""),
        (f"{'(' * 21}cif > 1{')' * 21}", "brackets more than 20 deep", ""),
        (f"{'not ' * 21}cif > 1", "more than 20 deep", ""),
        (f"cif > {'1' * 1000}", "more than 1,000 characters", ""),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(text: str, message: str, hint: str) -> None:
    with pytest.raises(RelationError) as caught:
        read_condition(text, COLUMNS)
    assert message in str(caught.value)
    assert caught.value.hint.startswith(hint)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        condition = read_condition(text, COLUMNS)
    except RelationError:
        return
    assert set(names_of(condition)) <= set(COLUMNS)


@pytest.mark.parametrize("name", RELATIONS)
def test_declared_relations_say_the_same_as_text_and_as_expression(name: str) -> None:
    numbers = [None, 0.0, 1.0, 2.0, float("nan"), float("inf")]
    texts = [None, "USA", "JPN"]
    columns = trade_columns()
    condition = read_condition(RELATIONS[name], columns)
    rows: list[dict[str, Any]] = [{}]
    for column in names_of(condition):
        values: list[Any] = texts if columns[column] == "text" else numbers
        rows = [row | {column: value} for row in rows for value in values]
    schema = {name: Trade.columns()[name].dtype for name in names_of(condition)}
    frame = pl.DataFrame(rows, schema=schema)
    declared = Trade._schema_validation_rules()[name].expr
    both = frame.select(
        declared.fill_null(value=True).alias("declared"),
        truth(condition, columns).fill_null(value=True).alias("text"),
    )
    assert both["declared"].equals(both["text"], check_names=False)


def test_a_condition_is_a_tree_of_its_columns() -> None:
    condition: Condition = read_condition("not (cif > 1 and unit is given)", COLUMNS)
    assert isinstance(condition, Negated)
    assert isinstance(condition.part, Joined)
    assert [type(part) for part in condition.part.parts] == [Comparison, Given]
    assert names_of(condition) == ["cif", "unit"]
