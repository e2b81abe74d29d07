"""``compare``: what two runs, or two scenarios, differ in, and why."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import (
    AsJson,
    AsOf,
    Money,
    Quiet,
    WorkspaceOption,
    day_given,
    period_given,
    show,
)
from pipelines.commands.run_options import Period, Quarantine, Trade

First = Annotated[
    str, typer.Argument(metavar="FIRST", help="A run, or a scenario file (.toml) computed now.")
]
Second = Annotated[str, typer.Argument(metavar="SECOND", help="Another of either.")]
Comments = Annotated[
    Path | None,
    typer.Option("--comments", help="Comment log, CSV: code, commenter, ask, decision, reason."),
]


def compare(
    first: First,
    second: Second,
    comments: Comments = None,
    trade: Trade = None,
    as_of: AsOf = None,
    period: Period = None,
    quarantine: Quarantine = False,
    currency: Money = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say what two runs differ in: the causes with their dollars, and the lists line by line.

    \b
    Examples:
      retorsion compare us-japan-2024 us-japan-25
          the newest runs of two scenarios
      retorsion compare us-japan-2024~1 us-japan-2024
          the run before the newest, and the newest
      retorsion compare list-v1.toml list-v2.toml --comments log.csv
          two versions of a list, with who asked for what
    """  # noqa: D301
    from pipelines.compare.sides import side_of
    from pipelines.compare.step import compare as compare_sides
    from pipelines.compare.step import write_comparison
    from pipelines.compare.told import comparison_dict, comparison_lines
    from pipelines.progress import Talk
    from pipelines.run.inputs import RunSettings
    from pipelines.workspace import open_workspace

    settings = RunSettings(
        trade=trade, as_of=day_given(as_of), period=period_given(period), quarantine=quarantine
    )
    place, talk = open_workspace(workspace), Talk(quiet=quiet)
    sides = [side_of(place, wanted, settings, talk) for wanted in (first, second)]
    with talk.working("comparing"):
        done = compare_sides(sides[0], sides[1], comments, currency=currency)
    folder = place.relative(write_comparison(place, done))
    show(comparison_dict(done, folder), comparison_lines(done, folder), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("compare")(compare)
