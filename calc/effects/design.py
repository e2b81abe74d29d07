"""A list of goods to hit, of a target value: the least harm at home for the most abroad.

Minimise the harm less the weighted pain of the lines chosen, their amount between (1 - room) of the
target and the target itself, which an authorised level makes a hard ceiling. Harm and pain are of a
line by itself, as effects of lines do not depend on each other; the amount is value, duty or trade
displaced.

Source: no published formulation was found; this one is the project's own. Solved exactly by HiGHS.
"""

from dataclasses import dataclass

import numpy as np

from calc.effects.model import Bools, Floats

GAP = 1e-9


@dataclass(frozen=True, slots=True)
class Candidates:
    """Lines that may be chosen: what each counts towards the target, what it costs, what it does.

    ``is_forced`` and ``is_barred`` fix lines; ``most_lines`` bounds their number, None for any.
    """

    amount: Floats
    harm: Floats
    pain: Floats
    is_forced: Bools | None = None
    is_barred: Bools | None = None
    most_lines: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The list, what it comes to and its objective; ``is_on_list`` is null where there is none."""

    is_on_list: Bools | None
    amount: float | None
    objective: float | None


def designed_list(
    candidates: Candidates, target: float, *, room: float = 0.02, weight_of_pain: float = 1.0
) -> Chosen:
    """The best list whose amount is in the range, null where no list is.

    Raises:
        ValueError: If an input of a line is not known.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows = np.vstack([candidates.amount, np.ones_like(candidates.amount)])
    cost = candidates.harm - weight_of_pain * candidates.pain
    if not (np.isfinite(rows).all() and np.isfinite(cost).all()):
        raise ValueError("a line whose amount, harm or pain is not known cannot be a candidate")
    most = np.inf if candidates.most_lines is None else candidates.most_lines
    found = milp(
        cost,
        integrality=np.ones_like(cost),
        bounds=Bounds(fixed(candidates.is_forced, cost), 1.0 - fixed(candidates.is_barred, cost)),
        constraints=LinearConstraint(rows, [(1.0 - room) * target, 0.0], [target, most]),
        options={"mip_rel_gap": GAP},
    )
    if found.x is None:
        return Chosen(None, None, None)
    is_on_list = found.x > 0.5
    return Chosen(
        is_on_list, float(candidates.amount[is_on_list].sum()), float(cost[is_on_list].sum())
    )


def fixed(which: Bools | None, like: Floats) -> Floats:
    """1 for lines that are fixed, 0 for the others."""
    return np.zeros_like(like) if which is None else which.astype(np.float64)
