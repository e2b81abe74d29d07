"""The law compiled for the rows of a trade table: their kinds, and the program of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc.duty import ROW
from calc.errors import Problem, ScenarioError
from calc.hits import LINE
from calc.policy.kinds import CANDIDATE, kind_by_row, kinds_of, kinds_told, read_kinds
from calc.policy.program import Conflict, Kind, Program, compile_program
from pipelines.run.question import Question


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """The kinds of lines, the kind of each row (``table_row``, ``kind``), and the program."""

    kinds: Sequence[Kind]
    by_row: pl.DataFrame
    program: Program


def compiled(question: Question, named: pl.DataFrame, rows: pl.DataFrame) -> Compiled:
    """The law of a question on the rows that its measures name.

    Args:
        question: What is asked.
        named: One row a trade row and branch.
        rows: One row a trade row, with its shares of portions and contents.

    Raises:
        ScenarioError: The law does not say which of two measures goes first, or how they combine.
    """
    told = kinds_of(named.lazy(), rows.lazy(), question.policy).collect()
    kinds = kinds_told(told.lazy(), question.policy).collect()
    by_row = kind_by_row(told.lazy(), kinds.lazy(), question.policy).collect()
    read = _read_kinds(question, named, kinds)
    program = compile_program(read, question.policy, default_programme=question.default_programme)
    _refuse_conflicts(program.conflicts, by_row, named)
    return Compiled(kinds=read, by_row=by_row, program=program)


def _read_kinds(question: Question, named: pl.DataFrame, kinds: pl.DataFrame) -> Sequence[Kind]:
    first = kinds.lazy().select(ROW, "kind")
    candidates = named.lazy().join(first, on=ROW, how="inner", validate="m:1")
    rows = candidates.select("kind", *CANDIDATE).collect().iter_rows(named=True)
    return read_kinds(kinds, rows, question.policy)


def _refuse_conflicts(
    conflicts: Sequence[Conflict], by_row: pl.DataFrame, named: pl.DataFrame
) -> None:
    """Nothing, where the law is settled on every kind of line.

    Raises:
        ScenarioError: It is not; names the measures, how many lines, and the first of them.
    """
    by_pair: dict[tuple[str, str, str], set[int]] = {}
    for one in conflicts:
        by_pair.setdefault((one.what, one.first, one.second), set()).add(one.kind)
    problems = [
        _told(pair, by_row.filter(pl.col("kind").is_in(list(kinds))), named)
        for pair, kinds in sorted(by_pair.items(), reverse=True)
    ]
    if problems:
        raise ScenarioError.collected(problems)


def _told(pair: tuple[str, str, str], rows: pl.DataFrame, named: pl.DataFrame) -> Problem:
    what, first, second = pair
    lines = named.join(rows, on=ROW, how="semi").select(LINE).unique().sort(LINE)
    example = lines.row(0, named=True)
    return Problem(
        f"measures {first} and {second} {what} on {lines.height:,} lines",
        where=f"first on {example['importer']} from {example['partner']}, code {example['code']}",
        hint="narrow the scope of one, or say under [[stacking]] how they combine",
    )
