"""What is paid at the border added up: what is known of it, and that it is at least that."""

import polars as pl

from pipelines.report.border import border_lines, border_totals

KNOWN, UNKNOWN = 0.0, 500.0


def tables(duty_unknown: float, excise: list[float | None]) -> dict[str, pl.DataFrame]:
    """Duty of 100 before and 200 after; an excise on two lines, and a VAT on it of 20 %."""
    paid = [("excise", 1, one, one) for one in excise] + [
        ("vat", 2, None if one is None else 0.2 * one, None if one is None else 0.2 * one)
        for one in excise
    ]
    duty = {"importer": "GBR", "duty_before_usd": 100.0, "duty_after_usd": 200.0}
    return {
        "by_importer": pl.DataFrame(
            duty
            | {"duty_before_unknown_value_usd": KNOWN}
            | {"duty_after_unknown_value_usd": duty_unknown}
        ),
        "border_charges": pl.DataFrame(
            paid, schema=["charge", "place", "charge_before_usd", "charge_after_usd"], orient="row"
        ).with_columns(importer=pl.lit("GBR")),
    }


def test_what_is_known_is_the_sum() -> None:
    assert list(border_lines(tables(KNOWN, [10.0, 20.0]))) == [
        "at the border excise: 30 USD before, 30 USD after",
        "at the border vat: 6 USD before, 6 USD after",
        "at the border duty and charges: 136 USD before, 236 USD after",
    ]


def test_a_sum_with_a_charge_that_is_unknown_is_at_least() -> None:
    assert list(border_lines(tables(KNOWN, [10.0, None]))) == [
        "at the border excise: >= 10 USD before, >= 10 USD after; unknown on 1 line",
        "at the border vat: >= 2 USD before, >= 2 USD after; unknown on 1 line",
        "at the border duty and charges: >= 112 USD before, >= 212 USD after; unknown on 1 line",
    ]


def test_a_charge_that_is_not_known_on_any_line_is_unknown_and_not_at_least_nothing() -> None:
    assert list(border_lines(tables(KNOWN, [None])))[::2] == [
        "at the border excise: unknown before, unknown after; unknown on 1 line",
        "at the border duty and charges: >= 100 USD before, >= 200 USD after; unknown on 1 line",
    ]


def test_a_duty_that_is_unknown_in_part_makes_the_total_at_least() -> None:
    told = border_totals(tables(UNKNOWN, [10.0]))[-1]
    assert (told["charge"], told["charge_after_usd"]) == ("duty and charges", 212.0)
    assert (told["before_is_at_least"], told["after_is_at_least"]) == (False, True)
