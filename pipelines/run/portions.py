"""Portions that do not fit into the flow of a line: refused, with what is at stake."""

import polars as pl

from calc.errors import Problem, ScenarioError
from calc.hits import LINE
from calc.money import to_usd
from calc.policy.portions import Family, families_of
from calc.portions import NOTHING_LEFT
from calc.shares import SHARE_UNITS
from calc.terms import ROW
from pipelines.run.question import Question

SHOWN = 6


def refuse_what_does_not_fit(
    question: Question, held: pl.DataFrame, room: pl.DataFrame, trade: pl.DataFrame
) -> None:
    """Nothing, where portions that share no part of a flow fit into what they are parts of.

    Args:
        question: What is asked.
        held: What ``calc.shares.shares_asked`` gives.
        room: What ``calc.portions.room_left`` gives.
        trade: The rows that a measure names, with their value for duty.

    Raises:
        ScenarioError: Disjoint portions take more than all of a line, or nested ones more than
            the portion around them; holds all such problems.
    """
    beyond = room.filter(pl.col("left_e15") < -NOTHING_LEFT)
    if beyond.is_empty():
        return
    families = families_of(question.policy)
    rows = trade.join(beyond.select(ROW).unique(), on=ROW, how="semi")
    lines = rows.select(ROW, *LINE, "value_e4")
    told = lines.join(beyond, on=ROW, how="inner").sort(*LINE, ROW)
    raise ScenarioError.collected(
        [
            _told(question, families[number], told.filter(family=number), held)
            for number in beyond["family"].unique().sort()
        ]
    )


def _told(question: Question, family: Family, lines: pl.DataFrame, held: pl.DataFrame) -> Problem:
    """The problem of a family on the lines into which its portions do not fit."""
    is_one, first = len(family.members) == 1, lines.row(0, named=True)
    what = f"the portion {family.members[0]} takes" if is_one else "disjoint portions take"
    of = f"the portion {family.within} that holds it" if family.within else "the whole flow"
    if not is_one and family.within:
        of = f"the portion {family.within} that holds them"
    count, usd = lines.select(LINE).n_unique(), to_usd(lines["value_e4"].sum())
    shares = _shares(question, family, held.filter(pl.col(ROW) == first[ROW]))
    return Problem(
        f"{what} more than {of} on {count:,} lines, USD {usd:,.0f}",
        where=f"first on {first['importer']} from {first['partner']}, code {first['code']}, where "
        f"{shares}",
        hint="correct the shares, or leave nested_in and disjoint_with out",
    )


def _shares(question: Question, family: Family, held: pl.DataFrame) -> str:
    """The shares of a family, and of what it is in, on one row, in words."""
    names = question.policy.portions
    by_name = {names[n]: units / SHARE_UNITS for n, units in held.drop(ROW).iter_rows()}
    asked = [name for name in (*family.members, family.within) if name]
    told = [f"{name} is {by_name.get(name, 0.0):g}" for name in asked if name in by_name]
    return ", ".join(told[:SHOWN]) + (" ..." if len(told) > SHOWN else "")
