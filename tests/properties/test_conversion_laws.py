"""Laws of trade put into another edition: dollars before are dollars after, and none is made up."""

from functools import cache

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from calc import convert
from calc.concordance import edition_names, weights_between
from calc.money import unit_of
from calc.tables.trade import Trade
from calc.terms import ROW
from pipelines.nomenclature import codes_of, nomenclature
from tests.draws import draws
from tests.run.asking import trade_of

FLOW = ["importer", "partner", "period", "flow"]
EDITIONS = edition_names()
AMOUNT = st.floats(0, 1e11, allow_nan=False)
AMOUNT_OR_NONE = AMOUNT | st.none()
PARTNER, UNIT = st.sampled_from(["JPN", "KOR"]), st.sampled_from(["kg", "number"])


@cache
def some_codes(edition: str) -> st.SearchStrategy[list[str]]:
    """A few codes of an edition, none twice."""
    return st.lists(st.sampled_from(codes_of(edition)), min_size=1, max_size=25, unique=True)


@st.composite
def traded(draw: st.DrawFn) -> tuple[pl.DataFrame, str, str]:
    """A trade table of one edition, and the edition that it is put into."""
    source, target = draw(st.permutations(EDITIONS))[:2]
    rows = [
        {
            "code": code,
            "nomenclature": source,
            "partner": draw(PARTNER),
            "customs_value_usd": draw(AMOUNT),
            "fob_value_usd": draw(AMOUNT_OR_NONE),
            "calculated_duty_usd": draw(AMOUNT_OR_NONE),
            "quantity": draw(AMOUNT),
            "quantity_unit": draw(UNIT),
        }
        for code in draw(some_codes(source))
    ]
    return trade_of(rows).with_row_index(ROW), source, target


def put(drawn: tuple[pl.DataFrame, str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The parts of a table, and the table in the other edition."""
    trade, source, target = drawn
    weights = convert.weights_of(weights_between(nomenclature(), source, target), source)
    parts = convert.parts_of(trade.lazy(), weights).collect()
    return parts, convert.put_together(parts.lazy(), target).collect()


def units(frame: pl.DataFrame, name: str) -> int:
    return sum(unit_of(amount) for amount in frame[name].drop_nulls())


@settings(max_examples=draws(10, 25))
@given(drawn=traded())
def test_dollars_are_kept_to_the_last_unit(drawn: tuple[pl.DataFrame, str, str]) -> None:
    trade, _, target = drawn
    parts, found = put(drawn)
    lost = trade.join(parts.select(ROW), on=ROW, how="anti")

    for (partner,), own in found.group_by("partner"):
        of_partner = pl.col("partner") == partner
        before = units(trade.filter(of_partner), "customs_value_usd")
        gone = units(lost.filter(of_partner), "customs_value_usd")
        assert units(own, "customs_value_usd") == before - gone
    assert set(found["nomenclature"]) <= {target}
    assert found["source_rows"].sum() == trade.height - lost.height


@settings(max_examples=draws(10, 25))
@given(drawn=traded())
def test_each_row_is_cut_into_parts_that_add_up(drawn: tuple[pl.DataFrame, str, str]) -> None:
    trade, _, _ = drawn
    parts, _ = put(drawn)

    names = ["customs_value_usd", "quantity", "fob_value_usd", "calculated_duty_usd"]
    back = parts.group_by(ROW).agg(pl.col(name).sum() for name in names)
    for row in back.iter_rows(named=True):
        own = trade.row(row[ROW], named=True)
        assert all(row[name] == unit_of(own[name] or 0.0) for name in names)
        assert parts.filter(pl.col(ROW) == row[ROW])["counts"].sum() == 1


@settings(max_examples=draws(10, 25))
@given(drawn=traded())
def test_what_is_put_together_is_a_lawful_table(drawn: tuple[pl.DataFrame, str, str]) -> None:
    parts, found = put(drawn)

    for name in ("fob_value_usd", "calculated_duty_usd"):
        known = units(found, name)
        assert known <= parts[name].sum()
    assert Trade.is_valid(found.select(Trade.column_names()), cast=True)
    assert found.filter("is_estimated").height <= parts.filter("is_split").height


@settings(max_examples=draws(6, 15))
@given(drawn=traded())
def test_links_lead_from_each_row_to_all_that_it_holds(
    drawn: tuple[pl.DataFrame, str, str],
) -> None:
    trade, _, target = drawn
    parts, found = put(drawn)
    numbered = found.with_row_index(ROW, offset=trade.height)

    links = convert.links_of(parts.lazy(), numbered.lazy(), target).collect()

    assert links.height == parts.height
    assert set(links[ROW]) == set(numbered[ROW])
    shares = links.group_by("of_row").agg(pl.col("share").sum())["share"]
    assert all(abs(share - 1) < 1e-9 for share in shares)


@settings(max_examples=draws(6, 15))
@given(drawn=traded(), seed=st.integers(0, 2**32))
def test_the_order_of_rows_changes_nothing(drawn: tuple[pl.DataFrame, str, str], seed: int) -> None:
    trade, source, target = drawn
    shuffled = trade.sample(fraction=1, shuffle=True, seed=seed)

    assert put(drawn)[1].equals(put((shuffled, source, target))[1])
