"""``report``: a run in the form that somebody needs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.common import AsJson, Money, WorkspaceOption, show
from pipelines.commands.runs import RunArgument

if TYPE_CHECKING:
    from pipelines.report.export import Form as Known

Form = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="html|xlsx|csv|json|md|annex|notice",
        help="md (where none is named): one page; annex: a list; notice: the list to be printed.",
        show_default=False,
    ),
]
Brief = Annotated[bool, typer.Option("--brief", help="One page for a reader in a hurry: md.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="File to write; for csv a folder, one file a table."),
]
Mark = Annotated[
    bool, typer.Option("--bom", help="Mark CSV as UTF-8, as Excel needs it to read accents.")
]


def report(
    run: RunArgument,
    form: Form = None,
    brief: Brief = False,
    output: Output = None,
    currency: Money = None,
    bom: Mark = False,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Give a run as a brief, a page, a workbook, tables in CSV, or the annex of a notice.

    \b
    Examples:
      retorsion report us-japan-2024
          one page in Markdown, on the screen
      retorsion report us-japan-2024 --format annex -o annex.csv
          code, description, rate: a list that a scenario can read back
      retorsion report us-japan-2024 --format notice -o notice.md
          the same list as the annex of an official notice
      retorsion report ca-cars --currency EUR
          amounts in euro, where [currencies] of its scenario states a dated rate
    """  # noqa: D301
    from calc.errors import UsageError
    from pipelines.report.export import OWN, Export, content_of, facts_in, write_export
    from pipelines.run.store import find_run
    from pipelines.workspace import open_workspace

    known = _form(form, brief=brief, currency=currency)
    folder = find_run(open_workspace(workspace), run)
    wanted = Export(known, bom, currency or OWN)
    if output is not None:
        money = None if known == "annex" else facts_in(folder, wanted)[0].currency
        written = [str(path) for path in write_export(folder, wanted, output)]
        told = {"currency": asdict(money)} if money else {}
        lines = [f"written: {path}" for path in written] + ([money.told] if money else [])
        show({"written": written, **told}, lines, as_json=as_json)
    elif known in ("xlsx", "csv", "html"):
        raise UsageError(f"{known} needs a place to be written to", where="--output",
                         hint=f"retorsion report {run} --format {known} -o NAME")  # fmt: skip
    else:
        typer.echo(content_of(folder, wanted).decode(), nl=False)


def _form(form: str | None, *, brief: bool, currency: str | None) -> "Known":
    """The form that is asked for.

    Raises:
        UsageError: There is no such form, two are asked for, or it has no amounts.
    """
    from calc.errors import UsageError, did_you_mean
    from pipelines.report.export import FORMS

    if brief and form not in (None, "md"):
        raise UsageError(f"--brief is the form md, and --format asks for {form}",
                         where="--brief", hint="leave one of them out")  # fmt: skip
    form = form or "md"
    known = next((one for one in FORMS if one == form), None)
    if known is None:
        raise UsageError(f"{form!r} is no form of a report", where="--format",
                         hint=did_you_mean(form, FORMS))  # fmt: skip
    if currency is not None and known == "annex":
        raise UsageError(
            "the annex has no amounts that --currency could tell in other money",
            where="--currency",
            hint="leave it out, or ask for another form",
        )
    return known


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("report")(report)
