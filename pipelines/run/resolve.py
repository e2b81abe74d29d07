"""The law resolved on the rows of a trade table: kinds of lines, and the program of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import polars as pl

from calc.base import base_by_programme
from calc.duty import ROW, Frame, Terms
from calc.errors import Problem, ScenarioError
from calc.hits import LINE, named_lines, with_exclusions
from calc.policy.model import Policy
from calc.policy.program import Kind, Program, compile_program
from calc.policy.rows import components_table, segments_table, terms_of
from calc.resolve import candidates_of
from calc.shares import attach_shares
from pipelines.run.compiled import compiled
from pipelines.run.question import Question


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The law on the rows that a measure names.

    Attributes:
        named: One row a trade row and branch: what ``calc.hits.named_lines`` gives.
        rows: One row a trade row and base programme: kind, shares and base rate.
        kinds: The kinds of lines.
        program: The law on each kind of line.
        terms: What the numbers in its tables stand for.
    """

    named: pl.DataFrame
    rows: pl.DataFrame
    kinds: Sequence[Kind]
    program: Program
    terms: Terms


def resolve(question: Question, imports: Frame) -> Resolved | None:
    """The law on each row of the importers' imports that a measure names; null where none is.

    Args:
        question: What is asked.
        imports: The imports with their value for duty, with ``table_row``.

    Raises:
        ScenarioError: The law does not say which of two measures goes first, or how they combine.
    """
    named = _named(question, imports)
    if named.is_empty():
        return None
    rows = _with_shares(question, named)
    law = compiled(question, named, rows)
    programmes = sorted({row.programme for row in law.program.segments})
    based = base_by_programme(
        rows.lazy(), question.law.base, programmes, default=question.default_programme
    )
    placed = based.join(law.by_row.lazy(), on=ROW, how="left", validate="m:1").drop(LINE).collect()
    units = placed["base_specific_unit"].unique().drop_nulls().sort().to_list()
    terms = replace(terms_of(law.program, question.policy), base_units=tuple(units))
    return Resolved(named=named, rows=placed, kinds=law.kinds, program=law.program, terms=terms)


def under(resolved: Resolved, question: Question, policy: Policy) -> Resolved:
    """What was resolved, under a law that differs in rates or states only.

    Raises:
        ScenarioError: The changed law is unsettled on some lines.
    """
    program = compile_program(resolved.kinds, policy, default_programme=question.default_programme)
    if program.conflicts:
        one = program.conflicts[0]
        raise ScenarioError(f"measures {one.first} and {one.second} {one.what} once changed")
    terms = replace(terms_of(program, policy), base_units=resolved.terms.base_units)
    return replace(resolved, program=program, terms=terms)


def _named(question: Question, imports: Frame) -> pl.DataFrame:
    """Every branch on every row that it names: scopes over codes and partners, then one join."""
    trade = imports.to_native()
    distinct = [trade.select(names).unique() for names in (["code"], ["importer", "partner"])]
    codes, seen = (one.lazy() for one in pl.collect_all(distinct, engine="streaming"))
    found = candidates_of(question.law, question.policy, codes, seen)
    tables = pl.collect_all(list(found))
    _refuse_exclusions_that_overlap(question, tables[4])
    tables[4] = tables[4].drop("partly_by_last")
    frames = [nw.from_native(table.lazy()) for table in tables]
    named = nw.concat(
        [
            named_lines(imports, frames[0], LINE),
            named_lines(imports, frames[1], ["importer", "partner"]),
        ]
    )
    whole: pl.LazyFrame = with_exclusions(named, frames[2], frames[3], frames[4]).to_native()
    return whole.collect(engine="streaming")


def _refuse_exclusions_that_overlap(question: Question, partly: pl.DataFrame) -> None:
    """Two portions that exclusions of one measure take out of one line are not computed yet."""
    twice = partly.filter(pl.col("partly_by") != pl.col("partly_by_last"))
    pair = ["branch", "partly_by", "partly_by_last"]
    told = (
        twice.select(*pair, "code", "partner")
        .sort(pl.all())
        .unique(pair, keep="first", maintain_order=True)
    )
    problems = [
        Problem(
            f"exclusions {first} and {last} of {question.policy.branches[branch].measure_id} both "
            f"take a portion of a line out, such as {code} from {partner}: not computed yet",
            hint="write one exclusion of these goods, with the portion that both take out",
        )
        for branch, first, last, code, partner in told.iter_rows()
    ]
    if problems:
        raise ScenarioError.collected(problems)


def _with_shares(question: Question, named: pl.DataFrame) -> pl.DataFrame:
    """One row a trade row that a measure names, with its shares of portions and contents.

    Collected at each step: a plan that reads the rows several times would make them as often.
    """
    rows = named.lazy().select(ROW, *LINE).unique(ROW, keep="any").collect()
    policy, shares = question.policy, question.law.shares
    for names, column in ((policy.portions, "portion"), (policy.contents, "content")):
        rows = attach_shares(rows.lazy(), shares, names, column=column).collect()
    return rows


def program_frames(
    resolved: Resolved, question: Question, *, as_if: bool = False
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The segments and components of a program as tables, as the law is or were all in force."""
    program, policy, terms = resolved.program, question.policy, resolved.terms
    segments = program.as_if_segments if as_if else program.segments
    components = program.as_if if as_if else program.components
    return segments_table(segments, policy, terms), components_table(components, policy, terms)
