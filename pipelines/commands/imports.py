"""``import-assumptions`` and ``import-annex``: a workbook that somebody edited, read back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import AsJson, WorkspaceOption, show
from pipelines.commands.runs import RunArgument

Edited = Annotated[
    Path, typer.Argument(metavar="FILE", help="The workbook as edited, or the sheet as CSV.")
]
Accepted = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="NAME.toml", help="Accept: write the scenario here."),
]


def import_assumptions(
    run: RunArgument,
    edited: Edited,
    output: Accepted = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Read rates and shares edited on the sheet inputs of a run back into its scenario.

    \b
    Examples:
      retorsion import-assumptions us-japan-2024 report.xlsx
          show what changes, and by how many dollars; nothing is written
      retorsion import-assumptions us-japan-2024 report.xlsx -o lower.toml
          accept it as a scenario
    """  # noqa: D301
    _import(run, edited, "inputs", output, workspace, as_json=as_json)


def import_annex(
    run: RunArgument,
    edited: Edited,
    output: Accepted = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Read the list edited on the sheet annex of a run back as a schedule.

    \b
    Example:
      retorsion import-annex us-japan-2024 report.xlsx -o list-v2.toml
    """  # noqa: D301
    _import(run, edited, "annex", output, workspace, as_json=as_json)


def _import(
    run: str,
    edited: Path,
    kind: Any,
    output: Path | None,
    workspace: Path | None,
    *,
    as_json: bool,
) -> None:
    from pipelines.roundtrip.step import import_sheet
    from pipelines.roundtrip.told import imported_dict, imported_lines
    from pipelines.workspace import open_workspace

    done = import_sheet(open_workspace(workspace), run, edited, kind, output)
    show(imported_dict(done), imported_lines(done), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("import-assumptions")(import_assumptions)
    app.command("import-annex")(import_annex)
