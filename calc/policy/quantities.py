"""The quantity of a flow in the unit that a duty counts, from whichever column of TRADE has it."""

from collections.abc import Callable, Sequence
from functools import reduce

import narwhals as nw

from calc.policy.units import convert, keys_by_factor

REPORTED = (("quantity", "quantity_unit"), ("quantity_2", "quantity_2_unit"))
MASS = "net_mass_kg"


def quantities(estimated: Sequence[str] = ()) -> Callable[[str], nw.Expr]:
    """How to have a quantity of TRADE in a canonical unit, as ``Amounts.quantity`` asks for it.

    The first quantity that is in the unit or converts into it exactly is taken: ``quantity``, then
    ``quantity_2``, then the net mass where the unit is one of mass. Null where none is. Units are
    compared without regard to capitals, blanks and full stops.

    Args:
        estimated: Units in which a quantity that is not known is estimated: the value over the unit
            value in ``unit_value_0`` and so on. See ``calc.unit_values``.
    """
    numbers = {unit: number for number, unit in enumerate(estimated)}

    def quantity_in(unit: str) -> nw.Expr:
        reported = _quantity_in(unit)
        if unit not in numbers:
            return reported
        return nw.coalesce(reported, nw.col("duty_base_usd") / nw.col(unit_value(numbers[unit])))

    return quantity_in


def unit_value(number: int) -> str:
    """The column of the unit value of a unit, by its number."""
    return f"unit_value_{number}"


def unit_value_text(number: int) -> str:
    """The column that says what that unit value rests on."""
    return f"unit_value_text_{number}"


def _quantity_in(unit: str) -> nw.Expr:
    found = [_converted(amount, spelt, unit) for amount, spelt in REPORTED]
    factor = convert("kg", unit)
    if factor is not None:
        found.append(_times(nw.col(MASS), factor))
    return nw.coalesce(*found)


def _converted(amount: str, spelt: str, unit: str) -> nw.Expr:
    """A reported quantity in a unit; null where its own unit does not convert."""
    keys = keys_by_factor(unit)
    if not keys:
        return nw.when(nw.col(spelt) == unit).then(nw.col(amount))
    written = reduce(
        lambda key, char: key.str.replace_all(char, "", literal=True),
        (" ", "."),
        nw.col(spelt).str.to_lowercase(),
    )
    branches = [
        nw.when(written.is_in(list(spellings))).then(_times(nw.col(amount), factor))
        for factor, spellings in keys.items()
    ]
    return branches[0] if len(branches) == 1 else nw.coalesce(*branches)


def _times(amount: nw.Expr, factor: float) -> nw.Expr:
    """A quantity times a factor; a product, since engines divide by constants differently."""
    return amount if factor == 1 else amount * factor
