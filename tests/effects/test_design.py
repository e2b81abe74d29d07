"""Lists of a target value: the reference case, and exhaustive search on small ones."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calc.effects.design import Candidates, designed_list
from tests.effects.vectors import vector


def test_reference_list_of_twenty_lines() -> None:
    """Reference: the optimum was confirmed by exhaustive search."""
    told = vector("retaliation_milp_20", "reference")
    inputs, expected = told["inputs"], told["expected"]
    names = [line["id"] for line in inputs["lines"]]
    amount, harm, pain = (
        np.array([line[name] for line in inputs["lines"]]) for name in ("value", "harm", "pain")
    )
    found = designed_list(Candidates(amount, harm, pain), inputs["target"], room=inputs["tol"])
    assert found.is_on_list is not None
    on_list = sorted(name for name, on in zip(names, found.is_on_list, strict=True) if on)
    assert on_list == expected["ids"]
    assert found.objective == pytest.approx(expected["objective"], abs=told["tolerance"]["abs"])
    assert found.amount == pytest.approx(expected["achieved"], abs=told["tolerance"]["abs"])


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_no_other_list_is_better(seed: int) -> None:
    chance = np.random.default_rng(seed)
    amount, harm, pain = chance.uniform(1, 10, (3, 8)).round(2)
    target, room = float(amount.sum() / 2), 0.1
    found = designed_list(Candidates(amount, harm, pain), target, room=room, weight_of_pain=0.7)
    lists = np.array(list(product([0.0, 1.0], repeat=8)))
    fits = (lists @ amount <= target) & (lists @ amount >= (1 - room) * target)
    if not fits.any():
        assert found.is_on_list is None
        return
    assert found.objective == pytest.approx((lists[fits] @ (harm - 0.7 * pain)).min(), abs=1e-7)
    assert found.amount is not None
    assert (1 - room) * target - 1e-6 <= found.amount <= target + 1e-6


def test_lines_may_be_forced_barred_or_few() -> None:
    """Amounts 4, 4, 4, 4 to a target of 8: the two of least cost, unless it is said otherwise."""
    lines = Candidates(np.full(4, 4.0), np.array([1.0, 2.0, 3.0, 4.0]), np.zeros(4))
    forced = replace(lines, is_forced=np.array([False, False, False, True]))
    barred = replace(lines, is_barred=np.array([True, False, False, False]))
    assert listed(lines) == [True, True, False, False]
    assert listed(forced) == [True, False, False, True]
    assert listed(barred) == [False, True, True, False]
    assert listed(replace(lines, most_lines=1)) is None


def listed(lines: Candidates) -> list[bool] | None:
    found = designed_list(lines, 8.0).is_on_list
    return None if found is None else found.tolist()


def test_a_line_that_is_not_known_is_refused() -> None:
    lines = Candidates(np.array([1.0, np.nan]), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="is not known"):
        designed_list(lines, 1.0)
