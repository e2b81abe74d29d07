"""A rate as the law writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.rate_text import Rate, RateTextError, read_rate


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("Free", 0.0),
        ("free", 0.0),
        ("0%", 0.0),
        ("25%", 0.25),
        ("2.5 %", 0.025),
        (" 13.8% ", 0.138),
        ("0.4%", 0.004),
        ("100%", 1.0),
        ("1000%", 10.0),
    ],
)
def test_rate_is_read_as_a_fraction(text: str, fraction: float) -> None:
    assert read_rate(text) == Rate(fraction, text.strip())


@pytest.mark.parametrize(
    ("text", "what", "position"),
    [
        ("", "the rate is empty", None),
        ("   ", "the rate is empty", None),
        ("25", '"25" has no % sign, and a bare number is never a rate', 3),
        ("-5%", '"-5%" is negative; a duty is never less than nothing', 1),
        ("−5%", '"−5%" is negative; a duty is never less than nothing', 1),
        ("  25%x", "\"25%x\" is not a rate: character 6 is 'x'", 6),
        ("2,5%", "\"2,5%\" is not a rate: character 2 is ','", 2),
        (".5%", "\".5%\" is not a rate: character 3 is '%'", 3),
        ("1e2%", "\"1e2%\" is not a rate: character 2 is 'e'", 2),
        ("+5%", "\"+5%\" is not a rate: character 1 is '+'", 1),
        ("２５%", "\"２５%\" is not a rate: character 1 is '２'", 1),
        ("25%%", "\"25%%\" is not a rate: character 4 is '%'", 4),
        ("5000%", '"5000%" is above 1,000 %, the highest rate that is allowed', None),
        ("9" * 41 + "%", f'"{"9" * 41}%" is too long for a rate (42 characters)', None),
    ],
)
def test_what_is_no_rate_is_refused(text: str, what: str, position: int | None) -> None:
    with pytest.raises(RateTextError) as caught:
        read_rate(text)

    assert caught.value.problems[0].what == what
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "form", "position"),
    [
        ("4.4¢/kg", "a specific duty", 4),
        ("13.0 EUR/100kg", "a specific duty", 9),
        ("$5", "a specific duty", 1),
        ("14.5 cents/m2 + 0.4%", "a specific duty", 6),
        ("5% + 2%", "a compound duty", 3),
        ("max(13.8%, 13.0 EUR/100kg)", "a minimum or maximum duty", 1),
        ("13.8% MIN 13.0/DTN", "a minimum or maximum duty", 7),
        ("15% all-in", "an all-in rate", 5),
        ("50% of base", "a rate relative to the base duty", 8),
        ("base - 2pp", "a rate relative to the base duty", 1),
        ("10% of unit_value", "a minimum price", 8),
    ],
)
def test_forms_of_later_versions_are_named(text: str, form: str, position: int) -> None:
    with pytest.raises(RateTextError) as caught:
        read_rate(text)

    assert caught.value.problems[0].what == f'"{text}" is {form}, which is not supported yet'
    assert caught.value.position == position


def test_base_less_a_percentage_is_ambiguous() -> None:
    with pytest.raises(RateTextError) as caught:
        read_rate("base - 50%")

    assert caught.value.problems[0].hint == (
        "say also what is meant: percentage points, or percent of the base?"
    )


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("25", 'write "25%"'),
        ("0.25", 'write "25%" if it is a fraction of the value, else "0.25%"'),
    ],
)
def test_bare_number_is_told_what_to_write(number: str, hint: str) -> None:
    with pytest.raises(RateTextError) as caught:
        read_rate(number)

    assert caught.value.problems[0].hint == hint


def test_high_rate_is_read_where_it_is_allowed() -> None:
    assert read_rate("2500%", highest=25.0).ad_valorem_rate == 25.0
    with pytest.raises(RateTextError, match="above 2,500 %"):
        read_rate("2501%", highest=25.0)


@given(st.decimals(min_value=0, max_value=1000, places=3))
def test_any_decimal_percentage_is_read_to_the_nearest_fraction(number: object) -> None:
    assert read_rate(f"{number}%").ad_valorem_rate == float(f"{number}e-2")


@given(st.text(max_size=60))
def test_any_text_is_a_rate_or_refused_with_a_position_inside(text: str) -> None:
    refusal = None
    try:
        rate = read_rate(text)
    except RateTextError as err:
        refusal = err
    if refusal is None:
        assert 0 <= rate.ad_valorem_rate <= 10
    else:
        assert refusal.position is None or 1 <= refusal.position <= len(text) + 1
