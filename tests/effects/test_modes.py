"""What linear models read of a market: imports alone, and how large a change of a duty is."""

import numpy as np

from calc.effects.modes import Inputs, duty_steps, foreign, is_large


def inputs(after: list[list[float]]) -> Inputs:
    """A domestic source of 60 in each market, and one abroad of 40 that pays no duty before."""
    duty = np.array(after)
    value = np.array([[60.0] * duty.shape[1], [40.0] * duty.shape[1]])
    is_domestic = np.array([[True], [False]]) & (value > 0)
    ones = np.ones(duty.shape[1])
    return Inputs(value, np.zeros_like(value), duty, is_domestic, ones, ones, -ones, value)


def test_domestic_sales_are_no_imports() -> None:
    assert foreign(inputs([[0.0], [0.25]])).tolist() == [[0.0], [40.0]]


def test_fifteen_points_are_not_yet_large_and_domestic_sales_pay_none() -> None:
    asked = inputs([[0.0, 0.0, 0.9, 0.0], [0.15, 0.1501, 0.0, -0.1501]])
    assert duty_steps(asked).tolist() == [[0.0] * 4, [0.15, 0.1501, 0.0, -0.1501]]
    assert is_large(asked).tolist() == [False, True, False, True]
