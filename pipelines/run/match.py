"""Which rows of a trade table the measures of a law name, and which branches name each.

Shares and credits have no part in it: a law tried with several of them is matched once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from calc.hits import (
    BY_BRANCH,
    NAMED,
    PAIR,
    named_by_partner,
    rows_of_partners,
    rows_with_goods,
    with_exclusions,
)
from calc.resolve import candidates_of
from calc.terms import ROW, Frame
from pipelines.engines import AT_ONCE, engine_for
from pipelines.memory import lines_need, refuse_beyond
from pipelines.run.question import Question


@dataclass(frozen=True, kw_only=True)
class Matched:
    """The rows that a measure names, in the columns of the imports, and what names them.

    ``named`` has one row a trade row and branch (``calc.hits.with_exclusions``); ``partly`` the
    exclusions that take a portion out of it: ``table_row``, ``branch`` and ``partly_by``.
    ``scopes`` are the branches that may name a line of the imports, by ``match`` taken again.
    """

    trade: pl.DataFrame
    named: pl.DataFrame
    partly: pl.DataFrame
    scopes: Sequence[pl.DataFrame]


def match(
    question: Question, imports: Frame, scopes: Sequence[pl.DataFrame] = ()
) -> Matched | None:
    """The rows of the importers' imports that a measure names; null where none is.

    Args:
        question: What is asked.
        imports: The imports with their value for duty, with ``table_row``.
        scopes: The ``scopes`` of a match of the same scopes of a law with imports of which these
            are a part, or sums; worked out where none are given.

    Raises:
        LimitError: What is told of the rows would take more memory than there may be.
    """
    tables = scopes or _candidates(question, imports)
    of_goods, of_partners = _rows(imports, tables)
    trade = _each_once(of_goods, of_partners)
    if trade.is_empty():
        return None
    _refuse_too_many(question, trade.height)
    named, partly = _named(of_goods, of_partners, tables)
    return Matched(trade=trade, named=named, partly=partly, scopes=tables)


def _candidates(question: Question, imports: Frame) -> Sequence[pl.DataFrame]:
    """The branches that may name a line, as ``calc.resolve.Candidates`` has them, worked out.

    Scopes are expanded over the distinct codes and partners, never over rows.
    """
    trade, code = imports.to_native(), pl.col("code")
    # in a table sorted by code most rows repeat the one before, and need not be looked up
    runs = trade.select(code).filter(code.ne_missing(code.shift()))
    distinct = [runs.unique(), trade.select(PAIR).unique()]
    codes, seen = (one.lazy() for one in pl.collect_all(distinct, engine="streaming"))
    plans = candidates_of(question.law, question.policy, codes, seen)
    return pl.collect_all(list(plans), engine=AT_ONCE)


def _rows(imports: Frame, tables: Sequence[pl.DataFrame]) -> Sequence[pl.DataFrame]:
    """Rows with each branch that names their goods; rows on which a branch is that names none.

    The table is read at once for both, and for neither where no branch is of that kind.
    """
    goods, whom, by_partner = tables[:3]
    plans = (
        (goods, rows_with_goods(imports, *_nw([goods, whom])).to_native()),
        (by_partner, rows_of_partners(imports, *_nw([by_partner])).to_native()),
    )
    asked = [plan for law, plan in plans if not law.is_empty()]
    read = iter(pl.collect_all(asked, engine="streaming"))
    return [
        pl.DataFrame(schema=plan.collect_schema()) if law.is_empty() else next(read)
        for law, plan in plans
    ]


def _each_once(of_goods: pl.DataFrame, of_partners: pl.DataFrame) -> pl.DataFrame:
    """The rows that a measure names, each once, in the columns of the imports."""
    is_first = pl.col(ROW).is_first_distinct()
    rows = of_goods.filter(is_first).drop(BY_BRANCH)
    if of_partners.is_empty():
        return rows
    others = rows.join(of_partners.select(ROW), on=ROW, how="anti")
    return pl.concat([others, of_partners])


def _refuse_too_many(question: Question, rows: int) -> None:
    """Nothing, where all that is told of the rows that a measure names fits into memory.

    Raises:
        LimitError: It does not.
    """
    refuse_beyond(
        lines_need(rows),
        question.memory_limit,
        what=f"a run whose measures name {rows:,} rows of {question.table.name}",
        hint="compute it piece by piece with --engine stream, narrow the measures, or put them to "
        "fewer importers at a time",
    )


def _named(
    of_goods: pl.DataFrame, of_partners: pl.DataFrame, tables: Sequence[pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every branch on every row that it names, and the exclusions that take a portion out of it."""
    by_goods, rows, *scopes = _nw([of_goods, of_partners, *tables[2:5]])
    by_partner, left_out, excluded = scopes
    named = nw.concat([by_goods.select(*NAMED), named_by_partner(rows, by_partner)])
    plan: pl.LazyFrame = with_exclusions(named, left_out, excluded).to_native()
    engine = engine_for(of_goods, of_partners)
    whole = plan.collect(engine=engine)
    line = ["branch", "code", "partner"]
    partly = whole.lazy().select(ROW, *line).join(tables[5].lazy(), on=line, how="inner")
    return whole, partly.select(ROW, "branch", "partly_by").collect(engine=engine)


def _nw(tables: Iterable[pl.DataFrame]) -> list[Frame]:
    return [nw.from_native(table.lazy()) for table in tables]
