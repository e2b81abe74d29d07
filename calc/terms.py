"""What the operations on a line work with: its frame, its key, and what numbers stand for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from calc.policy.expression import Expression
from calc.policy.outcome import On

Frame = nw.LazyFrame[Any]
ROW = "table_row"
"""Row of the trade table, from 0: what tells a line within one table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the numbers in a program's rows stand for.

    ``contents`` are names; their shares stand in the columns ``content_0`` and so on. ``ons`` are
    the parts of a value that ``on`` numbers, ``rates`` the expressions that ``rate`` numbers,
    ``base_units`` the units that specific base rates count, ``base_expressions`` what the texts in
    ``base_expression`` mean, ``estimated`` the units in which a missing quantity is estimated,
    ``sides`` what is compared where only the highest is charged (see ``calc.sides``),
    ``credited`` the measures that have credits by amount. ``is_split`` says whether portions split
    any line.
    """

    contents: tuple[str, ...] = ()
    ons: tuple[On, ...] = (On(),)
    rates: tuple[Expression, ...] = ()
    base_units: tuple[str, ...] = ()
    base_expressions: Mapping[str, Expression] = field(default_factory=dict, hash=False)
    estimated: tuple[str, ...] = ()
    credited: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    is_split: bool = False


NO_TERMS = Terms()

Operation = Callable[[Frame, Terms], Frame]


def above_zero(amount: nw.Expr) -> nw.Expr:
    """An amount, or 0 where it is below; null stays null."""
    return nw.when(amount > 0.0).then(amount).when(amount <= 0.0).then(nw.lit(0.0))
