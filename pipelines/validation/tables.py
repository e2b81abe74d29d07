"""The tables that are kept of a verdict beside its rows: what each rule found, and the groups."""

from pathlib import Path

import polars as pl

from calc import judge
from calc.money import usd
from calc.tables.audit import GroupFigures, RuleCounts
from pipelines.parquet import write_fresh_table
from pipelines.validation.group_rows import BREAKS
from pipelines.validation.rows import Judged
from pipelines.validation.verdict import GROUPS_FILE, RULES_FILE, Verdict


def write_tables(folder: Path, verdict: Verdict, judged: Judged) -> None:
    """Write ``rules.parquet`` and ``groups.parquet``.

    Raises:
        OSError: A file cannot be written.
    """
    judged_by = pl.Series("judged_by", [finding.judged_by for finding in verdict.rules])
    counts = judged.counts.with_columns(judged_by)
    write_fresh_table(folder / RULES_FILE, counts, "rules", RuleCounts, {})
    figures = judged.groups.with_columns(
        usd(pl.col(judge.VALUE)).alias("value_usd"), (~pl.col(BREAKS)).alias("is_kept")
    )
    write_fresh_table(folder / GROUPS_FILE, figures, "groups", GroupFigures, {})
