"""What every command shares: its options, and how results are shown."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result only.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        help="Folder that holds data/processed; else RETORSION_WORKSPACE, else this folder.",
        show_default=False,
    ),
]


def show(result: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print a result on standard output: as JSON, or as lines for people."""
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2, sort_keys=False, default=str))
    else:
        typer.echo("\n".join(lines))
