"""The law resolved on the rows of a trade table: kinds of lines, and the program of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from calc.base import averaged_base, base_by_programme
from calc.base_seasons import seasons_asked
from calc.errors import ScenarioError
from calc.hits import LINE
from calc.policy.averaged import AVERAGED_BASE
from calc.policy.model import Policy
from calc.policy.program import Kind, Program, compile_program
from calc.policy.rows import components_table, segments_table, terms_of
from calc.portions import asked_of, held_by_division, room_left, season_shares
from calc.seasons import part_of
from calc.shares import HELD, SHARE_UNITS, attach_shares, shares_asked
from calc.terms import ROW, Frame, Terms
from pipelines.engines import engine_for
from pipelines.run.compiled import Lines, divided
from pipelines.run.fill import Fill, fill_of, with_shares_over
from pipelines.run.match import Matched, match
from pipelines.run.placed import with_terms
from pipelines.run.portions import refuse_what_does_not_fit
from pipelines.run.question import Question


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The law on the rows that a measure names.

    Attributes:
        trade: The rows that a measure names, in the columns of the imports.
        named: One row a trade row and branch: what ``calc.hits.with_exclusions`` gives.
        rows: One row a trade row and base programme: division, contents and base rate.
        kinds: The kinds of lines.
        weights: What each segment takes of each division of a kind; see ``calc.portions``.
        held: What portions take of each division.
        program: The law on each kind of line.
        terms: What the numbers in its tables stand for.
        scopes: The branches that may name a line; see ``pipelines.run.match.Matched``.
        fill: How far quotas are filled; null where the law has none.
    """

    trade: pl.DataFrame
    named: pl.DataFrame
    rows: pl.DataFrame
    kinds: Sequence[Kind]
    weights: pl.DataFrame
    held: pl.DataFrame
    program: Program
    terms: Terms
    scopes: Sequence[pl.DataFrame]
    fill: Fill | None = None


def resolve(question: Question, imports: Frame) -> Resolved | None:
    """The law on each row of the importers' imports that a measure names; null where none is.

    Args:
        question: What is asked.
        imports: The imports with their value for duty, with ``table_row``.

    Raises:
        ScenarioError: The law does not say which of two measures goes first, or how they combine,
            or portions do not fit into each other.
        LimitError: What is told of the rows would take more memory than there may be.
    """
    matched = match(question, imports)
    return None if matched is None else resolved_on(question, matched, imports)


def resolved_on(question: Question, matched: Matched, imports: Frame) -> Resolved:
    """The law on each row that a measure names, once it is known which these are.

    Raises:
        ScenarioError: As ``resolve`` has it.
    """
    trade, named, partly = matched.trade, matched.named, matched.partly
    rows, held = _with_contents(question, trade), _held(question, matched)
    room = room_left(held.lazy(), question.policy).collect(engine=engine_for(held))
    refuse_what_does_not_fit(question, held, room, trade)
    lines = Lines(named=named, partly=partly, rows=rows, held=held, room=room)
    fill = fill_of(question, lines, imports)
    if fill is not None:
        lines = replace(lines, held=with_shares_over(question, held, fill))
    law = divided(question, lines)
    placed = _with_base(question, rows, law.divisions, law.program)
    of_divisions = held_by_division(law.divisions.lazy(), lines.held.lazy())
    whole, terms = with_terms(question, placed, terms_of(law.program, question.policy))
    return Resolved(
        trade=trade,
        named=named,
        rows=whole.drop(LINE),
        kinds=law.kinds,
        weights=law.weights,
        held=of_divisions.collect(engine=engine_for(law.divisions)),
        program=law.program,
        terms=terms,
        scopes=matched.scopes,
        fill=fill,
    )


def _with_base(
    question: Question, rows: pl.DataFrame, divisions: pl.DataFrame, program: Program
) -> pl.DataFrame:
    """Rows with their division, once a base programme that a segment claims, with its base rate."""
    claimed = {row.programme for row in program.segments} - {AVERAGED_BASE}
    programmes = sorted(claimed.union(*program.mixes.values()))
    based = base_by_programme(
        rows.lazy(),
        question.law.base,
        programmes,
        default=question.default_programme,
        seasons=question.policy.base_seasons,
    )
    division = divisions.lazy().select(ROW, "division", "kind")
    placed = based.join(division, on=ROW, how="left", validate="m:1")
    engine = engine_for(rows)
    if program.mixes:
        mixes = pl.LazyFrame(
            [(kind, *pair) for kind, mix in program.mixes.items() for pair in mix.items()],
            schema={"kind": pl.UInt32, "base_programme": pl.String, "share": pl.Float64},
            orient="row",
        )
        held = placed.collect(engine=engine).lazy()
        placed = pl.concat([held, averaged_base(held, mixes, name=AVERAGED_BASE)])
    return placed.drop("kind").collect(engine=engine)


def under(resolved: Resolved, question: Question, policy: Policy) -> Resolved:
    """What was resolved, under a law that differs in rates or states only.

    Raises:
        ScenarioError: The changed law is unsettled on some lines.
    """
    program = compile_program(resolved.kinds, policy, default_programme=question.default_programme)
    if program.conflicts:
        one = program.conflicts[0]
        raise ScenarioError(f"{one.told} once changed")
    held = resolved.terms
    terms = replace(
        terms_of(program, policy),
        base_units=held.base_units,
        base_expressions=held.base_expressions,
        estimated=held.estimated,
    )
    return replace(resolved, program=program, terms=terms)


def _with_contents(question: Question, trade: pl.DataFrame) -> pl.DataFrame:
    """One row a trade row that a measure names, with its shares of contents."""
    names, shares = question.policy.contents, question.law.shares
    rows = trade.lazy().select(ROW, *LINE)
    whole = attach_shares(rows, shares, names, column="content")
    return whole.collect(engine=engine_for(trade))


def _held(question: Question, matched: Matched) -> pl.DataFrame:
    """What portions take of the rows on which the law asks for them."""
    policy, trade = question.policy, matched.trade
    if not policy.portions:  # most laws: three queries that find nothing
        return pl.DataFrame(schema=HELD)
    lines, named = trade.lazy().select(ROW, *LINE), matched.named.lazy()
    engine = engine_for(matched.named)
    asked = asked_of(lines, named, matched.partly.lazy(), policy).collect(engine=engine)
    if policy.base_seasons:
        by_base = seasons_asked(lines, question.law.base, policy).collect(engine=engine)
        asked = pl.concat([asked, by_base.select(asked.columns)]).unique()
    held = shares_asked(asked.lazy(), question.law.shares, policy.portions)
    if not policy.seasons:
        return held.collect(engine=engine)
    periods = trade.select(ROW, "period")
    dated = asked.lazy().join(periods.lazy(), on=ROW, how="inner", validate="m:1")
    entered = _entered(question, periods["period"].unique().sort().to_list())
    return pl.concat([held, season_shares(dated, entered)]).collect(engine=engine)


def _entered(question: Question, periods: Sequence[str]) -> pl.LazyFrame:
    """What each season takes of each period of trade, by days."""
    names = list(question.policy.portions)
    rows = [
        (period, names.index(name), within * SHARE_UNITS // whole)
        for period in periods
        for name, days in question.policy.seasons.items()
        for within, whole in (part_of(days, question.windows(period)),)
    ]
    schema = {"period": pl.String, "share": pl.Int32, "share_e15": pl.Int64}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def program_frames(
    resolved: Resolved, question: Question, *, as_if: bool = False
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The segments and components of a program as tables, as the law is or were all in force.

    As the law is, the segments are those of each division, with their weights.
    """
    program, policy, terms = resolved.program, question.policy, resolved.terms
    if as_if:
        segments = segments_table(program.as_if_segments, policy, terms)
        return segments, components_table(program.as_if, policy, terms)
    weights, key = resolved.weights.lazy().drop("place"), ["kind", "segment"]
    segments = segments_table(program.segments, policy, terms).join(weights, on=key, how="inner")
    # worked out here: left lazy, the engine may join every line with every segment first
    held = segments.collect(engine=engine_for(resolved.weights)).lazy()
    return held, components_table(program.components, policy, terms)
