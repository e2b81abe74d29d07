"""Rules of declared tables at their very limits: what just holds, and what just does not."""

import math
from datetime import date
from typing import Any

import pytest

from calc.tables.elasticities import Elasticities
from calc.tables.shares import Shares
from tests.strategies import table

SHARE: dict[str, Any] = {
    "name": "utilised", "kind": "portion", "importer": "*", "programme": "*", "prefix": "*",
    "partner": "*", "valid_from": date(2024, 1, 1), "central": 0.5, "source": "made up",
}  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [(0.5, 0.5, True), (0.4, 0.6, True), (0.51, 0.6, False), (0.4, 0.49, False)],
)
def test_a_share_may_be_as_little_or_as_much_as_it_is(low: float, high: float, holds: bool) -> None:
    assert Shares.is_valid(table([SHARE | {"low": low, "high": high}], Shares)) == holds


ELASTICITY: dict[str, Any] = {
    "importer": "*", "prefix": "*", "horizon": "long", "source": "made up",
}  # fmt: skip


@pytest.mark.parametrize(
    ("parameter", "central", "holds"),
    [
        ("supply-foreign", math.inf, True),
        ("supply-foreign", 1_000.0, True),
        ("supply-foreign", 1_001.0, False),
        ("supply-foreign", 0.0, True),
        ("between-imports", 1_000.0, True),
        ("between-imports", 1_001.0, False),
        ("between-imports", math.inf, False),
        ("between-imports", 0.0, False),
        ("demand", -1_000.0, True),
        ("demand", -1_001.0, False),
        ("demand", 0.0, False),
    ],
)
def test_elasticities_are_finite_but_that_of_supply(
    parameter: str, central: float, holds: bool
) -> None:
    row = ELASTICITY | {"parameter": parameter, "central": central}
    assert Elasticities.is_valid(table([row], Elasticities)) == holds
