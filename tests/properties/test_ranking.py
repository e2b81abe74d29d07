"""Laws of rank: what is more specific goes first, one measure at most, in any order of rows."""

from collections.abc import Iterable
from itertools import groupby

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.ranking import (
    LINE,
    equal_ranks,
    rank_within_authority,
    resolve_rates,
    unstacked_authorities,
)
from tests.properties.reading import candidates_of, precedence, ranked_of
from tests.strategies import Law, Row, laws, settled_laws, shuffled, trade_tables

BASIS = (*LINE, "authority", "programme")


def with_law(law: Law, ranked: pl.DataFrame) -> list[Row]:
    """The ranked rows with what the measures say of their goods and partners."""
    said = law.measures.select("measure_id", "names_products", "partner_rank")
    return ranked.join(said, on="measure_id", how="left", validate="m:1").to_dicts()


def by(rows: Iterable[Row], key: tuple[str, ...]) -> list[list[Row]]:
    """The rows in groups of one key; null is a key like any other."""

    def of(row: Row) -> tuple[str, ...]:
        return tuple(row[name] or "" for name in key)

    return [list(group) for _, group in groupby(sorted(rows, key=of), key=of)]


def expected_status(row: Row, group: list[Row]) -> str:
    if row["is_excluded"]:
        return "excluded"
    rivals = [
        precedence(other)
        for other in group
        if not other["is_excluded"] and other["is_in_force"] == row["is_in_force"]
    ]
    if precedence(row) < max(rivals):
        return "displaced"
    return "applied" if row["is_in_force"] else "threatened"


@given(laws(), trade_tables(min_rows=4))
def test_rank_orders_any_two_candidates_as_the_law_does(law: Law, trade: pl.DataFrame) -> None:
    rows = with_law(law, candidates_of(law, trade).collect())
    ranks = sorted({(precedence(row), row["rank"]) for row in rows})
    assert [rank for _, rank in ranks] == sorted({row["rank"] for row in rows})


@given(laws() | settled_laws(), trade_tables(min_rows=4))
def test_status_follows_goods_then_partners_then_prefix(law: Law, trade: pl.DataFrame) -> None:
    rows = with_law(law, ranked_of(law, trade).collect())
    for group in by(rows, BASIS):
        assert [row["status"] for row in group] == [expected_status(row, group) for row in group]


@given(laws(), trade_tables())
def test_ranking_keeps_every_candidate_once(law: Law, trade: pl.DataFrame) -> None:
    candidates = candidates_of(law, trade).collect()
    ranked = rank_within_authority(candidates.lazy()).collect()
    assert_frame_equal(ranked.select(candidates.columns), candidates, check_row_order=False)


@given(laws(), trade_tables())
def test_conflicts_are_the_lines_with_two_measures_applied(law: Law, trade: pl.DataFrame) -> None:
    ranked = ranked_of(law, trade)
    applied = ranked.filter(pl.col("status") == "applied").collect().to_dicts()
    same_basis = [group for group in by(applied, BASIS) if len(group) > 1]
    same_line = [group for group in by(applied, tuple(LINE)) if len(group) > 1]
    assert equal_ranks(ranked).collect()["lines"].sum() == len(same_basis)
    assert unstacked_authorities(ranked).collect().is_empty() == (not same_line)


@given(laws(), trade_tables(), st.data())
def test_conflicts_do_not_depend_on_the_order_of_rows(
    law: Law, trade: pl.DataFrame, data: st.DataObject
) -> None:
    ranked = ranked_of(law, trade).collect()
    other = data.draw(shuffled(ranked))
    for find in (equal_ranks, unstacked_authorities):
        assert_frame_equal(find(ranked.lazy()).collect(), find(other.lazy()).collect())


@given(settled_laws(), trade_tables())
def test_each_line_named_is_resolved_once(law: Law, trade: pl.DataFrame) -> None:
    ranked = ranked_of(law, trade).collect()
    resolved = resolve_rates(ranked.lazy()).collect()
    lines = ranked.select(LINE).unique()
    assert_frame_equal(resolved.select(LINE), lines, check_row_order=False)
    by_line = {tuple(row[name] for name in LINE): row for row in resolved.to_dicts()}
    for group in by(ranked.to_dicts(), tuple(LINE)):
        line = by_line[tuple(group[0][name] for name in LINE)]
        applied = [row for row in group if row["status"] == "applied"]
        waiting = [row for row in group if row["status"] == "threatened"]
        assert line["is_covered"] == any(not row["is_excluded"] for row in group)
        assert line["is_in_force"] == bool(applied)
        assert line["measure_id"] == (applied[0]["measure_id"] if applied else None)
        assert line["measure_rate"] == (applied[0]["ad_valorem_rate"] if applied else None)
        assert line["threats"] == len(waiting)
        alone = waiting[0]["measure_id"] if len(waiting) == 1 else None
        assert line["threatened_measure_id"] == alone


@given(settled_laws(), trade_tables(), st.data())
def test_resolved_law_does_not_depend_on_the_order_of_rows(
    law: Law, trade: pl.DataFrame, data: st.DataObject
) -> None:
    ranked = ranked_of(law, trade).collect()
    resolved = resolve_rates(ranked.lazy()).collect()
    again = resolve_rates(data.draw(shuffled(ranked)).lazy()).collect()
    assert_frame_equal(resolved, again, check_row_order=False)
