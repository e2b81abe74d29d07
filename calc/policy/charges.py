"""A charge at the border beside the duty: excise, VAT or a fee, as the law states it."""

from dataclasses import dataclass

from calc.policy.expression import Expression

VALUE, DUTY = "value", "duty"
"""What a charge may be on, beside charges that are paid before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A charge at the border.

    ``on`` names what it is on: ``value``, ``duty``, and charges before it. ``prefixes`` are the
    goods that it is on, but for those under ``left_out``; ``*`` for all.
    """

    name: str
    rate: Expression
    text: str
    on: tuple[str, ...]
    prefixes: tuple[str, ...] = ("*",)
    left_out: tuple[str, ...] = ()
    source: str = ""
