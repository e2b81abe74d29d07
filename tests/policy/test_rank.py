"""Laws of rank on what is drawn: its order, and exactly which laws do not settle a line."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.policy.expression import AdValorem
from calc.policy.model import Branch, Policy
from calc.policy.outcome import Candidate, Outcome, Segment, UnsettledError
from calc.policy.rank import rank_of
from calc.policy.stack import resolve
from tests.properties.reading import precedence
from tests.strategies import AUTHORITIES, DIGITS, PROGRAMMES, STATES, STATISTICAL, Row

scopes = st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from(DIGITS))


def branch(number: int, row: Row) -> tuple[Branch, Candidate]:
    """A branch and its candidate on one line of goods."""
    one = Branch(
        measure_id=f"m{number}",
        step=0,
        authority=row["authority"],
        programme=row["programme"],
        mode="add",
        rate=AdValorem(0.25),
        state=row["state"],
        partner_rank=row["partner_rank"],
        names_products=row["names_products"],
    )
    length = len(row["prefix"])
    return one, Candidate(number, length, is_left_out=row["is_out"])


@st.composite
def lines(draw: st.DrawFn) -> list[Row]:
    """What a law may have on one line of goods: measures of any authority, rank and state."""
    count = draw(st.integers(1, 5))
    rows = []
    for _ in range(count):
        names_products, partner_rank, digits = draw(scopes)
        prefix = STATISTICAL[0][:digits] if names_products else "*"
        rows.append(
            {
                "authority": draw(st.sampled_from(AUTHORITIES[:2])),
                "programme": draw(st.sampled_from(PROGRAMMES[:2])),
                "state": draw(st.just("in force") | st.sampled_from(STATES)),
                "names_products": names_products,
                "partner_rank": partner_rank,
                "prefix": prefix,
                "is_out": draw(st.booleans()) and draw(st.booleans()),
            }
        )
    return rows


def resolved(rows: Sequence[Row]) -> list[Outcome]:
    drawn = [branch(number, row) for number, row in enumerate(rows)]
    policy = Policy(as_of=None, branches=[one for one, _ in drawn])
    return resolve([candidate for _, candidate in drawn], Segment(), policy)


def charged(rows: Sequence[Row]) -> list[int]:
    """The measures in force and not out that nothing of their authority goes before."""
    standing = {
        number: row for number, row in enumerate(rows)
        if row["state"] == "in force" and not row["is_out"]
    }  # fmt: skip
    found = []
    for number, row in standing.items():
        rivals = [
            precedence(other)
            for other in standing.values()
            if (other["authority"], other["programme"]) == (row["authority"], row["programme"])
        ]
        if precedence(row) == max(rivals):
            found.append(number)
    return found


@given(st.lists(scopes, unique=True, min_size=2))
def test_rank_is_in_the_order_of_the_law(
    drawn: list[tuple[bool, int, int]],
) -> None:
    plain = {"authority": "a", "programme": None, "state": "in force", "is_out": False}
    rows = [
        plain
        | {"names_products": names_products, "partner_rank": partner_rank}
        | {"prefix": STATISTICAL[0][:digits] if names_products else "*"}
        for names_products, partner_rank, digits in drawn
    ]
    ranks = []
    for number, row in enumerate(rows):
        one, candidate = branch(number, row)
        ranks.append(rank_of(candidate, one))
    for row, rank in zip(rows, ranks, strict=True):
        for other, rank_of_other in zip(rows, ranks, strict=True):
            assert (rank > rank_of_other) == (precedence(row) > precedence(other))


@given(lines())
def test_a_line_is_unsettled_exactly_where_two_measures_would_be_charged(rows: list[Row]) -> None:
    """Without a rule of stacking; the error names two of those that would be."""
    expected = charged(rows)
    if len(expected) <= 1:
        applied = [at for at, one in enumerate(resolved(rows)) if one.status == "applied"]
        assert applied == expected
        return
    with pytest.raises(UnsettledError) as caught:
        resolved(rows)
    error = caught.value
    bases = {(rows[number]["authority"], rows[number]["programme"]) for number in expected}
    assert error.first != error.second
    assert {error.first, error.second} <= {f"m{number}" for number in expected}
    assert error.what == "have the same rank" or len(bases) > 1


@given(lines())
def test_nothing_that_waits_or_is_out_changes_what_is_charged(rows: list[Row]) -> None:
    try:
        found = resolved(rows)
    except UnsettledError:
        return
    standing = [row for row in rows if row["state"] == "in force" and not row["is_out"]]
    alone = [one.status for one in resolved(standing)]
    whole = [
        one.status
        for one, row in zip(found, rows, strict=True)
        if row["state"] == "in force" and not row["is_out"]
    ]
    assert alone == whole


@given(lines())
def test_every_candidate_has_one_outcome_in_its_place(rows: list[Row]) -> None:
    try:
        found = resolved(rows)
    except UnsettledError:
        return
    assert [one.candidate.branch for one in found] == list(range(len(rows)))
    for one, row in zip(found, rows, strict=True):
        assert (one.status == "excluded") == row["is_out"]
        waits = row["state"] != "in force"
        assert one.status != ("applied" if waits else "threatened")


@given(lines(), st.data())
def test_no_order_of_measures_changes_an_outcome(rows: list[Row], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    first, other = told(rows), told([rows[number] for number in order])
    if isinstance(first, str):
        assert other == first
    else:
        assert other == [first[number] for number in order]


def told(rows: Sequence[Row]) -> list[str] | str:
    """The status of each measure; what is said where the law is unsettled."""
    try:
        return [one.status for one in resolved(rows)]
    except UnsettledError as error:
        return error.what
