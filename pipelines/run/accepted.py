"""The trade table of a run, judged as its scenario and its caller ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.progress import Talk
from pipelines.run.inputs import RunSettings
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.scenario.model import Scenario
    from pipelines.validation.verdict import Choice, Settings, Verdict


def judged_table(
    workspace: Workspace, scenario: "Scenario", settings: RunSettings, talk: Talk
) -> "tuple[Path, Verdict]":
    """The trade table of a scenario, and the verdict that accepts it.

    Raises:
        DataRejectedError: There is no such table, or it breaks rules and is not accepted without
            the rows that do.
        RulesError: The user's own rules cannot be used as written.
        NotJudgedError: A rule could not be run.
        LimitError: Judging it, or the run, would take more memory than there may be.
    """
    from pipelines.validation import auditor
    from pipelines.validation.step import rejected, table_of, verdict_for

    table = table_of(workspace, settings.trade or scenario.trade, or_folder=True)
    asked = asked_of_trade(scenario, settings)
    refuse_too_large(table, scenario, settings)
    verdict = verdict_for(workspace, table, asked, talk)
    auditor.WORKER.stop()  # its memory is the run's from here on
    if verdict.state == "invalid":
        raise rejected(workspace, verdict, asked.rules)
    return table, verdict


def refuse_too_large(table: Path, scenario: "Scenario", settings: RunSettings) -> None:
    """Nothing, where a run on a table fits into memory, as far as its size tells.

    Of a folder the files count that may hold the reference period; piece by piece, one piece.

    Raises:
        LimitError: It does not.
    """
    from pipelines.memory import PIECE_ROWS, refuse_beyond, rows_of_importers, run_needs
    from pipelines.run.members import members_of_importer

    importer = scenario.importer
    within = settings.period or scenario.reference
    rows = rows_of_importers(table, (importer, *members_of_importer(importer)), within)
    is_whole = settings.engine == "polars"
    refuse_beyond(
        run_needs(rows if is_whole else min(rows, PIECE_ROWS)),
        settings.memory_limit,
        what=f"a run on {table.name} ({rows:,} rows that may be of {importer})",
        hint="compute it piece by piece with --engine stream, or ingest fewer years or importers"
        if is_whole
        else "free memory",
    )


def asked_of_trade(scenario: "Scenario", settings: RunSettings) -> "Settings":
    """What the trade is held to: what the caller says goes before what the scenario says."""
    from pipelines.scenario.model import Acceptance
    from pipelines.validation.verdict import Choice, Settings

    own = scenario.acceptance or Acceptance()
    share, most = settings.max_rejected_share, settings.max_rejected_usd
    share = own.max_rejected_share if share is None else share
    most = own.max_rejected_usd if most is None else most
    choice = Choice(
        quarantine=settings.quarantine or share is not None or most is not None,
        max_rejected_share=share,
        max_rejected_usd=most,
    )
    return Settings(
        choice=choice, rules=settings.rules or own.rules, memory_limit=settings.memory_limit
    )


def left_out_notes(verdict: "Verdict") -> Iterator[str]:
    """Sentences on the rows that rules left out: by rule, with dollars, and what was allowed."""
    from pipelines.validation.words import counted, found_by, share_of

    if not verdict.quarantine:
        return
    rows = f"{verdict.rows_failed:,} of {counted(verdict.rows_judged, 'row')}"
    usd = share_of(verdict.value_failed_usd, verdict.value_judged_usd)
    by_rule = [f"{one.rule_id} ({found_by(one)})" for one in verdict.failing]
    yield (
        f"Rules left {rows} of the trade table out, {usd}: {'; '.join(by_rule)}. "
        f"{_allowed(verdict.choice)} Each row is in validation/quarantine.csv."
    )


def _allowed(choice: "Choice") -> str:
    """What a caller let be left out, in a sentence."""
    share, most = choice.max_rejected_share, choice.max_rejected_usd
    parts = [] if share is None else [f"{100 * share:g} % of the rows"]
    parts += [] if most is None else [f"USD {most:,.0f}"]
    return f"Allowed was at most {' and '.join(parts)}." if parts else "No limit was set."
