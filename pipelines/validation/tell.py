"""A verdict made of what both engines found, and put in words."""

from pathlib import Path
from typing import Any

import polars as pl

from calc import judge
from calc.errors import MAX_PROBLEMS_SHOWN, Problem
from calc.money import to_usd
from pipelines.validation.audit import ENGINE, Audit
from pipelines.validation.rows import Judged
from pipelines.validation.verdict import (
    QUARANTINE_FILE,
    Choice,
    Engine,
    Finding,
    Stage,
    Subject,
    SuiteOn,
    Verdict,
    chosen,
)

CHARACTERS_SHOWN = 240
PROBLEMS_KEPT = 1_000
"""Failed rows turned into problems; the whole quarantine may be millions."""


def verdict_of(
    judged: Judged, audited: Audit, subject: Subject, folder: Path, *, choice: Choice
) -> Verdict:
    """The verdict on a table that polars judged and great-expectations agreed on."""
    failed = judged.left_out.height
    verdict = Verdict(
        subject=subject,
        state="invalid",
        choice=choice,
        rows_judged=judged.rows,
        value_judged_usd=_usd(judged.value_e4, judged.rows),
        rows_failed=failed,
        value_failed_usd=_usd(_sum(judged.left_out), failed),
        value_unknown_rows=judged.left_out[judge.VALUE].null_count(),
        funnel=_funnel(judged),
        rules=_findings(judged, audited.suite_on),
        engines=_engines(judged.rows, audited),
        suite_on=audited.suite_on,
        folder=folder,
    )
    return chosen(verdict, choice)


def _findings(judged: Judged, suite_on: SuiteOn) -> tuple[Finding, ...]:
    both = f"polars and {ENGINE}"
    judged_by = both if suite_on == "rows" else f"polars; its count by {ENGINE}"
    on_groups = f"polars; its figures by {ENGINE}" if suite_on == "rows" else judged_by
    rows = judged.counts.drop("judged_by").iter_rows(named=True)
    return tuple(
        Finding(**row, judged_by=judged_by if row["groups_judged"] is None else on_groups)
        for row in rows
    )


def _engines(rows: int, audited: Audit) -> tuple[Engine, ...]:
    on_rows = audited.suite_on == "rows"
    judged = "every row" if on_rows else "the count of failed rows of each rule, no row itself"
    return (
        Engine(name="polars", version=pl.__version__, rows=rows, judged="every row"),
        Engine(name=ENGINE, version=audited.version, rows=rows if on_rows else 0, judged=judged),
    )


def _funnel(judged: Judged) -> tuple[Stage, ...]:
    unusable = pl.col(judge.ROW).is_in(judged.unusable.implode())
    broken, repeated = judged.left_out.filter(unusable), judged.left_out.filter(~unusable)
    kept_rows = judged.rows - judged.left_out.height
    kept_e4 = None
    if judged.value_e4 is not None:
        kept_e4 = judged.value_e4 - (_sum(judged.left_out) or 0)
    return (
        _stage("are in the table", judged.rows, judged.value_e4),
        _stage("break a row rule", broken.height, _sum(broken)),
        _stage("have a key that another row has too", repeated.height, _sum(repeated)),
        _stage("keep every rule", kept_rows, kept_e4),
    )


def _stage(name: str, rows: int, units: int | None) -> Stage:
    return Stage(name=name, rows=rows, value_usd=_usd(units, rows))


def _sum(rows: pl.DataFrame) -> int | None:
    total: int | None = rows.select(judge.exact_sum(pl.col(judge.VALUE))).item()
    return total


def _usd(units: int | None, rows: int) -> float | None:
    """Units as USD; no rows are worth nothing, rows without a value are worth the unknown."""
    if units is None or not rows:
        return None if rows else 0.0
    return float(to_usd(units))


def failed_rows(verdict: Verdict) -> list[Problem]:
    """The first failed rows of each set of broken rules, at most 1,000 in all.

    One row a set comes first, the sets in the order of the rules: row rules before the key.

    Raises:
        OSError: The kept quarantine cannot be read.
    """
    if not verdict.rows_failed:
        return []
    order = {finding.rule_id: place for place, finding in enumerate(verdict.rules)}
    first_rule = pl.col("failed_rules").str.split(";").list.first()
    kept = pl.scan_parquet(verdict.folder / QUARANTINE_FILE)
    chosen = (
        kept.select(judge.ROW, "failed_rules")
        .with_columns(
            pl.int_range(pl.len()).over("failed_rules").alias("turn"),
            first_rule.replace_strict(order, return_dtype=pl.Int64).alias("place"),
        )
        .sort("turn", "place", judge.ROW)
        .filter(pl.col("turn") < MAX_PROBLEMS_SHOWN)
        .head(PROBLEMS_KEPT)
    )
    rows = chosen.join(kept, on=judge.ROW, how="left", maintain_order="left").collect()
    return [_problem(row) for row in rows.iter_rows(named=True)]


def _problem(row: dict[str, Any]) -> Problem:
    return Problem(
        _printable(row["reason"]),
        where=_printable(f"{row['source_id']} row {row['source_row']}"),
        hint=_printable(_cells(row)),
    )


def _cells(row: dict[str, Any]) -> str:
    """The original text of a row; where it is not known, its cells as ingested."""
    if row["original"] is None:
        return f"the row as ingested: {_cut(row['as_ingested'])}"
    return f"the row: {_cut(row['original'])}"


def _cut(text: str) -> str:
    """The start of a text that would fill the screen; the quarantine has all of it."""
    return text if len(text) <= CHARACTERS_SHOWN else f"{text[:CHARACTERS_SHOWN]}..."


def _printable(text: str) -> str:
    """Text fit for a terminal: control characters are shown, not obeyed."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
