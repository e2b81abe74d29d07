"""Where a swept curve turns: by hand, and that none is an answer."""

import math

import pytest

from calc.effects.turning import crossing_of, crossings_between, peak_between, peak_of

NEAR = 2e-4


def test_a_peak_is_found_between_the_points_of_the_grid() -> None:
    """What t / (1 + t) ** 3 comes to is most at t = 1/2, by setting its slope to 0."""

    def duty(rate: float) -> float:
        return rate / (1.0 + rate) ** 3

    curve = [(x / 5, duty(x / 5)) for x in range(11)]
    ends = peak_between(curve)
    assert ends == (0.4, 0.8)
    assert peak_of(duty, ends) == pytest.approx(0.5, abs=NEAR)


@pytest.mark.parametrize(
    "curve",
    [
        [(0.0, 0.0), (1.0, 0.5), (2.0, 2 / 3)],
        [(0.0, 2.0), (1.0, 1.0)],
        [(0.0, 1.0), (1.0, 0.0)],
        [(0.0, None), (1.0, 2.0), (2.0, 1.0)],
        [(0.0, None)],
        [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)],
        [(0.0, 0.0), (1.0, 1.0), (2.0, None)],
    ],
)
def test_no_peak_is_an_answer(curve: list[tuple[float, float | None]]) -> None:
    assert peak_between(curve) is None


def test_a_peak_may_be_at_the_second_and_at_the_last_but_one_place() -> None:
    assert peak_between([(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)]) == (0.0, 2.0)
    assert peak_between([(0.0, 0.0), (1.0, 1.0), (2.0, 1.0)]) == (0.0, 2.0)


def test_break_even_is_where_the_sign_changes() -> None:
    assert crossings_between([(0.0, 0.0), (1.0, 1.0), (2.0, -3.0), (3.0, -4.0)]) == [(1.0, 2.0)]
    assert crossings_between([(0.0, 0.0), (1.0, -1.0), (2.0, -3.0)]) == []
    assert crossings_between([(0.0, -1.0), (1.0, None), (2.0, 1.0)]) == [(0.0, 2.0)]
    assert crossings_between([(0.0, -1.0), (1.0, 0.0), (2.0, 1.0)]) == [(0.0, 2.0)]
    assert crossings_between([(0.0, 0.25), (1.0, 0.5), (2.0, 0.75)]) == []


def test_break_even_is_found_where_the_curve_bends() -> None:
    """The cube of x less 1 is 0 at 1; a straight line from (0, -1) to (2, 7) would say 0.25."""
    assert crossing_of(lambda x: x**3 - 1.0, (0.0, 2.0)) == pytest.approx(1.0, abs=NEAR)


def test_what_is_not_known_has_no_place() -> None:
    assert peak_of(lambda _: math.nan, (0.0, 1.0)) is None
    assert crossing_of(lambda _: math.nan, (0.0, 1.0)) is None
    assert crossing_of(lambda x: x - 5.0, (0.0, 1.0)) is None
