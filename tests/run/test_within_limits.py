"""Whether amounts of a run are within what is summed exactly, told from their ends or their sum."""

import polars as pl
import pytest

from pipelines.run.assess import is_beyond

HALF = 5 * 10**18
"""Ten-thousandths of a USD of which one is within what is summed exactly and two are not."""


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ([], False),
        ([None, None], False),
        ([HALF], False),
        ([HALF, 1, None], False),  # so many of the largest would be beyond, these are not
        ([HALF, HALF], True),
        ([HALF, -HALF], True),  # what cancels out was summed all the same
        ([-HALF, -HALF, None], True),
        ([-9_100_000_000_000_000_000], True),
    ],
)
def test_amounts_are_beyond_by_the_sum_of_their_sizes(
    amounts: list[int | None], expected: bool
) -> None:
    assert is_beyond(pl.Series(amounts, dtype=pl.Int64)) is expected
