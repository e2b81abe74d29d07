"""What the rules on groups of rows share: what is known beside a table, keys, sums, gaps."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc import judge
from calc.money import UNITS_PER_USD
from calc.relation import Columns
from calc.relation_truth import finite
from calc.rules import Rule

FIGURE = "figure"
WORLD = "WLD"
LARGEST_AMOUNT = 1e18
VALUE = pl.col(judge.VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What groups are held against.

    Attributes:
        codes: ``edition`` and ``code``, one row a chapter, heading or subheading of an edition.
        economies: ``economy``, ``first_year`` and ``last_year`` (null: open) and
            ``is_known`` (true), one row an economy.
        columns: The columns that conditions may read.
    """

    codes: pl.LazyFrame
    economies: pl.LazyFrame
    columns: Columns


def key_of(rule: Rule) -> list[str]:
    """The columns that tell the groups of a rule apart."""
    return list(rule.parameters.get("by", ()))


def counted(rows: pl.LazyFrame, by: Sequence[str], *figures: pl.Expr) -> pl.LazyFrame:
    """Rows by a key: their number, their exact value, and figures of them."""
    counts = (pl.len().alias(judge.ROWS), judge.exact_sum(VALUE).alias(judge.VALUE))
    return rows.group_by(by).agg(*counts, *figures) if by else rows.select(*counts, *figures)


def summed(cube: pl.LazyFrame, by: Sequence[str], *figures: pl.Expr) -> pl.LazyFrame:
    """A cube of ``calc.cubes`` by a shorter key: number of rows, exact value, figures."""
    value = judge.exact_sum(VALUE).alias(judge.VALUE)
    return cube.group_by(by).agg(pl.col(judge.ROWS).sum(), value, *figures)


def as_number(units: pl.Expr) -> pl.Expr:
    """Whole units as a number to compare with; exact up to nine quadrillion of them."""
    return units.cast(pl.Float64)


def gap(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """How far two amounts are apart, as a share of the larger one; 0 where both are 0."""
    larger = pl.max_horizontal(one.abs(), other.abs())
    known = one.is_not_null() & other.is_not_null()
    share = pl.when(larger == 0).then(0.0).otherwise((one - other).abs() / larger)
    return pl.when(known).then(share)


def exact_amount(rule: Rule) -> pl.Expr:
    """The column that a rule sums, in whole ten-thousandths; null where it is no usable number.

    A number beyond ``LARGEST_AMOUNT`` is left out: it breaks the range of every column.
    """
    column = rule.parameters["column"]
    if column == judge.VALUE:
        return VALUE
    amount = finite(pl.col(column))
    usable = pl.when(amount.abs() <= LARGEST_AMOUNT).then(amount)
    return (usable * UNITS_PER_USD).round(0).cast(pl.Int128)
