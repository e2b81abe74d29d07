"""What assumed shares do to the duties of a market, drawn within their ranges.

A share is drawn between its ends and never beyond them, most often near its central value:
triangular on either side of it. Every duty goes from what it is at the central share to what
it is at the drawn one in proportion, which is exact where one share is drawn, as duty is the mean
over parts of a flow; what several shares change is added up.

Source: triangular ranges as in systematic sensitivity analysis; half of the draws on each side of
the central value is an own choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from calc.effects.draws import Plan, standard_normals
from calc.effects.model import UNLIMITED, Bools, Duty, Floats, Market, Schedule
from calc.sources import KEY

MOVED = ("rate_before", "rate_after", "admitted_share")
ENDS = ("low", "high")
DECIMALS = 10
"""Of a change of a rate: what is smaller is rounding of amounts, and tells like partners apart."""
Deviations = Mapping[tuple[str, str], Floats]


class Shift(NamedTuple):
    """How far a share moves duties at each of its ends, by source and market."""

    name: str
    deviations: Deviations

    @property
    def touches(self) -> Bools:
        """The markets of which it moves something."""
        moved: Bools = np.zeros(next(iter(self.deviations.values())).shape[1], dtype=bool)
        for figures in self.deviations.values():
            moved |= (np.nan_to_num(figures, nan=1.0) != 0).any(axis=0)
        return moved


class Shifts(NamedTuple):
    """Every share that is drawn, and what is admitted of each source at the central shares."""

    each: Sequence[Shift] = ()
    admitted: Floats | None = None

    @property
    def names(self) -> list[str]:
        """The shares by the names that rank correlations have."""
        return [f"share {one.name}" for one in self.each]


NONE = Shifts()


def column_of(number: int, end: str, moved: str) -> str:
    """The column of SOURCES that says how far an end of a share moves a rate."""
    return f"shift_{number}_{end}_{moved}"


def columns_of(count: int) -> list[str]:
    """The columns of so many shares."""
    return [column_of(n, end, moved) for n in range(count) for end in ENDS for moved in MOVED]


def with_deviations(
    sources: pl.LazyFrame, ends: Mapping[str, tuple[pl.LazyFrame, pl.LazyFrame]]
) -> pl.LazyFrame:
    """SOURCES with how far both ends of each share move the rates of each.

    Args:
        sources: SOURCES at the central shares.
        ends: By share the same sources at its low and its high end.
    """
    for number, pair in enumerate(ends.values()):
        for end, moved_sources in zip(ENDS, pair, strict=True):
            there = moved_sources.select(
                *KEY, "partner", *(pl.col(name).alias(f"{name}_there") for name in MOVED)
            )
            joined = sources.join(there, on=[*KEY, "partner"], how="left", validate="1:1")
            sources = joined.with_columns(
                (pl.col(f"{name}_there") - pl.col(name))
                .round(DECIMALS)
                .alias(column_of(number, end, name))
                for name in MOVED
            ).drop(f"{name}_there" for name in MOVED)
    return sources


def draws_of(
    name: str, markets: Sequence[str], headings: Sequence[str], plan: Plan
) -> tuple[Floats, Floats]:
    """Where a share stands in each draw, -1 at its low end to 1 at its high one, and the normals.

    The draws depend on the seed and the names of share, market and heading alone.
    """
    from scipy.special import ndtr

    normals = standard_normals(
        [f"{market} share {name}" for market in markets],
        [f"{heading} share {name}" for heading in headings],
        (name,),
        plan,
    )[0]
    tail = 2.0 * ndtr(-np.abs(normals))
    return np.sign(normals) * (1.0 - np.sqrt(tail)), normals


def shifted_market(cut: Market, chunk: slice, drawn: Sequence[Floats], shifts: Shifts) -> Market:
    """The markets of a chunk with their duties at the drawn shares.

    Args:
        cut: The markets of the chunk, with an axis for the draws.
        chunk: Which they are.
        drawn: Where each share stands, by market of the chunk and draw.
        shifts: How far each share moves the duties.
    """
    if not shifts.each or shifts.admitted is None:
        return cut
    moved = {name: _moved(name, chunk, drawn, shifts) for name in MOVED}
    before = np.maximum(cut.before.within.ad_valorem + moved["rate_before"], 0.0)
    after = np.maximum(cut.after.within.ad_valorem + moved["rate_after"], 0.0)
    admitted = np.clip(shifts.admitted[:, chunk, None] + moved["admitted_share"], 0.0, 1.0)
    quota = np.where(admitted == 1.0, UNLIMITED, admitted)
    return replace(
        cut,
        before=Schedule(Duty(before, cut.before.within.specific)),
        after=Schedule(Duty(after, cut.after.within.specific), quota, cut.after.over),
    )


def _moved(name: str, chunk: slice, drawn: Sequence[Floats], shifts: Shifts) -> Floats:
    """How far all shares together move a rate, by source, market and draw."""
    total: Floats = np.zeros(1)
    for share, at in zip(shifts.each, drawn, strict=True):
        low, high = (share.deviations[end, name][:, chunk, None] for end in ENDS)
        total = total + low * np.maximum(-at, 0.0) + high * np.maximum(at, 0.0)
    return total
