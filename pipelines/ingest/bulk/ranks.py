"""The order of the texts of a column, and the place in it of each number of a text."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from pipelines.ingest.bulk.plan import TEXTS, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The values of a column of text in their order, and the rank of each number of a text."""

    cell: str
    values: pl.Series
    ranks: pl.Series

    def of(self, rows: pl.DataFrame) -> pl.Series:
        """The values of some rows, as numbers of them."""
        return self.ranks.gather(rows[self.cell]).cat.to(pl.Enum(self.values))


def ranked(plan: Plan, columns: Collection[str] = TEXTS) -> dict[str, Ranked]:
    """Each column of text, of some, that differs between rows."""
    found = {}
    for name in columns:
        coder = plan.coder(name)
        if coder is not None:
            known = coder.known[name]
            values = known.drop_nulls().unique().sort()
            numbers = pl.Series(range(len(values)), dtype=pl.UInt32)
            ranks = known.replace_strict(values, numbers, default=None).shrink_dtype()
            found[name] = Ranked(cell=coder.name, values=values, ranks=ranks)
    return found


def rank(item: Ranked) -> pl.Expr:
    """The place of each row in the order of a column."""
    return pl.lit(item.ranks).gather(pl.col(item.cell))
