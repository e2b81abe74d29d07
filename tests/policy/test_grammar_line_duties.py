"""Duties on single lines against figures that others published; notes.md has the arithmetic."""

import json
from pathlib import Path
from typing import Any

import pytest

from calc.policy.cascade import border_cascade
from calc.policy.expression import amount_of
from calc.policy.grammar import Reading, read_expression
from calc.policy.wording import formula_of
from calc.rate_text import RateTextError

ROOT = Path(__file__).parent.parent.parent
CASES: dict[str, Any] = json.loads(
    (ROOT / "tests" / "golden" / "line-duties" / "cases.json").read_text(encoding="utf-8")
)
UK_TEXT = "13.8% MIN 13.0/DTN MAX 15.0/DTN - 7.0/DTN"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_line_comes_to_the_published_figures(case: dict[str, Any]) -> None:
    value = sum(case["value"].values())
    amounts = {"value": value, **case["quantities"]}
    duties = {}
    for name, (text, shown) in case["duties"].items():
        duty = amount_of(read_expression(text, currencies=case["currencies"]), amounts)
        assert duty is not None
        assert f"{duty:.2f}" == f"{shown:.2f}", name
        duties[name] = duty
    paid = border_cascade(value, duties, vat_rate=case["vat_rate"])

    assert (f"{paid.vat:.2f}", f"{paid.total:.2f}") == (
        f"{case['vat']:.2f}",
        f"{case['total']:.2f}",
    )


def test_us_line_is_a_share_of_its_value() -> None:
    rate = read_expression("2.9% + 25% + 50%")

    assert formula_of(rate, {"value": 14172.0}) == (
        "2.9% × 14,172 + 25% × 14,172 + 50% × 14,172 = 11,039.99"
    )
    duty = amount_of(rate, {"value": 14172.0})
    assert duty is not None
    assert f"{duty / 14172:.2%}" == "77.90%"


@pytest.mark.parametrize(("reading", "duty"), [("uk", 800.0), ("left-to-right", 600.0)])
def test_precedence_of_minimum_and_maximum_is_named(reading: Reading, duty: float) -> None:
    rate = read_expression(UK_TEXT, currencies={"GBP": 1.0}, currency="GBP", reading=reading)

    assert amount_of(rate, {"value": 1200.0, "kg": 10_000.0}) == pytest.approx(duty, abs=1e-9)


def test_precedence_that_is_not_stated_is_refused() -> None:
    with pytest.raises(RateTextError) as caught:
        read_expression(UK_TEXT, currencies={"GBP": 1.0}, currency="GBP")

    assert caught.value.problems[0].what == (
        f'"{UK_TEXT}" can be read in two ways: '
        'min(max(13.8%, 0.13 USD/kg), 0.15 USD/kg - 0.07 USD/kg) (reading "uk") or '
        'min(max(13.8%, 0.13 USD/kg), 0.15 USD/kg) - 0.07 USD/kg (reading "left-to-right")'
    )
    assert caught.value.position == 20


@pytest.mark.parametrize(
    ("text", "duty"),
    [
        ("(13.8% MIN 13.0/DTN) MAX (15.0/DTN - 7.0/DTN)", 800.0),
        ("((13.8% MIN 13.0/DTN) MAX 15.0/DTN) - 7.0/DTN", 600.0),
    ],
)
def test_brackets_state_the_precedence(text: str, duty: float) -> None:
    rate = read_expression(text, currencies={"GBP": 1.0}, currency="GBP")

    assert amount_of(rate, {"value": 1200.0, "kg": 10_000.0}) == pytest.approx(duty, abs=1e-9)


def test_cascade_of_the_reference_vector() -> None:
    vector = ROOT.parent / "shared" / "vectors" / "border_cascade.json"
    if not vector.is_file():
        pytest.skip("the reference vectors are not beside this checkout")
    told = json.loads(vector.read_text(encoding="utf-8"))
    given, expected = told["inputs"], told["expected"]
    paid = border_cascade(
        given["cif"],
        {"duty": given["cif"] * given["duty_rate"]},
        other_rate=given["other"],
        excise_rate=given["excise"],
        vat_rate=given["vat"],
    )

    found = {name: getattr(paid, name) for name in expected}
    assert found == pytest.approx(expected, rel=1e-12)


def test_nothing_at_the_border_has_no_incidence() -> None:
    assert border_cascade(0.0, {}).statutory_incidence is None
