"""The rules of a table, run by polars in passes that do not hold the table in memory.

First the rules on rows, and hashes of the key; then the real keys behind repeated hashes, a part at
a time; then the groups of rows, all rules together (``pipelines.validation.group_rows``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from calc import judge
from calc.dictionary import polars_schema
from calc.errors import DataRejectedError
from calc.grouped import Known
from calc.money import to_usd
from calc.rules import Rule, group_rules
from calc.tables.audit import RuleCounts
from pipelines.validation.coded import Batches
from pipelines.validation.first_pass import FirstPass, first_pass, repeated_hashes
from pipelines.validation.group_rows import BREAKS, WITH_ROWS, judge_groups

PART_ROWS = 1_000_000
"""Rows whose real keys are compared at once."""
SORTED_ROWS = 16_000_000
"""Hashes that are sorted at once."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What polars found in a table.

    ``flagged`` has a row a table row that breaks any rule; ``left_out`` those that cannot be
    used. Both hold ``table_row`` (0-based, sorted), ``value_e4`` and a flag a rule on rows or on
    the key. ``unusable`` holds the rows that break a row rule: the key is judged again without
    them. ``groups``, ``group_counts`` and ``beyond`` are those of
    ``pipelines.validation.group_rows``.
    """

    rules: list[Rule]
    rows: int
    value_e4: int | None
    flagged: pl.DataFrame
    unusable: pl.Series
    left_out: pl.DataFrame
    groups: pl.DataFrame
    group_counts: pl.DataFrame
    beyond: pl.DataFrame

    @cached_property
    def counts(self) -> pl.DataFrame:
        """RULE_COUNTS without the engine: a row a rule, in the order of the rules."""
        return rule_counts(self)


def judge_rows(
    path: Path, rules: list[Rule], known: Known, *, part_rows: int = PART_ROWS
) -> Judged:
    """All rules judged on all rows of a Parquet file.

    Args:
        path: A table in the TRADE layout.
        rules: Its rules; those on the key and on groups are judged on all rows and among the
            rows kept.
        known: What groups of rows are held against.
        part_rows: Rows whose real keys are compared at once.

    Raises:
        DataRejectedError: The file cannot be read to its end.
    """
    try:
        return _judge(path, rules, known, part_rows)
    except (pl.exceptions.ComputeError, pa.ArrowException, OSError) as err:
        raise DataRejectedError(
            f"{path.name} cannot be read to its end: {str(err).splitlines()[0]}",
            where=str(path),
            hint="the file is damaged; ingest or fetch it again",
        ) from err


def _judge(path: Path, rules: list[Rule], known: Known, part_rows: int) -> Judged:
    table = Batches(path)
    found = first_pass(table, rules)
    unusable = judge.unusable(found.broken.lazy(), rules).collect()[judge.ROW]
    repeated = _repeated_keys(table, found, unusable, judge.key_rule_of(rules), part_rows=part_rows)
    flagged = judge.with_key_flags(found.broken.lazy(), repeated.lazy(), rules).collect()
    left_out = judge.left_out(flagged.lazy(), rules).collect()
    on_groups, without = group_rules(rules), left_out[judge.ROW]
    grouped = judge_groups(table, on_groups, known, without, shape=found.shape)
    on_rows = [rule for rule in rules if not rule.is_on_groups]
    judged_rules = [*on_rows, judge.among_kept(judge.key_rule_of(rules)), *grouped.rules]
    return Judged(
        rules=judged_rules,
        rows=found.rows,
        value_e4=found.value_e4,
        flagged=flagged,
        unusable=unusable,
        left_out=left_out,
        groups=grouped.groups,
        group_counts=grouped.counts,
        beyond=grouped.beyond,
    )


def _repeated_keys(
    table: Batches, found: FirstPass, unusable: pl.Series, rule: Rule, *, part_rows: int
) -> pl.DataFrame:
    """The rows whose key another row has: what ``calc.judge.repeated_keys`` gives."""
    key: list[str] = list(rule.parameters["columns"])
    keeps = (~pl.col(judge.ROW).is_in(unusable.implode())).alias(judge.KEEPS)
    nothing = table.rows_at(pl.Series(dtype=pl.UInt32), key)
    candidates = (table.rows_at(part[judge.ROW], key) for part in _candidates(found, part_rows))
    parts = [cells.lazy().with_columns(keeps) for cells in [nothing, *candidates]]
    return pl.concat([judge.repeated_keys(part, key).collect() for part in parts])


def _candidates(found: FirstPass, part_rows: int) -> Iterator[pl.DataFrame]:
    """``table_row`` of the rows behind repeated hashes, rising, all of one hash in one part."""
    repeated = pl.Series(repeated_hashes(found.hashes, SORTED_ROWS))
    if not repeated.len():
        return
    hashes = pl.Series(found.hashes)
    rows = hashes.is_in(repeated.implode()).arg_true()
    part = hashes.gather(rows) % -(-rows.len() // part_rows)
    chosen = pl.DataFrame({judge.ROW: rows, "part": part})
    for _, one in sorted(chosen.group_by("part", maintain_order=True), key=lambda each: each[0]):
        yield one.select(judge.ROW)


def rule_counts(judged: "Judged") -> pl.DataFrame:
    """RULE_COUNTS without the engine: a row a rule, in the order of the rules."""
    failed = _by_rule(judged.groups.filter(BREAKS), judge.ROWS)
    every = _by_rule(judged.group_counts, "groups_judged", "rows_judged")
    beyond, failing = _by_rule(judged.beyond), _values(judged.flagged, judged.rules)
    counted = [
        _group_count(rule, failed, every, beyond)
        if rule.is_on_groups
        else _row_count(rule, judged, failing)
        for rule in judged.rules
    ]
    return pl.DataFrame(counted, schema=polars_schema(RuleCounts))


def _by_rule(found: pl.DataFrame, *sums: str) -> dict[str, dict[str, Any]]:
    """What was found by rule: how many ``found``, the sums of some columns, their ``value``."""
    of_value = [judge.exact_sum(pl.col(judge.VALUE)).alias("value")]
    facts = [pl.len().alias("found"), *(pl.col(name).sum() for name in sums)]
    asked = facts + (of_value if judge.VALUE in found.columns else [])
    return {row["rule_id"]: row for row in found.group_by("rule_id").agg(asked).to_dicts()}


def _about(rule: Rule) -> dict[str, Any]:
    about = {name: getattr(rule, name) for name in ("rule_id", "column", "kind", "severity")}
    return about | {"message": rule.message, "reason": rule.reason, "judged_by": ""}


def _values(flagged: pl.DataFrame, rules: Sequence[Rule]) -> dict[str, int | None]:
    """The exact value of the rows that break each rule on rows or on the key which any breaks."""
    names = [rule.rule_id for rule in rules if not rule.is_on_groups]
    own = pl.col(judge.VALUE)
    sums = [judge.exact_sum(own.filter(name)).alias(name) for name in names if flagged[name].any()]
    return flagged.select(sums).row(0, named=True) if sums else {}


def _row_count(rule: Rule, judged: "Judged", failing: Mapping[str, int | None]) -> dict[str, Any]:
    failed = int(judged.flagged[rule.rule_id].sum())
    is_among_kept = rule.rule_id.endswith(judge.AMONG_KEPT)
    return _about(rule) | {
        "rows_judged": judged.rows - (judged.unusable.len() if is_among_kept else 0),
        "rows_failed": failed,
        "value_failed_usd": _value(failing.get(rule.rule_id), failed),
    }


def _group_count(
    rule: Rule,
    failed: dict[str, dict[str, Any]],
    every: dict[str, dict[str, Any]],
    beyond: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """Groups and their rows; of small groups only the rows that are themselves the finding."""
    groups, told = failed.get(rule.rule_id, {}), every.get(rule.rule_id, {})
    rows, found = groups.get(judge.ROWS, 0), groups
    if rule.kind in WITH_ROWS:
        found = beyond.get(rule.rule_id, {})
        rows = found.get("found", 0)
    return _about(rule) | {
        "rows_judged": told.get("rows_judged", 0),
        "rows_failed": rows,
        "value_failed_usd": _value(found.get("value"), rows),
        "groups_judged": told.get("groups_judged", 0),
        "groups_failed": groups.get("found", 0),
    }


def _value(units: int | None, rows: int) -> float | None:
    """Units as USD; nothing failed is worth nothing, failed rows without a value are unknown."""
    if units is None:
        return None if rows else 0.0
    return float(to_usd(units))
