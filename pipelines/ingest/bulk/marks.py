"""Rows that are counted in others, found by the few combinations of economies they stand in."""

from dataclasses import dataclass

import polars as pl

from calc.tables.trade import ALL_GOODS
from pipelines.ingest.agree import PART_OF, REPORTERS
from pipelines.ingest.bulk.batches import Found
from pipelines.ingest.bulk.coded import CLASS, UnsuitedError
from pipelines.ingest.bulk.plan import Plan
from pipelines.ingest.bulk.scopes import (
    ROWS,
    SCOPE,
    coders_of,
    level_coder,
    numbered_levels,
)
from pipelines.ingest.cells import EXCLUDED
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.table import ADDS
from pipelines.ingest.totals import ALL_PARTNERS, marked_by_scope
from pipelines.ingest.words import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Which combinations are counted in others.

    Attributes:
        scopes: A row a combination of numbers and level: what they mean, ``rows``, ``excluded``.
        by: The columns of numbers that tell a combination.
        levels: The level of codes of each text of a code, as a number; null for one code only.
        nested: Whether codes of several levels stay, which may hold one another.
    """

    scopes: pl.DataFrame
    by: list[str]
    levels: pl.Series | None
    nested: bool

    @property
    def any(self) -> bool:
        """Whether rows are counted in others."""
        return self.scopes[EXCLUDED].null_count() < self.scopes.height

    @property
    def kept(self) -> pl.DataFrame:
        """The combinations of the table."""
        return self.scopes.filter(pl.col(EXCLUDED).is_null())

    def compared(self, role: str) -> bool:
        """Whether totals over partners, or importers, are left out."""
        worlds = self.scopes.filter((pl.col(EXCLUDED) == ALL_PARTNERS) & (pl.col(role) == "WLD"))
        return worlds.height > 0


def marks_of(plan: Plan, found: Found, settings: IngestSettings) -> Marks:
    """The combinations that are counted in others.

    Raises:
        UnsuitedError: The flow contradicts the headers or another one, or no row is kept.
    """
    by, coder, levels = coders_of(plan, SCOPE), level_coder(plan), None
    numbers = found.scopes.all()
    columns = [
        pl.repeat(plan.constants[name], numbers.height, dtype=pl.String, eager=True).alias(name)
        if (one := plan.coder(name)) is None
        else one.of(numbers[one.name], name)
        for name in SCOPE
    ]
    if coder is None:
        code = pl.repeat(plan.constants["code"], numbers.height, dtype=pl.String, eager=True)
    else:
        named, levels = numbered_levels(coder)
        code = pl.Series(named, dtype=pl.String).gather(numbers[CLASS])
        by = [*by, CLASS]
    rows = numbers.with_columns(
        *columns,
        code.alias("code"),
        pl.lit(plan.adds_up).alias(ADDS),
        pl.lit(None, dtype=pl.String).alias(EXCLUDED),
    )
    marked = marked_by_scope(rows, settings)
    marks = Marks(scopes=marked, by=by, levels=levels, nested=_nested(marked))
    _check(plan, marks)
    return marks


def _nested(marked: pl.DataFrame) -> bool:
    codes = marked.filter(pl.col(EXCLUDED).is_null() & (pl.col("code") != ALL_GOODS))["code"]
    return codes.n_unique() > 1


def _check(plan: Plan, marks: Marks) -> None:
    kept = marks.kept
    flows = set(kept["flow"].unique())
    item = plan.mapping.mapped("importer")
    reports = item is not None and folded(item.header).startswith(REPORTERS)
    exports = {"export", "re-export"} & set(marks.scopes["flow"].unique())
    unsuited = (
        not kept[ROWS].sum(),
        any({part, whole} <= flows for part, whole in PART_OF.items()),
        bool(exports) and reports and not plan.mapping.declared.reports,
    )
    if any(unsuited):
        raise UnsuitedError
