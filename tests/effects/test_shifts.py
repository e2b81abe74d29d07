"""Where a share stands in a draw: a triangle about its central value, alike within a heading."""

from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from calc.effects.draws import Plan
from calc.effects.layout import lay_out, shifts_of
from calc.effects.model import UNLIMITED, Duty, Market, Responses, Schedule
from calc.effects.shifts import (
    ENDS,
    MOVED,
    Shift,
    Shifts,
    column_of,
    draws_of,
    shifted_market,
)


def test_a_share_stands_where_its_normal_is_as_rare_in_a_triangle() -> None:
    """Beyond x lies (1 - x) squared of each half of the triangle: as much as beyond the normal."""
    markets, headings = ["USA 870323", "USA 870332"], ["8703", "8703"]
    stands, normals = draws_of("steel", markets, headings, Plan(count=32, seed=3))
    assert stands.shape == normals.shape == (2, 32)
    assert (np.sign(stands) == np.sign(normals)).all()
    assert np.abs(stands).max() <= 1.0
    for stand, normal in zip(stands.ravel(), normals.ravel(), strict=True):
        beyond = 2.0 * NormalDist().cdf(-abs(float(normal)))
        assert (1.0 - abs(stand)) ** 2 == pytest.approx(beyond, rel=1e-9)
    again, _ = draws_of("steel", markets, headings, Plan(count=32, seed=3))
    other, _ = draws_of("copper", markets, headings, Plan(count=32, seed=3))
    assert (again == stands).all()
    assert not (other == stands).any()


def test_a_share_touches_the_markets_in_which_it_moves_a_duty_or_may() -> None:
    """One source in three markets: by a whole, by nothing, and by what is not known."""
    nothing, moved = np.zeros((1, 3)), np.array([[1.0, 0.0, np.nan]])
    assert Shift("steel", {("rate", "low"): nothing, ("rate", "high"): moved}).touches.tolist() == [
        True,
        False,
        True,
    ]


def test_a_share_touches_a_market_of_which_it_moves_one_source() -> None:
    moved = np.array([[0.0, 0.0], [0.1, 0.0]])
    assert Shift("steel", {("rate", "low"): moved}).touches.tolist() == [True, False]


def test_a_place_that_a_market_does_not_have_is_moved_by_nothing() -> None:
    """A market of two sources beside one of one, which no end of the share touches."""
    rows = [("USA", "870323", "JPN", 5.0, 0.0), ("USA", "870323", "KOR", 7.0, 0.2),
            ("USA", "870332", "JPN", 3.0, 0.0)]  # fmt: skip
    names = ["importer", "code", "partner", "value_usd", "moved"]
    sources = pl.DataFrame(rows, names, orient="row").with_columns(
        period=pl.lit("2024"),
        flow=pl.lit("import"),
        nomenclature=pl.lit("HS2022"),
        rate_before=0.025,
        rate_after=0.25,
        admitted_share=1.0,
    )
    shifted = {column_of(0, end, moved): pl.lit(0.0) for end in ENDS for moved in MOVED}
    shifted[column_of(0, "high", "rate_after")] = pl.col("moved")
    moving = sources.with_columns(**shifted)
    laid = lay_out(moving, tuple(shifted))
    (share,) = shifts_of(laid, ["steel"]).each
    assert share.deviations["high", "rate_after"].tolist() == [[0.0, 0.0], [0.2, 0.0]]
    assert share.deviations["low", "rate_after"].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert share.touches.tolist() == [True, False]


def test_shares_move_duties_before_and_after_and_what_is_admitted() -> None:
    """The high end adds 2 points before and 10 after; at the low end a fifth stays out."""
    of = {(end, moved): np.zeros((1, 1)) for end in ENDS for moved in MOVED}
    of |= {("high", "rate_before"): np.array([[0.02]]), ("high", "rate_after"): np.array([[0.1]]),
           ("low", "rate_before"): np.array([[-0.5]]),
           ("low", "admitted_share"): np.array([[-0.2]])}  # fmt: skip
    ones = np.ones((1, 1))
    cut = Market(
        value=np.full((1, 1, 1), 40.0),
        is_domestic=np.array([False]),
        before=Schedule(Duty(np.full((1, 1, 1), 0.025))),
        after=Schedule(Duty(np.full((1, 1, 1), 0.25))),
        responses=Responses(3.0 * ones, 2.0 * ones, -ones, np.full((1, 1, 1), 5.0)),
    )
    at = np.array([[1.0, 0.0, -1.0]])
    shifts = Shifts([Shift("steel", of)], np.ones((1, 1)))
    found = shifted_market(cut, slice(0, 1), [at], shifts)
    assert np.ravel(found.before.within.ad_valorem).tolist() == pytest.approx([0.045, 0.025, 0.0])
    assert np.ravel(found.after.within.ad_valorem).tolist() == pytest.approx([0.35, 0.25, 0.25])
    assert np.ravel(found.after.quota).tolist() == [UNLIMITED, UNLIMITED, 0.8]
