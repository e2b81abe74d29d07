"""``plot``: a chart of a run, on the terminal or as a drawing."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import AsJson, Money, WorkspaceOption, show
from pipelines.commands.runs import RunArgument

By = Annotated[
    str,
    typer.Option(
        "--by", metavar="partner|group|product|measure|authority|end-use|importer", help="What of."
    ),
]
Figure = Annotated[
    str | None,
    typer.Option(
        "--figure", metavar="covered|in-force|threatened|duty-added",
        help="What is drawn; covered unless by authority.", show_default=False,
    ),
]  # fmt: skip
Top = Annotated[int, typer.Option("--top", min=1, max=60, help="How many, the largest first.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Drawing to write: .svg or .png.")
]


def plot(
    run: RunArgument,
    by: By = "partner",
    figure: Figure = None,
    top: Top = 15,
    output: Output = None,
    currency: Money = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Draw a run by partner, group, product, measure, legal basis or end use.

    \b
    Examples:
      retorsion plot us-japan-2024 --by group
          bars on the terminal
      retorsion plot us-japan-2024 --by product --figure duty-added -o duty.svg
          a drawing
    """  # noqa: D301
    from pipelines.plot import plot_lines, plot_of, write_plot
    from pipelines.report.currency import currency_told
    from pipelines.report.money_object import money_told
    from pipelines.run.store import find_run
    from pipelines.workspace import open_workspace

    folder = find_run(open_workspace(workspace), run)
    money = currency_told(folder, currency)
    found = plot_of(folder, by, figure, top, money)
    told = found.as_dict() | money_told(money)
    lines = plot_lines(found)
    if output is not None:
        write_plot(output, found)
        told, lines = told | {"written": str(output)}, [f"written: {output}"]
    show(told, lines, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("plot")(plot)
