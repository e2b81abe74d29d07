"""Rank between measures on one line, conflicts that the law must settle, the law resolved."""

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.ranking import (
    equal_ranks,
    find_candidates,
    rank_within_authority,
    resolve_rates,
    unstacked_authorities,
)
from calc.tables.measures import Measures
from tests.strategies import table

LINE = {"importer": "USA", "partner": "JPN", "code": "870829"}
CANDIDATE: dict[str, Any] = LINE | {
    "authority": "section-301",
    "programme": None,
    "mode": "add",
    "ad_valorem_rate": 0.25,
    "state": "in force",
    "is_in_force": True,
    "rank": 1006,
    "is_excluded": False,
}
CANDIDATE_TYPES = {"programme": pl.String, "rank": pl.Int32}


def candidates(**measures: dict[str, Any]) -> pl.LazyFrame:
    """One candidate a measure on one line; cells not given are those of a plain measure."""
    rows = [CANDIDATE | {"measure_id": name} | cells for name, cells in measures.items()]
    return pl.LazyFrame(rows, schema_overrides=CANDIDATE_TYPES)


def status_of(frame: pl.LazyFrame) -> dict[str, str]:
    ranked = rank_within_authority(frame)
    return dict(ranked.select("measure_id", "status").sort("measure_id").collect().rows())


def waiting(state: str = "announced", **cells: Any) -> dict[str, Any]:
    return {"state": state, "is_in_force": False} | cells


def test_candidates_are_goods_times_partners_with_law_and_rank() -> None:
    products = pl.LazyFrame(
        [("cars", "870323", "8703", None), ("cars", "870829", "87", "8708")],
        schema={"measure_id": pl.String, "code": pl.String, "prefix": pl.String}
        | {"left_out_by": pl.String},
        orient="row",
    )
    partners = pl.LazyFrame(
        {"measure_id": ["cars", "cars"], "importer": ["USA", "USA"], "partner": ["JPN", "KOR"]}
    )
    excluded = pl.LazyFrame(
        {"measure_id": ["cars"], "code": ["870323"], "partner": ["KOR"], "excluded_by": [2]}
    )
    law: dict[str, Any] = {
        "authority": "section-232",
        "programme": "cars",
        "mode": "add",
        "ad_valorem_rate": 0.25,
        "state": "in force",
        "is_in_force": True,
    }
    measure = law | {
        "measure_id": "cars",
        "step": 0,
        "importer": "USA",
        "names_products": True,
        "partner_rank": 3,
    }
    found = find_candidates(products, partners, excluded, table([measure], Measures).lazy())
    lines = [
        ("870323", "8703", None, "JPN", None, 1304, False),
        ("870323", "8703", None, "KOR", 2, 1304, True),
        ("870829", "87", "8708", "JPN", None, 1302, True),
        ("870829", "87", "8708", "KOR", None, 1302, True),
    ]
    names = ("code", "prefix", "left_out_by", "partner", "excluded_by", "rank", "is_excluded")
    expected = pl.DataFrame(
        [
            law | {"measure_id": "cars", "importer": "USA"} | dict(zip(names, line, strict=True))
            for line in lines
        ],
        schema_overrides={"rank": pl.Int32},
    )
    assert_frame_equal(found.collect(), expected, check_row_order=False, check_column_order=False)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"names_products": True, "partner_rank": 0}, {"names_products": False, "partner_rank": 3}),
        ({"names_products": True, "partner_rank": 3}, {"names_products": True, "partner_rank": 2}),
        ({"names_products": True, "partner_rank": 2}, {"names_products": True, "partner_rank": 1}),
        (
            {"names_products": False, "partner_rank": 1},
            {"names_products": False, "partner_rank": 0},
        ),
    ],
)
def test_goods_named_then_partner_group_all_except_all_whatever_the_prefix(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    law = {"importer": "USA", "authority": "a", "is_in_force": True, "state": "in force"}
    measures = table(
        [law | first | {"measure_id": "first"}, law | second | {"measure_id": "second"}], Measures
    )
    products = pl.LazyFrame(
        {"measure_id": ["first", "second"], "code": ["8708290000"] * 2}
        | {"prefix": ["87" if first["names_products"] else "*", "8708290000"]}
        | {"left_out_by": [None, None]},
        schema_overrides={"left_out_by": pl.String},
    )
    partners = pl.LazyFrame(
        {"measure_id": ["first", "second"], "importer": ["USA"] * 2, "partner": ["JPN"] * 2}
    )
    excluded = pl.LazyFrame(
        schema={"measure_id": pl.String, "code": pl.String, "partner": pl.String}
        | {"excluded_by": pl.Int16}
    )
    found = find_candidates(products, partners, excluded, measures.lazy())
    assert status_of(found) == {"first": "applied", "second": "displaced"}


def test_longer_prefix_displaces_within_an_authority_and_programme() -> None:
    frame = candidates(
        heading={"rank": 1004},
        subheading={"rank": 1006},
        other_programme={"rank": 1002, "programme": "steel"},
        other_authority={"rank": 1002, "authority": "section-232"},
    )
    assert status_of(frame) == {
        "heading": "displaced",
        "subheading": "applied",
        "other_programme": "applied",
        "other_authority": "applied",
    }


def test_lines_do_not_displace_each_other() -> None:
    frame = candidates(long={"rank": 1006}, short={"rank": 1002, "partner": "KOR"})
    assert status_of(frame) == {"long": "applied", "short": "applied"}


def test_excluded_measure_makes_way_for_the_next() -> None:
    frame = candidates(special={"rank": 1006, "is_excluded": True}, general={"rank": 2})
    assert status_of(frame) == {"special": "excluded", "general": "applied"}


def test_threat_displaces_nothing_in_force_and_the_highest_threat_is_shown() -> None:
    frame = candidates(
        law={"rank": 2},
        threat=waiting(rank=1006),
        lesser_threat=waiting("suspended", rank=1004),
        excluded_threat=waiting(rank=1010, is_excluded=True),
    )
    assert status_of(frame) == {
        "law": "applied",
        "threat": "threatened",
        "lesser_threat": "displaced",
        "excluded_threat": "excluded",
    }


def test_first_rank_is_the_highest_in_force() -> None:
    frame = candidates(a={"rank": 2}, b={"rank": 4}, c=waiting(rank=9))
    ranked = rank_within_authority(frame).sort("measure_id").collect()
    assert ranked["first_rank"].to_list() == [4, 4, 4]
    alone = rank_within_authority(candidates(c=waiting())).collect()
    assert alone["first_rank"].to_list() == [None]


CONFLICT_TYPES = {
    "first": pl.String,
    "second": pl.String,
    "lines": pl.get_index_type(),
    "importer": pl.String,
    "partner": pl.String,
    "code": pl.String,
}


def test_equal_rank_names_both_measures_and_the_first_of_the_lines() -> None:
    frame = pl.concat(
        [
            candidates(b={"code": "870829"}, a={"code": "870829"}),
            candidates(b={"code": "870323"}, a={"code": "870323"}),
            candidates(a={"code": "010121"}, c={"code": "010121", "rank": 1004}),
        ]
    )
    conflicts = equal_ranks(rank_within_authority(frame)).collect()
    expected = pl.DataFrame(
        [("a", "b", 2, "USA", "JPN", "870323")], schema=CONFLICT_TYPES, orient="row"
    )
    assert_frame_equal(conflicts, expected)


def test_two_authorities_on_a_line_are_named_but_not_as_equal_ranks() -> None:
    ranked = rank_within_authority(
        candidates(reciprocal={"authority": "reciprocal", "rank": 1}, cars={"programme": "cars"})
    )
    expected = pl.DataFrame(
        [("cars", "reciprocal", 1, "USA", "JPN", "870829")], schema=CONFLICT_TYPES, orient="row"
    )
    assert_frame_equal(unstacked_authorities(ranked).collect(), expected)
    assert_frame_equal(equal_ranks(ranked).collect(), expected.clear())


def test_no_conflict_where_only_one_measure_is_applied() -> None:
    ranked = rank_within_authority(
        candidates(
            applied={"rank": 1006},
            displaced={"rank": 1004},
            excluded={"authority": "b", "is_excluded": True},
            threat=waiting(authority="c"),
        )
    )
    assert unstacked_authorities(ranked).collect().is_empty()
    assert equal_ranks(ranked).collect().is_empty()


def resolved(**measures: dict[str, Any]) -> dict[str, Any]:
    frame = resolve_rates(rank_within_authority(candidates(**measures))).collect()
    return frame.row(0, named=True) if frame.height == 1 else {"rows": frame.height}


def test_law_of_a_line_is_the_measure_in_force_and_the_threat() -> None:
    line = resolved(
        law={"mode": "replace", "ad_valorem_rate": 0.1},
        displaced={"rank": 2},
        threat=waiting(ad_valorem_rate=1.0),
    )
    assert line == LINE | {
        "segment": "whole",
        "is_covered": True,
        "is_in_force": True,
        "measure_id": "law",
        "mode": "replace",
        "measure_rate": 0.1,
        "threats": 1,
        "threatened_measure_id": "threat",
        "threatened_mode": "add",
        "threatened_rate": 1.0,
    }


NOTHING = {
    "segment": "whole",
    "is_in_force": False,
    "measure_id": None,
    "mode": None,
    "measure_rate": None,
    "threats": 0,
    "threatened_measure_id": None,
    "threatened_mode": None,
    "threatened_rate": None,
}


def test_line_whose_measures_are_all_excluded_is_not_covered() -> None:
    assert resolved(out={"is_excluded": True}) == LINE | NOTHING | {"is_covered": False}


def test_line_that_one_of_two_measures_leaves_out_is_covered() -> None:
    line = resolved(out={"is_excluded": True}, law={"ad_valorem_rate": 0.5})
    assert (line["is_covered"], line["measure_id"], line["measure_rate"]) == (True, "law", 0.5)


def test_threats_of_two_authorities_have_no_common_rate() -> None:
    line = resolved(a=waiting(authority="a"), b=waiting(authority="b"))
    assert line == LINE | NOTHING | {"is_covered": True, "threats": 2}
