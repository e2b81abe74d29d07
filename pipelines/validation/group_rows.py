"""The rules on groups of rows, run by polars: on all rows, and again on the rows that stay."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc import judge
from calc.group_statistics import rows_beyond
from calc.grouped import FIGURE, WORLD, Known, key_of
from calc.groups import GROUP, breaks, judged_groups
from calc.rules import Rule

BREAKS = "breaks"
WITH_ROWS = ("unit value", "children", "world", "distinct")
"""Kinds whose groups are so small that their rows are the finding, and are shown."""

GROUPS: pl.Schema = pl.Schema(
    {
        "rule_id": pl.String(),
        GROUP: pl.String(),
        judge.ROWS: pl.Int64(),
        judge.VALUE: pl.Int128(),
        FIGURE: pl.Float64(),
        BREAKS: pl.Boolean(),
    }
)
BEYOND = pl.Schema({"rule_id": pl.String(), judge.ROW: pl.UInt32(), judge.VALUE: pl.Int64()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """What polars found in groups of rows.

    ``groups`` has a row a rule and group that it judges: ``rule_id``, ``group``, ``rows``,
    ``value_e4``, ``figure``, ``breaks``. ``beyond`` has a row a rule and table row that is itself
    the finding, for rules of small groups. ``rules`` are the rules as judged, those on the rows
    that stay after each other.
    """

    rules: list[Rule]
    groups: pl.DataFrame
    beyond: pl.DataFrame


def judge_groups(
    frame: pl.LazyFrame, rules: Sequence[Rule], known: Known, left_out: pl.Series
) -> Grouped:
    """All rules on groups judged on all rows, and on the rows that stay where some do not.

    Args:
        frame: What ``calc.judge.with_row_and_value`` gives of TRADE.
        rules: Rules on groups.
        known: What groups are held against.
        left_out: ``table_row`` of the rows that cannot be used.
    """
    on_all = _judged(frame, rules, known)
    if not left_out.len():
        return on_all
    stay = frame.filter(~pl.col(judge.ROW).is_in(left_out.implode()))
    again = _judged(stay, [judge.among_kept(rule) for rule in rules], known)
    return Grouped(
        rules=[*on_all.rules, *again.rules],
        groups=pl.concat([on_all.groups, again.groups]),
        beyond=pl.concat([on_all.beyond, again.beyond]),
    )


def _judged(frame: pl.LazyFrame, rules: Sequence[Rule], known: Known) -> Grouped:
    judged = [rule for rule in rules if rule.kind not in _idle(frame)]
    found = [
        (rule, judged_groups(frame, rule, known).collect(engine="streaming")) for rule in judged
    ]
    beyond = [_beyond(frame, rule, groups.filter(breaks(rule))) for rule, groups in found]
    told = [
        groups.select(
            pl.lit(rule.rule_id).alias("rule_id"), *list(GROUPS)[1:-1], breaks(rule).alias(BREAKS)
        ).cast(GROUPS)
        for rule, groups in found
    ]
    return Grouped(
        rules=list(rules),
        groups=pl.concat([pl.DataFrame(schema=GROUPS), *told]),
        beyond=pl.concat([pl.DataFrame(schema=BEYOND), *beyond]),
    )


def _idle(frame: pl.LazyFrame) -> set[str]:
    """Kinds that can judge no group of a table, told by three columns rather than by all."""
    shape = frame.select(
        pl.col("period").n_unique().alias("periods"),
        pl.col("code").str.len_bytes().n_unique().alias("lengths"),
        (pl.col("partner") == WORLD).any().alias("has_world"),
    )
    told = shape.collect(engine="streaming").row(0, named=True)
    idle = {"jump", "year"} if told["periods"] < 2 else set()
    idle |= {"children"} if told["lengths"] < 2 else set()
    return idle if told["has_world"] else idle | {"world"}


def _beyond(frame: pl.LazyFrame, rule: Rule, failing: pl.DataFrame) -> pl.DataFrame:
    if rule.kind not in WITH_ROWS or not failing.height:
        return pl.DataFrame(schema=BEYOND)
    if rule.kind == "unit value":
        rows = rows_beyond(frame, rule, failing.lazy())
    else:
        by = key_of(rule)
        rows = frame.join(failing.lazy().select(by), on=by, how="semi", nulls_equal=True)
        rows = rows.filter(pl.col("partner") == WORLD) if rule.kind == "world" else rows
    found = rows.select(pl.lit(rule.rule_id).alias("rule_id"), judge.ROW, judge.VALUE)
    return found.sort(judge.ROW).collect(engine="streaming").cast(BEYOND)
