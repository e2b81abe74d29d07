"""Which branch names a row of trade: its goods and its partner, both of one branch."""

import narwhals as nw
import polars as pl
from polars.testing import assert_frame_equal

from calc.hits import rows_with_goods


def test_goods_and_partner_are_those_of_one_branch() -> None:
    """Branch 0 is on Japan's car parts, branch 1 on Korea's, and no branch on those of Mexico."""
    trade = pl.LazyFrame(
        {
            "table_row": [0, 1, 2, 3],
            "importer": ["USA"] * 4,
            "partner": ["JPN", "KOR", "MEX", "JPN"],
            "code": ["870840", "870840", "870840", "010121"],
        }
    )
    goods = pl.LazyFrame(
        {
            "importer": ["USA"] * 2,
            "code": ["870840"] * 2,
            "branch": [0, 1],
            "prefix": ["8708", "870840"],
            "length": [4, 6],
        }
    )
    whom = pl.LazyFrame({"branch": [0, 1], "partner": ["JPN", "KOR"]})
    found = rows_with_goods(*map(nw.from_native, (trade, goods, whom))).to_native().collect()
    expected = pl.DataFrame(
        {
            "table_row": [0, 1],
            "importer": ["USA"] * 2,
            "partner": ["JPN", "KOR"],
            "code": ["870840"] * 2,
            "branch": [0, 1],
            "prefix": ["8708", "870840"],
            "length": [4, 6],
        }
    )
    assert_frame_equal(found, expected, check_row_order=False)
