"""Ad valorem equivalents: what a duty comes to as a share of the value, at a unit value.

For display, and where a quantity is not known; a duty itself is worked out from value and quantity.
Source: WTO TN/MA/S/10; UNCTAD's notes on ad valorem equivalents as WITS states them (methods 1, 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from calc.policy.expression import Expression, amount_of

Method = Literal["unctad-1", "unctad-2"]
UnitValueSource = Literal["tariff line", "hs6 of the importer", "hs6 of the oecd"]
SOURCES_BY_METHOD: Mapping[Method, tuple[UnitValueSource, ...]] = {
    "unctad-1": ("tariff line", "hs6 of the importer", "hs6 of the oecd"),
    "unctad-2": ("hs6 of the oecd",),
}
"""Whose imports give the unit value, the first that is known: method 1 the market's own, method 2
one for all importers, which keeps margins of preference."""


@dataclass(frozen=True, slots=True)
class Equivalent:
    """An ad valorem equivalent with what it rests on; all null where no unit value is known."""

    rate: float | None
    method: Method
    unit_value: float | None
    source: UnitValueSource | None


def ave(
    expression: Expression,
    unit_values: Mapping[str, float | None],
    *,
    base_rate: float | None = None,
) -> float | None:
    """The duty as a fraction of the value, at unit values in USD by canonical unit.

    Specific rates are divided by the unit value. Null where a unit value or the base rate that is
    needed is not known, or a unit value is not above zero. At a line's own unit value it is the
    line's duty over its value; at another it is an estimate.
    """
    for_one_usd = {
        unit: 1 / value for unit, value in unit_values.items() if value is not None and value > 0
    }
    return amount_of(expression, {**for_one_usd, "value": 1.0, "base": base_rate})


def ave_by_method(
    expression: Expression,
    unit: str,
    unit_values: Mapping[UnitValueSource, float | None],
    *,
    method: Method,
    base_rate: float | None = None,
) -> Equivalent:
    """The ad valorem equivalent by a named method, with the unit value taken and whose it is.

    ``unit_values`` holds USD for one ``unit`` of quantity, by whose imports they are.
    """
    for source in SOURCES_BY_METHOD[method]:
        value = unit_values.get(source)
        if value is not None and value > 0:
            rate = ave(expression, {unit: value}, base_rate=base_rate)
            return Equivalent(rate, method, value, source)
    return Equivalent(ave(expression, {}, base_rate=base_rate), method, None, None)
