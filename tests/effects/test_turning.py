"""Where a swept curve turns: by hand, and that none is an answer."""

import pytest

from calc.effects.turning import crossings_of, peak_of


def test_the_peak_of_a_parabola_is_found_exactly() -> None:
    curve = [(x / 10, 3.0 - (x / 10 - 0.43) ** 2) for x in range(11)]
    assert peak_of(curve) == pytest.approx(0.43)


@pytest.mark.parametrize(
    "curve",
    [
        [(0.0, 0.0), (1.0, 0.5), (2.0, 2 / 3)],
        [(0.0, 2.0), (1.0, 1.0)],
        [(0.0, None), (1.0, 2.0), (2.0, 1.0)],
        [(0.0, None)],
        [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)],
    ],
)
def test_no_peak_is_an_answer(curve: list[tuple[float, float | None]]) -> None:
    assert peak_of(curve) is None


def test_break_even_is_where_the_sign_changes() -> None:
    assert crossings_of([(0.0, 0.0), (1.0, 1.0), (2.0, -3.0), (3.0, -4.0)]) == [1.25]
    assert crossings_of([(0.0, 0.0), (1.0, -1.0), (2.0, -3.0)]) == []
    assert crossings_of([(0.0, -1.0), (1.0, None), (2.0, 1.0)]) == [1.0]


def test_a_peak_may_be_at_the_second_and_at_the_last_but_one_place() -> None:
    """A parabola through three points: 1 - (x - 1) squared is most at 1."""
    assert peak_of([(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)]) == 1.0
    assert peak_of([(0.0, 1.0), (1.0, 0.0)]) is None
