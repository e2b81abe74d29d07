"""Each operation of the duty on a line, on small frames compared whole."""

from typing import Any

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.base_duty import assess_base, tell_base_rate
from calc.duty import (
    ON_COMPONENTS,
    ON_SEGMENTS,
    TOGETHER,
    add_measures,
    assess_measure,
    find_increment,
    find_part,
    keep_base,
    tell_affected,
    tell_measure_rate,
    tell_rate_after,
)
from calc.parts import take_part
from calc.policy.expression import AdValorem, Greatest, Specific, Sum
from calc.policy.outcome import On
from calc.reasons import BASE_UNKNOWN, NO_BASE, tell_unknown
from calc.terms import Operation, Terms

TYPES: dict[str, Any] = {
    "table_row": pl.UInt32,
    "duty_base_usd": pl.Float64,
    "taken": pl.Float64,
    "value_e4": pl.Int64,
    "calculated_duty_usd": pl.Float64,
    "quantity": pl.Float64,
    "quantity_unit": pl.String,
    "quantity_2": pl.Float64,
    "quantity_2_unit": pl.String,
    "net_mass_kg": pl.Float64,
    "content_0": pl.Float64,
    "content_1": pl.Float64,
    "is_split": pl.Boolean,
    "is_largest": pl.Boolean,
    "weight": pl.Float64,
    "on": pl.UInt32,
    "base_on": pl.UInt32,
    "rate": pl.UInt32,
    "fraction": pl.Float64,
    "is_in_force": pl.Boolean,
    "is_prohibited": pl.Boolean,
    "mode": pl.String,
    "measure_rate": pl.Float64,
    "measures_e4": pl.Int64,
    "measures_rate": pl.Float64,
    "base_fraction": pl.Float64,
    "base_left_e4": pl.Int64,
    "base_ad_valorem_rate": pl.Float64,
    "base_specific_rate_usd": pl.Float64,
    "base_specific_unit": pl.String,
    "base_expression": pl.String,
    "base_named": pl.String,
    "base_rate_text": pl.String,
    "has_other_base": pl.Boolean,
    "rebate_rate": pl.Float64,
    "rebate_on": pl.UInt32,
    "measures_unknown": pl.String,
    "measures_estimate": pl.String,
    "base_specific_e4": pl.Int64,
    "duty_before_e4": pl.Int64,
    "measure_e4": pl.Int64,
    "rate_e12": pl.Int64,
    "duty_after_e4": pl.Int64,
    "increment_e4": pl.Int64,
    "rate_before": pl.Float64,
    "rate_after": pl.Float64,
    "is_affected": pl.Boolean,
    "duty_unknown_reason": pl.String,
}
QUANTITIES = ("quantity", "quantity_unit", "quantity_2", "quantity_2_unit", "net_mass_kg")
METALS = ("steel", "aluminum")
ONS = (
    On(),
    On("content", ("steel",)),
    On("rest", ("aluminum", "steel")),
    On("rest", ()),
)
TERMS = Terms(
    contents=METALS,
    ons=ONS,
    rates=(AdValorem(0.25), Sum((Specific(0.1, "kg"), AdValorem(0.05))),
           Greatest((AdValorem(0.138), Specific(0.13, "kg")))),
    base_units=("kg", "m2", "t"),
    is_split=True,
)  # fmt: skip


def frame(columns: dict[str, list[Any]]) -> pl.DataFrame:
    """Columns as a frame of the types that the hot path has."""
    return pl.DataFrame(columns, schema={name: TYPES[name] for name in columns})


def check(operation: Operation, given: dict[str, list[Any]], added: dict[str, list[Any]]) -> None:
    """An operation adds these columns, and nothing else changes but what they replace."""
    found = operation(nw.from_native(frame(given).lazy()), TERMS).to_native().collect()
    expected = frame(given | added)
    assert_frame_equal(found.select(expected.columns), expected)
    assert set(found.columns) >= set(expected.columns)


def by_name(rows: dict[str, tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, list[Any]]:
    """Rows with a name each as columns."""
    return {name: [row[at] for row in rows.values()] for at, name in enumerate(names)}


def parted(rows: dict[str, tuple[Any, ...]], **amounts: list[Any]) -> pl.DataFrame:
    """Segments of lines, each with its part, in the order given."""
    names = ("table_row", "duty_base_usd", "value_e4", "weight", "is_split", "is_largest")
    none: dict[str, list[Any]] = {
        name: [None] * len(rows)
        for name in ("quantity", "quantity_2", "net_mass_kg", "calculated_duty_usd")
    }
    given = frame(by_name(rows, names) | none | amounts).with_row_index()
    found: pl.LazyFrame = take_part(nw.from_native(given.lazy()), TERMS).to_native()
    return found.sort("index").collect()


def test_parts_of_a_value_add_up_to_it_to_the_last_unit() -> None:
    rows = {
        # row, value, its units, weight, split, largest
        "two thirds": (7, 100.0, 1_000_000, 2 / 3, True, True),
        "the rest": (7, 100.0, 1_000_000, 1 / 3, True, False),
        "unsplit": (8, 5.0, 50_000, 1.0, False, True),
    }
    calculated = [9.0, 9.0, None]
    found = parted(rows, quantity=[30.0, 30.0, 4.0], calculated_duty_usd=calculated)
    taken: dict[str, list[Any]] = {
        "duty_base_usd": [66.6667, 33.3333, 5.0], "value_e4": [666_667, 333_333, 50_000],
        "quantity": [20.0, 10.0, 4.0], "calculated_duty_usd": [6.0, 3.0, None],
    }  # fmt: skip
    assert_frame_equal(found.select(list(taken)), frame(taken))


def test_the_largest_part_takes_what_rounding_leaves_and_none_is_below_nothing() -> None:
    found = parted(
        {
            # Each rounds to 3333; the largest has what is left of 10,000.
            "a": (1, 1.0, 10_000, 0.33330, True, False),
            "b": (1, 1.0, 10_000, 0.33335, True, True),
            "c": (1, 1.0, 10_000, 0.33335, True, False),
            # Four halves of a unit each round up to 1, which would leave 2 - 3: rounded down.
            **{f"d{n}": (2, 0.0002, 2, 0.25, True, n == 3) for n in range(4)},
            "e": (3, None, None, 0.5, True, False),
            "f": (3, None, None, 0.5, True, True),
        }
    )
    assert found["value_e4"].to_list() == [3333, 3333, 3334, 0, 0, 0, 2, None, None]
    assert found["duty_base_usd"].to_list()[:3] == [0.3333, 0.3333, 0.3334]


BASE_ROWS = {
    # ad valorem, specific, unit, quantity, unit, second, unit, net mass, value: duty
    "ad valorem": (0.014, None, None, None, None, None, None, None, 2280.0, 319_200),
    "no base": (None, None, None, None, None, None, None, None, 2280.0, None),
    "no value": (0.1, None, None, None, None, None, None, None, None, None),
    "rounds half away": (0.00005, None, None, None, None, None, None, None, 1.0, 1),
    "rounds down": (0.00004, None, None, None, None, None, None, None, 1.0, 0),
    "first quantity": (0.0, 0.145, "m2", 100.0, "m2", 7.0, "kg", 9.0, 1.0, 145_000),
    "second quantity": (0.0, 0.01, "kg", 100.0, "m2", 7.0, "kg", 9.0, 1.0, 700),
    "both: the first": (0.0, 0.01, "kg", 3.0, "kg", 7.0, "kg", 9.0, 1.0, 300),
    "net mass": (0.0, 0.01, "kg", 100.0, "m2", None, None, 9.0, 1.0, 900),
    "net mass converts": (0.0, 10.0, "t", None, None, None, None, 9.0, 1.0, 900),
    "quantity converts": (0.0, 0.01, "kg", 2.0, "t", None, None, None, 1.0, 200_000),
    "other unit": (0.0, 0.145, "m2", 5.0, "kg", 7.0, "number", 9.0, 1.0, None),
    "no quantity": (0.0, 0.145, "m2", None, "m2", None, None, None, 1.0, None),
    "zero quantity": (0.0, 0.145, "m2", 0.0, "m2", None, None, None, 1.0, 0),
    "compound": (0.004, 0.145, "m2", 10_000.0, "m2", None, None, None, 50_000.0, 16_500_000),
}


def test_base_is_both_parts_by_value_and_quantity() -> None:
    names = (
        "base_ad_valorem_rate", "base_specific_rate_usd", "base_specific_unit", "quantity",
        "quantity_unit", "quantity_2", "quantity_2_unit", "net_mass_kg", "duty_base_usd",
        "duty_before_e4",
    )  # fmt: skip
    columns = by_name(BASE_ROWS, names) | {"base_expression": [None] * len(BASE_ROWS)}
    before = columns.pop("duty_before_e4")
    check(assess_base, columns, {"duty_before_e4": before})


def test_base_rate_is_exact_where_there_is_no_specific_part() -> None:
    rows = {
        # ad valorem, specific, its duty, value: rate
        "ad valorem": (0.025, None, 0, 3.0, 0.025),
        "nothing traded": (0.025, None, 0, 0.0, 0.025),
        "specific": (0.5, 0.1, 10_000, 4.0, 0.75),
        "specific, nothing traded": (0.5, 0.1, 0, 0.0, None),
        "specific unknown": (0.5, 0.1, None, 4.0, None),
        "no base": (None, None, 0, 4.0, None),
    }
    names = ("base_ad_valorem_rate", "base_specific_rate_usd", "base_specific_e4",
             "duty_base_usd", "rate_before")  # fmt: skip
    columns = by_name(rows, names)
    columns["has_other_base"] = [rate is not None for rate in columns["base_specific_rate_usd"]]
    columns["base_expression"] = [None] * len(rows)
    rate = columns.pop("rate_before")
    check(tell_base_rate, columns, {"rate_before": rate})


def test_a_measure_bites_on_all_on_a_content_or_on_what_contents_leave() -> None:
    rows = {
        # on, steel, aluminum, the part of the flow that pays where a reading averages: fraction
        "all": (0, 0.3, 0.2, 1.0, 1.0),
        "content": (1, 0.3, 0.2, 1.0, 0.3),
        "content not known": (1, None, 0.2, 1.0, None),
        "rest": (2, 0.25, 0.25, 1.0, 0.5),
        "contents of more than all": (2, 0.75, 0.5, 1.0, 0.0),
        "rest of what is not known": (2, None, 0.2, 1.0, None),
        "nothing": (3, 0.3, 0.2, 1.0, 0.0),
        "a quarter of all": (0, 0.3, 0.2, 0.25, 0.25),
        "half of the rest": (2, 0.25, 0.25, 0.5, 0.25),
    }
    columns = by_name(rows, ("on", "content_0", "content_1", "taken", "fraction"))
    fraction = columns.pop("fraction")
    check(find_part, columns, {"fraction": fraction})


def test_a_measure_comes_to_its_rate_on_its_part_and_never_below_nothing() -> None:
    rows = {
        # mode, rate, ad valorem, fraction, value, base duty, quantity, unit: duty
        "ad valorem": ("add", 0, 0.25, 1.0, 2280.0, 0, None, None, 5_700_000),
        "on a part": ("add", 0, 0.25, 0.5, 2280.0, 0, None, None, 2_850_000),
        "part not known": ("add", 0, 0.25, None, 2280.0, 0, None, None, None),
        "all-in tops up": ("all-in", 0, 0.25, 1.0, 100.0, 100_000, None, None, 150_000),
        "all-in below the base": ("all-in", 0, 0.25, 1.0, 100.0, 300_000, None, None, 0),
        "all-in, base unknown": ("all-in", 0, 0.25, 1.0, 100.0, None, None, None, None),
        "compound": ("add", 1, None, 1.0, 1000.0, 0, 200.0, "kg", 700_000),
        "compound, no quantity": ("add", 1, None, 1.0, 1000.0, 0, None, None, None),
        "greatest: value": ("add", 2, None, 1.0, 1000.0, 0, 200.0, "kg", 1_380_000),
        "greatest: quantity": ("add", 2, None, 1.0, 1000.0, 0, 2000.0, "kg", 2_600_000),
    }
    names = ("mode", "rate", "measure_rate", "fraction", "duty_base_usd", "duty_before_e4",
             "quantity", "quantity_unit", "measure_e4")  # fmt: skip
    columns = by_name(rows, names)
    count = len(rows)
    columns |= {"quantity_2": [None] * count, "quantity_2_unit": [None] * count}
    columns |= {"net_mass_kg": [None] * count}
    duty = columns.pop("measure_e4")
    check(assess_measure, columns, {"measure_e4": duty})


def test_the_rate_of_a_measure_is_told_where_it_is_ad_valorem() -> None:
    rows = {
        # mode, ad valorem, fraction, base rate: millionths of a millionth
        "add": ("add", 0.25, 1.0, 0.025, 250_000_000_000),
        "on a part": ("add", 0.5, 0.3, None, 150_000_000_000),
        "all-in": ("all-in", 0.15, 1.0, 0.025, 125_000_000_000),
        "all-in below the base": ("all-in", 0.15, 1.0, 0.5, 0),
        "not ad valorem": ("add", None, 1.0, 0.025, None),
    }
    columns = by_name(rows, ("mode", "measure_rate", "fraction", "rate_before", "rate_e12"))
    rate = columns.pop("rate_e12")
    check(tell_measure_rate, columns, {"rate_e12": rate})


def test_the_base_is_kept_but_for_what_is_in_lieu_of_it() -> None:
    rows = {
        # on, steel, aluminum, base: fraction, left
        "kept": (0, None, None, 100, 1.0, 100),
        "in lieu": (3, None, None, 100, 0.0, 0),
        "in lieu of what is unknown": (3, None, None, None, 0.0, 0),
        "in lieu on contents": (2, 0.25, 0.25, 100, 0.5, 50),
        "unknown": (0, None, None, None, 1.0, None),
    }
    names = ("base_on", "content_0", "content_1", "duty_before_e4", "base_fraction",
             "base_left_e4")  # fmt: skip
    columns = by_name(rows, names)
    added = {name: columns.pop(name) for name in ("base_fraction", "base_left_e4")}
    check(keep_base, columns, added)


def test_after_is_what_is_left_and_the_measures() -> None:
    given: dict[str, list[Any]] = {
        "base_left_e4": [100, 0, None, 100], "measures_e4": [900, 900, 900, None],
    }  # fmt: skip
    check(add_measures, given, {"duty_after_e4": [1000, 900, None, None]})


def test_increment_on_top_is_the_measures_themselves() -> None:
    rows = {
        # fraction of the base, left, before, measures: increment
        "on top": (1.0, 100, 100, 900, 900),
        "on top of what is unknown": (1.0, None, None, 900, 900),
        "nothing applied, base unknown": (1.0, None, None, 0, 0),
        "in lieu": (0.0, 0, 100, 900, 800),
        "in lieu, lower": (0.0, 0, 900, 100, -800),
        "in lieu of what is unknown": (0.0, 0, None, 900, None),
    }
    names = ("base_fraction", "base_left_e4", "duty_before_e4", "measures_e4", "increment_e4")
    columns = by_name(rows, names)
    increment = columns.pop("increment_e4")
    check(find_increment, columns, {"increment_e4": increment})


def test_rate_after_is_a_sum_of_rates_or_the_duty_over_the_value() -> None:
    rows = {
        # fraction, before, rate of the measures, duty after, value, may not enter: rate
        "on top": (1.0, 0.025, 1.0, 0, 0, False, 1.025),
        "in lieu of what is unknown": (0.0, None, 1.0, 0, 0, False, 1.0),
        "on top of what is unknown": (1.0, None, 1.0, None, 10, False, None),
        "not ad valorem": (1.0, 0.025, None, 250, 1000, False, 0.25),
        "not ad valorem, nothing traded": (1.0, 0.025, None, 0, 0, False, None),
        "may not enter": (0.0, 0.025, 0.0, 0, 1000, True, None),
    }
    names = ("base_fraction", "rate_before", "measures_rate", "duty_after_e4", "value_e4",
             "is_prohibited", "rate_after")  # fmt: skip
    columns = by_name(rows, names)
    rate = columns.pop("rate_after")
    check(tell_rate_after, columns, {"rate_after": rate})


def test_affected_is_where_the_rate_changes_and_unknown_where_that_cannot_be_told() -> None:
    rows = {
        # in force, fraction, measures' rate, their duty, before, after: affected
        "not in force": (False, 1.0, 0.0, 0, 0.025, 0.025, False),
        "in lieu": (True, 0.0, 1.0, 9, 0.025, 1.0, True),
        "in lieu, the same rate": (True, 0.0, 0.025, 9, 0.025, 0.025, False),
        "in lieu, base unknown": (True, 0.0, 1.0, 9, None, 1.0, None),
        "on top of what is unknown": (True, 1.0, 1.0, 9, None, None, True),
        "nothing on top": (True, 1.0, 0.0, 0, 0.025, 0.025, False),
        "not ad valorem": (True, 1.0, None, 9, 0.025, 0.5, True),
    }
    names = ("is_in_force", "base_fraction", "measures_rate", "measures_e4", "rate_before",
             "rate_after", "is_affected")  # fmt: skip
    columns = by_name(rows, names)
    affected = columns.pop("is_affected")
    check(tell_affected, columns, {"is_affected": affected})


def test_reason_says_why_a_duty_is_unknown() -> None:
    check(
        tell_unknown,
        {
            "duty_before_e4": [5, None, None, None, 5, None, None],
            "base_named": ["mfn", "mfn", None, "mfn", "mfn", None, "mfn"],
            "base_ad_valorem_rate": [0.1, 0.0, None, None, 0.1, None, None],
            "base_specific_unit": [None, "m2", None, None, None, None, None],
            "base_expression": [None] * 7,
            "base_rate_text": ["10%", "1 USD/m2", None, None, "10%", None, "See note 5"],
            "measures_unknown": [None] * 4 + ["measure m: why"] * 2 + [None],
            **{name: [None] * 7 for name in QUANTITIES},
        },
        {
            "duty_unknown_reason": [
                None,
                "specific rate per m2; the table has no such quantity",
                NO_BASE,
                BASE_UNKNOWN,
                "measure m: why",
                f"{NO_BASE}; measure m: why",
                f"{BASE_UNKNOWN}: See note 5",
            ]
        },
    )


@pytest.mark.parametrize(
    "operation", [*ON_SEGMENTS, *ON_COMPONENTS, *TOGETHER], ids=lambda one: one.__name__
)
def test_each_operation_keeps_a_frame_without_rows(operation: Operation) -> None:
    empty = pl.LazyFrame(schema=TYPES)
    found = operation(nw.from_native(empty), TERMS).to_native().collect()
    assert found.height == 0
    assert {name: found.schema[name] for name in TYPES} == empty.collect_schema()
