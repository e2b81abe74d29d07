"""Repairs proposed for the rows that cannot be used, with what they would bring back.

Those are the rows of a table that break a rule, and the rows that ingest set aside because a cell
could not be read. Nothing is applied: a repaired file comes in again by ``ingest``. A row counts as
brought back where all proposals together make it keep every rule on rows, with a key that no other
row has.
"""

from collections.abc import Iterator, Sequence
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
from pipelines.ingest.source import ROW
from pipelines.ingest.words import folded
from pipelines.parquet import write_table
from pipelines.provenance import rows_of, source_rows
from pipelines.trade_files import scan_table
from pipelines.validation.quarantine import csv_safe
from pipelines.validation.set_aside import SetAside, set_aside
from pipelines.validation.verdict import Verdict
from pipelines.validation.words import counted

TOGETHER = "all together"
PART = "is_part"
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
) -> tuple[list[Proposed], list[str]]:
    """Write ``suggestions.parquet`` and ``.csv`` beside a verdict, and sum them up by repair.

    Args:
        table: The table judged.
        verdict: The verdict on it.
        own_rules: The user's own rules that it was judged by too.

    Returns:
        The proposals by repair, and what is to be said of rows for which there are none.

    Raises:
        DataRejectedError: What ingest recorded beside the table cannot be read.
        StorageError: A file cannot be read or written.
    """
    rules = row_rules([*trade_rules(), *own_rules])
    aside = set_aside(table)
    found = pl.concat([suggestions(table, verdict, rules), of_set_aside(table, aside, rules)])
    once = found.unique(["source_id", ROW, "column", "repair"], keep="first", maintain_order=True)
    with replaced_folder(suggestions_folder(verdict)) as fresh:
        write_table(fresh / PARQUET, once, "suggestions", Suggestions)
        csv_safe(once).write_csv(fresh / CSV)
    return summed_up(once), [*_without_proposal(aside), *aside.untold]


def _without_proposal(aside: SetAside) -> Iterator[str]:
    proposed = sum(mended.proposals[ROW].n_unique() for _, mended in aside.files)
    if aside.rows:
        yield (
            f"{counted(aside.rows, 'row')} set aside at ingest, {aside.rows - proposed:,} of them "
            "without a repair that is known"
        )


def summed_up(found: pl.DataFrame) -> list[Proposed]:
    """The proposals by repair, in the order of their names, then all together.

    A row may need several, so the repairs do not add up.
    """
    whole = found.with_columns(pl.lit(TOGETHER).alias("repair"))
    parts = [found, whole] if found["repair"].n_unique() > 1 else [found]
    return [one for part in parts for one in _by_repair(part)]


def _by_repair(found: pl.DataFrame) -> list[Proposed]:
    value = pl.col("value_usd").filter("brings_back")
    once = found.unique(["repair", "source_id", ROW], maintain_order=True)
    cells = found.group_by("repair").agg(pl.len().alias("cells"))
    sums = once.group_by("repair").agg(
        pl.col("brings_back").sum().cast(pl.Int64).alias("rows"),
        pl.when(value.is_not_null().any()).then(value.sum()).alias("value_usd"),
    )
    joined = cells.join(sums, on="repair").sort("repair")
    return [Proposed(**row) for row in joined.iter_rows(named=True)]


def suggestions(table: Path, verdict: Verdict, rules: Sequence[Rule]) -> pl.DataFrame:
    """SUGGESTIONS of the rows left out of a table: one row a row and cell that a repair changes."""
    left_out = verdict.quarantine_rows.cast(pl.UInt32).to_frame(judge.ROW)
    if left_out.is_empty():
        return pl.DataFrame(schema=polars_schema(Suggestions))
    before = rows_of(scan_table(table).select(column_names(Trade)), left_out)
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
        .with_columns(pl.lit(None, pl.String).alias("header"))
    )
    return (
        told.cast({judge.ROW: pl.Int64})
        .select(column_names(Suggestions))
        .sort(judge.ROW, "column", "repair")
    )


def of_set_aside(table: Path, aside: SetAside, rules: Sequence[Rule]) -> pl.DataFrame:
    """SUGGESTIONS of the rows that ingest set aside: one row a cell that a repair changes.

    The repairs of a cell are in the order in which they follow one another.
    """
    rows = [
        mended.rows.with_columns(pl.lit(mended.adds_up).alias(PART)) for _, mended in aside.files
    ]
    if not rows:
        return pl.DataFrame(schema=polars_schema(Suggestions))
    first = scan_table(table).select(pl.len()).collect().item()
    after = pl.concat(rows).with_row_index(judge.ROW, offset=first)
    back = _brought_back(table, after, rules).join(
        after.select(judge.ROW, "source_id", ROW), on=judge.ROW, validate="1:1"
    )
    proposals = [
        mended.proposals.with_columns(pl.lit(name).alias("source_id"))
        for name, mended in aside.files
    ]
    told = pl.concat(proposals).join(
        back.drop(judge.ROW), on=["source_id", ROW], how="left", validate="m:1"
    )
    return (
        told.with_columns(
            pl.lit(None, pl.Int64).alias(judge.ROW),
            pl.col("brings_back").fill_null(value=False),
        )
        .select(column_names(Suggestions))
        .sort("source_id", ROW, "column", maintain_order=True)
    )


def _spellings(rows: pl.DataFrame) -> dict[str, str]:
    """The economies of the rows as written, to their code; only those that mean one economy."""
    known = economies().general
    written = {text for role in ROLES for text in rows[role].drop_nulls().unique()}
    return {text: known[folded(text)] for text in written if folded(text) in known}


def _brought_back(table: Path, after: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Each repaired row with ``brings_back`` and ``value_usd``.

    Rows that ``is_part`` says are parts of one flow may share their key: they are added up.
    """
    refusing = [rule.passes() for rule in rules if rule.severity == "error"]
    others = scan_table(table).with_row_index(judge.ROW).select(*KEY, judge.ROW)
    wanted = after.lazy().select(KEY).unique()
    near = others.join(wanted, on=list(KEY), how="semi").collect(engine="streaming")
    taken = near.join(after.select(judge.ROW), on=judge.ROW, how="anti").select(KEY).unique()
    valued = judge.with_row_and_value(after.lazy().drop(judge.ROW), VALUE_COLUMNS).collect()
    judged = after.with_columns(
        pl.all_horizontal(refusing).alias("keeps"),
        (pl.len().over(KEY) == 1).alias("is_alone"),
        valued[judge.VALUE].alias(judge.VALUE),
    ).join(taken.with_columns(is_taken=pl.lit(value=True)), on=list(KEY), how="left")
    is_free = pl.col("is_alone") & pl.col("is_taken").is_null()
    if PART in after.columns:
        is_free |= pl.col(PART)
    back = pl.col("keeps") & is_free
    return judged.select(
        judge.ROW, back.alias("brings_back"), usd(pl.col(judge.VALUE)).alias("value_usd")
    )
