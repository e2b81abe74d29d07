"""An object for machines whose amounts are in other money: rounded, and named by it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from calc.money import UNITS_PER_USD, unit_of
from pipelines.report.money import IN_USD, Currency, named_in, said_in


def object_in(currency: Currency | None, value: Any) -> Any:
    """An object made of tables that were put in the money, with its names saying so.

    Amounts are rounded by themselves, half away from zero, to four decimals, and their names end
    in the money: ``duty_before_eur``. Words that were marked are as written again. In USD the
    object is as it was.
    """
    if currency is None:
        return value
    if isinstance(value, str):
        return said_in(currency, value)
    if isinstance(value, list | tuple):
        return [object_in(currency, each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {
        named_in(currency, name): _cell_in(currency, name, each) for name, each in value.items()
    }


def money_told(currency: Currency | None) -> dict[str, Any]:
    """The money of an object and its dated rate, to be put beside its figures; none for USD."""
    return {} if currency is None else {"currency": asdict(currency)}


def _cell_in(currency: Currency, name: str, value: Any) -> Any:
    """What a name has: an amount or several, the name of one, or anything else."""
    if name.endswith(IN_USD) and isinstance(value, Mapping):
        return {named_in(currency, key): _rounded(each) for key, each in value.items()}
    if name.endswith(IN_USD):
        return _rounded(value)
    if name == "figure" and isinstance(value, str):
        return named_in(currency, value)
    return object_in(currency, value)


def _rounded(amount: Any) -> Any:
    """An amount as the tables in other money have it; what is no amount, as it is."""
    return unit_of(amount) / UNITS_PER_USD if isinstance(amount, float) else amount
