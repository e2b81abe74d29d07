"""``validate`` (alias ``check``) and ``rules``: is a table fit to be used, and by which rules."""

from typing import Annotated, Any

import typer

from pipelines.commands.common import AsJson, Quiet, WorkspaceOption, show

Table = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="An ingested table, or a file in its layout.")
]
Quarantine = Annotated[
    bool, typer.Option("--quarantine", help="Leave out the rows that break a rule, and say so.")
]
DataDocs = Annotated[
    bool,
    typer.Option(
        "--data-docs",
        help="Also build great-expectations' own pages, which load assets from the network.",
    ),
]


def validate(
    table: Table,
    quarantine: Quarantine = False,
    data_docs: DataDocs = False,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Judge a trade table by the declared rules; exit 3 if a row breaks one.

    \b
    Examples:
      retorsion validate us-2024
          a verdict, a report, and every failed row with its original text
      retorsion validate us-2024 --quarantine
          accept the table without the failed rows
    """  # noqa: D301
    from pipelines.progress import Talk
    from pipelines.validation.step import rejected, table_of, verdict_for
    from pipelines.validation.verdict import Settings
    from pipelines.workspace import open_workspace

    place, talk = open_workspace(workspace), Talk(quiet=quiet)
    settings = Settings(quarantine=quarantine, data_docs=data_docs)
    verdict = verdict_for(place, table_of(place, table), settings, talk)
    if data_docs:
        talk.say(_docs_notice(place, verdict))
    if verdict.state == "invalid":
        raise rejected(place, verdict)
    show(_result(place, verdict), _lines(place, verdict), as_json=as_json)


def rules(as_json: AsJson = False) -> None:
    """List the rules that a trade table is judged by.

    \b
    Example:
      retorsion rules --json
          the same list for machines
    """  # noqa: D301
    from calc.rules import declared_rules
    from calc.tables.trade import Trade

    declared = declared_rules("trade", Trade)
    listed = [
        {"rule_id": rule.rule_id, "severity": rule.severity, "message": rule.message}
        for rule in declared
    ]
    width = max(len(rule.rule_id) for rule in declared)
    lines = [f"{rule.rule_id:<{width}}  {rule.severity:<7}  {rule.message}" for rule in declared]
    show({"rules": listed}, lines, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("validate")(validate)
    app.command("check", hidden=True)(validate)
    app.command("rules")(rules)


def _result(place: Any, verdict: Any) -> dict[str, Any]:
    """The verdict for ``--json``: as kept, with where it is kept."""
    result: dict[str, Any] = verdict.as_dict()
    return result | {"folder": place.relative(verdict.folder)}


def _lines(place: Any, verdict: Any) -> list[str]:
    """The verdict for people: in words, the rules broken, where the rest is, what to do next."""
    from pipelines.validation.step import given_as
    from pipelines.validation.verdict import QUARANTINE_CSV, REPORT_FILE
    from pipelines.validation.words import counted, money, sentence

    folder = place.relative(verdict.folder)
    broken = [
        f"  {finding.rule_id}: {counted(finding.rows_failed, 'row')}, "
        f"{money(finding.value_failed_usd)}"
        for finding in verdict.failing
    ]
    lines = [sentence(verdict), *broken, f"report: {folder}/{REPORT_FILE}"]
    if verdict.rows_failed:
        lines.append(f"quarantine: {folder}/{QUARANTINE_CSV}")
    return [*lines, f"next: retorsion run SCENARIO --trade {given_as(place, verdict)}"]


def _docs_notice(place: Any, verdict: Any) -> str:
    from pipelines.validation.step import docs_of

    pages = f"{place.relative(docs_of(verdict.folder))}/index.html"
    return f"{pages}: opening these pages loads scripts, fonts and a logo from the network"
