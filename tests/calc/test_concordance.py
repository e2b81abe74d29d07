"""Codes of one edition put into another: pairs, weights, tags, on an example worked by hand."""

import polars as pl
import pytest

from calc import concordance
from calc.apportion import WHOLE
from tests.calc.nomenclatures import small

HALF = WHOLE // 2


def rows(frame: pl.LazyFrame) -> list[tuple[object, ...]]:
    return frame.collect().rows()


def test_codes_of_an_edition_are_those_whose_run_holds_it() -> None:
    found = concordance.codes_in(small(), "HS1996").collect()["code"].to_list()

    assert found == ["010111", "010119", "020120", "030120", "030130", "999999"]


def test_pairs_of_two_editions_hold_the_unchanged_codes() -> None:
    pairs = concordance.adjacent_pairs(small(), "HS1996", "HS2002").sort("source", "target")

    assert rows(pairs.select("source", "target", "relation", "is_tag")) == [
        ("010111", "010115", "merge", True),
        ("010119", "010115", "merge", False),
        ("020120", "020120", "same", True),
        ("030120", "030120", "same", True),
        ("030130", "030130", "same", True),
        ("999999", "999999", "same", True),
    ]


def test_steps_go_through_every_edition_between() -> None:
    assert concordance.steps_between("HS2002", "HS1992") == [
        ("HS2002", "HS1996"),
        ("HS1996", "HS1992"),
    ]
    assert concordance.steps_between("HS2017", "HS2017") == []


def test_forwards_a_code_is_shared_out_over_what_is_tagged_as_it() -> None:
    # 030110 has no code that is tagged as it: it goes to all that it is correlated with
    assert rows(concordance.weights_between(small(), "HS1992", "HS1996")) == [
        ("010110", "010111", HALF),
        ("010110", "010119", HALF),
        ("020110", "020120", WHOLE),
        ("030110", "030120", WHOLE),
        ("030120", "030120", HALF),
        ("030120", "030130", HALF),
        ("999999", "999999", WHOLE),
    ]


def test_backwards_a_code_has_one_target_along_the_tags() -> None:
    # 010115 is tagged as 010111, which is tagged as 010110
    assert rows(concordance.weights_between(small(), "HS2002", "HS1992")) == [
        ("010115", "010110", WHOLE),
        ("020120", "020110", WHOLE),
        ("030120", "030120", WHOLE),
        ("030130", "030120", WHOLE),
        ("999999", "999999", WHOLE),
    ]


def test_along_all_pairs_every_correlation_counts() -> None:
    found = concordance.weights_between(small(), "HS2002", "HS1992", along="all")

    assert rows(found.filter(pl.col("source") == "030120")) == [
        ("030120", "030110", HALF),
        ("030120", "030120", HALF),
    ]


def test_weights_by_value_share_each_target_among_its_sources_first() -> None:
    # 030120 of HS1996 is worth 600, half of it from each of its two sources; 030130 is worth 100,
    # all of it from 030120. So 030120 of HS1992 goes 300 : 100. Nothing is known of 010111, 010119.
    values = pl.LazyFrame({"code": ["030120", "030130"], "value_usd": [600, 100]})

    found = concordance.weights_by_value(small(), "HS1992", "HS1996", values)

    assert rows(found.filter(pl.col("source").is_in(["010110", "030110", "030120"]))) == [
        ("010110", "010111", HALF),
        ("010110", "010119", HALF),
        ("030110", "030120", WHOLE),
        ("030120", "030120", WHOLE * 3 // 4),
        ("030120", "030130", WHOLE // 4),
    ]


def test_a_target_of_next_to_no_trade_beside_a_large_one_gets_no_weight() -> None:
    """Of 10**15 dollars and one, the one is less than a 10**12th: no target, and not one of 0."""
    values = pl.LazyFrame({"code": ["010111", "010119"], "value_usd": [10**15, 1]})

    found = concordance.weights_by_value(small(), "HS1992", "HS1996", values)

    assert rows(found.filter(pl.col("source") == "010110")) == [("010110", "010111", WHOLE)]


def test_one_target_a_code_is_the_heaviest_then_the_same_then_the_lowest() -> None:
    weights = pl.LazyFrame(
        [("a", "a", 5), ("a", "b", 5), ("c", "a", 3), ("c", "b", 7), ("d", "e", 5), ("d", "f", 5),
         ("g", "a", 10)],
        schema=["source", "target", "weight_e12"],
        orient="row",
    )  # fmt: skip

    assert rows(concordance.single_targets(weights)) == [
        ("a", "a", False),
        ("c", "b", False),
        ("d", "e", False),
        ("g", "a", True),
    ]


@pytest.mark.parametrize(
    ("source", "target", "lost"), [("HS1992", "HS1996", ["040110"]), ("HS2002", "HS1992", [])]
)
def test_what_leads_nowhere_is_named(source: str, target: str, lost: list[str]) -> None:
    weights = concordance.weights_between(small(), source, target)

    found = concordance.without_target(small(), source, weights)

    assert found.collect()["code"].to_list() == lost
