"""The row rules and the key rule of a table, run by polars in streaming passes.

At most four passes over the file, none of which holds the table in memory: counts; rows that
break a rule, if any do; key hashes; the real keys behind repeated hashes, a part at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc import judge
from calc.dictionary import polars_schema
from calc.errors import DataRejectedError
from calc.money import to_usd
from calc.rules import Rule, row_rules
from calc.tables.audit import RuleCounts
from calc.tables.trade import VALUE_COLUMNS

PART_ROWS = 1_000_000
"""Rows whose real keys are compared at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What polars found in a table.

    ``counts`` has a row a rule, in the order of the rules, as in RULE_COUNTS without the engine.
    ``flagged`` has a row a table row that breaks any rule; ``left_out`` those that cannot be
    used. Both hold ``table_row`` (0-based, sorted), ``value_e4`` and a flag a rule. ``unusable``
    holds the rows that break a row rule: the key is judged again without them.
    """

    rules: list[Rule]
    rows: int
    value_e4: int | None
    counts: pl.DataFrame
    flagged: pl.DataFrame
    unusable: pl.Series
    left_out: pl.DataFrame


def judge_rows(path: Path, rules: list[Rule], *, part_rows: int = PART_ROWS) -> Judged:
    """All rules judged on all rows of a Parquet file.

    Args:
        path: A table in the TRADE layout.
        rules: Its rules; the key rule is judged on all rows and among the rows kept.
        part_rows: Rows whose real keys are compared at once.

    Raises:
        DataRejectedError: The file cannot be read to its end.
    """
    try:
        return _judge(path, rules, part_rows)
    except (pl.exceptions.ComputeError, OSError) as err:
        raise DataRejectedError(
            f"{path.name} cannot be read to its end: {str(err).splitlines()[0]}",
            where=str(path),
            hint="the file is damaged; ingest or fetch it again",
        ) from err


def _judge(path: Path, rules: list[Rule], part_rows: int) -> Judged:
    frame = judge.with_row_and_value(pl.scan_parquet(path), VALUE_COLUMNS)
    totals = judge.counts_of(frame, rules).collect(engine="streaming").row(0, named=True)
    broken = judge.broken_rows(frame, rules)
    clean = not any(totals[rule.rule_id] for rule in row_rules(rules))
    found = (broken.head(0) if clean else broken).collect(engine="streaming")
    unusable = judge.unusable(found.lazy(), rules).collect()[judge.ROW]
    repeated = _repeated_keys(frame, unusable, judge.key_rule_of(rules), part_rows)
    flagged = judge.with_key_flags(found.lazy(), repeated.lazy(), rules).collect()
    left_out = judge.left_out(flagged.lazy(), rules).collect()
    judged_rules = [*rules, judge.among_kept(judge.key_rule_of(rules))]
    return Judged(
        rules=judged_rules,
        rows=totals[judge.ROWS],
        value_e4=totals[judge.VALUE],
        counts=_rule_counts(judged_rules, flagged, totals[judge.ROWS], unusable.len()),
        flagged=flagged,
        unusable=unusable,
        left_out=left_out,
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


def _rule_counts(
    rules: Sequence[Rule], flagged: pl.DataFrame, rows: int, unusable: int
) -> pl.DataFrame:
    counted = []
    for rule in rules:
        failed = flagged.filter(pl.col(rule.rule_id))
        value = failed.select(judge.exact_sum(pl.col(judge.VALUE))).item()
        is_among_kept = rule.rule_id.endswith(judge.AMONG_KEPT)
        counted.append(
            {
                "rule_id": rule.rule_id,
                "column": rule.column,
                "kind": rule.kind,
                "severity": rule.severity,
                "message": rule.message,
                "rows_judged": rows - unusable if is_among_kept else rows,
                "rows_failed": failed.height,
                "value_failed_usd": _value(value, failed.height),
                "judged_by": "",
            }
        )
    return pl.DataFrame(counted, schema=polars_schema(RuleCounts))


def _value(units: int | None, rows: int) -> float | None:
    """Units as USD; nothing failed is worth nothing, failed rows without a value are unknown."""
    if units is None:
        return None if rows else 0.0
    return float(to_usd(units))
