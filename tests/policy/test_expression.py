"""Duty expressions computed: on a table, on one line, as an equivalent, rounded, as a formula."""

import json
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.policy.ave import Equivalent, UnitValueSource, ave, ave_by_method
from calc.policy.expression import (
    AdValorem,
    Amounts,
    Expression,
    Greatest,
    Least,
    RateType,
    Specific,
    Sum,
    Times,
    ad_valorem_rate,
    amount_of,
    duty_of,
    is_zero,
    needs_base,
    rate_type,
    units_of,
)
from calc.policy.grammar import read_expression, text_of
from calc.policy.quantities import quantities
from calc.policy.rounding import entry_duty, entry_quantity, whole_dollars
from calc.policy.wording import formula_of

ROOT = Path(__file__).parent.parent.parent
VECTOR = ROOT.parent / "shared" / "vectors" / "ave_cases.json"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Free", "free"),
        ("0% + 0 USD/kg", "free"),
        ("25%", "ad valorem"),
        ("5% + 2%", "ad valorem"),
        ("10% of unit_value", "ad valorem"),
        ("4.4¢/kg", "specific"),
        ("0.7¢/kg on copper content + 0.7¢/kg on lead content", "specific"),
        ("30.5¢/kg + 8.5%", "compound"),
        ("20% - 2 USD/kg", "compound"),
        ("max(5%, 1 USD/kg)", "other"),
        ("base - 2pp", "other"),
        ("50% of base", "other"),
    ],
)
def test_rate_has_a_type(text: str, expected: RateType) -> None:
    assert rate_type(read_expression(text)) == expected


@pytest.mark.parametrize(
    ("text", "zero", "base", "units", "rate"),
    [
        ("Free", True, False, set(), 0.0),
        ("5% + 2%", False, False, set(), 0.07),
        ("50% of (10%)", False, False, set(), 0.05),
        ("30.5¢/kg + 8.5%", False, False, {"kg"}, None),
        ("max(1 USD/m2, 0)", False, False, {"m2"}, None),
        ("base - 2pp", False, True, set(), None),
    ],
)
def test_expression_tells_what_it_needs(
    text: str, zero: bool, base: bool, units: set[str], rate: float | None
) -> None:
    expression = read_expression(text)

    assert is_zero(expression) is zero
    assert needs_base(expression) is base
    assert units_of(expression) == units
    assert ad_valorem_rate(expression) == pytest.approx(rate)


def test_duty_of_a_table_is_unknown_exactly_where_an_amount_is() -> None:
    trade = pl.LazyFrame(
        {
            "value": [1000.0, 1000.0, None, 200.0],
            "base": [25.0, 25.0, 25.0, 5.0],
            "quantity": [100.0, None, 100.0, 4.0],
            "quantity_unit": ["KG", "kg", "kg", "No."],
            "quantity_2": [None, None, None, 500.0],
            "quantity_2_unit": [None, None, None, "g"],
            "net_mass_kg": [None, 70.0, None, 9.0],
        }
    )
    texts = ("10%", "2 USD/kg", "10% + 2 USD/kg", "max(10%, 2 USD/kg)", "base + 1pp")
    amounts = Amounts(nw.col("value"), nw.col("base"), quantities())
    duties = [duty_of(read_expression(text), amounts).alias(text) for text in texts]

    expected = pl.DataFrame(
        {
            "10%": [100.0, 100.0, None, 20.0],
            "2 USD/kg": [200.0, 140.0, 200.0, 1.0],
            "10% + 2 USD/kg": [300.0, 240.0, None, 21.0],
            "max(10%, 2 USD/kg)": [200.0, 140.0, None, 20.0],
            "base + 1pp": [35.0, 35.0, None, 7.0],
        }
    )
    found = nw.from_native(trade).select(*duties).to_native().collect()
    assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("14.5 cents/m2 + 0.4%", "0.145 USD/m2 × 1,200 m2 + 0.4% × 10,000 = 214.00"),
        ("base - 2pp", "base duty 250 - 2% × 10,000 = 50.00"),
        ("50% of base", "50% × base duty 250 = 125.00"),
        ("50% of (5%)", "50% of (5% × 10,000) = 250.00"),
        ("max(1 USD/kg, 5%)", "max(1 USD/kg × ? kg, 5% × 10,000) = not known"),
        ("Free", "0% × 10,000 = 0.00"),
        ("12 USD/m2 - unit_value", "12 USD/m2 × 1,200 m2 - value 10,000 = 4,400.00"),
    ],
)
def test_formula_shows_figures_and_result(text: str, formula: str) -> None:
    amounts = {"value": 10_000.0, "base": 250.0, "m2": 1200.0, "kg": None}

    assert formula_of(read_expression(text), amounts) == formula


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Times(-1.0, AdValorem(0.05)), "(0% - 5%)"),
        (AdValorem(-0.05), "(0% - 5%)"),
        (Sum((AdValorem(0.2), AdValorem(-0.05))), "20% + (0% - 5%)"),
        (Times(-0.5, Specific(1.0, "kg")), "(0% - 50% of (1 USD/kg))"),
    ],
)
def test_what_no_text_states_is_written_as_the_same_duty(expression: Expression, text: str) -> None:
    amounts = {"value": 1000.0, "kg": 10.0}

    assert text_of(expression) == text
    assert amount_of(read_expression(text), amounts) == amount_of(expression, amounts)


def rate_of(told: dict[str, Any]) -> Expression:
    """A rate of the reference vector as an expression."""
    ad_valorem = AdValorem(told.get("adv", 0.0))
    match told["kind"]:
        case "ad_valorem":
            return ad_valorem
        case "specific":
            return Specific(told["spec"], "kg")
        case "compound":
            return Sum((ad_valorem, Specific(told["spec"], "kg")))
        case "bounded":
            lowest, highest = (Specific(told[name], "kg") for name in ("min_spec", "max_spec"))
            return Least((Greatest((ad_valorem, lowest)), highest))
        case kind:
            terms = tuple(rate_of(part) for part in told["components"])
            return Greatest(terms) if kind == "mixed_max" else Least(terms)


def test_equivalents_of_the_reference_vector() -> None:
    if not VECTOR.is_file():
        pytest.skip("the reference vectors are not beside this checkout")
    told = json.loads(VECTOR.read_text(encoding="utf-8"))
    pairs = zip(told["inputs"]["cases"], told["expected"]["cases"], strict=True)
    for case, expected in pairs:
        expression, value, quantity = rate_of(case["rate"]), case["value"], case["quantity"]
        duty = amount_of(expression, {"value": value, "kg": quantity})
        equivalent = ave(expression, {"kg": value / quantity})

        assert duty == pytest.approx(expected["duty"], rel=1e-12)
        assert equivalent == pytest.approx(expected["ave"], rel=1e-12)
        assert equivalent is not None
        assert equivalent * value == pytest.approx(duty, rel=1e-12)


def test_equivalent_is_unknown_without_a_unit_value() -> None:
    assert ave(read_expression("1 USD/kg"), {"kg": None}) is None
    assert ave(read_expression("1 USD/kg"), {"kg": 0.0}) is None
    assert ave(read_expression("5% + 50% of base"), {}, base_rate=0.02) == pytest.approx(0.06)


def test_methods_differ_in_whose_unit_value_they_take() -> None:
    rate = read_expression("1 USD/kg")
    own_first: dict[UnitValueSource, float | None] = {
        "tariff line": None,
        "hs6 of the importer": 8.0,
        "hs6 of the oecd": 10.0,
    }

    assert ave_by_method(rate, "kg", own_first, method="unctad-1") == Equivalent(
        0.125, "unctad-1", 8.0, "hs6 of the importer"
    )
    assert ave_by_method(rate, "kg", own_first, method="unctad-2") == Equivalent(
        0.1, "unctad-2", 10.0, "hs6 of the oecd"
    )
    assert ave_by_method(rate, "kg", {}, method="unctad-2") == Equivalent(
        None, "unctad-2", None, None
    )


def test_entry_is_rounded_by_the_form_of_its_rate() -> None:
    assert [whole_dollars(value) for value in (10.49, 10.5)] == [10.0, 11.0]
    assert [entry_quantity(10.5, usd) for usd in (1.0, 1.01)] == [11.0, 10.5]
    assert entry_quantity(10.126, 2.0) == 10.13
    amounts = {"value": 100.5, "kg": 10.126, "base": 3.0}

    assert entry_duty(read_expression("10% + 1 USD/kg"), amounts) == pytest.approx(20.1)
    assert entry_duty(read_expression("2 USD/kg"), amounts) == pytest.approx(20.26)
    assert entry_duty(read_expression("50% of base"), amounts) == 1.5
    assert entry_duty(read_expression("1 USD/m2"), amounts) is None
    assert entry_duty(read_expression("1%"), {}) is None
