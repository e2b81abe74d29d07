"""The rules on groups of rows, run by polars: on all rows, and again on the rows that stay."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from calc import judge
from calc.cubes import STAYS, cubes_of
from calc.grouped import FIGURE, WORLD, Known, key_of
from calc.groups import GROUP, breaks, group_name, judged_groups
from calc.rules import Rule
from calc.tables.trade import VALUE_COLUMNS
from pipelines.trade_files import scan_file
from pipelines.validation import second_pass
from pipelines.validation.coded import Batches
from pipelines.validation.first_pass import Shape
from pipelines.validation.group_parts import parts_of
from pipelines.validation.sums import Sums

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
COUNTS = pl.Schema({"rule_id": pl.String(), "groups_judged": pl.Int64(), "rows_judged": pl.Int64()})
BEYOND = pl.Schema({"rule_id": pl.String(), judge.ROW: pl.UInt32(), judge.VALUE: pl.Int64()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """What polars found in groups of rows.

    ``groups`` has a row a rule and group that it judges: ``rule_id``, ``group``, ``rows``,
    ``value_e4``, ``figure``, ``breaks``; of a long table only the groups that break their rule.
    ``counts`` has ``groups_judged`` and ``rows_judged`` by ``rule_id``, of all groups. ``beyond``
    has a row a rule and table row that is itself the finding, for rules of small groups. ``rules``
    are the rules as judged, those on the rows that stay after each other.
    """

    rules: list[Rule]
    groups: pl.DataFrame
    counts: pl.DataFrame
    beyond: pl.DataFrame


def judge_groups(
    batches: Batches, rules: Sequence[Rule], known: Known, left_out: pl.Series, *, shape: Shape
) -> Grouped:
    """All rules on groups judged on all rows, and on the rows that stay where some do not.

    Args:
        batches: The batches of a table.
        rules: Rules on groups.
        known: What groups are held against.
        left_out: ``table_row`` of the rows that cannot be used, rising.
        shape: What the table holds: kinds of rules that can judge no group of it are passed over.
    """
    idle = shape.idle
    active = [rule for rule in rules if rule.kind not in idle]
    cubes = cubes_of(active)
    summed = second_pass.summed(batches, set(cubes.values()), left_out)
    of_rules = {rule_id: summed[cube] for rule_id, cube in cubes.items()}
    everything = left_out.clear()
    tables = [_Table(batches=batches, known=known, sums=of_rules, without=everything, shape=shape)]
    if left_out.len():
        stay = {f"{rule_id}{judge.AMONG_KEPT}": sums for rule_id, sums in of_rules.items()}
        tables.append(replace(tables[0], sums=stay, without=left_out))
    asked = [active, [judge.among_kept(rule) for rule in active]]
    found = [_judged(table, some) for table, some in zip(tables, asked, strict=False)]
    priced = [one.priced for one in found if one.priced is not None]
    beyond = [*(one.beyond for one in found), second_pass.beyond(batches, priced)]
    again = [judge.among_kept(rule) for rule in rules] if left_out.len() else []
    return Grouped(
        rules=[*rules, *again],
        groups=pl.concat(one.groups for one in found),
        counts=pl.concat(one.counts for one in found),
        beyond=pl.concat(one.cast(BEYOND) for one in beyond if one.width),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table, its sums by rule, and ``table_row`` of the rows that take no part."""

    batches: Batches
    known: Known
    sums: Mapping[str, Sums]
    without: pl.Series
    shape: Shape

    @property
    def rows(self) -> pl.LazyFrame:
        scanned = scan_file(self.batches.path, row_from=0)
        rows = judge.with_value(scanned, VALUE_COLUMNS)
        if not self.without.len():
            return rows
        return rows.filter(~pl.col(judge.ROW).is_in(self.without.implode()))

    def judged_by(self, rule: Rule) -> Iterator[pl.LazyFrame]:
        """What a rule is judged from: its sums, or the rows; every group whole in one of them."""
        sums = self.sums.get(rule.rule_id)
        if sums is None:
            parts = parts_of(key_of(rule), self.shape.importers, self.batches.parts)
            yield from (self.rows.filter(part) for part in parts)
            return
        for frame in sums.frames():
            yield (frame.filter(STAYS) if self.without.len() else frame).lazy()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Groups and rows beyond a bound; those of unit values are still to be found."""

    groups: pl.DataFrame
    counts: pl.DataFrame
    beyond: pl.DataFrame
    priced: second_pass.Failing | None


def _judged(table: _Table, rules: Sequence[Rule]) -> _Found:
    told, beyond, priced = [pl.DataFrame(schema=GROUPS)], [pl.DataFrame(schema=BEYOND)], None
    counts = []
    for rule in rules:
        groups, judged, rows = _groups_of(table, rule)
        failing = groups.filter(BREAKS)
        if rule.kind == "unit value" and failing.height:
            units = next(table.judged_by(rule))
            sums = second_pass.with_group_sums(failing, units, rule)
            priced = second_pass.Failing(rule=rule, groups=sums, without=table.without)
        elif rule.kind in WITH_ROWS and failing.height:
            beyond.append(_rows_of(table, rule, failing))
        told.append(groups.select(list(GROUPS)))
        counts.append((rule.rule_id, judged, rows))
    return _Found(
        groups=pl.concat(told),
        counts=pl.DataFrame(counts, schema=COUNTS, orient="row"),
        beyond=pl.concat(beyond),
        priced=priced,
    )


def _groups_of(table: _Table, rule: Rule) -> tuple[pl.DataFrame, int, int]:
    """The groups of a rule by name, of a long table those that break it; how many, of what rows."""
    kept, judged, rows = [], 0, 0
    for part in table.judged_by(rule):
        asked = judged_groups(part, rule, table.known).with_columns(breaks(rule).alias(BREAKS))
        groups = asked.collect(engine="streaming")
        judged, rows = judged + groups.height, rows + int(groups[judge.ROWS].sum())
        kept.append(groups.filter(BREAKS) if table.batches.is_long else groups)
    own = pl.Schema({name: GROUPS[name] for name in GROUPS if name in kept[0].columns})
    named = (
        pl.concat(kept)
        .cast(own)
        .with_columns(pl.lit(rule.rule_id).alias("rule_id"), group_name(rule))
    )
    return named.sort(GROUP), judged, rows


def _rows_of(table: _Table, rule: Rule, failing: pl.DataFrame) -> pl.DataFrame:
    """The rows of the groups that break a rule; of the world, its own."""
    by = key_of(rule)
    rows = table.rows.join(failing.lazy().select(by), on=by, how="semi", nulls_equal=True)
    rows = rows.filter(pl.col("partner") == WORLD) if rule.kind == "world" else rows
    found = rows.select(pl.lit(rule.rule_id).alias("rule_id"), judge.ROW, judge.VALUE)
    return found.sort(judge.ROW).collect(engine="streaming").cast(BEYOND)
