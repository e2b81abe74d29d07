"""The rules on groups of rows, run by polars: on all rows, and again on the rows that stay."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from calc import judge
from calc.cubes import STAYS, cubes_of
from calc.grouped import FIGURE, WORLD, Known, key_of
from calc.groups import GROUP, breaks, judged_groups
from calc.rules import Rule
from calc.tables.trade import VALUE_COLUMNS
from pipelines.validation import second_pass
from pipelines.validation.coded import Batches

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
    batches: Batches,
    rules: Sequence[Rule],
    known: Known,
    left_out: pl.Series,
    *,
    idle: Collection[str],
) -> Grouped:
    """All rules on groups judged on all rows, and on the rows that stay where some do not.

    Args:
        batches: The batches of a table.
        rules: Rules on groups.
        known: What groups are held against.
        left_out: ``table_row`` of the rows that cannot be used, rising.
        idle: Kinds of rules that can judge no group of the table.
    """
    active = [rule for rule in rules if rule.kind not in idle]
    cubes = cubes_of(active)
    summed = second_pass.summed(batches, set(cubes.values()), left_out)
    of_rules = {rule_id: summed[cube] for rule_id, cube in cubes.items()}
    tables = [_Table(path=batches.path, known=known, cubes=of_rules, without=left_out.clear())]
    if left_out.len():
        stay = {f"{k}{judge.AMONG_KEPT}": cube.filter(STAYS) for k, cube in of_rules.items()}
        tables.append(replace(tables[0], cubes=stay, without=left_out))
    asked = [active, [judge.among_kept(rule) for rule in active]]
    found = [_judged(table, some) for table, some in zip(tables, asked, strict=False)]
    priced = [one.priced for one in found if one.priced is not None]
    beyond = [*(one.beyond for one in found), second_pass.beyond(batches, priced)]
    again = [judge.among_kept(rule) for rule in rules] if left_out.len() else []
    return Grouped(
        rules=[*rules, *again],
        groups=pl.concat(one.groups for one in found),
        beyond=pl.concat(one.cast(BEYOND) for one in beyond if one.width),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table, the cubes by rule, and ``table_row`` of the rows that take no part."""

    path: Path
    known: Known
    cubes: Mapping[str, pl.DataFrame]
    without: pl.Series

    @property
    def rows(self) -> pl.LazyFrame:
        rows = judge.with_row_and_value(pl.scan_parquet(self.path), VALUE_COLUMNS)
        if not self.without.len():
            return rows
        return rows.filter(~pl.col(judge.ROW).is_in(self.without.implode()))

    def judged_by(self, rule: Rule) -> pl.LazyFrame:
        """What a rule is judged from: its cube, or the rows."""
        cube = self.cubes.get(rule.rule_id)
        return self.rows if cube is None else cube.lazy()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Groups and rows beyond a bound; those of unit values are still to be found."""

    groups: pl.DataFrame
    beyond: pl.DataFrame
    priced: second_pass.Failing | None


def _judged(table: _Table, rules: Sequence[Rule]) -> _Found:
    told, beyond, priced = [pl.DataFrame(schema=GROUPS)], [pl.DataFrame(schema=BEYOND)], None
    for rule in rules:
        found = judged_groups(table.judged_by(rule), rule, table.known)
        groups = found.collect(engine="streaming").with_columns(breaks(rule).alias(BREAKS))
        failing = groups.filter(BREAKS)
        if rule.kind == "unit value" and failing.height:
            sums = second_pass.with_group_sums(failing, table.cubes[rule.rule_id], rule)
            priced = second_pass.Failing(rule=rule, groups=sums, without=table.without)
        elif rule.kind in WITH_ROWS and failing.height:
            beyond.append(_rows_of(table, rule, failing))
        named = pl.lit(rule.rule_id).alias("rule_id")
        told.append(groups.select(named, *list(GROUPS)[1:]).cast(GROUPS))
    return _Found(groups=pl.concat(told), beyond=pl.concat(beyond), priced=priced)


def _rows_of(table: _Table, rule: Rule, failing: pl.DataFrame) -> pl.DataFrame:
    """The rows of the groups that break a rule; of the world, its own."""
    by = key_of(rule)
    rows = table.rows.join(failing.lazy().select(by), on=by, how="semi", nulls_equal=True)
    rows = rows.filter(pl.col("partner") == WORLD) if rule.kind == "world" else rows
    found = rows.select(pl.lit(rule.rule_id).alias("rule_id"), judge.ROW, judge.VALUE)
    return found.sort(judge.ROW).collect(engine="streaming").cast(BEYOND)
