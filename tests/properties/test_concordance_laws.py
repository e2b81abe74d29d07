"""Laws of conversion between editions: nothing is lost, nothing made, whichever way is gone."""

from functools import cache
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc.apportion import WEIGHT, WHOLE, part_of, weights_in_proportion, with_bounds
from calc.concordance import (
    Along,
    edition_names,
    single_targets,
    weights_between,
    weights_by_value,
    without_target,
)
from pipelines import nomenclature as editions
from pipelines.nomenclature import nomenclature

EDITIONS = edition_names()
ENDS = [*pairwise(EDITIONS), ("HS1992", "HS2022"), ("HS1996", "HS2017")]
WAYS = [*ENDS, *((target, source) for source, target in ENDS)]
LEAST_KNOWN = {"HS1992": 19, "HS1996": 19, "HS2007": 1, "HS2017": 1}
"""Most codes of an edition that lead nowhere: petroleum of 1992 and 1996, one of 2007 and 2017."""


@cache
def weights_along(source: str, target: str, along: Along = "tagged") -> pl.DataFrame:
    """The weights that several laws look at, worked out once."""
    return weights_between(nomenclature(), source, target, along=along).collect()


@cache
def codes_of(edition: str) -> tuple[str, ...]:
    """The codes of an edition, sought once."""
    return tuple(editions.codes_of(edition))


@pytest.mark.parametrize("along", ["tagged", "all"])
@pytest.mark.parametrize(("source", "target"), WAYS)
def test_weights_of_every_code_sum_to_one(source: str, target: str, along: Along) -> None:
    weights = weights_along(source, target, along)
    sums = weights.group_by("source").agg(pl.col(WEIGHT).sum())
    lost = without_target(nomenclature(), source, weights.lazy()).collect()["code"].to_list()

    assert set(sums[WEIGHT]) == {WHOLE}
    assert weights[WEIGHT].min() > 0  # type: ignore[operator]
    assert weights.select("source", "target").is_unique().all()
    assert set(weights["target"]) <= set(codes_of(target))
    assert len(lost) <= (LEAST_KNOWN.get(source, 0) if source < target else 0)
    assert {*weights["source"], *lost} == set(codes_of(source))


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_along_the_tags_is_within_all_pairs(source: str, target: str) -> None:
    tagged, every = weights_along(source, target), weights_along(source, target, "all")

    assert tagged.join(every, on=["source", "target"], how="anti").is_empty()


@pytest.mark.parametrize(("older", "newer"), ENDS)
def test_towards_an_older_edition_tags_are_single_and_certain(older: str, newer: str) -> None:
    found = single_targets(weights_along(newer, older).lazy()).collect()

    assert found["source"].to_list() == list(codes_of(newer))
    assert found["is_certain"].all()


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_into_itself_changes_nothing(edition: str) -> None:
    found = weights_between(nomenclature(), edition, edition).collect()

    assert found["source"].equals(found["target"], check_names=False)
    assert set(found[WEIGHT]) == {WHOLE}


amounts = st.lists(st.integers(min_value=0, max_value=9 * 10**18), min_size=1, max_size=5)
parts = st.lists(st.integers(min_value=0, max_value=10**25), min_size=1, max_size=8).filter(any)


@given(amounts=amounts, parts=parts)
def test_amounts_are_shared_out_to_the_last_unit(amounts: list[int], parts: list[int]) -> None:
    pairs = pl.LazyFrame({"source": ["a"] * len(parts), "target": list(range(len(parts)))})
    drawn = pairs.with_columns(pl.Series("part", parts, dtype=pl.Int128))
    weights = with_bounds(weights_in_proportion(drawn, "part"))
    whole = pl.LazyFrame({"number": list(range(len(amounts))), "e4": amounts})

    shared = (
        whole.join(weights, how="cross")
        .with_columns(part=part_of(pl.col("e4").cast(pl.Int128)))
        .collect()
    )

    back = shared.group_by("number").agg(pl.col("part").sum()).sort("number")["part"].to_list()
    rows = shared.select("e4", WEIGHT, "part").iter_rows()
    assert back == amounts
    assert all(abs(part * WHOLE - e4 * weight) < WHOLE for e4, weight, part in rows)


@settings(max_examples=12)
@given(data=st.data())
def test_weights_by_value_sum_to_one_whatever_the_trade(data: st.DataObject) -> None:
    source, target = data.draw(st.sampled_from(WAYS))
    codes = data.draw(st.lists(st.sampled_from(codes_of(target)), unique=True, max_size=20))
    worth = data.draw(st.lists(st.integers(0, 10**13), min_size=len(codes), max_size=len(codes)))
    values = pl.LazyFrame(
        {"code": codes, "value_usd": worth}, schema={"code": pl.String, "value_usd": pl.Int64}
    )

    weights = weights_by_value(nomenclature(), source, target, values).collect()

    sums = weights.group_by("source").agg(pl.col(WEIGHT).sum())
    plain = weights_along(source, target)
    assert set(sums[WEIGHT]) == {WHOLE}
    assert set(sums["source"]) == set(plain["source"])
