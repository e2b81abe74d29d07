"""The rules of a table, run by polars in streaming passes.

At most four passes over the file for rows and key, none of which holds the table in memory: counts;
rows that break a rule, if any do; key hashes; the real keys behind repeated hashes, a part at a
time. Then the groups of rows, all rules together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from calc import judge
from calc.dictionary import polars_schema
from calc.errors import DataRejectedError
from calc.grouped import Known
from calc.money import to_usd
from calc.rules import Rule, group_rules, row_rules
from calc.tables.audit import RuleCounts
from calc.tables.trade import VALUE_COLUMNS
from pipelines.validation.group_rows import BREAKS, WITH_ROWS, judge_groups

PART_ROWS = 1_000_000
"""Rows whose real keys are compared at once."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What polars found in a table.

    ``flagged`` has a row a table row that breaks any rule; ``left_out`` those that cannot be
    used. Both hold ``table_row`` (0-based, sorted), ``value_e4`` and a flag a rule on rows or on
    the key. ``unusable`` holds the rows that break a row rule: the key is judged again without
    them. ``groups`` and ``beyond`` are those of ``pipelines.validation.group_rows``.
    """

    rules: list[Rule]
    rows: int
    value_e4: int | None
    flagged: pl.DataFrame
    unusable: pl.Series
    left_out: pl.DataFrame
    groups: pl.DataFrame
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
    except (pl.exceptions.ComputeError, OSError) as err:
        raise DataRejectedError(
            f"{path.name} cannot be read to its end: {str(err).splitlines()[0]}",
            where=str(path),
            hint="the file is damaged; ingest or fetch it again",
        ) from err


def _judge(path: Path, rules: list[Rule], known: Known, part_rows: int) -> Judged:
    frame = judge.with_row_and_value(pl.scan_parquet(path), VALUE_COLUMNS)
    totals = judge.counts_of(frame, rules).collect(engine="streaming").row(0, named=True)
    broken = judge.broken_rows(frame, rules)
    clean = not any(totals[rule.rule_id] for rule in row_rules(rules))
    found = (broken.head(0) if clean else broken).collect(engine="streaming")
    unusable = judge.unusable(found.lazy(), rules).collect()[judge.ROW]
    repeated = _repeated_keys(frame, unusable, judge.key_rule_of(rules), part_rows)
    flagged = judge.with_key_flags(found.lazy(), repeated.lazy(), rules).collect()
    left_out = judge.left_out(flagged.lazy(), rules).collect()
    grouped = judge_groups(frame, group_rules(rules), known, left_out[judge.ROW])
    on_rows = [rule for rule in rules if not rule.is_on_groups]
    judged_rules = [*on_rows, judge.among_kept(judge.key_rule_of(rules)), *grouped.rules]
    return Judged(
        rules=judged_rules,
        rows=totals[judge.ROWS],
        value_e4=totals[judge.VALUE],
        flagged=flagged,
        unusable=unusable,
        left_out=left_out,
        groups=grouped.groups,
        beyond=grouped.beyond,
    )


def _repeated_keys(
    frame: pl.LazyFrame, unusable: pl.Series, rule: Rule, part_rows: int
) -> pl.DataFrame:
    key: list[str] = list(rule.parameters["columns"])
    hashed = judge.with_key_hash(frame, key).select(*key, judge.ROW, judge.VALUE, judge.HASH)
    hashes = hashed.select(judge.HASH).collect(engine="streaming").lazy()
    repeated = judge.repeated_hashes(hashes).collect()
    candidates = hashes.join(repeated.lazy(), on=judge.HASH, how="semi").select(pl.len())
    parts = -(-candidates.collect().item() // part_rows) if repeated.height else 0
    keeps = ~pl.col(judge.ROW).is_in(unusable.implode())
    found = [
        judge.repeated_keys(part.with_columns(keeps.alias(judge.KEEPS)), key).collect()
        for part in _parts(hashed, repeated, parts)
    ]
    nothing = hashed.with_columns(pl.lit(value=True).alias(judge.KEEPS)).head(0)
    return pl.concat([judge.repeated_keys(nothing, key).collect(), *found])


def _parts(hashed: pl.LazyFrame, repeated: pl.DataFrame, parts: int) -> Iterator[pl.LazyFrame]:
    """The rows behind repeated hashes, all rows of one hash in the same part."""
    for part in range(parts):
        wanted = repeated.lazy().filter(pl.col(judge.HASH) % parts == part)
        chosen = hashed.join(wanted, on=judge.HASH, how="semi")
        yield chosen.collect(engine="streaming").lazy()


def rule_counts(judged: "Judged") -> pl.DataFrame:
    """RULE_COUNTS without the engine: a row a rule, in the order of the rules."""
    counted = [
        _group_count(rule, judged) if rule.is_on_groups else _row_count(rule, judged)
        for rule in judged.rules
    ]
    return pl.DataFrame(counted, schema=polars_schema(RuleCounts))


def _about(rule: Rule) -> dict[str, Any]:
    about = {name: getattr(rule, name) for name in ("rule_id", "column", "kind", "severity")}
    return about | {"message": rule.message, "reason": rule.reason, "judged_by": ""}


def _row_count(rule: Rule, judged: "Judged") -> dict[str, Any]:
    failed = judged.flagged.filter(pl.col(rule.rule_id))
    value = failed.select(judge.exact_sum(pl.col(judge.VALUE))).item()
    is_among_kept = rule.rule_id.endswith(judge.AMONG_KEPT)
    return _about(rule) | {
        "rows_judged": judged.rows - (judged.unusable.len() if is_among_kept else 0),
        "rows_failed": failed.height,
        "value_failed_usd": _value(value, failed.height),
    }


def _group_count(rule: Rule, judged: "Judged") -> dict[str, Any]:
    """Groups and their rows; of small groups only the rows that are themselves the finding."""
    groups = judged.groups.filter(rule_id=rule.rule_id)
    failed = groups.filter(pl.col(BREAKS))
    rows, found = int(failed[judge.ROWS].sum()), failed
    if rule.kind in WITH_ROWS:
        found = judged.beyond.filter(rule_id=rule.rule_id)
        rows = found.height
    value = found.select(judge.exact_sum(pl.col(judge.VALUE))).item()
    return _about(rule) | {
        "rows_judged": int(groups[judge.ROWS].sum()),
        "rows_failed": rows,
        "value_failed_usd": _value(value, rows),
        "groups_judged": groups.height,
        "groups_failed": failed.height,
    }


def _value(units: int | None, rows: int) -> float | None:
    """Units as USD; nothing failed is worth nothing, failed rows without a value are unknown."""
    if units is None:
        return None if rows else 0.0
    return float(to_usd(units))
