"""A program as tables: segments and components of each kind of line, to be joined to lines."""

from collections.abc import Sequence

import polars as pl

from calc.duty import ALL_IN
from calc.policy.expression import ad_valorem_rate
from calc.policy.model import FULL, Branch, Policy
from calc.policy.outcome import On, Outcome
from calc.policy.program import ComponentRow, Program, SegmentRow
from calc.policy.wording import text_of
from calc.terms import Terms

JOINED = " + "
NAMES = ("authority", "programme", "status", "state", "reason")
COMPONENT: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.UInt32, "segment": pl.String, "measure_id": pl.String, "step": pl.Int16,
    **dict.fromkeys(NAMES, pl.String), "branch": pl.UInt32, "mode": pl.String,
    "rate": pl.UInt32, "measure_rate": pl.Float64, "on": pl.UInt32,
    "rate_text": pl.String, "bites_on": pl.String,
    "quota": pl.String, "quota_part": pl.String,
    "side": pl.UInt32, "taken": pl.Float64,
    "rebate_rate": pl.Float64, "rebate_on": pl.UInt32, "credited": pl.UInt32,
}  # fmt: skip
"""Columns of the components of a kind of line."""


def terms_of(program: Program, policy: Policy) -> Terms:
    """What the numbers in the tables of a program stand for."""
    rows = (*program.components, *program.as_if)
    segments = (*program.segments, *program.as_if_segments)
    ons = [
        *(On(), *(row.base_on for row in segments), *(row.outcome.on for row in rows)),
        *(_rebate_on(branch) for branch in policy.branches),
    ]
    return Terms(
        contents=tuple(policy.contents),
        ons=tuple(dict.fromkeys(ons)),
        rates=tuple(rate for rate in program.rates() if ad_valorem_rate(rate) is None),
        is_split=any(row.place for row in segments),
        sides=tuple(sorted({row.outcome.side for row in rows if row.outcome.side})),
        credited=tuple(sorted({credit.measure_id for credit in policy.credits})),
    )


def _rebate_on(branch: Branch) -> On:
    """The part of a value that a rebate is on."""
    rebate = branch.rebate
    return On("content", (rebate.on,)) if rebate and rebate.on != FULL else On()


def segments_table(rows: Sequence[SegmentRow], policy: Policy, terms: Terms) -> pl.LazyFrame:
    """The segments of each kind of line.

    Returns:
        One row a kind and segment: ``base_programme``, ``base_on``, ``is_covered``,
        ``is_in_force``, ``is_prohibited``, and for the measures in force (or that prohibit) and
        those that threaten: names, ``threats``, and mode and rate where there is one.
    """
    ons = {on: number for number, on in enumerate(terms.ons)}
    found = [
        {
            "kind": row.kind,
            "segment": row.segment,
            "base_programme": row.programme,
            "base_on": ons[row.base_on],
            "is_covered": row.is_covered,
            "is_in_force": row.is_in_force,
            "is_prohibited": row.is_prohibited,
            "is_threatened": row.is_threatened,
            "threats": len(row.threatened),
            **_told(row.applied, policy, ""),
            **_told(row.threatened, policy, "threatened_"),
        }
        for row in rows
    ]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "kind": pl.UInt32, "segment": pl.String,
        "base_programme": pl.String, "base_on": pl.UInt32, "is_covered": pl.Boolean,
        "is_in_force": pl.Boolean, "is_prohibited": pl.Boolean,
        "is_threatened": pl.Boolean, "threats": pl.UInt32,
    }  # fmt: skip
    for prefix in ("", "threatened_"):
        schema |= {f"{prefix}measure_id": pl.String, f"{prefix}mode": pl.String}
        schema |= {f"{prefix}measure_rate": pl.Float64}
    return pl.LazyFrame(found, schema=schema, orient="row")


def _told(
    outcomes: Sequence[Outcome], policy: Policy, prefix: str
) -> dict[str, str | float | None]:
    """The measures of a segment by name; the mode and rate paid there where there is only one."""
    names = {policy.branches[one.candidate.branch].measure_id for one in outcomes}
    only = outcomes[0] if len(outcomes) == 1 else None
    return {
        f"{prefix}measure_id": JOINED.join(sorted(names)) or None,
        f"{prefix}mode": only.mode if only else None,
        f"{prefix}measure_rate": ad_valorem_rate(only.rate) if only else None,
    }


def components_table(rows: Sequence[ComponentRow], policy: Policy, terms: Terms) -> pl.LazyFrame:
    """The components of each kind of line and segment.

    Returns:
        One row a kind, segment and branch: names, status, state, reason, ``branch``, ``mode``,
        ``measure_rate`` where the rate is ad valorem only, else ``rate`` (a number, as ``on`` is),
        and the rebate and the number of the measure among those that have credits.
    """
    credited = {name: number for number, name in enumerate(terms.credited)}
    ons = {on: number for number, on in enumerate(terms.ons)}
    rates = {rate: number for number, rate in enumerate(terms.rates)}
    sides = {side: number for number, side in enumerate(terms.sides)}
    words = {rate: text_of(rate) for rate in {row.outcome.rate for row in rows}}
    found = []
    for row in rows:
        outcome, branch = row.outcome, policy.branches[row.outcome.candidate.branch]
        found.append(
            {
                "kind": row.kind,
                "segment": row.segment,
                "measure_id": branch.measure_id,
                "step": branch.step,
                "authority": branch.authority,
                "programme": branch.programme,
                "status": outcome.status,
                "state": branch.state,
                "reason": outcome.reason,
                "branch": outcome.candidate.branch,
                "mode": outcome.mode,
                "rate": rates.get(outcome.rate),
                "measure_rate": ad_valorem_rate(outcome.rate),
                "on": ons[outcome.on],
                "rate_text": words[outcome.rate] + (" all-in" if outcome.mode == ALL_IN else ""),
                "bites_on": on_text(outcome.on) + _taken_text(outcome),
                "quota": branch.quota,
                "quota_part": outcome.quota_part,
                "taken": outcome.taken,
                "side": sides.get(outcome.side),
                "rebate_rate": branch.rebate.rate * branch.rebate.share if branch.rebate else None,
                "rebate_on": ons[_rebate_on(branch)],
                "credited": credited.get(branch.measure_id),
            }
        )
    return pl.LazyFrame(found, schema=COMPONENT, orient="row")


def _taken_text(outcome: Outcome) -> str:
    """The part of the flow that pays a measure, where a reading averages it; else nothing."""
    return "" if outcome.taken == 1.0 else f", times {outcome.taken:.6g}"


def on_text(on: On) -> str:
    """The part of a value in words."""
    if on.kind == "all":
        return "full value"
    names = " and ".join(on.contents)
    return f"content of {names}" if on.kind == "content" else f"what {names or 'nothing'} leaves"
