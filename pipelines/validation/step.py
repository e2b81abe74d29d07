"""Validation as one step: the verdict kept for an input, else the input judged and kept."""

import contextlib
import shlex
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from calc.errors import DataRejectedError, Problem, did_you_mean
from pipelines.folders import replaced_folder
from pipelines.locks import held
from pipelines.progress import Talk
from pipelines.validation import auditor
from pipelines.validation.store import (
    folder_of,
    folders_of,
    read_kept,
    subject_of,
    write_verdict,
)
from pipelines.validation.verdict import (
    GROUPS_FILE,
    NOTICED_CSV,
    NOTICED_FILE,
    QUARANTINE_CSV,
    QUARANTINE_FILE,
    REPORT_FILE,
    RESULT_FILE,
    SUITE_FILES,
    VERDICT_FILE,
    Choice,
    Settings,
    Subject,
    Verdict,
    chosen,
    refusals,
    to_json,
)
from pipelines.validation.words import counted, sentence
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from calc.rules import Rule
    from pipelines.validation.audit import Audit
    from pipelines.validation.rows import Judged

SILENT = Talk(quiet=True)
DEFAULTS = Settings()


def table_of(workspace: Workspace, name_or_file: str, *, or_folder: bool = False) -> Path:
    """The file of an ingested table, or a file given by its path; a table's name goes first.

    Args:
        workspace: Where ingested tables are.
        name_or_file: The name or the path.
        or_folder: Whether a folder of files will do too.

    Raises:
        DataRejectedError: There is neither.
    """
    ingested = workspace.trade / f"{name_or_file}.parquet"
    if name_or_file in workspace.trade_names() and ingested.is_file():
        return ingested
    path = Path(name_or_file)
    if path.is_file() or (or_folder and path.is_dir()):
        return path.absolute()
    if path.suffix or len(path.parts) != 1 or path.is_dir():
        raise _no_table(name_or_file, path)
    return workspace.trade_table(name_or_file)


def _no_table(asked: str, path: Path) -> DataRejectedError:
    """Why a path is no table, and how one is made: of a folder of years, by ingest of its files."""
    what, make = "does not exist", "make a table with: retorsion ingest FILE --name N"
    if path.is_dir():
        what = "is a folder, not a file"
        if any(path.glob("*.parquet")):
            files = f"{shlex.quote(str(path))}/*.parquet"
            make = f"put its files into one table: retorsion ingest {files} --name N"
        elif any(path.glob("*/*.parquet")):
            make = (
                "give the files of its folders names of their own, and put them into one table: "
                "retorsion ingest FILE FILE --name N"
            )
        return DataRejectedError(f"{asked} {what}", where=str(path), hint=make)
    here = sorted(item.name for item in path.parent.glob("*.parquet"))
    hint = did_you_mean(path.name, here) or make
    return DataRejectedError(f"{asked} {what}", where=str(path), hint=hint)


def verdict_for(
    workspace: Workspace, table: Path, settings: Settings = DEFAULTS, talk: Talk = SILENT
) -> Verdict:
    """The verdict on a table, from what is kept for its hash or else by judging it now.

    A kept verdict is reused where the table, its provenance, the rules and the tool are the same;
    that takes about the time to hash the table and loads neither pandas nor great-expectations.
    An invalid table gives a verdict, not an error: ``rejected`` makes the error.

    Args:
        workspace: Where verdicts are kept.
        table: A Parquet file in the TRADE layout, or a folder of them.
        settings: What the caller chooses.
        talk: Says on standard error what goes on.

    Raises:
        RulesError: The user's own rules cannot be used as written.
        DataRejectedError: The file is not a table in the TRADE layout, or cannot be read.
        NotJudgedError: A rule could not be run; nothing is written.
        StorageError: The verdict cannot be written.
        LockedError: Another process judges the table and does not come to an end.
    """
    if table.is_dir():
        from pipelines.validation.folder import verdict_of_folder

        return verdict_of_folder(
            workspace, table, settings, lambda path, own: verdict_for(workspace, path, own, talk)
        )
    own = None if settings.rules is None else _own_rules(settings.rules)
    subject = subject_of(workspace, table, settings.rules)
    folder = folder_of(workspace, subject)
    anew = settings.data_docs or settings.sources is not None
    kept = None if anew else read_kept(folder, subject, settings)
    if kept is not None and chosen(kept, settings.choice) == kept:
        return kept
    with held(workspace, f"validation-{folder.name}", f"validate {table.stem}", talk):
        kept = None if anew else read_kept(folder, subject, settings)
        if kept is None:
            auditor.WORKER.start()
            _check_record(workspace, table)
            places = folders_of(workspace, settings.sources)
            judge = partial(_judge, own_rules=own or [], folder=folder, places=places)
            return judge(table, subject, settings, talk)
        same = chosen(kept, settings.choice) == kept
        return kept if same else _told_again(kept, settings.choice)


def _check_record(workspace: Workspace, table: Path) -> None:
    """Nothing, where an ingested table is still the one that its record tells.

    Raises:
        DataRejectedError: It was altered since: a byte of its description is in no checksum.
    """
    from pipelines.ingest.record import read_record

    if table.parent == workspace.trade.absolute():
        read_record(table)


def _own_rules(path: Path) -> "list[Rule]":
    from pipelines.validation.user_rules import read_user_rules

    return read_user_rules(path).rules


def _refuse_too_large(table: Path, settings: Settings) -> None:
    """Nothing, where judging a table fits into memory.

    Raises:
        LimitError: It does not.
    """
    from pipelines.memory import judging_needs, refuse_beyond, rows_of

    rows = rows_of(table)
    needed = judging_needs(rows, has_suite_on_rows=settings.suite_on(rows) == "rows")
    what = f"judging {table.name} ({rows:,} rows)"
    hint = "ingest fewer years or importers"
    refuse_beyond(needed, settings.memory_limit, what=what, hint=hint)


def _shown(table: Path) -> str:
    """The name of a table; with that of its folder where this says a year, as engines write it."""
    folder = table.parent.name
    return f"{folder}/{table.name}" if "=" in folder else table.name


def _judge(
    table: Path,
    subject: Subject,
    settings: Settings,
    talk: Talk,
    *,
    own_rules: "list[Rule]",
    folder: Path,
    places: tuple[Path, ...],
) -> Verdict:
    """Judge a table with both engines, then write all there is to keep."""
    from calc.rules import in_order
    from calc.tables.trade_rules import trade_rules
    from pipelines.validation import known, layout, rows, tell
    from pipelines.validation.docs import write_assets

    layout.check_layout(table)
    _refuse_too_large(table, settings)
    name = _shown(table)
    talk.say(f"judging {name} for the first time: some seconds; the verdict is kept")
    with talk.working(f"judging {name} with polars"):
        judged = rows.judge_rows(table, in_order([*trade_rules(), *own_rules]), known.known())
    with contextlib.ExitStack() as stack:
        docs = stack.enter_context(replaced_folder(docs_of(folder))) if settings.data_docs else None
        stack.enter_context(talk.working(f"judging {name} with great-expectations"))
        audited = auditor.audited(table, judged, settings.suite_on(judged.rows), docs)
        if docs is not None:
            write_assets(docs)
    verdict = tell.verdict_of(judged, audited, subject, folder, choice=settings.choice)
    with replaced_folder(folder) as fresh:
        _write_rows(fresh, table, judged, places)
        _write(fresh, verdict, judged, audited)
    return verdict


def docs_of(folder: Path) -> Path:
    """Where great-expectations' own pages on a verdict are: outside it, because they tell time."""
    return folder.with_name(f"{folder.name}-data-docs")


def _write_rows(fresh: Path, table: Path, judged: "Judged", places: tuple[Path, ...]) -> None:
    from pipelines.validation.originals import AtHand
    from pipelines.validation.quarantine import left_out, noticed, with_cells, write_named

    at_hand = AtHand(folders=places, scratch=fresh / "sources")
    out, told = with_cells(table, left_out(judged), noticed(judged))
    write_named((fresh / QUARANTINE_FILE, fresh / QUARANTINE_CSV), table, out, at_hand)
    write_named((fresh / NOTICED_FILE, fresh / NOTICED_CSV), table, told)


def _write(fresh: Path, verdict: Verdict, judged: "Judged", audited: "Audit") -> None:
    from pipelines.validation import tables

    tables.write_tables(fresh, verdict, judged)
    (fresh / RESULT_FILE).write_bytes(to_json(audited.result))
    for name, content in audited.suites.items():
        (fresh / SUITE_FILES[name]).write_bytes(to_json(content))
    _write_report(fresh, verdict, fresh)
    write_verdict(fresh, verdict)


def _write_report(fresh: Path, verdict: Verdict, kept: Path) -> None:
    """Write the page of a verdict from the tables that are kept of it."""
    from pipelines.validation import page
    from pipelines.validation.examples import examples_of

    text = page.report(verdict, examples_of(kept))
    (fresh / REPORT_FILE).write_text(text, encoding="utf-8", newline="\n")


def _told_again(kept: Verdict, choice: Choice) -> Verdict:
    """A kept verdict with the caller's other choice about the rows left out, written anew."""
    verdict = chosen(kept, choice)
    with replaced_folder(kept.folder) as fresh:
        for path in kept.folder.iterdir():
            if path.name not in (VERDICT_FILE, REPORT_FILE):
                shutil.copyfile(path, fresh / path.name)
        _write_report(fresh, verdict, kept.folder)
        write_verdict(fresh, verdict)
    return verdict


def rejected(
    workspace: Workspace, verdict: Verdict, rules: Path | None = None
) -> DataRejectedError:
    """The error that an invalid verdict is: what fails, then rows with file, column and value.

    Args:
        workspace: Where the verdict is kept.
        verdict: The verdict.
        rules: The user's own rules that it was judged by.
    """
    from pipelines.validation.tell import failed_rows

    folder, name = workspace.relative(verdict.folder), given_as(workspace, verdict)
    every = f"every failed row: {folder}/{QUARANTINE_CSV}"
    if verdict.broken_totals:
        hint = f"{every}; leaving rows out does not mend a total: correct the source"
    elif verdict.choice.quarantine:
        hint = f"{every}; {'; '.join(refusals(verdict))}"
    else:
        own = "" if rules is None else f" --rules {rules}"
        hint = f"{every}; leave them out with: retorsion validate {name}{own} --quarantine"
    summary = Problem(sentence(verdict), where=verdict.subject.name, hint=hint)
    totals = [
        Problem(
            f"{finding.message}: not so in {counted(finding.groups_failed or 0, 'group')}",
            where=f"{verdict.subject.name}, rule {finding.rule_id}",
            hint=f"the figures: {folder}/{GROUPS_FILE}; why the rule exists: {finding.reason}",
        )
        for finding in verdict.broken_totals
    ]
    return DataRejectedError.collected([summary, *totals, *failed_rows(verdict)])


def given_as(workspace: Workspace, verdict: Verdict) -> str:
    """What to call a verdict's table on the command line: its name, or the file."""
    path = Path(verdict.subject.name)
    ingested = path.suffix and workspace.relative(workspace.trade) == path.parent.as_posix()
    return path.stem if ingested else path.as_posix()
