"""Duty expressions as lawyers write them: what each text means, and what is refused."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from calc.policy.expression import (
    FREE,
    AdValorem,
    BaseShare,
    Expression,
    Greatest,
    Least,
    Specific,
    Sum,
    TheValue,
    Times,
)
from calc.policy.grammar import RateWords, read_expression, read_rate_words, text_of
from calc.rate_text import RateTextError

ROOT = Path(__file__).parent.parent.parent
CURRENCIES = {"EUR": 1.08, "GBP": 1.25}
BASE = BaseShare(1.0)


def less(term: Expression) -> Expression:
    return Times(-1.0, term)


@pytest.mark.parametrize(
    ("text", "expression", "written"),
    [
        ("Free", FREE, "Free"),
        (" free ", FREE, "Free"),
        ("25%", AdValorem(0.25), "25%"),
        ("2.5 %", AdValorem(0.025), "2.5%"),
        ("3 percent", AdValorem(0.03), "3%"),
        ("3.7% ", AdValorem(0.037), "3.7%"),
        ("33 1/3%", AdValorem(1 / 3), "33.33333333333333%"),
        ("4.4¢/kg", Specific(0.044, "kg"), "0.044 USD/kg"),
        ("4.4 cents/kg", Specific(0.044, "kg"), "0.044 USD/kg"),
        ("4.4 cents per kilogram", Specific(0.044, "kg"), "0.044 USD/kg"),
        ("14.5c/m2", Specific(0.145, "m2"), "0.145 USD/m2"),
        ("14.5c/m²", Specific(0.145, "m2"), "0.145 USD/m2"),
        ("4.5¢/ liter", Specific(0.045, "l"), "0.045 USD/l"),
        ("$1.55 each", Specific(1.55, "number"), "1.55 USD/number"),
        ("$1.55/kg", Specific(1.55, "kg"), "1.55 USD/kg"),
        ("US$1.55/kg", Specific(1.55, "kg"), "1.55 USD/kg"),
        ("0.50 USD/kg", Specific(0.5, "kg"), "0.5 USD/kg"),
        ("USD 0.50/kg", Specific(0.5, "kg"), "0.5 USD/kg"),
        ("37.2¢/1000 l", Specific(0.000372, "l"), "0.000372 USD/l"),
        ("37.2¢/1 000 l", Specific(0.000372, "l"), "0.000372 USD/l"),
        ("10¢/1,000 pins", Specific(0.0001, "number"), "0.0001 USD/number"),
        ("$1.34/1000", Specific(0.00134, "number"), "0.00134 USD/number"),
        ("20¢/thousand", Specific(0.0002, "number"), "0.0002 USD/number"),
        ("2.8¢/doz.", Specific(0.028, "dozen"), "0.028 USD/dozen"),
        ("76¢/pr.", Specific(0.76, "pair"), "0.76 USD/pair"),
        ("0.3¢/line/ gross", Specific(0.003, "line gross"), "0.003 USD/line gross"),
        ("1.7¢/kg on lead content", Specific(0.017, "kg of lead"), "0.017 USD/kg of lead"),
        (
            "1.8¢/kg on drained weight",
            Specific(0.018, "kg of drained weight"),
            "0.018 USD/kg of drained weight",
        ),
        ("18.7¢/clean kg", Specific(0.187, "kg of clean yield"), "0.187 USD/kg of clean yield"),
        ("31.4¢/pf. liter", Specific(0.314, "proof litre"), "0.314 USD/proof litre"),
        ("13.0 EUR/100kg", Specific(0.1404, "kg"), "0.1404 USD/kg"),
        ("€13.0/100kg", Specific(0.1404, "kg"), "0.1404 USD/kg"),
        ("13.0 EUR/DTN", Specific(0.1404, "kg"), "0.1404 USD/kg"),
        ("144.10 GBP/1000 kg", Specific(0.180125, "kg"), "0.180125 USD/kg"),
        ("1,250.50 USD/t", Specific(1250.5, "t"), "1250.5 USD/t"),
        ("1 250 USD/t", Specific(1250.0, "t"), "1250 USD/t"),
        ("1,000,000 USD/number", Specific(1e6, "number"), "1000000 USD/number"),
        ("30.5¢/kg + 8.5%", Sum((Specific(0.305, "kg"), AdValorem(0.085))), "0.305 USD/kg + 8.5%"),
        ("1c/kg+1.6%", Sum((Specific(0.01, "kg"), AdValorem(0.016))), "0.01 USD/kg + 1.6%"),
        (
            "17¢ each + 2.5% + 1¢/jewel",
            Sum((Specific(0.17, "number"), AdValorem(0.025), Specific(0.01, "jewel"))),
            "0.17 USD/number + 2.5% + 0.01 USD/jewel",
        ),
        (
            "20% − 2 USD/kg",
            Sum((AdValorem(0.2), less(Specific(2.0, "kg")))),
            "20% - 2 USD/kg",
        ),
        (
            "max(13.8%, 13.0 EUR/100kg)",
            Greatest((AdValorem(0.138), Specific(0.1404, "kg"))),
            "max(13.8%, 0.1404 USD/kg)",
        ),
        (
            "MIN(5%, Max(2%, 1 USD/kg), 3%)",
            Least(
                (
                    AdValorem(0.05),
                    Greatest((AdValorem(0.02), Specific(1.0, "kg"))),
                    AdValorem(0.03),
                )
            ),
            "min(5%, max(2%, 1 USD/kg), 3%)",
        ),
        (
            "8% MIN 15 EUR/DTN",
            Greatest((AdValorem(0.08), Specific(0.162, "kg"))),
            "max(8%, 0.162 USD/kg)",
        ),
        (
            "8% min 15 USD/DTN max 20 USD/DTN",
            Least((Greatest((AdValorem(0.08), Specific(0.15, "kg"))), Specific(0.2, "kg"))),
            "min(max(8%, 0.15 USD/kg), 0.2 USD/kg)",
        ),
        (
            "9% + 5 USD/kg MAX 12 USD/kg",
            Least((Sum((AdValorem(0.09), Specific(5.0, "kg"))), Specific(12.0, "kg"))),
            "min(9% + 5 USD/kg, 12 USD/kg)",
        ),
        ("base", BASE, "base"),
        ("50% of base", BaseShare(0.5), "50% of base"),
        ("base - 2pp", Sum((BASE, less(AdValorem(0.02)))), "base - 2pp"),
        ("base + 5 pp", Sum((BASE, AdValorem(0.05))), "base + 5pp"),
        ("base + 1 percentage point", Sum((BASE, AdValorem(0.01))), "base + 1pp"),
        ("15% - base", Sum((AdValorem(0.15), less(BASE))), "15% - base"),
        (
            "max(15% - base, 0)",
            Greatest((Sum((AdValorem(0.15), less(BASE))), FREE)),
            "max(15% - base, 0%)",
        ),
        (
            "max(5.10 USD/kg - unit_value, 0)",
            Greatest((Sum((Specific(5.1, "kg"), less(TheValue()))), FREE)),
            "max(5.1 USD/kg - unit_value, 0%)",
        ),
        ("10% of unit_value", Times(0.1, TheValue()), "10% of unit_value"),
        (
            "50% of (4.4¢/kg + 8%)",
            Times(0.5, Sum((Specific(0.044, "kg"), AdValorem(0.08)))),
            "50% of (0.044 USD/kg + 8%)",
        ),
        ("(((25%)))", AdValorem(0.25), "25%"),
        (
            "The duty provided in the applicable subheading + 25%",
            Sum((BASE, AdValorem(0.25))),
            "base + 25pp",
        ),
        ("The duty provided in the applicable subheading", BASE, "base"),
        (
            "The duty rate provided in such subheading minus 0.5%",
            Sum((BASE, less(AdValorem(0.005)))),
            "base - 0.5pp",
        ),
    ],
)
def test_text_means_this(text: str, expression: Expression, written: str) -> None:
    read = read_expression(text, currencies=CURRENCIES)

    assert read == expression
    assert text_of(read) == written
    assert read_expression(written) == expression


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("15% all-in", RateWords(AdValorem(0.15), "all-in")),
        ("15 % All in", RateWords(AdValorem(0.15), "all-in")),
        (
            "max(15%, 1 USD/kg) all-in",
            RateWords(Greatest((AdValorem(0.15), Specific(1.0, "kg"))), "all-in"),
        ),
        ("25%", RateWords(AdValorem(0.25), None)),
    ],
)
def test_all_in_is_told_from_a_rate(text: str, words: RateWords) -> None:
    assert read_rate_words(text) == words


@pytest.mark.parametrize(
    ("text", "what", "hint", "position"),
    [
        ("", "the rate is empty", 'write a percentage, such as "25%"', None),
        (
            "25",
            '"25" has no % sign, and a bare number is never a rate',
            'write "25%"',
            3,
        ),
        (
            "0.25",
            '"0.25" has no % sign, and a bare number is never a rate',
            'write "25%" if it is a fraction of the value, else "0.25%"',
            5,
        ),
        ("0", '"0" has no % sign, and a bare number is never a rate', 'write "0%"', 2),
        (
            "(15)",
            '"(15)" has no % sign, and a bare number is never a rate',
            'write "15%"',
            4,
        ),
        (
            "15 all-in",
            '"15 all-in" has no % sign, and a bare number is never a rate',
            'write "15%"',
            3,
        ),
        (
            " -5%",
            '"-5%" is negative; a duty is never less than nothing',
            'write "Free" for no duty',
            2,
        ),
        (
            "5000%",
            '"5000%" is above 1,000 %, the highest rate that is allowed',
            'if it is meant, allow it with --allow-rate-above "5000%"',
            1,
        ),
        (
            "  25%x",
            "\"25%x\" is not a rate: character 6 is 'x'",
            'the nearest form that is read: "25%"',
            6,
        ),
        (
            "2,5%",
            "\"2,5%\" is not a rate: character 2 is ','",
            'a comma may divide thousands or decimals; write "2.5%" or "1250%",'
            " and a blank after a comma between two duties",
            2,
        ),
        (
            "max(0,5%)",
            "\"max(0,5%)\" is not a rate: character 6 is ','",
            'a comma may divide thousands or decimals; write "2.5%" or "1250%",'
            " and a blank after a comma between two duties",
            6,
        ),
        (
            "30.5¢/kg +",
            '"30.5¢/kg +" is not a rate: it ends where more is expected',
            'the nearest form that is read: "4.4¢/kg"',
            11,
        ),
        (
            "$1.55",
            '"$1.55" is not a rate: it ends where more is expected',
            'the nearest form that is read: "$1.55/kg"',
            6,
        ),
        (
            "max(5%)",
            "\"max(5%)\" is not a rate: character 7 is ')'",
            'the nearest form that is read: "max(13.8%, 13.0 EUR/100kg)"',
            7,
        ),
        (
            "25 USD per car",
            '"25 USD per car" is per "car", which is short for carat',
            'write "carat" for the weight of stones, "number" for a count of vehicles',
            12,
        ),
        (
            "4.4¢/kgg",
            '"4.4¢/kgg" is per "kgg", which is no unit that is known',
            "did you mean kg or kgs or KGM?",
            6,
        ),
        (
            "13.0 JPY/kg",
            '"13.0 JPY/kg" is in JPY, of which no exchange rate is given',
            "give USD for one JPY with its date and source; known: EUR, GBP, USD",
            6,
        ),
        (
            "13.0/DTN",
            '"13.0/DTN" has an amount without a currency',
            'write the currency, such as "13.0 EUR/100kg", or say which one the schedule is in',
            1,
        ),
        (
            "base - 50%",
            '"base - 50%" does not say whether points or percent of the base are meant',
            'write "base - 50pp" for percentage points, or "50% of base" for a share of it',
            6,
        ),
        (
            "base + 5%",
            '"base + 5%" does not say whether points or percent of the base are meant',
            'write "base + 5pp" for percentage points, or "105% of base" for a share of it',
            6,
        ),
        (
            "2pp",
            '"2pp" has percentage points without a base duty before them',
            'write "base - 2pp" for points off the base duty, or "2%" for a rate',
            1,
        ),
        (
            "10% MIN 5 USD/kg + 2 USD/kg",
            '"10% MIN 5 USD/kg + 2 USD/kg" can be read in two ways: max(10%, 5 USD/kg + 2 USD/kg)'
            ' (reading "uk") or max(10%, 5 USD/kg) + 2 USD/kg (reading "left-to-right")',
            "write one of them, set brackets, or name the reading:"
            ' reading = "uk" or reading = "left-to-right"',
            5,
        ),
        (
            "5 USD/0 kg",
            '"5 USD/0 kg" has a number that no rate has: "0"',
            'write a number such as "13.8"',
            7,
        ),
        (
            "9999999999999999 USD/kg",
            '"9999999999999999 USD/kg" has a number that no rate has: "9999999999999999"',
            'write a number such as "13.8"',
            1,
        ),
        (
            f"{'(' * 21}1%{')' * 21}",
            f'"{"(" * 21}1%{")" * 21}" has brackets more than 20 deep',
            "write a simpler rate",
            21,
        ),
        (
            "1% + " * 201,
            f'"{("1% + " * 12)}..." is too long for a rate (1,004 characters)',
            "a rate has at most 1,000 characters",
            None,
        ),
        (
            "No change",
            '"No change" refers to the rate of another line',
            "give the rate that applies, or leave the line unknown",
            1,
        ),
        (
            "44¢ each + 6% on the case",
            '"44¢ each + 6% on the case" is a duty on a part of the good',
            "trade tables do not give that part; give it as a content",
            1,
        ),
    ],
)
def test_what_is_not_understood_is_refused(
    text: str, what: str, hint: str, position: int | None
) -> None:
    with pytest.raises(RateTextError) as caught:
        read_rate_words(text, currencies=CURRENCIES)

    problem = caught.value.problems[0]
    assert (problem.what, problem.hint, caught.value.position) == (what, hint, position)
    assert caught.value.exit_code == 4


def test_all_in_is_no_duty_by_itself() -> None:
    with pytest.raises(RateTextError, match='"15% all-in" is an all-in rate, where a duty'):
        read_expression("15% all-in")


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_exchange_rate_must_be_above_zero(rate: float) -> None:
    with pytest.raises(RateTextError, match="of which no exchange rate is given"):
        read_expression("1 EUR/kg", currencies={"EUR": rate})


def test_high_rate_is_read_where_it_is_allowed() -> None:
    assert read_expression("2500%", highest=25.0) == AdValorem(25.0)
    with pytest.raises(RateTextError, match="above 2,500 %"):
        read_expression("max(1%, 2501%)", highest=25.0)


def test_reading_needs_no_engine_and_no_parser_at_start() -> None:
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, calc.policy.grammar as g; print('lark' in sys.modules); g.parser();"
            "print([name for name in ('polars', 'pandas', 'numpy') if name in sys.modules])",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert seen.stdout.splitlines() == ["False", "[]"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("4.68¢/kg but not less than 12.5%", "max(0.0468 USD/kg, 12.5%)"),
        ("5% + 2 USD/kg, but not more than 20%", "min(5% + 2 USD/kg, 20%)"),
        ("10% but  NOT less than 2 USD/kg but not more than 30%",
         "min(max(10%, 2 USD/kg), 30%)"),
        ("12.5% or 23 USD/kg, whichever is the greater", "max(12.5%, 23 USD/kg)"),
        ("12.5% or 23 USD/kg whichever is lower", "min(12.5%, 23 USD/kg)"),
    ],
)  # fmt: skip
def test_limits_are_read_as_schedules_write_them_out(text: str, meant: str) -> None:
    assert text_of(read_expression(text)) == meant


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("10% but not less than 5% + 1 USD/kg", "can be read in two ways"),
        ("10% but not less than 5", "has no % sign, and a bare number is never a rate"),
        ("10% or 25, whichever is higher", "has no % sign, and a bare number is never a rate"),
        ("10% or 5%", "is not a rate: it ends where more is expected"),
        ("but not less than 5%", "is not a rate: character 1 is 'b'"),
    ],
)
def test_limits_that_are_not_clear_are_refused(text: str, what: str) -> None:
    with pytest.raises(RateTextError, match=re.escape(what)):
        read_expression(text)
