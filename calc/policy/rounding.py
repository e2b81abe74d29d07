"""How U.S. customs rounds one entry line before rates are applied; not for totals of statistics.

Source: 19 CFR 159.3. A value of several lines of one invoice is rounded as a whole there; here a
line stands alone.
"""

import math
from collections.abc import Mapping

from calc.policy.expression import AdValorem, Expression, Specific, evaluate, leaf_amount

HIGHEST_RATE_ON_WHOLE_UNITS = 1.0
"""USD per unit: up to it a fraction of a unit is rounded away, above it two decimals count."""


def whole_dollars(value: float) -> float:
    """A value in whole dollars: less than 50 cents is dropped, 50 cents or more is a dollar."""
    return float(math.floor(value + 0.5))


def entry_quantity(quantity: float, usd_per_unit: float) -> float:
    """A quantity as a specific rate counts it.

    In whole units, a half up, where the rate is at most 1 USD; else to two decimals.
    """
    if usd_per_unit <= HIGHEST_RATE_ON_WHOLE_UNITS:
        return float(math.floor(quantity + 0.5))
    return math.floor(quantity * 100 + 0.5) / 100


def entry_duty(expression: Expression, amounts: Mapping[str, float | None]) -> float | None:
    """The duty in USD on one entry line, value and quantities rounded by the form of each rate.

    ``amounts`` as for ``amount_of``. Null where an amount that is needed is not known.
    """

    def rounded(leaf: Expression) -> float | None:
        match leaf:
            case AdValorem():
                value = amounts.get("value")
                return leaf_amount(leaf, {"value": None if value is None else whole_dollars(value)})
            case Specific(usd, unit):
                quantity = amounts.get(unit)
                counted = None if quantity is None else entry_quantity(quantity, usd)
                return leaf_amount(leaf, {unit: counted})
            case _:
                return leaf_amount(leaf, amounts)

    return evaluate(expression, rounded)
