"""What each measure adds on a line: parts that add up to what all add, to the last unit."""

from typing import Any

import polars as pl
import pytest

from calc.attributed import component_cells, known_by_authority, with_increments

LINE: dict[str, Any] = {
    "table_row": 0, "segment": "whole", "duty_before_e4": 1000, "base_left_e4": 1000,
    "base_fraction": 1.0, "increment_e4": 500,
}  # fmt: skip
PART: dict[str, Any] = {
    "table_row": 0, "segment": "whole", "branch": 0, "mode": "add", "status": "applied",
    "fraction": 1.0, "measure_e4": 500,
}  # fmt: skip


def added(line: dict[str, Any], *parts: dict[str, Any]) -> list[int | None]:
    components = pl.LazyFrame([PART | {"branch": at} | part for at, part in enumerate(parts)])
    found = with_increments(components, pl.LazyFrame([LINE | line])).collect()
    assert found.columns == [*PART, "increment_e4"]
    return found["increment_e4"].to_list()


def test_on_top_of_the_base_each_adds_its_own_duty() -> None:
    assert added({}, {}, {"mode": "all-in", "measure_e4": 70}) == [500, 70]


def test_in_lieu_of_the_base_it_adds_less_by_what_it_replaces() -> None:
    # 25 % in lieu of 10 % of 10,000: 2,500 less 1,000.
    line = {"base_left_e4": 0, "base_fraction": 0.0}
    assert added(line, {"mode": "replace", "measure_e4": 2500}) == [1500]


def test_one_in_lieu_beside_one_on_top() -> None:
    line = {"base_left_e4": 0, "base_fraction": 0.0}
    assert added(line, {"mode": "replace", "measure_e4": 2500}, {"measure_e4": 300}) == [1500, 300]


def test_several_in_lieu_share_what_is_lost_and_the_last_takes_the_rounding() -> None:
    # Contents of 0.2 and 0.1: of a base of 1,000, 700 is left; 300 is lost, 200 and 100.
    line = {"base_left_e4": 699, "base_fraction": 0.7}
    parts = [{"mode": "replace", "fraction": share, "measure_e4": 0} for share in (0.2, 0.1)]
    found = added(line, *parts)
    assert found == [-201, -100]
    assert sum(one or 0 for one in found) == 699 - 1000


def test_what_keeps_the_good_out_takes_the_base_duty_away() -> None:
    line = {"base_left_e4": 0, "base_fraction": 0.0, "increment_e4": -1000}
    barred = {"status": "prohibited", "measure_e4": 0}
    displaced = {"status": "displaced", "measure_e4": 500}
    assert added(line, barred, displaced) == [-1000, None]


def test_what_is_not_applied_adds_nothing_that_is_told() -> None:
    line = {"base_left_e4": 0, "base_fraction": 0.0}
    waiting = {"status": "displaced", "mode": "replace", "measure_e4": 9}
    assert added(line, {"mode": "replace", "measure_e4": 2500}, waiting) == [1500, None]


@pytest.mark.parametrize("unknown", ["duty_before_e4", "increment_e4"])
def test_on_a_line_whose_increment_is_unknown_so_are_its_parts(unknown: str) -> None:
    line = {"base_left_e4": 0, "base_fraction": 0.0, "increment_e4": None, unknown: None}
    assert added(line, {"mode": "replace"}, {}) == [None, None]


def test_what_an_authority_adds_is_null_where_no_part_of_it_is_known() -> None:
    """One with a part that is known, one with none, one that charges no line."""
    names = {"partly": "a", "unknown": "b", "idle": "c", "displaced": "d"}
    measures = pl.LazyFrame(
        {"measure_id": list(names.values()), "authority": list(names)}
    ).with_columns(importer=pl.lit("USA"))
    parts = [("a", "applied", 5.0), ("a", "applied", None), ("b", "applied", None),
             ("d", "displaced", None)]  # fmt: skip
    components = pl.LazyFrame(
        [("USA", *part) for part in parts],
        schema=["importer", "measure_id", "status", "duty_increment_usd"],
        orient="row",
    )
    amounts = [5.0, 0.0, 0.0, 0.0]
    shares = pl.LazyFrame({"authority": list(names), "duty_increment_usd": amounts}).with_columns(
        importer=pl.lit("USA")
    )

    found = known_by_authority(shares, components, measures).collect()
    assert dict(found.select("authority", "duty_increment_usd").rows()) == {
        "partly": 5.0, "unknown": None, "idle": 0.0, "displaced": 0.0,
    }  # fmt: skip


def test_cells_of_a_measure_count_a_row_in_parts_once() -> None:
    """Row 0 in two parts, one of an unknown duty, and row 1: three parts of two rows of trade."""
    names = ("table_row", "measure_id", "status", "value_e4", "measure_e4", "increment_e4",
             "credit_e4")  # fmt: skip
    parts = [
        (0, "cars", "applied", 100, 25, 25, 0),
        (0, "cars", "applied", 300, None, None, 0),
        (1, "cars", "applied", 200, 50, 40, 0),
    ]
    found = component_cells(pl.LazyFrame(parts, schema=names, orient="row")).collect()
    told = ("no_measure_e4", "value_e4", "measure_e4", "increment_e4", "lines_behind")
    assert found.select(told).sort("no_measure_e4").rows() == [
        (False, 300, 75, 65, 2),
        (True, 300, 0, 0, 0),
    ]
