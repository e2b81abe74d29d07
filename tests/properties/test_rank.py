"""Laws of rank: what is more specific goes first, at most one measure a line, in any order."""

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calc.policy.outcome import UnsettledError
from tests.draws import draws
from tests.properties.reading import Line, expected_status, outcomes_of
from tests.strategies import Law, laws, reordered, settled_laws, trade_tables

Told = dict[Line, dict[str, str]]


def statuses(law: Law, trade: pl.DataFrame) -> Told | None:
    """The status of every measure on every line; null where the law is unsettled."""
    try:
        found = outcomes_of(law, trade)
    except UnsettledError:
        return None
    return {
        line: {row["measure_id"]: outcome.status for row, outcome in outcomes}
        for line, outcomes in found.items()
    }


@settings(max_examples=draws(12, 20))
@given(laws() | settled_laws(), trade_tables(min_rows=4))
def test_status_follows_goods_then_partners_then_prefix(law: Law, trade: pl.DataFrame) -> None:
    try:
        found = outcomes_of(law, trade)
    except UnsettledError:
        assume(False)
    for outcomes in found.values():
        for row, outcome in outcomes:
            basis = (row["authority"], row["programme"])
            group = [o for o, _ in outcomes if (o["authority"], o["programme"]) == basis]
            assert outcome.status == expected_status(row, group)


@settings(max_examples=draws(12, 20))
@given(laws(), trade_tables(min_rows=4))
def test_a_law_is_unsettled_where_two_measures_would_be_charged(
    law: Law, trade: pl.DataFrame
) -> None:
    told = statuses(law, trade)
    assume(told is not None)
    assert told is not None
    for outcomes in told.values():
        assert list(outcomes.values()).count("applied") <= 1


@settings(max_examples=draws(12, 20))
@given(laws() | settled_laws(), trade_tables(min_rows=4), st.data())
def test_order_of_measures_does_not_matter(
    law: Law, trade: pl.DataFrame, data: st.DataObject
) -> None:
    other = data.draw(reordered(law))
    assert statuses(law, trade) == statuses(other, trade)
