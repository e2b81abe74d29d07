"""The funnel of a run: from the rows of the source files to the lines on which a rate changes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from calc.funnel import Stage
from calc.money import to_units, to_usd
from calc.tables.lines import LineKey
from calc.valuation import any_value
from pipelines.report.figures import exact_sum
from pipelines.run.compute import Answer
from pipelines.run.question import Question

if TYPE_CHECKING:
    from pipelines.ingest.record import IngestRecord
    from pipelines.validation.verdict import Verdict

ROW_KEY = [name for name in LineKey.primary_key() if name != "segment"]
"""A line in parts is one row."""

PARTS = {
    "listed_value_usd": ("lines that a measure names (listed)", None),
    "covered_value_usd": ("covered: listed less exclusions", pl.col("status") != "excluded"),
    "in_force_value_usd": ("in force", pl.col("status") == "in force"),
    "affected_value_usd": (
        "affected: the rate changes",
        (pl.col("status") == "in force") & pl.col("is_affected"),
    ),
    "prohibited_value_usd": ("prohibited: may not enter", pl.col("status") == "prohibited"),
    "threatened_value_usd": ("threatened: not in force", pl.col("status") == "threatened"),
}


def stages_of(
    question: Question, found: Answer, record: "IngestRecord | None", verdict: "Verdict"
) -> list[Stage]:
    """The stages in order; each ``in`` less what is rejected and excluded is the last ``kept``.

    Args:
        question: What was asked.
        found: What was found.
        record: What ingest kept of the table; None where the table was not ingested.
        verdict: The verdict on the table.
    """
    return [*stages_before(question, found, record, verdict), *_parts(found)]


def stages_before(
    question: Question, found: Answer, record: "IngestRecord | None", verdict: "Verdict"
) -> list[Stage]:
    """The stages down to the imports that are asked about; see ``stages_of``."""
    return [
        *_read(record, verdict),
        *_left_out(verdict),
        *_off_basis(question),
        *_lost(question),
        *_not_asked(question, found),
    ]


def _read(record: "IngestRecord | None", verdict: "Verdict") -> Iterator[Stage]:
    if record is None:
        yield Stage(
            stage="rows of the trade table",
            kind="in",
            rows=verdict.rows_judged,
            value_usd=verdict.value_judged_usd,
        )
        return
    for stage in record.funnel:
        if stage.kind != "kept":
            yield Stage(
                stage=stage.stage,
                kind=stage.kind,
                reason=stage.reason,
                rows=stage.rows,
                value_usd=stage.value_usd,
                value_unknown_rows=stage.value_unknown_rows,
            )
    joined = record.funnel[-1].rows - record.table.rows
    if joined:
        yield Stage(
            stage="rows that are parts of a flow",
            kind="excluded",
            reason="they were added up with others of theirs to one row a flow; no value is lost",
            rows=joined,
            value_usd=0.0,
        )


def _left_out(verdict: "Verdict") -> Iterator[Stage]:
    if verdict.rows_failed:
        yield Stage(
            stage="rows that break a rule",
            kind="rejected",
            reason="; ".join(finding.message for finding in verdict.failing),
            rows=verdict.rows_failed,
            value_usd=verdict.value_failed_usd,
            value_unknown_rows=None,
        )


def _off_basis(question: Question) -> Iterator[Stage]:
    """What rows with several values are worth by the value read first, beyond that of their levy.

    A file is counted by its customs, then CIF, then FOB values, a run by those that each importer
    levies on: of a row with CIF and FOB values they differ by insurance and freight.
    """
    if len(question.held) == 1:
        return
    recorded, levied = (
        nw.coalesce(*map(nw.col, question.held)),
        any_value(question.held, question.stated),
    )
    told = nw.from_native(question.usable()).select(
        recorded=to_units(recorded), levied=to_units(levied)
    )
    gap = told.select((nw.col("recorded") - nw.col("levied")).sum().alias("gap")).collect()
    units = int(gap["gap"].item() or 0)
    if units:
        yield Stage(
            stage="value beyond that on which each importer levies duty",
            kind="excluded",
            reason="the table has values with and without insurance and freight; no row is lost",
            rows=0,
            value_usd=float(to_usd(units)),
        )


def _lost(question: Question) -> Iterator[Stage]:
    """Imports whose codes have none in the edition of the schedule."""
    converted = question.converted
    if converted is None or not converted.lost["rows"].item():
        return
    lost = converted.lost.row(0, named=True)
    yield Stage(
        stage=f"imports whose codes have none in {converted.target}",
        kind="excluded",
        reason="they cannot be converted; their codes are in conversion.parquet",
        rows=lost["rows"],
        value_usd=float(to_usd(lost["value_e4"])),
        value_unknown_rows=lost["rows_without"],
    )


def _not_asked(question: Question, found: Answer) -> Iterator[Stage]:
    """Rows of the table that the scenario does not ask about, then those that it does."""
    is_import = pl.col("flow") == "import"
    of_importer = is_import & pl.col("importer").is_in(question.importers)
    chosen, name = found.period.holds(), found.period.name
    steps = (
        ("rows of other flows", "only imports pay the duty", ~is_import),
        (
            "imports of other importers",
            f"the schedule is of {question.importers_text}",
            is_import & ~of_importer,
        ),
        (
            f"trade within {question.importers_text}",
            "an importer levies no duty on what comes from itself or its members",
            of_importer & question.is_within,
        ),
        (
            "imports of other periods",
            f"the reference period is {name}",
            question.is_asked & ~chosen,
        ),
    )
    for stage, reason, where in steps:
        rows = found.shape.filter(where)
        if rows.height:
            yield _sum(rows, stage, "excluded", reason)
    yield from _kept(question, found, f"imports of {question.importers_text} in {name}")


def _kept(question: Question, found: Answer, stage: str) -> Iterator[Stage]:
    """The imports that are asked about; of several years their mean, and what they hold beyond."""
    used = found.shape.filter(question.is_asked & found.period.holds())
    whole, years = _sum(used, stage, "kept", None), found.period.years
    if years == 1:
        yield whole
        return
    mean = question.mean(found.period)
    value = int(mean["value_e4"].sum())
    yield replace(
        whole,
        stage="what the years hold beyond their mean",
        kind="excluded",
        reason=f"the reference is the mean of {years} years: their sum divided by {years}",
        rows=(whole.rows or 0) - mean.height,
        value_usd=to_usd(int(used["total_e4"].sum()) - value),
    )
    yield replace(whole, stage=f"{stage}: their mean", rows=mean.height, value_usd=to_usd(value))


def _sum(rows: pl.DataFrame, stage: str, kind: str, reason: str | None) -> Stage:
    return Stage(
        stage=stage,
        kind=kind,
        reason=reason,
        rows=int(rows["rows"].sum()),
        value_usd=float(to_usd(rows["total_e4"].sum())),
        value_unknown_rows=int(rows["rows_without"].sum()),
    )


def _parts(found: Answer) -> Iterator[Stage]:
    lines, total = found.tables["lines"], found.tables["by_importer"]
    for column, (stage, where) in PARTS.items():
        part = lines if where is None else lines.filter(where)
        rows = part.select(ROW_KEY).n_unique()
        yield Stage(stage=stage, kind="part", rows=rows, value_usd=exact_sum(total, column))
