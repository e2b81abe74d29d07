"""Laws of duty expressions: reading, writing and computing them."""

import re

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc.policy import grammar
from calc.policy.expression import (
    AdValorem,
    Amounts,
    BaseShare,
    Expression,
    Greatest,
    Least,
    Specific,
    Sum,
    TheValue,
    Times,
    amount_of,
    duty_of,
)
from calc.policy.grammar import RateWords, read_expression, read_rate_words, text_of
from calc.rate_text import RateTextError

UNITS = ("kg", "t", "m2", "l", "number", "dozen", "kg of lead", "proof litre")
WORDS = (
    *("25", "0", "1,000", "%", "¢", "$", "EUR", "USD", "/", "kg", "each", "m2", "100kg", "per"),
    *("+", "-", "(", ")", ",", "max", "min", "MIN", "MAX", "base", "unit_value", "of", "pp"),
    *("all-in", "Free", "on drained weight", "33 1/3%", "the duty provided in such subheading"),
)


def shares(largest: int) -> st.SearchStrategy[float]:
    return st.integers(0, largest).map(lambda number: number / 10_000) | st.floats(
        0, largest / 10_000, allow_subnormal=False
    ).filter(lambda number: number == 0 or number > 1e-9)


LEAVES: st.SearchStrategy[Expression] = (
    st.builds(AdValorem, shares(50_000))
    | st.builds(Specific, shares(10_000_000), st.sampled_from(UNITS))
    | st.builds(BaseShare, shares(20_000))
    | st.just(TheValue())
)


def grown(terms: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Expressions of terms, as a text can state them: only what is taken off is negative."""
    taken_off = st.builds(Times, st.just(-1.0), terms)
    sums = st.builds(
        lambda first, others: Sum((first, *others)),
        terms,
        st.lists(terms | taken_off, min_size=1, max_size=3),
    )
    several = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return (
        sums
        | st.builds(Greatest, several)
        | st.builds(Least, several)
        | st.builds(Times, shares(20_000), terms)
    )


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=6)
KNOWN = st.floats(0, 1e9, allow_subnormal=False)
AMOUNTS = st.fixed_dictionaries(
    dict.fromkeys(("value", "base", *UNITS), st.none() | KNOWN),
)


@given(EXPRESSIONS)
def test_text_of_an_expression_reads_back_to_it(expression: Expression) -> None:
    assert read_expression(text_of(expression)) == expression


@given(st.text(max_size=80) | st.lists(st.sampled_from(WORDS), max_size=15).map(" ".join))
@settings(max_examples=300)
def test_any_text_is_a_rate_or_refused_with_a_position_inside(text: str) -> None:
    refusal = None
    try:
        words = read_rate_words(text, currencies={"EUR": 1.1})
    except RateTextError as err:
        refusal = err
    if refusal is None:
        assert isinstance(words, RateWords)
        assert read_expression(text_of(words.expression)) == words.expression
    else:
        assert refusal.position is None or 1 <= refusal.position <= len(text) + 1


@given(EXPRESSIONS, st.lists(AMOUNTS, min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_engine_computes_what_plain_python_does(
    expression: Expression, rows: list[dict[str, float | None]]
) -> None:
    schema = dict.fromkeys(("value", "base", *UNITS), pl.Float64())
    amounts = Amounts(nw.col("value"), nw.col("base"), nw.col)
    duty = duty_of(expression, amounts).alias("duty")
    table = pl.LazyFrame(rows, schema=schema)

    found = nw.from_native(table).select(duty).to_native().collect()["duty"].to_list()
    assert found == [amount_of(expression, row) for row in rows]


@given(EXPRESSIONS, AMOUNTS, st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_twice_the_trade_is_twice_the_duty(
    expression: Expression, amounts: dict[str, float | None], scale: float
) -> None:
    scaled = {name: None if amount is None else amount * scale for name, amount in amounts.items()}
    before, after = amount_of(expression, amounts), amount_of(expression, scaled)

    if before is None:
        assert after is None
    else:
        assert after == pytest.approx(before * scale, rel=1e-12, abs=1e-300)


@given(st.decimals(min_value=0, max_value=1000, places=3))
def test_decimal_percentage_is_read_to_the_nearest_fraction(number: object) -> None:
    assert read_expression(f"{number}%") == AdValorem(float(f"{number}e-2"))


@settings(max_examples=60)
@given(text=st.from_regex(r"\A *[0-9]{1,4}(\.[0-9]{1,6})?% *\Z"))
def test_plain_percentages_are_read_as_the_grammar_reads_them(text: str) -> None:
    def read() -> object:
        try:
            return read_rate_words(text)
        except RateTextError as err:
            return err.problems

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grammar, "PLAIN", re.compile("(?!)"))
        by_the_grammar = read()
    assert read() == by_the_grammar
