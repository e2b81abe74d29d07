"""What segments weigh where portions are not independent: over each other, or end to end."""

from collections.abc import Sequence

import polars as pl

from calc.policy.joint import laid_out
from calc.policy.model import Policy
from calc.policy.portions import Part, families_of
from calc.policy.program import SegmentRow
from calc.portions import with_largest
from calc.shares import SHARE_UNITS


def joint_weights(
    weights: pl.DataFrame,
    held: pl.DataFrame,
    segments: Sequence[SegmentRow],
    policy: Policy,
    *,
    is_greatest: bool,
) -> pl.LazyFrame:
    """What segments take where portions are not independent; see ``calc.policy.joint``.

    Args:
        weights: What ``weights_of`` gives.
        held: What ``held_by_division`` gives.
        segments: The segments of each kind of line.
        policy: The law.
        is_greatest: Whether portions are laid over each other rather than end to end.

    Returns:
        The same rows with other weights where several families meet.
    """
    meeting = kinds_that_meet(segments)
    families, names = families_of(policy), policy.portions
    by_kind: dict[int, dict[str, Part]] = {}
    for row in segments:
        if row.kind in meeting:
            by_kind.setdefault(row.kind, {})[row.segment] = row.part
    shares: dict[int, dict[str, int]] = {}
    for division, share, units in held.iter_rows():
        shares.setdefault(division, {})[names[share]] = units
    rows = []
    for division, kind in weights.select("division", "kind").unique().sort("division").iter_rows():
        parts = by_kind.get(kind, {})
        splits = {name for part in parts.values() for name in _names_of(part)}
        own = {name: units for name, units in shares.get(division, {}).items() if name in splits}
        laid = laid_out(families, own, SHARE_UNITS, is_greatest=is_greatest) if parts else {}
        rows += [
            (division, name, laid.get(part.inside, 0) / SHARE_UNITS) for name, part in parts.items()
        ]
    schema = {"division": pl.UInt32, "segment": pl.String, "joint": pl.Float64}
    joint = pl.LazyFrame(rows, schema=schema, orient="row")
    joined = weights.lazy().join(joint, on=["division", "segment"], how="left", validate="1:1")
    weight = pl.coalesce("joint", "weight")
    return with_largest(joined.select("division", "kind", "segment", "place", weight=weight))


def kinds_that_meet(segments: Sequence[SegmentRow]) -> set[int]:
    """The kinds of lines on which several independent families of portions meet."""
    return {row.kind for row in segments if len(row.part.times) > 1}


def _names_of(part: Part) -> set[str]:
    return {name for one in part.times for name in (one.of, *one.less) if name}
