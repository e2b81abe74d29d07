"""Which rows of a trade table the measures of a law name, and which branches name each.

Shares and credits have no part in it: a law tried with several of them is matched once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from calc.hits import LINE, hit_trade, named_lines, with_exclusions
from calc.resolve import candidates_of
from calc.terms import ROW, Frame
from pipelines.memory import lines_need, refuse_beyond
from pipelines.run.question import Question


@dataclass(frozen=True, kw_only=True)
class Matched:
    """The rows that a measure names, in the columns of the imports, and what names them.

    ``named`` has one row a trade row and branch (``calc.hits.with_exclusions``); ``partly`` the
    exclusions that take a portion out of it: ``table_row``, ``branch`` and ``partly_by``.
    """

    trade: pl.DataFrame
    named: pl.DataFrame
    partly: pl.DataFrame


def match(question: Question, imports: Frame) -> Matched | None:
    """The rows of the importers' imports that a measure names; null where none is.

    Args:
        question: What is asked.
        imports: The imports with their value for duty, with ``table_row``.

    Raises:
        LimitError: What is told of the rows would take more memory than there may be.
    """
    tables = _candidates(question, imports)
    trade = _hit(imports, *tables[:2])
    if trade is None or trade.is_empty():
        return None
    _refuse_too_many(question, trade.height)
    named, partly = _named(trade, tables)
    return Matched(trade=trade, named=named, partly=partly)


def _candidates(question: Question, imports: Frame) -> Sequence[pl.DataFrame]:
    """The branches that may name a line, as ``calc.resolve.Candidates`` has them, worked out.

    Scopes are expanded over the distinct codes and partners, never over rows.
    """
    trade = imports.to_native()
    distinct = [trade.select(names).unique() for names in (["code"], ["importer", "partner"])]
    codes, seen = (one.lazy() for one in pl.collect_all(distinct, engine="streaming"))
    return pl.collect_all(list(candidates_of(question.law, question.policy, codes, seen)))


def _hit(imports: Frame, by_line: pl.DataFrame, by_partner: pl.DataFrame) -> pl.DataFrame | None:
    """The rows that a measure names; null where no line can be named. The table is read once."""
    pair = ["importer", "partner"]
    rest = by_line if by_partner.is_empty() else by_line.join(by_partner, on=pair, how="anti")
    parts = [
        hit_trade(imports, nw.from_native(named.lazy()), on)
        for named, on in ((rest, LINE), (by_partner, pair))
        if not named.is_empty()
    ]
    if not parts:
        return None
    plan: pl.LazyFrame = nw.concat(parts).to_native()
    return plan.collect(engine="streaming")


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
    trade: pl.DataFrame, tables: Sequence[pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every branch on every row that it names, and the exclusions that take a portion out of it."""
    rows = nw.from_native(trade.lazy())
    by_line, by_partner, left_out, excluded = _nw(tables[:4])
    pair = ["importer", "partner"]
    named = nw.concat([named_lines(rows, by_line, LINE), named_lines(rows, by_partner, pair)])
    plan: pl.LazyFrame = with_exclusions(named, left_out, excluded).to_native()
    whole = plan.collect(engine="streaming")
    line = ["branch", "code", "partner"]
    partly = whole.lazy().select(ROW, *line).join(tables[4].lazy(), on=line, how="inner")
    return whole, partly.select(ROW, "branch", "partly_by").collect()


def _nw(tables: Iterable[pl.DataFrame]) -> list[Frame]:
    return [nw.from_native(table.lazy()) for table in tables]
