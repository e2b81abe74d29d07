"""Laws of scopes: prefixes, exclusions, partners; the order of rows says nothing."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.scope import ALL, expand_prefixes, match_exclusions, match_partners, match_products
from calc.tables.measures import MeasureProducts
from tests.draws import draws
from tests.properties.reading import (
    candidate_rows,
    candidates_of,
    codes_of,
    covers,
    is_hit,
    left_out_by,
    longest_prefix,
    pairs_of,
)
from tests.strategies import PREFIXES, Law, codes, laws, reordered, shuffled, table, trade_tables

READ = [
    *("importer", "partner", "code", "measure_id"),
    *("prefix", "left_out_by", "excluded_by", "is_excluded"),
]
code_lists = st.lists(codes((6, 8, 10)) | st.sampled_from(PREFIXES), unique=True, max_size=12)


def distinct(codes: list[str]) -> pl.LazyFrame:
    return pl.LazyFrame({"code": codes}, schema={"code": pl.String})


@given(code_lists)
def test_prefixes_of_a_code_are_all_goods_its_parents_and_itself(codes: list[str]) -> None:
    expanded = expand_prefixes(distinct(codes)).collect()
    expected = {
        (code, prefix) for code in codes for prefix in (ALL, *PREFIXES) if covers(prefix, code)
    }
    assert set(expanded.rows()) == expected
    assert expanded.height == len(expected)


@settings(max_examples=draws(20, 40))
@given(laws(), trade_tables())
def test_products_are_read_as_the_language_says(law: Law, trade: pl.DataFrame) -> None:
    found = match_products(law.products.lazy(), codes_of(trade)).collect()
    expected = {
        (measure_id, code, prefix, left_out_by(law, measure_id, code))
        for measure_id in law.measures["measure_id"]
        for code in trade["code"].unique()
        if (prefix := longest_prefix(law, measure_id, "include", code)) is not None
    }
    assert set(found.select("measure_id", "code", "prefix", "left_out_by").rows()) == expected
    assert found.height == len(expected)


@given(
    st.lists(st.sampled_from([ALL, *PREFIXES]), unique=True, min_size=1),
    st.sampled_from(PREFIXES),
    code_lists,
)
def test_an_exclusion_wins_over_inclusions_of_any_length_until_but_takes_in_again(
    included: list[str], excluded: str, codes: list[str]
) -> None:
    scope = [*(("include", prefix) for prefix in included), ("exclude", excluded)]

    def left_out(rows: list[tuple[str, str]]) -> dict[str, bool]:
        cells = [
            {"measure_id": "m", "step": 0, "role": role, "prefix": prefix, "written": prefix}
            for role, prefix in rows
        ]
        products = table(cells, MeasureProducts).lazy()
        found = match_products(products, distinct(codes)).collect()
        return dict(found.select("code", pl.col("left_out_by").is_not_null()).rows())

    named = {code for code in codes if any(covers(prefix, code) for prefix in included)}
    assert left_out(scope) == {code: code.startswith(excluded) for code in named}
    assert left_out([*scope, ("but", excluded)]) == dict.fromkeys(named, False)


@settings(max_examples=draws(20, 40))
@given(laws(), trade_tables())
def test_partners_are_read_as_the_language_says(law: Law, trade: pl.DataFrame) -> None:
    found = match_partners(law.partners.lazy(), pairs_of(trade), law.measures.lazy()).collect()
    expected = {
        (measure["measure_id"], measure["importer"], partner)
        for measure in law.measures.iter_rows(named=True)
        for partner in trade.filter(importer=measure["importer"])["partner"].unique()
        if is_hit(law, measure, partner)
    }
    assert set(found.rows()) == expected
    assert found.height == len(expected)


@settings(max_examples=draws(20, 40))
@given(laws(), trade_tables())
def test_candidates_are_those_of_a_reading_line_by_line(law: Law, trade: pl.DataFrame) -> None:
    found = candidates_of(law, trade).collect()
    expected = pl.DataFrame(
        candidate_rows(law, trade),
        schema={name: found.schema[name] for name in READ},
    )
    assert_frame_equal(found.select(READ), expected, check_row_order=False)


@settings(max_examples=draws(20, 40))
@given(laws(), trade_tables(), st.data())
def test_order_of_measures_scopes_and_trade_does_not_matter(
    law: Law, trade: pl.DataFrame, data: st.DataObject
) -> None:
    other = data.draw(reordered(law))
    assert_frame_equal(
        candidates_of(law, trade).collect(),
        candidates_of(other, data.draw(shuffled(trade))).collect(),
        check_row_order=False,
    )


@settings(max_examples=draws(20, 40))
@given(laws(), trade_tables())
def test_no_row_is_multiplied(law: Law, trade: pl.DataFrame) -> None:
    found = candidates_of(law, trade).collect()
    assert found.select("importer", "partner", "code", "measure_id").is_duplicated().sum() == 0
    lines = trade.select("importer", "partner", "code").unique()
    joined = lines.join(found, on=["importer", "partner", "code"])
    assert joined.height <= lines.height * law.measures.height


@settings(max_examples=draws(20, 40))
@given(laws(), trade_tables())
def test_an_exclusion_names_a_line_at_most_once(law: Law, trade: pl.DataFrame) -> None:
    excluded = match_exclusions(law.exclusions.lazy(), codes_of(trade), pairs_of(trade)).collect()
    assert excluded.select("measure_id", "code", "partner").is_duplicated().sum() == 0
