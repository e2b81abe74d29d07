"""Laws of the base duty: a named partner first, then the longest prefix, and nothing invented."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from calc.base import RATE_COLUMNS, attach_base
from calc.scope import ALL
from calc.tables.base import Base
from tests.draws import draws
from tests.properties.reading import codes_of
from tests.strategies import Row, base_tables, shuffled, table, trade_tables


def lines_of(trade: pl.DataFrame) -> pl.DataFrame:
    return trade.select("importer", "partner", "code").unique(maintain_order=True)


def base_row(base: pl.DataFrame, line: Row) -> Row | None:
    """The row of BASE that holds for a line, read one by one."""
    able = [
        row
        for row in base.filter(importer=line["importer"]).iter_rows(named=True)
        if line["code"].startswith(row["code"]) and row["partner"] in (ALL, line["partner"])
    ]
    return max(able, key=lambda row: (row["partner"] != ALL, len(row["code"])), default=None)


@settings(max_examples=draws(20, 40))
@given(trade_tables(), base_tables())
def test_base_is_that_of_a_reading_line_by_line(trade: pl.DataFrame, base: pl.DataFrame) -> None:
    lines = lines_of(trade)
    attached = attach_base(lines.lazy(), base.lazy(), codes_of(trade)).collect()
    expected = [
        line | {new: (base_row(base, line) or {}).get(old) for old, new in RATE_COLUMNS.items()}
        for line in lines.iter_rows(named=True)
    ]
    frame = pl.DataFrame(expected, schema=attached.schema)
    assert_frame_equal(attached, frame, check_row_order=False)


@settings(max_examples=draws(20, 40))
@given(trade_tables(), base_tables(), st.data())
def test_order_of_base_and_lines_does_not_matter(
    trade: pl.DataFrame, base: pl.DataFrame, data: st.DataObject
) -> None:
    lines = lines_of(trade)
    attached = attach_base(lines.lazy(), base.lazy(), codes_of(trade)).collect()
    again = attach_base(
        data.draw(shuffled(lines)).lazy(), data.draw(shuffled(base)).lazy(), codes_of(trade)
    ).collect()
    assert_frame_equal(attached, again, check_row_order=False)


@settings(max_examples=draws(20, 40))
@given(trade_tables(min_rows=1))
def test_empty_base_leaves_every_duty_unknown(trade: pl.DataFrame) -> None:
    lines = lines_of(trade)
    base = table([], Base)
    attached = attach_base(lines.lazy(), base.lazy(), codes_of(trade)).collect()
    assert attached.height == lines.height
    unknown = attached.select(RATE_COLUMNS.values()).null_count().row(0)
    assert unknown == (lines.height,) * len(RATE_COLUMNS)
