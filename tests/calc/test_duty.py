"""Each operation of the duty on a line, on small frames compared whole."""

from typing import Any

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.duty import (
    NO_BASE,
    OPERATIONS,
    Operation,
    assess,
    assess_base_ad_valorem,
    assess_base_specific,
    assess_measure,
    assess_threat,
    combine_with_base,
    find_increment,
    sum_base_duty,
    tell_affected,
    tell_rates,
    tell_unknown,
)

TYPES: dict[str, Any] = {
    "duty_base_usd": pl.Float64,
    "quantity": pl.Float64,
    "quantity_unit": pl.String,
    "quantity_2": pl.Float64,
    "quantity_2_unit": pl.String,
    "net_mass_kg": pl.Float64,
    "is_covered": pl.Boolean,
    "is_in_force": pl.Boolean,
    "mode": pl.String,
    "measure_rate": pl.Float64,
    "threatened_mode": pl.String,
    "threatened_rate": pl.Float64,
    "base_ad_valorem_rate": pl.Float64,
    "base_specific_rate_usd": pl.Float64,
    "base_specific_unit": pl.String,
}
ADDED: dict[str, Any] = {
    "base_ad_valorem_e4": pl.Int64,
    "base_specific_e4": pl.Int64,
    "duty_before_e4": pl.Int64,
    "measure_e4": pl.Int64,
    "duty_after_e4": pl.Int64,
    "increment_e4": pl.Int64,
    "threatened_e4": pl.Int64,
    "rate_before": pl.Float64,
    "rate_after": pl.Float64,
    "is_affected": pl.Boolean,
    "duty_unknown_reason": pl.String,
}


def frame(columns: dict[str, list[Any]]) -> pl.DataFrame:
    """Columns as a frame of the types that the hot path has."""
    return pl.DataFrame(columns, schema={name: (TYPES | ADDED)[name] for name in columns})


def check(operation: Operation, given: dict[str, list[Any]], added: dict[str, list[Any]]) -> None:
    """An operation adds these columns, and nothing else changes."""
    found = operation(nw.from_native(frame(given).lazy())).to_native().collect()
    assert_frame_equal(found, frame(given | added))


def test_base_ad_valorem_is_rate_times_value_and_unknown_without_either() -> None:
    check(
        assess_base_ad_valorem,
        {
            "duty_base_usd": [2280.0, 0.0, None, 10.0, 10.0],
            "base_ad_valorem_rate": [0.014, 0.1, 0.1, None, 0.0],
        },
        {"base_ad_valorem_e4": [319_200, 0, None, None, 0]},
    )


def test_amounts_round_half_away_from_zero_to_a_ten_thousandth() -> None:
    check(
        assess_base_ad_valorem,
        {"duty_base_usd": [1.0, 3.0, 1.0], "base_ad_valorem_rate": [0.00005, 0.00005, 0.00004]},
        {"base_ad_valorem_e4": [1, 2, 0]},
    )


def test_base_specific_counts_the_quantity_in_the_unit_of_the_rate() -> None:
    rows = {
        # rate, unit, quantity, unit, second quantity, unit, net mass: duty in ten-thousandths
        "no specific part": (None, None, 5.0, "kg", None, None, 9.0, 0),
        "first quantity": (0.145, "m2", 100.0, "m2", 7.0, "kg", 9.0, 145_000),
        "second quantity": (0.01, "kg", 100.0, "m2", 7.0, "kg", 9.0, 700),
        "both in the unit: the first": (0.01, "kg", 3.0, "kg", 7.0, "kg", 9.0, 300),
        "net mass": (0.01, "kg", 100.0, "m2", None, None, 9.0, 900),
        "net mass only for kg": (0.01, "t", None, None, None, None, 9.0, None),
        "other unit": (0.145, "m2", 5.0, "kg", 7.0, "number", 9.0, None),
        "units as written": (0.145, "m2", 5.0, "M2", None, None, None, None),
        "no quantity": (0.145, "m2", None, "m2", None, None, None, None),
        "zero quantity": (0.145, "m2", 0.0, "m2", None, None, None, 0),
        "zero rate": (0.0, "m2", 5.0, "m2", None, None, None, 0),
    }
    names = (
        "base_specific_rate_usd", "base_specific_unit", "quantity", "quantity_unit",
        "quantity_2", "quantity_2_unit", "net_mass_kg", "base_specific_e4",
    )  # fmt: skip
    columns = {name: [row[at] for row in rows.values()] for at, name in enumerate(names)}
    added = {"base_specific_e4": columns.pop("base_specific_e4")}

    check(assess_base_specific, columns, added)


def test_base_duty_is_both_parts_and_unknown_if_either_is() -> None:
    check(
        sum_base_duty,
        {
            "base_ad_valorem_e4": [319_200, 0, None, 5],
            "base_specific_e4": [0, 700, 5, None],
        },
        {"duty_before_e4": [319_200, 700, None, None]},
    )


def test_measure_is_rate_times_value_and_null_where_none_is_in_force() -> None:
    check(
        assess_measure,
        {"duty_base_usd": [2280.0, 2280.0, None], "measure_rate": [1.0, None, 0.25]},
        {"measure_e4": [22_800_000, None, None]},
    )


COMBINED = {
    "not in force": (False, None, 100, None, 100),
    "not in force, base unknown": (False, None, None, None, None),
    "in lieu": (True, "replace", 100, 900, 900),
    "in lieu, lower": (True, "replace", 900, 100, 100),
    "in lieu, base unknown": (True, "replace", None, 900, 900),
    "on top": (True, "add", 100, 900, 1000),
    "on top, base unknown": (True, "add", None, 900, None),
}


def combined() -> dict[str, list[Any]]:
    names = ("is_in_force", "mode", "duty_before_e4", "measure_e4", "duty_after_e4")
    return {name: [row[at] for row in COMBINED.values()] for at, name in enumerate(names)}


def test_duty_after_is_the_measure_in_lieu_or_on_top() -> None:
    given = combined()
    after = given.pop("duty_after_e4")
    check(combine_with_base, given, {"duty_after_e4": after})


def test_increment_is_the_difference_and_on_top_the_measure_itself() -> None:
    known = {name: [cells[at] for at in (0, 2, 3, 4, 5, 6)] for name, cells in combined().items()}
    check(find_increment, known, {"increment_e4": [0, 800, -800, None, 900, 900]})


def test_threat_is_what_a_waiting_measure_would_add() -> None:
    rows = {
        # covered, in force, mode, rate, value, duty before: threatened
        "in lieu": (True, False, "replace", 1.0, 100.0, 25_000, 975_000),
        "in lieu, lower than the base": (True, False, "replace", 0.01, 100.0, 25_000, -15_000),
        "in lieu, base unknown": (True, False, "replace", 1.0, 100.0, None, None),
        "on top": (True, False, "add", 0.25, 100.0, 25_000, 250_000),
        "on top, base unknown": (True, False, "add", 0.25, 100.0, None, 250_000),
        "a measure is in force": (True, True, "add", 0.25, 100.0, 25_000, None),
        "excluded": (False, False, "add", 0.25, 100.0, 25_000, None),
        "several threaten": (True, False, None, None, 100.0, 25_000, None),
    }
    names = (
        "is_covered", "is_in_force", "threatened_mode", "threatened_rate", "duty_base_usd",
        "duty_before_e4", "threatened_e4",
    )  # fmt: skip
    columns = {name: [row[at] for row in rows.values()] for at, name in enumerate(names)}
    threatened = columns.pop("threatened_e4")

    check(assess_threat, columns, {"threatened_e4": threatened})


def test_rates_are_exact_where_there_is_no_specific_part() -> None:
    rows = {
        # in force, mode, measure, ad valorem, specific, its duty, value: before, after
        "not in force": (False, None, None, 0.025, None, 0, 3.0, 0.025, 0.025),
        "in lieu": (True, "replace", 1.0, 0.025, None, 0, 3.0, 0.025, 1.0),
        "on top": (True, "add", 1.0, 0.025, None, 0, 3.0, 0.025, 1.025),
        "nothing traded": (True, "replace", 1.0, 0.025, None, 0, 0.0, 0.025, 1.0),
        "specific": (True, "add", 0.25, 0.5, 0.1, 10_000, 4.0, 0.75, 1.0),
        "specific, nothing traded": (True, "replace", 1.0, 0.5, 0.1, 0, 0.0, None, 1.0),
        "specific, on top, nothing": (True, "add", 1.0, 0.5, 0.1, 0, 0.0, None, None),
        "specific unknown": (True, "replace", 1.0, 0.5, 0.1, None, 4.0, None, 1.0),
        "no base": (True, "replace", 1.0, None, None, 0, 4.0, None, 1.0),
    }
    names = (
        "is_in_force", "mode", "measure_rate", "base_ad_valorem_rate", "base_specific_rate_usd",
        "base_specific_e4", "duty_base_usd", "rate_before", "rate_after",
    )  # fmt: skip
    columns = {name: [row[at] for row in rows.values()] for at, name in enumerate(names)}
    added = {name: columns.pop(name) for name in ("rate_before", "rate_after")}

    check(tell_rates, columns, added)


def test_affected_is_where_the_rate_changes_and_unknown_where_that_cannot_be_told() -> None:
    rows = {
        # in force, mode, measure, before, after: affected
        "not in force": (False, None, None, 0.025, 0.025, False),
        "not in force, base unknown": (False, None, None, None, None, False),
        "in lieu": (True, "replace", 1.0, 0.025, 1.0, True),
        "in lieu, the same rate": (True, "replace", 0.025, 0.025, 0.025, False),
        "in lieu, base unknown": (True, "replace", 1.0, None, 1.0, None),
        "on top": (True, "add", 1.0, 0.025, 1.025, True),
        "on top of what is unknown": (True, "add", 1.0, None, None, True),
        "nothing on top": (True, "add", 0.0, 0.025, 0.025, False),
    }
    names = ("is_in_force", "mode", "measure_rate", "rate_before", "rate_after", "is_affected")
    columns = {name: [row[at] for row in rows.values()] for at, name in enumerate(names)}
    affected = columns.pop("is_affected")

    check(tell_affected, columns, {"is_affected": affected})


def test_reason_says_why_the_base_duty_is_unknown() -> None:
    check(
        tell_unknown,
        {
            "duty_before_e4": [5, None, None],
            "base_ad_valorem_rate": [0.1, 0.0, None],
            "base_specific_unit": [None, "m2", None],
        },
        {
            "duty_unknown_reason": [
                None,
                "specific rate per m2; the table has no such quantity",
                NO_BASE,
            ]
        },
    )


def test_operations_in_order_are_the_duty_of_a_line() -> None:
    """The lines of docs: 2,280 USD of cast glass at 1.4 %, then 100 % in lieu and on top."""
    plain = {
        "duty_base_usd": 2280.0, "quantity": None, "quantity_unit": None, "quantity_2": None,
        "quantity_2_unit": None, "net_mass_kg": None, "is_covered": True, "is_in_force": True,
        "mode": "replace", "measure_rate": 1.0, "threatened_mode": None, "threatened_rate": None,
        "base_ad_valorem_rate": 0.014, "base_specific_rate_usd": None, "base_specific_unit": None,
    }  # fmt: skip
    lines = [
        plain,
        plain | {"mode": "add"},
        plain | {"base_specific_rate_usd": 0.145, "base_specific_unit": "m2"},
        plain | {"is_in_force": False, "mode": None, "measure_rate": None}
        | {"threatened_mode": "replace", "threatened_rate": 1.0},
        plain | {"duty_base_usd": 0.0},
    ]  # fmt: skip
    given = pl.DataFrame(lines, schema=TYPES)
    found = assess(nw.from_native(given.lazy())).to_native().collect()

    why = "specific rate per m2; the table has no such quantity"
    expected: dict[str, list[Any]] = {
        "duty_before_e4": [319_200, 319_200, None, 319_200, 0],
        "duty_after_e4": [22_800_000, 23_119_200, 22_800_000, 319_200, 0],
        "increment_e4": [22_480_800, 22_800_000, None, 0, 0],
        "threatened_e4": [None, None, None, 22_480_800, None],
        "rate_before": [0.014, 0.014, None, 0.014, 0.014],
        "rate_after": [1.0, 1.014, 1.0, 0.014, 1.0],
        "is_affected": [True, True, None, False, True],
        "duty_unknown_reason": [None, None, why, None, None],
    }
    assert_frame_equal(found.select(given.columns), given)
    assert_frame_equal(found.select(list(expected)), frame(expected))
    assert found.columns == [*TYPES, *ADDED]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
def test_each_operation_keeps_a_frame_without_rows(operation: Operation) -> None:
    empty = pl.LazyFrame(schema=TYPES | ADDED)
    found = operation(nw.from_native(empty)).to_native().collect()
    assert found.schema == empty.collect_schema()
    assert found.height == 0
