"""``validate`` (alias ``check``), ``rules`` and ``audit``: is a table fit, and who can tell."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import (
    AsJson,
    MaxRejected,
    MaxRejectedUsd,
    MemoryLimit,
    OwnRules,
    Quiet,
    WorkspaceOption,
    share_given,
    show,
)

Table = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="An ingested table, or a file in its layout.")
]
Quarantine = Annotated[
    bool, typer.Option("--quarantine", help="Leave out the rows that break a rule, and say so.")
]
Suggest = Annotated[
    bool,
    typer.Option(
        "--fix-suggestions",
        help="Propose repairs for the failed rows and those set aside at ingest, with what they "
        "would bring back; apply none.",
    ),
]
DataDocs = Annotated[
    bool,
    typer.Option(
        "--data-docs",
        help="Also build great-expectations' own pages, which load assets from the network.",
    ),
]
Sources = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="FOLDER",
        help="Where the ingested files are, to read the text of failed rows again.",
        show_default=False,
    ),
]


def validate(
    table: Table,
    quarantine: Quarantine = False,
    max_rejected: MaxRejected = None,
    max_rejected_usd: MaxRejectedUsd = None,
    own_rules: OwnRules = None,
    fix_suggestions: Suggest = False,
    data_docs: DataDocs = False,
    sources: Sources = None,
    memory_limit: MemoryLimit = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Judge a trade table by its rules; exit 3 if a row breaks one, 9 if it cannot be told.

    \b
    Examples:
      retorsion validate us-2024
          a verdict, a report, and every failed row with its original text
      retorsion validate us-2024 --quarantine
          accept the table without the failed rows
      retorsion validate us-2024 --max-rejected 0.1% --max-rejected-usd 1e6
          the same, unless too much would be left out
      retorsion validate us-2024 --rules my-rules.toml
          hold it to rules of your own too
      retorsion validate us-2024 --fix-suggestions
          propose repairs, with the rows and dollars that they would bring back
    """  # noqa: D301
    from pipelines.memory import limit_given
    from pipelines.progress import Talk
    from pipelines.validation.step import rejected, table_of, verdict_for
    from pipelines.validation.verdict import Choice, Settings
    from pipelines.workspace import open_workspace

    place, talk = open_workspace(workspace), Talk(quiet=quiet)
    share = share_given(max_rejected)
    leave_out = quarantine or share is not None or max_rejected_usd is not None
    choice = Choice(
        quarantine=leave_out, max_rejected_share=share, max_rejected_usd=max_rejected_usd
    )
    limit = limit_given(memory_limit)
    settings = Settings(
        choice=choice, rules=own_rules, data_docs=data_docs, memory_limit=limit, sources=sources
    )
    verdict = verdict_for(place, table_of(place, table, or_folder=True), settings, talk)
    for line in _not_at_hand(verdict):
        talk.say(line)
    if data_docs:
        talk.say(_docs_notice(place, verdict))
    if fix_suggestions:
        talk.say("\n".join(_suggestions(place, table, verdict, own_rules)))
    if verdict.state == "invalid":
        raise rejected(place, verdict, own_rules)
    show(_result(place, verdict), _lines(place, verdict), as_json=as_json)


def rules(own_rules: OwnRules = None, as_json: AsJson = False) -> None:
    """List the rules that a trade table is judged by, and why each exists.

    \b
    Example:
      retorsion rules --json
          the same list for machines
    """  # noqa: D301
    from calc.rules import in_order
    from calc.tables.trade_rules import trade_rules
    from pipelines.validation.user_rules import read_user_rules

    own = [] if own_rules is None else read_user_rules(own_rules).rules
    listed = [
        {
            "rule_id": rule.rule_id,
            "kind": rule.kind,
            "severity": rule.severity,
            "message": rule.message,
            "reason": rule.reason,
        }
        for rule in in_order([*trade_rules(), *own])
    ]
    lines = [
        text
        for rule in listed
        for text in (
            f"{rule['rule_id']} ({rule['severity']}): {rule['message']}",
            f"    because {rule['reason']}",
        )
    ]
    show({"rules": listed}, lines, as_json=as_json)


def audit(
    wanted: Annotated[
        str, typer.Argument(metavar="RUN", help="A folder, an id, a scenario's name, or name~1.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PACK.zip", help="Where to write the pack.")
    ],
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Write the audit pack of a run: what proves it, in one file that anyone can check.

    \b
    Example:
      retorsion audit us-japan-2024 -o pack.zip
          then, on any machine: retorsion verify pack.zip
    """  # noqa: D301
    from dataclasses import asdict

    from pipelines.audit.pack import write_pack
    from pipelines.run.store import find_run
    from pipelines.workspace import open_workspace

    place = open_workspace(workspace)
    packed = write_pack(place, find_run(place, wanted), output)
    lines = [
        f"{packed.path}: {packed.files} files of run {packed.run_id}, {packed.bytes:,} bytes",
        f"it stands or falls with SHA-256 {packed.pack_sha256} of its list",
        f"next: retorsion verify {output}",
    ]
    show(asdict(packed), lines, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("validate")(validate)
    app.command("check", hidden=True)(validate)
    app.command("rules")(rules)
    app.command("audit")(audit)


def _result(place: Any, verdict: Any) -> dict[str, Any]:
    """The verdict for ``--json``: as kept, with where it is kept."""
    result: dict[str, Any] = verdict.as_dict()
    return result | {"folder": place.relative(verdict.folder)}


def _lines(place: Any, verdict: Any) -> list[str]:
    """The verdict for people: in words, the rules broken, where the rest is, what to do next."""
    from pipelines.validation.step import given_as
    from pipelines.validation.verdict import QUARANTINE_CSV, REPORT_FILE
    from pipelines.validation.words import found_by, sentence

    folder = place.relative(verdict.folder)
    broken = [f"  {item.rule_id}: {found_by(item)}" for item in verdict.failing]
    noticed = [
        f"  {item.severity} {item.rule_id}: not so that {item.message}: {found_by(item)}"
        for item in verdict.noticed
    ]
    lines = [sentence(verdict), *broken, *noticed, f"report: {folder}/{REPORT_FILE}"]
    if verdict.rows_failed:
        lines.append(f"quarantine: {folder}/{QUARANTINE_CSV}")
    return [*lines, f"next: retorsion run SCENARIO --trade {given_as(place, verdict)}"]


def _suggestions(place: Any, table: str, verdict: Any, own_rules: Path | None) -> list[str]:
    """What repairs would bring back, a line each, and where every proposal is."""
    from pipelines.validation.step import table_of
    from pipelines.validation.suggestions import CSV, suggestions_folder, write_suggestions
    from pipelines.validation.user_rules import read_user_rules
    from pipelines.validation.words import counted, money

    own = [] if own_rules is None else read_user_rules(own_rules).rules
    proposed, untold = write_suggestions(table_of(place, table, or_folder=True), verdict, own)
    lines = [
        f"repair proposed: {one.repair}: {counted(one.cells, 'cell')}; brings back "
        f"{counted(one.rows, 'row')}, {money(one.value_usd if one.rows else 0.0)}"
        for one in proposed
    ] or ["no repair is known for the failed rows"]
    where = f"{place.relative(suggestions_folder(verdict))}/{CSV}"
    return [
        *lines,
        *untold,
        f"all proposals: {where}; none is applied: mend the source, then ingest it",
    ]


def _not_at_hand(verdict: Any) -> list[str]:
    """Of which files the original text of failed rows is not known, and what to do."""
    from pipelines.validation.quarantine import without_original
    from pipelines.validation.verdict import QUARANTINE_FILE
    from pipelines.validation.words import counted

    if not verdict.rows_failed:
        return []
    lacking = without_original(verdict.folder / QUARANTINE_FILE).rows()
    return [
        f"the original text of {counted(rows, 'failed row')} of {name} is not known: the file that "
        "was ingested is not at hand, or is another by its hash; say where it is: --sources FOLDER"
        for name, rows in lacking
    ]


def _docs_notice(place: Any, verdict: Any) -> str:
    """Where great-expectations' own pages are, and what opening them asks of the network."""
    from pipelines.validation.docs import ASSETS_FILE, hosts_of, result_pages
    from pipelines.validation.step import docs_of

    folder = docs_of(verdict.folder)
    pages = [place.relative(page) for page in result_pages(folder)]
    return "\n".join(
        [
            f"{place.relative(folder)}/index.html: opening these pages loads scripts, styles and a "
            f"logo from the network, of {', '.join(hosts_of(folder))}; each address is in "
            f"{ASSETS_FILE} beside it. Without it the index is empty, and these can be read:",
            *pages,
        ]
    )
