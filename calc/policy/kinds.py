"""Lines told apart by kind: the branches that name them, and which shares take all or part."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from calc.policy.model import Policy
from calc.policy.outcome import Candidate
from calc.policy.portions import families_of
from calc.policy.program import Kind
from calc.terms import ROW

CANDIDATE = ("branch", "length", "is_left_out", "excluded_by")
PARTLY = ("branch", "partly_by")
STATE = ("share", "state")
SEEDS = (1, 2)
PART, ALL_OF_IT, FULL = 1, 2, 3
"""A portion takes a part of a line, or all; a family of portions (numbered below 0) leaves none."""
TAKEN = 10
"""What a state is above this is how much a portion takes, where that tells kinds of lines apart."""


class Told(NamedTuple):
    """What tells the kind of a row of trade that a measure names, but for what is on the row.

    ``named`` has a row a trade row and branch: ``table_row`` and ``CANDIDATE``; ``partly`` one a
    portion that an exclusion takes out: ``table_row`` and ``PARTLY``; ``states`` what
    ``calc.portions.states_of`` gives.
    """

    named: pl.LazyFrame
    partly: pl.LazyFrame
    states: pl.LazyFrame


def kinds_of(told: Told, rows: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """The kind of each row of trade that a measure names.

    Rows are of one kind where the same branches name them by prefixes of the same length, the same
    shares take none, part or all of them, and, where a rule asks for it, their partner is the same.
    What tells them is compared by two 64-bit hashes summed over a row, which depends on no order.

    Args:
        told: What tells the rows apart.
        rows: One row a trade row: ``table_row``, ``partner``, and the shares ``content_0`` ...
        policy: The law.

    Returns:
        One row a trade row: ``table_row`` and the columns that tell its kind.
    """
    marks = pl.concat(
        _hashed(frame, name, columns)
        for frame, name, columns in zip(told, Told._fields, (CANDIDATE, PARTLY, STATE), strict=True)
    )
    summed = marks.group_by(ROW).agg(
        pl.len().alias("marks"), *(pl.col(f"hash_{seed}").sum() for seed in SEEDS)
    )
    partners = partners_asked(policy)
    asked = pl.when(pl.col("partner").is_in(partners)).then("partner").otherwise(pl.lit(""))
    contents = rows.select(
        ROW,
        asked_partner=asked,
        **{f"has_{n}": _has(f"content_{n}") for n in range(len(policy.contents))},
    )
    return summed.join(contents, on=ROW, how="inner", validate="1:1")


def _hashed(frame: pl.LazyFrame, name: str, columns: Sequence[str]) -> pl.LazyFrame:
    mark = pl.struct(pl.lit(name).alias("what"), *columns)
    return frame.select(ROW, *(mark.hash(seed=seed).alias(f"hash_{seed}") for seed in SEEDS))


def _has(share: str) -> pl.Expr:
    """Whether a line has some of a content, or an unknown part."""
    return pl.col(share).is_null() | (pl.col(share) > 0)


def partners_asked(policy: Policy) -> list[str]:
    """The partners for which a rule of stacking says something else."""
    relations = policy.stacking.relations.values() if policy.stacking else ()
    return sorted({partner for relation in relations for partner in relation.but})


def key_of(policy: Policy) -> list[str]:
    """The columns that tell a kind."""
    return [
        "marks", *(f"hash_{seed}" for seed in SEEDS), "asked_partner",
        *(f"has_{n}" for n in range(len(policy.contents))),
    ]  # fmt: skip


def kinds_told(rows: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """The kinds, each with the first row of trade that is of it; numbers follow that row.

    Args:
        rows: What ``kinds_of`` gives.
        policy: The law.

    Returns:
        One row a kind: ``kind``, the columns that tell it, and ``table_row``.
    """
    return rows.group_by(key_of(policy)).agg(pl.col(ROW).min()).sort(ROW).with_row_index("kind")


def kind_by_row(rows: pl.LazyFrame, kinds: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """The number of the kind of each row: ``table_row`` and ``kind``.

    Args:
        rows: What ``kinds_of`` gives.
        kinds: What ``kinds_told`` gives.
        policy: The law.
    """
    key = key_of(policy)
    joined = rows.join(kinds.drop(ROW), on=key, how="left", validate="m:1", nulls_equal=True)
    return joined.select(ROW, "kind")


def of_kinds(told: Told, kinds: pl.LazyFrame) -> Told:
    """What tells the rows of ``kinds_told`` apart, with the ``kind`` of each."""
    first = kinds.select(ROW, "kind")
    return Told(*(one.join(first, on=ROW, how="inner", validate="m:1") for one in told))


def read_kinds(kinds: pl.DataFrame, told: Sequence[pl.DataFrame], policy: Policy) -> Sequence[Kind]:
    """The kinds as objects.

    Args:
        kinds: What ``kinds_told`` gives, collected.
        told: The three tables of ``of_kinds``, collected.
        policy: The law.
    """
    named, partly, states = (_by_kind(one.iter_rows(named=True)) for one in told)
    families = families_of(policy)
    return [
        Kind(
            number=row["kind"],
            candidates=_candidates(named[row["kind"]], partly.get(row["kind"], [])),
            partner=row["asked_partner"],
            splits=_named(policy.portions, states.get(row["kind"], []), PART),
            inside=frozenset(_named(policy.portions, states.get(row["kind"], []), ALL_OF_IT)),
            full=frozenset(
                families[-1 - one["share"]]
                for one in states.get(row["kind"], [])
                if one["state"] == FULL
            ),
            taken={
                policy.portions[one["share"]]: one["state"] - TAKEN
                for one in states.get(row["kind"], [])
                if one["state"] > TAKEN
            },
            contents=frozenset(
                name for n, name in enumerate(policy.contents) if row[f"has_{n}"]
            ),
        )
        for row in kinds.iter_rows(named=True)
    ]  # fmt: skip


Rows = list[Mapping[str, Any]]


def _by_kind(rows: Iterable[Mapping[str, Any]]) -> dict[int, Rows]:
    found: dict[int, Rows] = {}
    for row in rows:
        found.setdefault(row["kind"], []).append(row)
    return found


def _candidates(named: Rows, partly: Rows) -> tuple[Candidate, ...]:
    out: dict[int, list[int]] = {}
    for row in partly:
        out.setdefault(row["branch"], []).append(row["partly_by"])
    found = (
        Candidate(
            **{name: row[name] for name in CANDIDATE},
            partly_by=tuple(sorted(out.get(row["branch"], ()))),
        )
        for row in named
    )
    return tuple(sorted(found, key=lambda one: one.branch))


def _named(names: Sequence[str], states: Rows, state: int) -> tuple[str, ...]:
    numbers = sorted(row["share"] for row in states if row["state"] == state)
    return tuple(names[number] for number in numbers)
