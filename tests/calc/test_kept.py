"""Operations kept in the words of polars: the same columns, translated once."""

from collections.abc import Iterator

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.kept import performed
from calc.terms import Frame, Terms

ROWS = pl.DataFrame({"row": [0, 0, 1], "amount": [1.5, None, -2.0]})


@pytest.fixture(name="calls")
def kept_calls() -> Iterator[list[str]]:
    """What was called of the operations below, in order."""
    CALLS.clear()
    yield CALLS
    CALLS.clear()


CALLS: list[str] = []


def add_double(rows: Frame, terms: Terms) -> Frame:
    CALLS.append("double")
    named = rows.with_columns(nw.lit(terms.contents[0]).alias("of"))
    return named.with_columns((nw.col("amount") * 2).alias("double"), nw.col("of").alias("named"))


def add_sum(rows: Frame, _terms: Terms) -> Frame:
    CALLS.append("sum")
    sums = rows.group_by("row").agg(nw.col("double").sum().alias("sum"))
    return rows.join(sums, on="row", how="left").with_columns(nw.col("sum").alias("again"))


def add_what_is_absent(rows: Frame, _terms: Terms) -> Frame:
    return (
        rows if "absent" in rows.collect_schema() else rows.with_columns(nw.lit(1).alias("absent"))
    )


def done(rows: pl.DataFrame, content: str) -> pl.DataFrame:
    frame: Frame = nw.from_native(rows.lazy())
    found = performed((add_double, add_sum), frame, Terms(contents=(content,))).to_native()
    whole: pl.DataFrame = found.collect()
    return whole.sort("row", "amount")


def expected(rows: pl.DataFrame, content: str) -> pl.DataFrame:
    double = pl.col("amount") * 2
    sums = double.sum().over("row")
    named = rows.with_columns(of=pl.lit(content), double=double, named=pl.lit(content))
    return named.with_columns(sum=sums, again=sums).sort("row", "amount")


def test_each_frame_and_terms_get_their_own_columns(calls: list[str]) -> None:
    other = ROWS.with_columns(pl.col("amount") * 10)
    for rows, content in ((ROWS, "steel"), (other, "steel"), (ROWS, "copper"), (other, "copper")):
        assert_frame_equal(done(rows, content), expected(rows, content))
    assert calls.count("double") == 2, "once for each terms, not for each frame"
    assert calls.count("sum") == 2 + 4, "what joins is asked each time"


def test_other_engines_get_the_operations_themselves(calls: list[str]) -> None:
    pandas = pytest.importorskip("pandas")
    rows = nw.from_native(pandas.DataFrame({"row": [0, 1], "amount": [1.5, 2.0]}))
    found = performed((add_double,), rows, Terms(contents=("zinc",))).to_native()
    assert found["double"].to_list() == [3.0, 4.0]
    assert found["named"].to_list() == ["zinc", "zinc"]
    assert calls == ["double"]


def test_an_operation_must_not_depend_on_the_columns_that_are_there() -> None:
    frame: Frame = nw.from_native(ROWS.lazy())
    with pytest.raises(TypeError, match="must not depend on the columns that are there"):
        performed((add_what_is_absent,), frame, Terms())
