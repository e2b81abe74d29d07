"""Validation as one step: the verdict kept for an input, else the input judged and kept."""

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from calc.errors import DataRejectedError, Problem, did_you_mean
from pipelines.folders import replaced_folder
from pipelines.progress import Talk
from pipelines.validation.store import (
    folder_of,
    read_kept,
    subject_of,
    write_verdict,
)
from pipelines.validation.verdict import (
    QUARANTINE_CSV,
    REPORT_FILE,
    RULES_FILE,
    SUITE_FILE,
    VERDICT_FILE,
    Settings,
    Subject,
    Verdict,
    state_of,
    to_json,
)
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.validation.audit import Audit
    from pipelines.validation.rows import Judged

SILENT = Talk(quiet=True)
DEFAULTS = Settings()


def table_of(workspace: Workspace, name_or_file: str) -> Path:
    """The file of an ingested table, or a file given by its path; a table's name goes first.

    Raises:
        DataRejectedError: There is neither.
    """
    ingested = workspace.trade / f"{name_or_file}.parquet"
    if name_or_file in workspace.trade_names() and ingested.is_file():
        return ingested
    path = Path(name_or_file)
    if path.is_file():
        return path.absolute()
    if path.suffix or len(path.parts) != 1:
        here = sorted(item.name for item in path.parent.glob("*.parquet"))
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        hint = did_you_mean(path.name, here) or "make a table with: retorsion ingest FILE --name N"
        raise DataRejectedError(f"{name_or_file} {what}", where=str(path), hint=hint)
    return workspace.trade_table(name_or_file)


def verdict_for(
    workspace: Workspace, table: Path, settings: Settings = DEFAULTS, talk: Talk = SILENT
) -> Verdict:
    """The verdict on a table, from what is kept for its hash or else by judging it now.

    A kept verdict is reused where the table, its provenance, the rules and the tool are the same;
    that takes about the time to hash the table and loads neither pandas nor great-expectations.
    An invalid table gives a verdict, not an error: ``rejected`` makes the error.

    Args:
        workspace: Where verdicts are kept.
        table: A Parquet file in the TRADE layout.
        settings: What the caller chooses.
        talk: Says on standard error what goes on.

    Raises:
        DataRejectedError: The file is not a table in the TRADE layout, or cannot be read.
        NotJudgedError: A rule could not be run; nothing is written.
        StorageError: The verdict cannot be written.
    """
    subject = subject_of(workspace, table)
    folder = folder_of(workspace, subject)
    kept = read_kept(folder, subject, settings)
    if kept is None or settings.data_docs:
        return _judge(table, subject, folder, settings, talk)
    chosen = settings.quarantine and kept.rows_failed > 0
    return kept if kept.quarantine == chosen else _told_again(kept, quarantine=chosen)


def _judge(table: Path, subject: Subject, folder: Path, settings: Settings, talk: Talk) -> Verdict:
    """Judge a table with both engines, then write all there is to keep."""
    from calc.rules import declared_rules
    from calc.tables.trade import Trade
    from pipelines.validation import audit, layout, quarantine, rows, tell

    layout.check_layout(table)
    talk.say(f"judging {table.name} for the first time: some seconds; the verdict is kept")
    with talk.working(f"judging {table.name} with polars"):
        judged = rows.judge_rows(table, declared_rules("trade", Trade))
    with contextlib.ExitStack() as stack:
        docs = stack.enter_context(replaced_folder(docs_of(folder))) if settings.data_docs else None
        stack.enter_context(talk.working(f"judging {table.name} with great-expectations"))
        audited = audit.audit(table, judged, settings.suite_on(judged.rows), docs)
    chosen = settings.quarantine and judged.left_out.height > 0
    verdict = tell.verdict_of(judged, audited, subject, folder, quarantine=chosen)
    with replaced_folder(folder) as fresh:
        quarantine.write_quarantine(fresh, table, judged)
        _write(fresh, verdict, judged, audited)
    return verdict


def docs_of(folder: Path) -> Path:
    """Where great-expectations' own pages on a verdict are: outside it, because they tell time."""
    return folder.with_name(f"{folder.name}-data-docs")


def _write(fresh: Path, verdict: Verdict, judged: "Judged", audited: "Audit") -> None:
    import polars as pl

    from calc.tables.audit import RuleCounts
    from pipelines.parquet import write_table
    from pipelines.validation import page
    from pipelines.validation.quarantine import head_of

    judged_by = pl.Series("judged_by", [finding.judged_by for finding in verdict.rules])
    write_table(fresh / RULES_FILE, judged.counts.with_columns(judged_by), "rules", RuleCounts)
    (fresh / SUITE_FILE).write_bytes(to_json(audited.result))
    text = page.report(verdict, head_of(fresh, page.ROWS_SHOWN))
    (fresh / REPORT_FILE).write_text(text, encoding="utf-8", newline="\n")
    write_verdict(fresh, verdict)


def _told_again(kept: Verdict, *, quarantine: bool) -> Verdict:
    """A kept verdict with the caller's other choice about the rows left out, written anew."""
    from dataclasses import replace

    from pipelines.validation import page
    from pipelines.validation.quarantine import head_of

    state = state_of(kept.rows_failed, quarantine=quarantine)
    verdict = replace(kept, quarantine=quarantine, state=state)
    text = page.report(verdict, head_of(kept.folder, page.ROWS_SHOWN))
    with replaced_folder(kept.folder) as fresh:
        for path in kept.folder.iterdir():
            if path.name not in (VERDICT_FILE, REPORT_FILE):
                shutil.copyfile(path, fresh / path.name)
        (fresh / REPORT_FILE).write_text(text, encoding="utf-8", newline="\n")
        write_verdict(fresh, verdict)
    return verdict


def rejected(workspace: Workspace, verdict: Verdict) -> DataRejectedError:
    """The error that an invalid verdict is: what fails, then rows with file, column and value."""
    from pipelines.validation.tell import failed_rows
    from pipelines.validation.words import sentence

    summary = Problem(
        sentence(verdict),
        where=verdict.subject.name,
        hint=f"every failed row: {workspace.relative(verdict.folder)}/{QUARANTINE_CSV}; leave them "
        f"out with: retorsion validate {given_as(workspace, verdict)} --quarantine",
    )
    return DataRejectedError.collected([summary, *failed_rows(verdict)])


def given_as(workspace: Workspace, verdict: Verdict) -> str:
    """What to call a verdict's table on the command line: its name, or the file."""
    path = Path(verdict.subject.name)
    ingested = workspace.relative(workspace.trade) == path.parent.as_posix()
    return path.stem if ingested else path.as_posix()
