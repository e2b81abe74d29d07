"""Whether the duty on a sum of like lines is the sum of their duties."""

from collections.abc import Iterable, Iterator
from typing import Literal

from calc.policy.expression import Expression, only_adds, units_of
from calc.policy.model import Branch, Mode, Policy
from calc.policy.readings import HIGHEST, is_read

Apart = Literal["none", "specific base", "all"]
"""Which lines, of those with a quantity, cannot be added up to others that pay the same rates."""


def lines_apart(policies: Iterable[Policy], *, has_expressions: bool = False) -> Apart:
    """Which lines must stay apart under laws that are put to sums of like lines.

    The greater of two sums is not the sum of the greater, and nothing is cut off at zero twice.
    Where neither the duty nor the base counts a quantity, like lines pay one rate all the same.

    Args:
        policies: The laws.
        has_expressions: Whether a base rate is an expression that is not in two parts.
    """
    found: Apart = "specific base" if has_expressions else "none"
    for policy in policies:
        for branch in policy.branches:
            for rate, mode in _rates(branch):
                is_plain = mode != "all-in" and only_adds(rate) and branch.rebate is None
                if is_plain and not is_read(policy.readings, HIGHEST, branch.authority):
                    continue
                if units_of(rate):
                    return "all"
                found = "specific base"
    return found


def _rates(branch: Branch) -> Iterator[tuple[Expression, Mode]]:
    yield branch.rate, branch.mode
    for one in branch.alternatives:
        if one.rate is not None:
            yield one.rate, one.mode or branch.mode
