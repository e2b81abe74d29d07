"""Laws of codes as written, and of the names suggested for a word that is not known."""

from hypothesis import example, given
from hypothesis import strategies as st

from calc.codes import edition_of, normalise_code
from calc.errors import did_you_mean, nearest
from tests.strategies import DIGITS, codes

digits = st.text("0123456789", max_size=12)
MARKS = ".-'’ \u00a0\u2009\t\n"
words = st.text("abcdefgh-", min_size=1, max_size=8)


@given(digits)
def test_code_has_an_even_number_of_digits_from_two_to_ten(text: str) -> None:
    assert normalise_code(text) == (text if len(text) in DIGITS else None)


@given(codes(), st.data())
def test_points_spaces_and_apostrophes_anywhere_say_nothing(code: str, data: st.DataObject) -> None:
    written = "".join(f"{data.draw(st.text(MARKS, max_size=2))}{digit}" for digit in code)
    assert normalise_code(f"{written}{data.draw(st.text(MARKS, max_size=2))}") == code


@given(st.text(max_size=12))
@example("８７０３２３")
@example("٨٧٠٣")
@example("8703.23.0")
def test_what_comes_out_is_a_code_and_stays_as_it_is(text: str) -> None:
    code = normalise_code(text)
    if code is not None:
        assert set(code) <= set("0123456789")
        assert len(code) in DIGITS
        assert normalise_code(code) == code


@given(st.text(max_size=8) | st.from_regex(r"\A(HS|HTS|CN|NCM)[0-9]{4}\Z"))
@example("HS２０２２")
def test_edition_is_one_of_the_world_customs_organization_or_unknown(text: str) -> None:
    editions = {f"HS{year}" for year in (1992, 1996, 2002, 2007, 2012, 2017, 2022)}
    assert edition_of(text) in {*editions, None}
    assert edition_of(text) is None or text.isascii()


@given(words, st.lists(words), st.data())
def test_suggestions_are_known_few_and_independent_of_order(
    word: str, known: list[str], data: st.DataObject
) -> None:
    close = nearest(word, known)
    assert set(close) <= set(known)
    assert len(close) == len(set(close)) <= 3
    assert nearest(word, data.draw(st.permutations(known))) == close
    assert nearest(word.upper(), known) == close


@given(words, st.lists(words))
def test_known_word_is_its_own_best_suggestion(word: str, known: list[str]) -> None:
    assert nearest(word, [*known, word])[0] == word


@given(words, st.lists(words, min_size=1))
def test_hint_always_names_something_known(word: str, known: list[str]) -> None:
    hint = did_you_mean(word, known)
    assert any(name in hint for name in known)
    assert (hint.startswith("did you mean")) == bool(nearest(word, known))
