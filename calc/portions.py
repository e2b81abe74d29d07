"""Portions on the lines of a table: which are asked for, whether they fit, what segments weigh.

Shares are whole ``SHARE_UNITS``, so that what several leave of a flow depends on no order. A line
without a share of a portion on record has none of it.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from calc.money import divided_by
from calc.policy.kinds import ALL_OF_IT, FULL, PART, TAKEN
from calc.policy.model import Policy
from calc.policy.portions import Factor, families_of, portions_of, with_outer
from calc.policy.program import SegmentRow
from calc.shares import SHARE_UNITS
from calc.terms import ROW

NOTHING_LEFT = SHARE_UNITS // 10**9
"""What portions leave of a flow is nothing where rounding of the shares may have left it."""
SEEDS = (1, 2)
LINE = ["importer", "partner", "code"]


def asked_of(
    rows: pl.LazyFrame, named: pl.LazyFrame, partly: pl.LazyFrame, policy: Policy
) -> pl.LazyFrame:
    """The portions that the law asks for on each row of trade, and those around them.

    Args:
        rows: One row a trade row that a measure names: ``table_row``, importer, partner, code.
        named: One row a trade row and branch: ``table_row``, ``branch``, and what is out of it,
            ``is_left_out`` and ``excluded_by``: that asks for nothing.
        partly: The portions that exclusions take out: ``table_row``, ``branch``, ``partly_by``.
        policy: The law.

    Returns:
        One row a trade row and portion: ``table_row``, importer, partner, code, ``share`` (the
        number of the portion).
    """
    standing = named.filter(~pl.col("is_left_out") & pl.col("excluded_by").is_null())
    claimed = _numbered([((), claim.portion) for claim in policy.claims], (), policy)
    by_branch = _numbered(
        [((n,), name) for n, one in enumerate(policy.branches) for name in portions_of(one)],
        ("branch",),
        policy,
    )
    by_exclusion = _numbered(
        [
            ((n, exclusion), name)
            for n, one in enumerate(policy.branches)
            for exclusion, name in one.exclusion_portions.items()
        ],
        ("branch", "partly_by"),
        policy,
    )
    pairs = pl.concat(
        [
            rows.select(ROW).join(claimed, how="cross"),
            standing.select(ROW, "branch").join(by_branch, on="branch").select(ROW, "share"),
            partly.join(by_exclusion, on=["branch", "partly_by"]).select(ROW, "share"),
        ]
    )
    return rows.select(ROW, *LINE).join(pairs.unique(), on=ROW, how="inner", validate="1:m")


def _numbered(
    asked: Sequence[tuple[tuple[int, ...], str]], key: Sequence[str], policy: Policy
) -> pl.LazyFrame:
    """What asks for a portion, and the number of it and of each that it is nested in."""
    numbers = {name: number for number, name in enumerate(policy.portions)}
    rows = {
        (*what, numbers[name])
        for what, portion in asked
        for name in with_outer([portion], policy.nested_in)
    }
    types = {"branch": pl.UInt32, "partly_by": pl.Int16}
    schema = {name: types[name] for name in key} | {"share": pl.Int32}
    return pl.LazyFrame(sorted(rows), schema=schema, orient="row")


def season_shares(asked: pl.LazyFrame, entered: pl.LazyFrame) -> pl.LazyFrame:
    """What seasons take of the rows on which the law asks for them.

    Args:
        asked: What ``asked_of`` gives, with the ``period`` of each row.
        entered: ``period``, ``share`` (the number of a season) and ``share_e15``.

    Returns:
        What ``calc.shares.shares_asked`` does.
    """
    joined = asked.join(entered, on=["period", "share"], how="inner", validate="m:1")
    return joined.select(ROW, "share", "share_e15").filter(pl.col("share_e15") > 0)


def room_left(held: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """What the portions of a family leave of what they are in; below zero where they do not fit.

    Args:
        held: What ``calc.shares.shares_asked`` gives.
        policy: The law.

    Returns:
        One row a trade row and family of several, or nested, portions: ``table_row``, ``family``
        (its number) and ``left_e15``.
    """
    numbers = {name: number for number, name in enumerate(policy.portions)}
    rows = [
        (numbers[name], n, numbers[one.within] if one.within else None)
        for n, one in enumerate(families_of(policy))
        if len(one.members) > 1 or one.within
        for name in one.members
    ]
    schema = {"share": pl.Int32, "family": pl.Int32, "within": pl.Int32}
    members = pl.LazyFrame(rows, schema=schema, orient="row")
    taken = held.join(members, on="share", how="inner").group_by(ROW, "family", "within").agg(
        pl.col("share_e15").sum().alias("taken_e15")
    )  # fmt: skip
    outer = held.select(ROW, within="share", outer_e15="share_e15")
    joined = taken.join(outer, on=[ROW, "within"], how="left")
    of = pl.when(pl.col("within").is_null()).then(SHARE_UNITS)
    whole = of.otherwise(pl.col("outer_e15").fill_null(0))
    return joined.select(ROW, "family", left_e15=whole - pl.col("taken_e15"))


def states_of(held: pl.LazyFrame, room: pl.LazyFrame) -> pl.LazyFrame:
    """Which portions take a part of a line, or all of it, and which families leave nothing.

    Args:
        held: What ``calc.shares.shares_asked`` gives.
        room: What ``room_left`` gives.

    Returns:
        One row a trade row and portion that takes anything, or family that leaves nothing:
        ``table_row``, ``share`` and ``state``, as ``calc.policy.kinds`` reads them.
    """
    all_of_it = pl.col("share_e15") >= SHARE_UNITS
    state = pl.when(all_of_it).then(ALL_OF_IT).otherwise(PART).cast(pl.Int8)
    full = room.filter(pl.col("left_e15") <= NOTHING_LEFT)
    family = (-1 - pl.col("family")).cast(pl.Int32)
    return pl.concat(
        [
            held.select(ROW, "share", state=state),
            full.select(ROW, share=family, state=pl.lit(FULL, pl.Int8)),
        ]
    )


def states_with_shares(states: pl.LazyFrame, held: pl.LazyFrame) -> pl.LazyFrame:
    """States that tell how much portions take of each line too, for readings that average.

    Args:
        states: What ``states_of`` gives.
        held: What ``calc.shares.shares_asked`` gives.
    """
    taken = held.select(ROW, "share", state=pl.col("share_e15") + TAKEN)
    return pl.concat([states.with_columns(pl.col("state").cast(pl.Int64)), taken])


def divisions_of(by_row: pl.LazyFrame, held: pl.LazyFrame) -> pl.LazyFrame:
    """The division of each row of trade: rows of one kind with the same shares are of one.

    Args:
        by_row: ``table_row`` and ``kind`` of each row.
        held: What ``calc.shares.shares_asked`` gives.

    Returns:
        The same rows plus ``division``, whose numbers follow its first row, and ``first`` (whether
        it is that one).
    """
    mark = pl.struct("share", "share_e15")
    hashed = held.filter(pl.col("share_e15") < SHARE_UNITS).select(
        ROW, *(mark.hash(seed=seed).alias(f"hash_{seed}") for seed in SEEDS)
    )
    summed = hashed.group_by(ROW).agg(pl.col(f"hash_{seed}").sum() for seed in SEEDS)
    key = ["kind", *(f"hash_{seed}" for seed in SEEDS)]
    rows = by_row.join(summed, on=ROW, how="left", validate="1:1")
    first = rows.group_by(key).agg(pl.col(ROW).min().alias("row")).sort("row")
    numbered = first.with_row_index("division")
    joined = rows.join(numbered, on=key, how="left", validate="m:1", nulls_equal=True)
    return joined.select(ROW, "kind", "division", first=pl.col(ROW) == pl.col("row"))


def weights_of(
    divisions: pl.LazyFrame, held: pl.LazyFrame, segments: Sequence[SegmentRow], policy: Policy
) -> pl.LazyFrame:
    """What each segment takes of the flow of each division.

    Args:
        divisions: What ``divisions_of`` gives.
        held: What ``calc.shares.shares_asked`` gives.
        segments: The segments of each kind of line.
        policy: The law.

    Returns:
        One row a division and segment: ``division``, ``kind``, ``segment``, ``weight``,
        ``place``, ``is_split`` (whether the division has several) and ``is_largest`` (whether it is
        the heaviest of them; of equal ones the last).
    """
    factors = _factors_of(segments)
    first = divisions.filter("first")
    values = _values(first, held, segments, policy)
    placed, times, per = _slots(segments, factors)
    weighed, weight = first.select("division", "kind").join(placed, on="kind"), pl.lit(1.0)
    for slot in times:
        weighed, weight = _valued(weighed, values, slot), weight * pl.col(f"of_{slot}")
    for slot in per:
        weighed, weight = _valued(weighed, values, slot), weight / pl.col(f"of_{slot}")
    return with_largest(weighed.select("division", "kind", "segment", "place", weight=weight))


def with_largest(weighed: pl.LazyFrame) -> pl.LazyFrame:
    """Segments of divisions with whether there are several, and whether one is the largest."""
    heaviest = pl.col("weight") == pl.col("weight").max().over("division")
    largest = pl.col("place").filter(heaviest).max().over("division")
    return weighed.with_columns(
        is_split=pl.len().over("division") > 1, is_largest=pl.col("place") == largest
    )


def held_by_division(divisions: pl.LazyFrame, held: pl.LazyFrame) -> pl.LazyFrame:
    """The shares of each division: ``division``, ``share`` and ``share_e15``."""
    first = divisions.filter("first").select(ROW, "division")
    return first.join(held, on=ROW, how="inner").drop(ROW)


def _factors_of(segments: Sequence[SegmentRow]) -> dict[Factor, int]:
    """The factors of the weights of segments, each with its number."""
    found = (one for row in segments for one in (*row.part.times, *row.part.per))
    return {one: number for number, one in enumerate(dict.fromkeys(found))}


def _slots(
    segments: Sequence[SegmentRow], factors: Mapping[Factor, int]
) -> tuple[pl.LazyFrame, list[str], list[str]]:
    """Segments with the numbers of the factors of their weights, a column each; and the columns."""
    times = [f"times_{n}" for n in range(max((len(row.part.times) for row in segments), default=0))]
    per = [f"per_{n}" for n in range(max((len(row.part.per) for row in segments), default=0))]
    rows = [
        (
            *(row.kind, row.segment, row.place),
            *(_number(row.part.times, n, factors) for n in range(len(times))),
            *(_number(row.part.per, n, factors) for n in range(len(per))),
        )
        for row in segments
    ]
    plain = {"kind": pl.UInt32, "segment": pl.String, "place": pl.UInt32}
    schema = plain | dict.fromkeys((*times, *per), pl.UInt32)
    return pl.LazyFrame(rows, schema=schema, orient="row"), times, per


def _number(held: Sequence[Factor], slot: int, factors: Mapping[Factor, int]) -> int | None:
    return factors[held[slot]] if slot < len(held) else None


def _values(
    first: pl.LazyFrame, held: pl.LazyFrame, segments: Sequence[SegmentRow], policy: Policy
) -> pl.LazyFrame:
    """The value of each factor in each division: ``division``, ``factor`` and ``value``."""
    numbers = {name: number for number, name in enumerate(policy.portions)}
    factors = _factors_of(segments)
    uses = {(row.kind, factors[f]) for row in segments for f in (*row.part.times, *row.part.per)}
    terms = [
        *((n, numbers[one.of], 1) for one, n in factors.items() if one.of),
        *((n, numbers[name], -1) for one, n in factors.items() for name in one.less),
    ]
    whole = [(n, 0 if one.of else SHARE_UNITS) for one, n in factors.items()]
    by_kind, by_factor, start = (
        pl.LazyFrame(rows, schema=schema, orient="row")
        for rows, schema in (
            (sorted(uses), {"kind": pl.UInt32, "factor": pl.UInt32}),
            (terms, {"factor": pl.UInt32, "share": pl.Int32, "sign": pl.Int64}),
            (whole, {"factor": pl.UInt32, "start_e15": pl.Int64}),
        )
    )
    needed = first.select("division", "kind").join(by_kind, on="kind").join(start, on="factor")
    own = first.join(held, on=ROW, how="inner").select("division", "share", "share_e15")
    summed = (
        needed.join(by_factor, on="factor")
        .join(own, on=["division", "share"])
        .group_by("division", "factor")
        .agg((pl.col("sign") * pl.col("share_e15")).sum().alias("sum_e15"))
    )
    joined = needed.join(summed, on=["division", "factor"], how="left", validate="1:1")
    left = pl.col("start_e15") + pl.col("sum_e15").fill_null(0)
    known = divided_by(left.clip(lower_bound=0), SHARE_UNITS)
    return joined.select("division", "factor", value=known)


def _valued(weighed: pl.LazyFrame, values: pl.LazyFrame, slot: str) -> pl.LazyFrame:
    """Segments with the value of the factor that a column numbers; 1 where it has none."""
    named = values.select("division", "value", **{slot: "factor"})
    joined = weighed.join(named, on=["division", slot], how="left", validate="m:1")
    return joined.with_columns(pl.col("value").fill_null(1.0).alias(f"of_{slot}")).drop("value")
