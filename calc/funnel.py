"""The funnel: rows and dollars from the source files to the lines affected."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc.dictionary import polars_schema
from calc.tables.reports import Funnel


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of the funnel: what its rows are, how many, and what they are worth (null: unknown).

    ``kind`` is in, rejected, excluded, kept, part or beside; ``value_usd`` is of the rows that
    have one.
    """

    stage: str
    kind: str
    rows: int | None
    value_usd: float | None
    reason: str | None = None
    value_unknown_rows: int | None = 0


def funnel_table(stages: Sequence[Stage], importer: str) -> pl.DataFrame:
    """FUNNEL of one importer: the stages in order, numbered from 1."""
    names = ("stage", "kind", "reason", "rows", "value_usd", "value_unknown_rows")
    rows = [
        {"importer": importer, "step": step} | {name: getattr(stage, name) for name in names}
        for step, stage in enumerate(stages, start=1)
    ]
    return pl.DataFrame(rows, schema=polars_schema(Funnel))
