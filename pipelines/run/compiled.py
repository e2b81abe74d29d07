"""The law compiled for the rows of a trade table: their kinds, and the program of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from calc.errors import Problem, ScenarioError
from calc.hits import LINE
from calc.policy.kinds import Told, kind_by_row, kinds_of, kinds_told, of_kinds, read_kinds
from calc.policy.program import Conflict, Kind, Program, compile_program
from calc.policy.readings import AVERAGED
from calc.portions import divisions_of, states_of, states_with_shares, weights_of
from calc.terms import ROW
from pipelines.engines import engine_for
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
    engine = engine_for(rows, named)
    of_rows = kinds_of(told, rows.lazy(), policy).collect(engine=engine)
    kinds = kinds_told(of_rows.lazy(), policy).collect(engine=engine)
    by_row = kind_by_row(of_rows.lazy(), kinds.lazy(), policy).collect(engine=engine)
    of_them = pl.collect_all(list(of_kinds(told, kinds.lazy())), engine=engine)
    read = read_kinds(kinds, of_them, policy)
    program = compile_program(read, policy, default_programme=question.default_programme)
    _refuse_conflicts(program.conflicts, by_row, named)
    return Compiled(kinds=read, by_row=by_row, program=program)


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The rows of a trade table that a measure names, and what the law reads of each.

    Attributes:
        named: One row a trade row and branch.
        partly: The portions that exclusions take out, by row and branch.
        rows: One row a trade row, with its shares of contents.
        held: What portions take of the rows; see ``calc.shares.shares_asked``.
        room: What families of portions leave; see ``calc.portions.room_left``.
    """

    named: pl.DataFrame
    partly: pl.DataFrame
    rows: pl.DataFrame
    held: pl.DataFrame
    room: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Divided(Compiled):
    """The law compiled, with the division of each row and what each segment takes of each."""

    divisions: pl.DataFrame
    weights: pl.DataFrame


def divided(question: Question, lines: Lines) -> Divided:
    """The law of a question on the rows that its measures name, by the parts of their flow.

    Raises:
        ScenarioError: The law does not say which of two measures goes first, or how they combine.
    """
    held = lines.held.lazy()
    states = states_of(held, lines.room.lazy())
    if AVERAGED in question.policy.readings:
        states = states_with_shares(states, held)
    told = Told(lines.named.lazy(), lines.partly.lazy(), states)
    law = compiled(question, told, lines.named, lines.rows)
    engine = engine_for(lines.rows, lines.held)
    divisions = divisions_of(law.by_row.lazy(), held).collect(engine=engine)
    weighed = weights_of(divisions.lazy(), held, law.program.segments, question.policy)
    return Divided(
        kinds=law.kinds,
        by_row=law.by_row,
        program=law.program,
        divisions=divisions,
        weights=weighed.collect(engine=engine),
    )


def _refuse_conflicts(
    conflicts: Sequence[Conflict], by_row: pl.DataFrame, named: pl.DataFrame
) -> None:
    """Nothing, where the law is settled on every kind of line.

    Raises:
        ScenarioError: It is not; names the measures, how many lines, and the first of them.
    """
    alike: dict[Conflict, set[int]] = {}
    for one in conflicts:
        alike.setdefault(replace(one, kind=0), set()).add(one.kind)
    problems = [
        _told(one, by_row.filter(pl.col("kind").is_in(list(alike[one]))), named)
        for one in sorted(alike, key=lambda c: (c.what, c.first, c.second), reverse=True)
    ]
    if problems:
        raise ScenarioError.collected(problems)


CONFLICT_HINT = "narrow the scope of one, or say under [[stacking]] how they combine"
COARSE_HINT = (
    "both name parts of a code that the trade does not divide: use trade by finer codes, or let "
    'the higher count, as an upper bound, with within = "highest" under [[stacking]]'
)


MEETING_HINT = (
    "say of one that it is in the other (nested_in), or that they share nothing (disjoint_with), "
    "or write the same of both"
)


def _told(conflict: Conflict, rows: pl.DataFrame, named: pl.DataFrame) -> Problem:
    lines = named.join(rows, on=ROW, how="semi").select(LINE).unique().sort(LINE)
    example = lines.row(0, named=True)
    is_part = pl.col("length") > pl.col("code").str.len_chars()
    is_coarse = named.filter(is_part).join(rows, on=ROW, how="semi").height > 0
    hint = COARSE_HINT if is_coarse else CONFLICT_HINT
    line = f"first on {example['importer']} from {example['partner']}, code {example['code']}"
    return Problem(
        f"{conflict.told} on {lines.height:,} line{'' if lines.height == 1 else 's'}",
        where=f"{conflict.place}; {line}" if conflict.place else line,
        hint=MEETING_HINT if conflict.first == conflict.second else hint,
    )
