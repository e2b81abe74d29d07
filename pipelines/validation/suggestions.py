"""Repairs proposed for the rows that cannot be used, with what they would bring back.

Nothing is applied: a repaired file comes in again by ``ingest``. A row counts as brought back where
all proposals together make it keep every rule on rows, with a key that no other row has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc import judge
from calc.dictionary import column_names, polars_schema
from calc.money import usd
from calc.repairs import ROLES, repairs
from calc.rules import Rule, row_rules
from calc.tables.audit import Suggestions
from calc.tables.trade import KEY, VALUE_COLUMNS, Trade
from calc.tables.trade_rules import trade_rules
from pipelines.folders import replaced_folder
from pipelines.ingest.economies import economies
from pipelines.ingest.words import folded
from pipelines.parquet import write_table
from pipelines.provenance import rows_of, source_rows
from pipelines.validation.quarantine import csv_safe
from pipelines.validation.verdict import Verdict

TOGETHER = "all together"
PARQUET, CSV = "suggestions.parquet", "suggestions.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What repairs would bring back: a name, cells that it changes, rows, USD (null: unknown)."""

    repair: str
    cells: int
    rows: int
    value_usd: float | None


def suggestions_folder(verdict: Verdict) -> Path:
    """Where the proposals for a verdict are: beside it."""
    return verdict.folder.with_name(f"{verdict.folder.name}-suggestions")


def write_suggestions(
    table: Path, verdict: Verdict, own_rules: Sequence[Rule] = ()
) -> list[Proposed]:
    """Write ``suggestions.parquet`` and ``.csv`` beside a verdict, and sum them up by repair.

    Args:
        table: The table judged.
        verdict: The verdict on it.
        own_rules: The user's own rules that it was judged by too.

    Raises:
        StorageError: A file cannot be read or written.
    """
    found = suggestions(table, verdict, row_rules([*trade_rules(), *own_rules]))
    with replaced_folder(suggestions_folder(verdict)) as fresh:
        write_table(fresh / PARQUET, found, "suggestions", Suggestions)
        csv_safe(found).write_csv(fresh / CSV)
    return summed_up(found)


def summed_up(found: pl.DataFrame) -> list[Proposed]:
    """The proposals by repair, in the order of their names, then all together.

    A row may need several, so the repairs do not add up.
    """
    whole = found.with_columns(pl.lit(TOGETHER).alias("repair"))
    parts = [found, whole] if found["repair"].n_unique() > 1 else [found]
    return [one for part in parts for one in _by_repair(part)]


def _by_repair(found: pl.DataFrame) -> list[Proposed]:
    back = pl.col("table_row").filter("brings_back")
    value = pl.col("value_usd").filter("brings_back")
    once = found.unique(["repair", "table_row"], maintain_order=True)
    cells = found.group_by("repair").agg(pl.len().alias("cells"))
    sums = once.group_by("repair").agg(
        back.n_unique().alias("rows"),
        pl.when(value.is_not_null().any()).then(value.sum()).alias("value_usd"),
    )
    joined = cells.join(sums, on="repair").sort("repair")
    return [Proposed(**row) for row in joined.iter_rows(named=True)]


def suggestions(table: Path, verdict: Verdict, rules: Sequence[Rule]) -> pl.DataFrame:
    """SUGGESTIONS: one row a row left out and cell that a repair would change."""
    left_out = verdict.quarantine_rows.cast(pl.UInt32).to_frame(judge.ROW)
    if left_out.is_empty():
        return pl.DataFrame(schema=polars_schema(Suggestions))
    before = rows_of(pl.scan_parquet(table).select(column_names(Trade)), left_out)
    after, proposals = before, []
    for repair in repairs(_spellings(before)):
        changed = after.with_columns(**repair.changes)
        for column in repair.changes:
            differs = changed[column].ne_missing(after[column])
            proposals.append(
                pl.DataFrame(
                    {
                        judge.ROW: after[judge.ROW].filter(differs),
                        "column": pl.Series([column] * int(differs.sum()), dtype=pl.String),
                        "repair": pl.Series([repair.name] * int(differs.sum()), dtype=pl.String),
                        "because": pl.Series(
                            [repair.because] * int(differs.sum()), dtype=pl.String
                        ),
                        "from_text": after[column].filter(differs).cast(pl.String),
                        "to_text": changed[column].filter(differs).cast(pl.String),
                    }
                )
            )
        after = changed
    source = source_rows(table, verdict.rows_judged, left_out)
    told = (
        pl.concat(proposals)
        .join(_brought_back(table, after, rules), on=judge.ROW)
        .join(source, on=judge.ROW)
    )
    return (
        told.cast({judge.ROW: pl.Int64})
        .select(column_names(Suggestions))
        .sort(judge.ROW, "column", "repair")
    )


def _spellings(rows: pl.DataFrame) -> dict[str, str]:
    """The economies of the rows as written, to their code; only those that mean one economy."""
    known = economies().general
    written = {text for role in ROLES for text in rows[role].drop_nulls().unique()}
    return {text: known[folded(text)] for text in written if folded(text) in known}


def _brought_back(table: Path, after: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Each repaired row with ``brings_back`` and ``value_usd``."""
    refusing = [rule.passes() for rule in rules if rule.severity == "error"]
    others = pl.scan_parquet(table).with_row_index(judge.ROW).select(*KEY, judge.ROW)
    wanted = after.lazy().select(KEY).unique()
    near = others.join(wanted, on=list(KEY), how="semi").collect(engine="streaming")
    taken = near.join(after.select(judge.ROW), on=judge.ROW, how="anti").select(KEY).unique()
    valued = judge.with_row_and_value(after.lazy().drop(judge.ROW), VALUE_COLUMNS).collect()
    judged = after.with_columns(
        pl.all_horizontal(refusing).alias("keeps"),
        (pl.len().over(KEY) == 1).alias("is_alone"),
        valued[judge.VALUE].alias(judge.VALUE),
    ).join(taken.with_columns(is_taken=pl.lit(value=True)), on=list(KEY), how="left")
    back = pl.col("keeps") & pl.col("is_alone") & pl.col("is_taken").is_null()
    return judged.select(
        judge.ROW, back.alias("brings_back"), usd(pl.col(judge.VALUE)).alias("value_usd")
    )
