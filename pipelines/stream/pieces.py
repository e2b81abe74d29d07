"""A trade table in pieces of a bounded number of rows, by the row groups of its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.parquet as pq

from calc.periods import Reference
from calc.terms import Frame
from pipelines.memory import PIECE_ROWS, may_hold_importer
from pipelines.run.question import Question
from pipelines.trade_files import TradeFile

Run = tuple[int, int]
"""Rows that follow each other in a file: the first, 0-based, and how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Rows of a file of a table, by the place of the file among those of the table."""

    place: int
    runs: Sequence[Run]

    @property
    def rows(self) -> int:
        """How many they are."""
        return sum(count for _, count in self.runs)

    def imports(self, question: Question, period: Reference) -> Frame:
        """The imports asked about among them with their value for duty."""
        return question.imports_in(self.place, self.runs, period)

    def halves(self) -> list["Piece"]:
        """The same rows as two pieces; those of one row stay one."""
        half = self.rows // 2
        before: list[Run] = []
        after: list[Run] = []
        for first, count in self.runs:
            own = min(count, half - sum(taken for _, taken in before))
            before += [(first, own)] if own else []
            after += [(first + own, count - own)] if count > own else []
        return [replace(self, runs=runs) for runs in (before, after) if runs]


def pieces_of(question: Question, period: Reference) -> Iterator[Piece]:
    """The pieces of a table that hold the imports asked about, in the order of the table.

    Row groups that hold nothing of the importers are in no piece; every other row is in one.
    """
    for place, one in question.files_with(period):
        for runs in _pieces(one, question.importers):
            yield Piece(place=place, runs=runs)


def _pieces(one: TradeFile, importers: Sequence[str]) -> Iterator[Sequence[Run]]:
    """The rows of a file that may be of some importers, as runs that together are a piece."""
    held: list[Run] = []
    rows = 0
    for run in _runs(one, importers):
        if held and rows + run[1] > PIECE_ROWS:
            yield held
            held, rows = [], 0
        held = _with(held, run)
        rows += run[1]
    if held:
        yield held


def _runs(one: TradeFile, importers: Sequence[str]) -> Iterator[Run]:
    """The row groups that may hold an importer; one that is larger than a piece in parts."""
    facts: Any = pq.read_metadata(one.path)
    first = 0
    for number in range(facts.num_row_groups):
        group = facts.row_group(number)
        if may_hold_importer(group, importers):
            for start in range(0, group.num_rows, PIECE_ROWS):
                yield first + start, min(PIECE_ROWS, group.num_rows - start)
        first += group.num_rows


def _with(held: list[Run], run: Run) -> list[Run]:
    """Runs with one more, put together with the last where it follows it."""
    if held and sum(held[-1]) == run[0]:
        return [*held[:-1], (held[-1][0], held[-1][1] + run[1])]
    return [*held, run]
