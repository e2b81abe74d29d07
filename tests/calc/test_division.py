"""What divides flows: the least part of a season, and the lines on which families meet."""

import polars as pl

from calc.joint import kinds_that_meet
from calc.policy.model import Policy
from calc.policy.outcome import On
from calc.policy.portions import families_of, parts_of
from calc.policy.program import SegmentRow
from calc.portions import season_shares


def test_a_season_takes_what_is_entered_in_it_however_little() -> None:
    """Row 1 is of a period in which nothing is entered, and row 2 asks for another season."""
    asked = pl.LazyFrame(
        {"table_row": [0, 1, 2], "share": [0, 0, 1], "period": ["2024-06", "2024-01", "2024-06"]}
    )
    entered = pl.LazyFrame({"period": ["2024-06", "2024-01"], "share": [0, 0], "share_e15": [1, 0]})
    assert season_shares(asked, entered).collect().rows() == [(0, 0, 1)]


def test_families_meet_where_a_part_is_in_several() -> None:
    """On kind 7 two portions that are independent of each other; on kind 8 one alone."""
    rows = []
    for kind, names in ((7, ("claimed", "steel")), (8, ("claimed",))):
        policy = Policy(as_of=None, branches=(), portions=names)
        parts = parts_of(families_of(policy), set(names))
        rows += [
            SegmentRow(
                kind=kind, segment=part.name, place=at, part=part, programme="mfn", base_on=On(),
                is_covered=True, is_in_force=True, is_prohibited=False, is_threatened=False,
                applied=(), threatened=(),
            )
            for at, part in enumerate(parts)
        ]  # fmt: skip
    assert len(rows) == 6
    assert kinds_that_meet(rows) == {7}
