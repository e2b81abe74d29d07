"""Lines told apart by kind: the branches that name them, and which shares take all or part."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from calc.duty import ROW
from calc.policy.model import Policy
from calc.policy.outcome import Candidate
from calc.policy.program import Kind

CANDIDATE = ("branch", "length", "is_left_out", "excluded_by", "partly_by")
SEEDS = (1, 2)


def kinds_of(named: pl.LazyFrame, rows: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """The kind of each row of trade that a measure names.

    Rows are of one kind where the same branches name them by prefixes of the same length, the same
    shares take none, part or all of them, and, where a rule asks for it, their partner is the same.
    Candidates are compared by two 64-bit hashes summed over a row, which depends on no order.

    Args:
        named: One row a trade row and branch: ``table_row`` and ``CANDIDATE``.
        rows: One row a trade row: ``table_row``, ``partner``, and the shares ``portion_0`` ... and
            ``content_0`` ...
        policy: The law.

    Returns:
        One row a trade row: ``table_row`` and the columns that tell its kind.
    """
    candidate = pl.struct(*CANDIDATE)
    hashed = named.select(ROW, *(candidate.hash(seed=seed).alias(f"hash_{seed}") for seed in SEEDS))
    summed = hashed.group_by(ROW).agg(
        pl.len().alias("branches"), *(pl.col(f"hash_{seed}").sum() for seed in SEEDS)
    )
    partners = partners_asked(policy)
    asked = pl.when(pl.col("partner").is_in(partners)).then("partner").otherwise(pl.lit(""))
    states = rows.select(
        ROW,
        asked_partner=asked,
        **{f"splits_{n}": _state(f"portion_{n}") for n in range(len(policy.portions))},
        **{f"has_{n}": _has(f"content_{n}") for n in range(len(policy.contents))},
    )
    return summed.join(states, on=ROW, how="inner", validate="1:1")


def _state(share: str) -> pl.Expr:
    """0 where a share takes nothing or a line has none, 1 where it takes a part, 2 all."""
    column = pl.col(share).fill_null(0.0)  # no share is on record: the portion takes nothing
    return pl.when(column <= 0).then(0).when(column >= 1).then(2).otherwise(1).cast(pl.Int8)


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
        "branches", *(f"hash_{seed}" for seed in SEEDS), "asked_partner",
        *(f"splits_{n}" for n in range(len(policy.portions))),
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


def read_kinds(
    kinds: pl.DataFrame, candidates: Iterable[Mapping[str, Any]], policy: Policy
) -> Sequence[Kind]:
    """The kinds as objects.

    Args:
        kinds: What ``kinds_told`` gives, collected.
        candidates: Rows of ``kind`` and ``CANDIDATE`` of the row of each kind.
        policy: The law.
    """
    by_kind: dict[int, list[Candidate]] = {}
    for row in candidates:
        found = Candidate(**{name: row[name] for name in CANDIDATE})
        by_kind.setdefault(row["kind"], []).append(found)
    return [
        Kind(
            number=row["kind"],
            candidates=tuple(sorted(by_kind[row["kind"]], key=lambda one: one.branch)),
            partner=row["asked_partner"],
            splits=_named(policy.portions, row, "splits", 1),
            inside=frozenset(_named(policy.portions, row, "splits", 2)),
            contents=frozenset(_named(policy.contents, row, "has", True)),
        )
        for row in kinds.iter_rows(named=True)
    ]


def _named(
    names: Sequence[str], row: Mapping[str, Any], column: str, value: object
) -> tuple[str, ...]:
    return tuple(name for n, name in enumerate(names) if row[f"{column}_{n}"] == value)
