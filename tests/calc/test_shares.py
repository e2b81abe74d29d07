"""Shares looked up by line: a named partner, then the importer, then the longest prefix."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.shares import Estimate, attach_shares, shares_asked
from tests.run.policies import share, shares_of
from tests.strategies import IMPORTERS, PARTNERS, Row, codes, prefixes, shuffled

ROWS = pl.LazyFrame(
    {
        "table_row": [0, 1, 2, 3],
        "importer": ["USA", "USA", "CAN", "USA"],
        "partner": ["JPN", "KOR", "JPN", "JPN"],
        "code": ["870323", "870323", "870323", "010121"],
    }
)


def shares_on_rows(*rows: Row, names: tuple[str, ...] = ("ex",), **settings: Any) -> pl.DataFrame:
    found = attach_shares(ROWS, shares_of(rows).lazy(), names, column="portion", **settings)
    return found.sort("table_row").collect()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], [None, None, None, None]),
        ([share("ex", 0.5)], [0.5, 0.5, 0.5, 0.5]),
        ([share("ex", 0.5, importer="USA")], [0.5, 0.5, None, 0.5]),
        ([share("ex", 0.5, partner="JPN")], [0.5, None, 0.5, 0.5]),
        ([share("ex", 0.5, prefix="8703")], [0.5, 0.5, 0.5, None]),
        ([share("ex", 0.0)], [0.0, 0.0, 0.0, 0.0]),
        ([share("ex", 0.5), share("ex", 0.2, prefix="87")], [0.2, 0.2, 0.2, 0.5]),
        (
            [share("ex", 0.2, prefix="870323"), share("ex", 0.9, partner="JPN")],
            [0.9, 0.2, 0.9, 0.9],
        ),
        ([share("ex", 0.2, prefix="870323"), share("ex", 0.4, importer="USA")],
         [0.4, 0.4, 0.2, 0.4]),
        ([share("other", 0.5)], [None, None, None, None]),
    ],
    ids=["none", "all", "importer", "partner", "prefix", "zero is known", "longer prefix",
         "partner before prefix", "importer before prefix", "another name"],
)  # fmt: skip
def test_the_nearest_share(rows: list[Row], expected: list[float | None]) -> None:
    found = shares_on_rows(*rows)
    assert_frame_equal(found.drop("portion_0"), ROWS.collect())
    assert found["portion_0"].to_list() == expected


def test_each_name_has_a_column_of_its_own_in_the_order_asked() -> None:
    rows = [share("b", 0.2), share("a", 0.1, partner="JPN"), share("b", 0.3, partner="KOR")]
    found = shares_on_rows(*rows, names=("a", "b"))
    assert found["portion_0"].to_list() == [0.1, None, 0.1, 0.1]
    assert found["portion_1"].to_list() == [0.2, 0.3, 0.2, 0.2]
    assert shares_on_rows(*rows, names=()).columns == ROWS.collect_schema().names()


@pytest.mark.parametrize(("estimate", "expected"), [("central", 0.5), ("low", 0.25), ("high", 0.5)])
def test_an_estimate_without_a_range_is_the_central_one(
    estimate: Estimate, expected: float
) -> None:
    found = shares_on_rows(share("ex", 0.5, low=0.25), estimate=estimate)
    assert found["portion_0"].to_list() == [expected] * 4


drawn_shares = st.lists(
    st.tuples(
        st.sampled_from(("a", "b")),
        st.sampled_from(("*", *IMPORTERS)),
        st.sampled_from(("*", *PARTNERS[:4])),
        st.just("*") | prefixes(),
    ),
    unique=True,
    max_size=8,
)
drawn_lines = st.lists(
    st.tuples(st.sampled_from(IMPORTERS), st.sampled_from(PARTNERS[:5]), codes()),
    unique=True,
    min_size=1,
    max_size=6,
)


def nearest(line: Row, rows: list[Row], name: str) -> float | None:
    """The share that holds for a line, read row by row."""
    able = [
        row
        for row in rows
        if row["name"] == name
        and row["importer"] in ("*", line["importer"])
        and row["partner"] in ("*", line["partner"])
        and (row["prefix"] == "*" or line["code"].startswith(row["prefix"]))
    ]

    def closeness(row: Row) -> tuple[bool, bool, int]:
        length = 0 if row["prefix"] == "*" else len(row["prefix"])
        return row["partner"] != "*", row["importer"] != "*", length

    return max(able, key=closeness)["central"] if able else None


@given(drawn_shares, drawn_lines, st.data())
def test_shares_are_those_of_a_reading_row_by_row(
    drawn: list[tuple[str, ...]], lines: list[tuple[str, ...]], data: st.DataObject
) -> None:
    names = ("name", "importer", "partner", "prefix")
    rows = [
        share("", number / 10) | dict(zip(names, cells, strict=True))
        for number, cells in enumerate(drawn)
    ]
    asked = pl.DataFrame(lines, schema=["importer", "partner", "code"], orient="row")
    shares = data.draw(shuffled(shares_of(rows)))
    found = attach_shares(asked.lazy(), shares.lazy(), ("a", "b"), column="portion").collect()
    expected = [
        line | {f"portion_{at}": nearest(line, rows, name) for at, name in enumerate("ab")}
        for line in asked.iter_rows(named=True)
    ]
    assert_frame_equal(
        found, pl.DataFrame(expected, schema=found.schema), check_row_order=False
    )  # fmt: skip


@given(drawn_shares, drawn_lines, st.data())
def test_shares_asked_for_are_those_attached(
    drawn: list[tuple[str, ...]], lines: list[tuple[str, ...]], data: st.DataObject
) -> None:
    names = ("name", "importer", "partner", "prefix")
    rows = [
        share("", number / 10) | dict(zip(names, cells, strict=True))
        for number, cells in enumerate(drawn)
    ]
    line = ["importer", "partner", "code"]
    flows = pl.DataFrame(lines, schema=line, orient="row").with_row_index("table_row")
    numbers = pl.DataFrame({"share": [0, 1]}, schema={"share": pl.Int32})
    every = flows.join(numbers, how="cross")
    asked = every.filter(data.draw(st.lists(st.booleans(), min_size=every.height,
                                            max_size=every.height)))  # fmt: skip
    shares = data.draw(shuffled(shares_of(rows))).lazy()
    found = shares_asked(asked.lazy(), shares, ("a", "b")).sort("table_row", "share").collect()
    wide = attach_shares(flows.lazy(), shares, ("a", "b"), column="portion").collect()
    columns = {"portion_0": 0, "portion_1": 1}
    long = wide.unpivot(list(columns), index="table_row", value_name="central")
    numbered = long.with_columns(
        share=pl.col("variable").replace_strict(columns, return_dtype=pl.Int32),
        share_e15=(pl.col("central") * 10**15).round().cast(pl.Int64),
    )
    expected = numbered.filter(pl.col("central") > 0).join(
        asked, on=["table_row", "share"], how="semi"
    )
    assert_frame_equal(found, expected.select(found.columns).sort("table_row", "share"))
