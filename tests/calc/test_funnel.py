"""The funnel: its stages in order, from 1; and the years of economies that are held against it."""

from calc.funnel import Stage, funnel_table
from calc.tables.economy_years import ECONOMY_YEARS


def test_stages_are_numbered_from_one() -> None:
    stages = [
        Stage(stage="rows read", kind="in", rows=10, value_usd=100.0),
        Stage(stage="left out", kind="excluded", rows=3, value_usd=None, reason="no value",
              value_unknown_rows=3),
    ]  # fmt: skip
    assert funnel_table(stages, "USA").select(
        "importer", "step", "stage", "kind", "reason", "rows", "value_usd", "value_unknown_rows"
    ).rows() == [
        ("USA", 1, "rows read", "in", None, 10, 100.0, 0),
        ("USA", 2, "left out", "excluded", "no value", 3, None, 3),
    ]


def test_economies_begin_in_the_first_year_that_statistics_may_have_them() -> None:
    """The Union of Soviet Socialist Republics ended in 1991, Czechoslovakia with 1992."""
    assert {ECONOMY_YEARS[name] for name in ("RUS", "UKR", "LTU", "HRV")} == {(1991, None)}
    assert ECONOMY_YEARS["YUG"] == (None, 2003)
    assert ECONOMY_YEARS["SSD"] == (2011, None)
