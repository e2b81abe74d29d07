"""The law compiled for the rows of a trade table: their kinds, and the program of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc.errors import Problem, ScenarioError
from calc.hits import LINE
from calc.policy.kinds import Told, kind_by_row, kinds_of, kinds_told, of_kinds, read_kinds
from calc.policy.program import Conflict, Kind, Program, compile_program
from calc.terms import ROW
from pipelines.run.question import Question


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """The kinds of lines, the kind of each row (``table_row``, ``kind``), and the program."""

    kinds: Sequence[Kind]
    by_row: pl.DataFrame
    program: Program


def compiled(question: Question, told: Told, named: pl.DataFrame, rows: pl.DataFrame) -> Compiled:
    """The law of a question on the rows that its measures name.

    Args:
        question: What is asked.
        told: What tells the rows apart.
        named: One row a trade row and branch, for messages.
        rows: One row a trade row, with its shares of contents.

    Raises:
        ScenarioError: The law does not say which of two measures goes first, or how they combine.
    """
    policy = question.policy
    of_rows = kinds_of(told, rows.lazy(), policy).collect()
    kinds = kinds_told(of_rows.lazy(), policy).collect()
    by_row = kind_by_row(of_rows.lazy(), kinds.lazy(), policy).collect()
    read = read_kinds(kinds, pl.collect_all(list(of_kinds(told, kinds.lazy()))), policy)
    program = compile_program(read, policy, default_programme=question.default_programme)
    _refuse_conflicts(program.conflicts, by_row, named)
    return Compiled(kinds=read, by_row=by_row, program=program)


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
