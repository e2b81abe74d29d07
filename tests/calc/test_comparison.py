"""Two runs set against each other, by hand: causes, ends, lists and what was said of them."""

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.comparison import (
    FIGURES,
    causes,
    compared,
    entries,
    figures_of,
    list_changes,
    listed,
    schedule_changes,
    with_comments,
)

STATES = pl.LazyFrame(
    [
        ("USA", 0, "", "", "", "duty_after", 10_000),
        ("USA", 2, "law", "cars", "added", "duty_after", 45_000),
        ("USA", 1, "data", "trade", "changed", "duty_after", 40_000),
        ("USA", 0, "", "", "", "listed_value", 70_000),
        ("USA", 1, "data", "trade", "changed", "listed_value", 60_000),
        ("USA", 2, "law", "cars", "added", "listed_value", 60_000),
    ],
    schema=["importer", "step", "kind", "cause", "what", "figure", "amount_e4"],
    orient="row",
)


def test_causes_are_the_changes_from_step_to_step() -> None:
    found = causes(STATES).collect().sort("figure", "step")
    assert found.select("step", "figure", "kind", "cause", "what", "change_usd").rows() == [
        (1, "duty_after", "data", "trade", "changed", 3.0),
        (2, "duty_after", "law", "cars", "added", 0.5),
        (1, "listed_value", "data", "trade", "changed", -1.0),
        (2, "listed_value", "law", "cars", "added", 0.0),
    ]


def test_ends_are_those_of_the_first_and_last_step() -> None:
    found = compared(STATES).collect().sort("figure")
    assert found.rows() == [
        ("USA", "duty_after", 1.0, 4.5, 3.5),
        ("USA", "listed_value", 7.0, 6.0, -1.0),
    ]


def test_a_figure_of_which_nothing_is_known_is_zero() -> None:
    cells = pl.LazyFrame({"importer": ["USA"]}).with_columns(
        pl.lit(1.5).alias(f"{name}_usd") for name in ("listed_value",)
    )
    named = [name for name in FIGURES if name != "listed_value"]
    cells = cells.with_columns(pl.lit(None, pl.Float64).alias(f"{name}_usd") for name in named)
    found = dict(figures_of(cells).collect().select("figure", "amount_e4").iter_rows())
    assert found == {"listed_value": 15_000} | dict.fromkeys(named, 0)


LINE: dict[str, Any] = {
    "importer": "USA", "partner": "CHN", "code": "870323", "status": "in force",
    "description": "Cars", "customs_value_usd": 100.0, "duty_increment_usd": 25.0,
}  # fmt: skip
PART: dict[str, Any] = {
    "importer": "USA", "partner": "CHN", "code": "870323", "status": "applied",
    "rate_text": "25%", "mode": "add", "measure_id": "cars", "prefix": "8703",
    "customs_value_usd": 100.0, "duty_increment_usd": 25.0,
}  # fmt: skip


def frame(like: dict[str, Any], *rows: dict[str, Any]) -> pl.LazyFrame:
    schema = {name: pl.Float64 if name.endswith("_usd") else pl.String for name in like}
    return pl.LazyFrame([like | row for row in rows], schema=schema)


def test_a_list_has_what_is_covered_with_its_rates_in_words() -> None:
    """An excluded line, and an excluded part of a line, are on no list."""
    lines = frame(
        LINE, {}, {"duty_increment_usd": None}, {"code": "700521", "description": None},
        {"code": "901890", "status": "excluded"},
    )  # fmt: skip
    parts = frame(
        PART, {}, {"rate_text": "10%", "status": "displaced", "measure_id": "all"},
        {"rate_text": "99%", "status": "excluded", "measure_id": "none"},
    )  # fmt: skip
    found = listed(lines, parts).collect().sort("code")
    assert found.rows() == [
        ("USA", "CHN", "700521", 1_000_000, 250_000, None, True, None, None),
        ("USA", "CHN", "870323", 2_000_000, None, "Cars", True,
         "10% (add, displaced); 25% (add)", "all; cars"),
    ]  # fmt: skip


def changes(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> pl.DataFrame:
    both = [listed(frame(LINE, *rows), frame(PART, *(_part(row) for row in rows)))
            for rows in (first, second)]  # fmt: skip
    return list_changes(*both).collect().sort("code")


def _part(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in PART and name != "status"}


def test_lists_differ_in_lines_and_in_what_is_on_them() -> None:
    """A line of one list alone is worth nothing on the other; what is alike is left out."""
    first: list[dict[str, Any]] = [
        {"code": "870321"},
        {"code": "870322"},
        {"code": "870323"},
        {"code": "870324"},
    ]
    second: list[dict[str, Any]] = [
        {"code": "870322"},
        {"code": "870323", "customs_value_usd": 120.0, "duty_increment_usd": 30.0},
        {"code": "870324", "duty_increment_usd": None},
        {"code": "870325", "customs_value_usd": 7.0, "duty_increment_usd": 1.75},
    ]
    found = changes(first, second)
    told = ("code", "change", "covered_value_first_usd", "covered_value_second_usd",
            "duty_increment_first_usd", "duty_increment_second_usd",
            "duty_increment_change_usd", "rate_first", "rate_second")  # fmt: skip
    assert found.select(told).rows() == [
        ("870321", "removed", 100.0, 0.0, 25.0, 0.0, -25.0, "25% (add)", None),
        ("870323", "value changed", 100.0, 120.0, 25.0, 30.0, 5.0, "25% (add)", "25% (add)"),
        ("870324", "duty changed", 100.0, 100.0, 25.0, None, None, "25% (add)", "25% (add)"),
        ("870325", "added", 0.0, 7.0, 0.0, 1.75, 1.75, None, "25% (add)"),
    ]
    assert found["importer"].to_list() == ["USA"] * 4
    assert found["description"].to_list() == ["Cars"] * 4


MEASURE: dict[str, Any] = {
    "importer": "USA", "measure_id": "cars", "step": "0", "rate_text": "25%", "mode": "add",
    "state": "in force",
}  # fmt: skip
PRODUCT: dict[str, Any] = {
    "measure_id": "cars", "step": "0", "prefix": "8703", "role": "include",
}  # fmt: skip


def test_schedules_differ_in_entries_and_rates() -> None:
    """What is not applied adds nothing; what no trade is under names nothing; an exception is none.

    Glass has no trade and leaves the schedule; on cars 25 % become 30 %, and 25 USD become unknown.
    """
    glass = {"measure_id": "cars", "prefix": "7005"}
    products = frame(PRODUCT, {}, glass, {"prefix": "870310", "role": "exclude"})
    parts = frame(PART, {}, {"code": "870321", "status": "threatened", "duty_increment_usd": None},
                  {"code": "870310", "status": "excluded", "customs_value_usd": 9.0})  # fmt: skip
    first = entries(frame(MEASURE, {}), products, parts)
    assert_frame_equal(
        first.collect().sort("prefix"),
        pl.DataFrame(
            [
                ("USA", "cars", "7005", "25% (add, in force)", True, 0, 0),
                ("USA", "cars", "8703", "25% (add, in force)", True, 2_000_000, 250_000),
            ],
            schema=first.collect_schema(),
            orient="row",
        ),
    )
    second = entries(
        frame(MEASURE, {"rate_text": "30%"}), frame(PRODUCT, {}),
        frame(PART, {"duty_increment_usd": None}),
    )  # fmt: skip
    found = schedule_changes(first, second).collect().sort("prefix")
    told = ("prefix", "change", "rate_first", "rate_second", "named_value_first_usd",
            "named_value_second_usd", "duty_increment_change_usd")  # fmt: skip
    assert found.select(told).rows() == [
        ("7005", "removed", "25% (add, in force)", None, 0.0, 0.0, 0.0),
        ("8703", "rate changed", "25% (add, in force)", "30% (add, in force)", 200.0, 100.0, None),
    ]
    assert schedule_changes(second, first).collect().sort("prefix")["change"].to_list() == [
        "added", "rate changed",
    ]  # fmt: skip
    assert schedule_changes(first, first).collect().is_empty()


@pytest.mark.parametrize(
    ("said_of", "who"),
    [
        (["8703"], "a maker"),  # a whole that the line is a part of
        (["87032310"], "a maker"),  # a part of the line
        (["8704", "870323"], "a buyer"),
        (["7005"], None),
        (["870323", "8703"], "a maker; a buyer"),
    ],
)
def test_a_comment_is_on_what_its_code_is_a_part_or_a_whole_of(
    said_of: list[str], who: str | None
) -> None:
    second: list[dict[str, Any]] = [{"code": "901890", "mode": "all-in"}]
    rows = changes([{"code": "870323"}, {"code": "901890"}], second)
    comments = pl.DataFrame(
        {"code": said_of, "commenter": ["a maker", "a buyer"][: len(said_of)]}
    ).with_columns(pl.lit(None, pl.String).alias(name) for name in ("ask", "decision"))
    comments = comments.with_columns(decision_reason=pl.lit(None, pl.String))
    found = with_comments(rows, "code", comments)
    assert found.columns == rows.columns
    assert found["code"].to_list() == rows["code"].to_list()
    named = dict(found.select("code", "commenter").iter_rows())
    assert named == {"870323": who} | ({"901890": None} if found.height == 2 else {})
    assert found["ask"].to_list() == [None] * found.height
