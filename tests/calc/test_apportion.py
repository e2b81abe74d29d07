"""Whole numbers shared out: no unit is lost and none is made."""

import polars as pl

from calc.apportion import (
    WEIGHT,
    WHOLE,
    equal_weights,
    part_of,
    weights_in_proportion,
    with_bounds,
)


def pairs(**columns: list[object]) -> pl.LazyFrame:
    return pl.LazyFrame(columns)


def test_equal_weights_give_the_odd_units_to_the_lowest_targets() -> None:
    found = equal_weights(pairs(source=["a", "a", "a", "b"], target=["z", "x", "y", "x"]))

    assert found.sort("source", "target").collect().rows() == [
        ("a", "x", 333_333_333_334),
        ("a", "y", 333_333_333_333),
        ("a", "z", 333_333_333_333),
        ("b", "x", WHOLE),
    ]


def test_weights_in_proportion_go_to_the_largest_remainder_first() -> None:
    # 2/7 = .285714285714|28, 5/7 = .714285714285|71: the odd unit goes to the second
    found = weights_in_proportion(
        pairs(source=["a", "a", "b"], target=["x", "y", "x"], part=[2, 5, 0]), "part"
    )

    assert found.sort("source", "target").collect().rows() == [
        ("a", "x", 285_714_285_714),
        ("a", "y", 714_285_714_286),
        ("b", "x", None),
    ]


def test_largest_parts_are_within_what_is_exact() -> None:
    part = pl.Series("part", [9 * 10**25, 10**25], dtype=pl.Int128)
    whole = pl.LazyFrame({"source": ["a", "a"], "target": ["x", "y"]}).with_columns(part)

    found = weights_in_proportion(whole, "part").sort("target").collect()

    assert found[WEIGHT].to_list() == [WHOLE * 9 // 10, WHOLE // 10]


def test_parts_of_an_amount_lie_between_bounds_and_add_up() -> None:
    thirds = equal_weights(pairs(source=["a", "a", "a"], target=["x", "y", "z"]))
    amounts = with_bounds(thirds).join(pl.LazyFrame({"e4": [100, None, 9 * 10**18]}), how="cross")

    found = amounts.select("target", "e4", part=part_of(pl.col("e4").cast(pl.Int128))).collect()

    of_hundred = found.filter(pl.col("e4") == 100).sort("target")["part"].to_list()
    of_most = found.filter(pl.col("e4") == 9 * 10**18)["part"]
    assert of_hundred == [33, 33, 34]
    assert of_most.sum() == 9 * 10**18
    assert found.filter(pl.col("e4").is_null())["part"].null_count() == 3
