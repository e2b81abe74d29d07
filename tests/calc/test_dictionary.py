"""What a declared table says of itself."""

import dataframely as dy
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.dictionary import (
    column_names,
    conform,
    dictionary,
    polars_schema,
    summary,
    unit_of_column,
)
from calc.tables import TABLES


class Ports(dy.Schema):
    """A port of entry.

    More is said here.
    """

    name = dy.String(nullable=True, description="Name of the port.")
    tonnes = dy.Float64(min=0, metadata={"unit": "t"}, description="Goods landed.")
    port = dy.String(primary_key=True, description="Code of the port.")


def test_key_comes_first_then_the_columns_as_declared() -> None:
    assert column_names(Ports) == ["port", "name", "tonnes"]
    assert polars_schema(Ports) == {"port": pl.String, "name": pl.String, "tonnes": pl.Float64}
    assert list(polars_schema(Ports)) == column_names(Ports)


def test_unit_is_empty_for_text() -> None:
    assert [unit_of_column(Ports, name) for name in column_names(Ports)] == ["", "", "t"]


def test_conform_orders_types_and_leaves_other_columns_behind() -> None:
    frame = pl.LazyFrame({"tonnes": [1, None], "extra": [0, 0], "port": ["A", "B"], "name": None})
    expected = pl.LazyFrame(
        {"port": ["A", "B"], "name": [None, None], "tonnes": [1.0, None]},
        schema=polars_schema(Ports),
    )
    assert_frame_equal(conform(frame, Ports), expected)


def test_conform_needs_every_declared_column() -> None:
    with pytest.raises(pl.exceptions.ColumnNotFoundError, match="tonnes"):
        conform(pl.LazyFrame({"port": ["A"], "name": ["a"]}), Ports).collect()


def test_page_of_a_table() -> None:
    assert summary(Ports) == "A port of entry."
    assert list(dictionary("ports", Ports)) == [
        "## ports",
        "",
        "A port of entry.",
        "",
        "Key: `port`",
        "",
        "| column | type | unit | null | meaning |",
        "|---|---|---|---|---|",
        "| `port` | String | - | never | Code of the port. |",
        "| `name` | String | - | may be | Name of the port. |",
        "| `tonnes` | Float64, 0 or more | t | never | Goods landed. |",
    ]


class Bounded(dy.Schema):
    """Numbers that have a least or a most."""

    both = dy.Float64(primary_key=True, min=0, max=9e14, description="Both.")
    least = dy.Int64(min=1, description="Least.")
    most = dy.Float64(max=0.5, description="Most.")


def test_page_of_a_table_says_what_numbers_may_be() -> None:
    assert list(dictionary("numbers", Bounded))[-3:] == [
        "| `both` | Float64, 0 to 9e+14 | - | never | Both. |",
        "| `least` | Int64, 1 or more | - | never | Least. |",
        "| `most` | Float64, at most 0.5 | - | never | Most. |",
    ]


@pytest.mark.parametrize("name", TABLES)
def test_page_of_a_declared_table_is_whole(name: str) -> None:
    table = TABLES[name]
    rows = [line for line in dictionary(name, table) if line.startswith("| `")]
    assert [line.split("`")[1] for line in rows] == column_names(table)
    assert {line.count("|") for line in rows} == {6}
