"""Codes and partners that measures name, leave out and take in again."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from calc.scope import (
    expand_prefixes,
    match_exclusions,
    match_finer,
    match_partners,
    match_products,
)
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts, Measures
from tests.strategies import Row, table

CODES = pl.LazyFrame({"code": ["870323", "870829", "87082950", "010121"]})
SEEN = pl.LazyFrame(
    [("USA", "JPN"), ("USA", "CAN"), ("USA", "USA"), ("CAN", "USA"), ("CAN", "JPN")],
    schema=["importer", "partner"],
    orient="row",
)


def whole(names: Sequence[str], row: Sequence[Any]) -> Row:
    """The cells of a row of a measure that has one branch."""
    return dict(zip(names, row, strict=True)) | {"step": 0}


def products(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    names = ("measure_id", "role", "prefix")
    cells = [whole(names, row) | {"written": row[2]} for row in rows]
    return table(cells, MeasureProducts).lazy()


def partners(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    names = ("measure_id", "role", "partner")
    return table([whole(names, row) for row in rows], MeasurePartners).lazy()


def measures(**importers: str) -> pl.LazyFrame:
    names = ("measure_id", "importer")
    rows = [whole(names, measure) for measure in importers.items()]
    return table(rows, Measures).lazy()


def exclusions(*rows: tuple[str, int, str, str]) -> pl.LazyFrame:
    names = ("measure_id", "exclusion", "prefix", "partner")
    return table([whole(names, row) for row in rows], Exclusions).lazy()


def assert_rows(found: pl.LazyFrame, schema: list[str], rows: list[tuple[object, ...]]) -> None:
    """The frame has just these columns and rows, in any order of rows."""
    expected = pl.DataFrame(rows, schema=schema, orient="row")
    types = found.collect_schema()
    typed = expected.cast({name: types[name] for name in schema})
    assert_frame_equal(found.collect(), typed, check_row_order=False)


def test_code_is_named_by_its_parents_itself_and_all_goods() -> None:
    found = expand_prefixes(pl.LazyFrame({"code": ["870323", "01012100"]}))
    expected: list[tuple[object, ...]] = [
        *(("870323", prefix) for prefix in ("*", "87", "8703", "870323")),
        *(("01012100", prefix) for prefix in ("*", "01", "0101", "010121", "01012100")),
    ]
    assert_rows(found, ["code", "prefix"], expected)


def test_code_of_ten_digits_is_named_at_five_levels() -> None:
    found = expand_prefixes(pl.LazyFrame({"code": ["8703230140"]})).collect()
    assert found["prefix"].to_list() == ["87", "8703", "870323", "87032301", "8703230140", "*"]


def test_measure_names_a_code_by_its_longest_prefix() -> None:
    rows = products(("cars", "include", "87"), ("cars", "include", "870323"))
    assert_rows(
        match_products(rows, CODES),
        ["measure_id", "code", "prefix", "left_out_by"],
        [
            ("cars", "870323", "870323", None),
            ("cars", "870829", "87", None),
            ("cars", "87082950", "87", None),
        ],
    )


def test_exclusion_wins_over_a_longer_inclusion_and_but_takes_in_again() -> None:
    rows = products(
        ("all", "include", "*"),
        ("all", "include", "87082950"),
        ("all", "exclude", "87"),
        ("all", "exclude", "8708"),
        ("all", "but", "870829"),
    )
    assert_rows(
        match_products(rows, CODES),
        ["measure_id", "code", "prefix", "left_out_by"],
        [
            ("all", "010121", "*", None),
            ("all", "870323", "*", "87"),
            ("all", "870829", "*", None),
            ("all", "87082950", "87082950", None),
        ],
    )


def test_but_does_not_name_what_no_inclusion_names() -> None:
    rows = products(("cars", "include", "8703"), ("cars", "but", "8708"))
    assert_rows(
        match_products(rows, CODES),
        ["measure_id", "code", "prefix", "left_out_by"],
        [("cars", "870323", "8703", None)],
    )


def test_prefix_finer_than_the_trade_names_nothing() -> None:
    rows = products(("cars", "include", "87032301"))
    assert match_products(rows, CODES).collect().is_empty()


def test_measures_do_not_see_each_others_exclusions() -> None:
    rows = products(("a", "include", "8703"), ("b", "include", "8703"), ("b", "exclude", "87"))
    assert_rows(
        match_products(rows, CODES),
        ["measure_id", "code", "prefix", "left_out_by"],
        [("a", "870323", "8703", None), ("b", "870323", "8703", "87")],
    )


def test_all_partners_are_those_its_importer_trades_with_but_itself() -> None:
    found = match_partners(
        partners(("us", "include", "*"), ("ca", "include", "*")), SEEN, measures(us="USA", ca="CAN")
    )
    assert_rows(
        found,
        ["measure_id", "importer", "partner"],
        [
            ("us", "USA", "JPN"),
            ("us", "USA", "CAN"),
            ("ca", "CAN", "USA"),
            ("ca", "CAN", "JPN"),
        ],
    )


def test_partner_left_out_stays_out_even_where_it_is_named() -> None:
    scope = partners(
        ("all-except", "include", "*"),
        ("all-except", "exclude", "CAN"),
        ("group", "include", "CAN"),
        ("group", "include", "JPN"),
        ("group", "exclude", "JPN"),
    )
    found = match_partners(scope, SEEN, measures(**{"all-except": "USA", "group": "USA"}))
    assert_rows(
        found,
        ["measure_id", "importer", "partner"],
        [("all-except", "USA", "JPN"), ("group", "USA", "CAN")],
    )


def test_partner_named_twice_over_is_hit_once() -> None:
    scope = partners(("us", "include", "*"), ("us", "include", "JPN"), ("us", "exclude", "CAN"))
    found = match_partners(scope, SEEN, measures(us="USA"))
    assert_rows(found, ["measure_id", "importer", "partner"], [("us", "USA", "JPN")])


def test_partner_without_trade_is_not_hit() -> None:
    found = match_partners(partners(("us", "include", "DEU")), SEEN, measures(us="USA"))
    assert found.collect().is_empty()


def test_line_that_two_exclusions_take_out_gives_the_first_of_them() -> None:
    found = match_exclusions(
        exclusions(("us", 1, "8708", "JPN"), ("us", 2, "870829", "*"), ("us", 3, "0101", "CAN")),
        CODES,
        SEEN,
    ).filter(pl.col("code").is_in(["870829", "010121"]))
    assert_rows(
        found,
        ["measure_id", "code", "partner", "excluded_by"],
        [
            ("us", "870829", "JPN", 1),
            ("us", "870829", "CAN", 2),
            ("us", "870829", "USA", 2),
            ("us", "010121", "CAN", 3),
        ],
    )


def test_a_code_of_which_a_part_is_named_is_told_with_the_first_part() -> None:
    """Exceptions name nothing: of 8708.29 a part is left out, and of 0101.21 one is named twice."""
    named = products(
        ("horses", "include", "01012190"),
        ("horses", "include", "01012110"),
        ("cars", "include", "8703"),
        ("cars", "exclude", "87082910"),
        ("parts", "but", "87082950"),
    )
    found = match_finer(named, pl.LazyFrame({"code": ["870323", "870829", "010121"]}))
    assert_rows(found, ["measure_id", "code", "prefix"], [("horses", "010121", "01012110")])
