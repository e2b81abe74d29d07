"""``explain``: the trail of a figure, of a line or of a sum of lines."""

from typing import Annotated

import typer

from calc.errors import UsageError
from pipelines.commands.common import AsJson, Money, WorkspaceOption, show
from pipelines.commands.runs import RunArgument


def explain(
    wanted: RunArgument,
    line: Annotated[
        str | None, typer.Option("--line", metavar="CODE", help="Code, or its beginning.")
    ] = None,
    result: Annotated[
        str | None,
        typer.Option(
            "--result", metavar="ID", help="Id of a figure, as page and workbook give it."
        ),
    ] = None,
    partner: Annotated[str | None, typer.Option("--partner", help="Economy of origin.")] = None,
    importer: Annotated[
        str | None, typer.Option("--importer", help="Economy that levies the duty.")
    ] = None,
    currency: Money = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Show the trail of a figure: source row, base, measures and why, arithmetic, law.

    \b
    Examples:
      retorsion explain us-japan-2024 --line 8708.40.11 --partner JPN
      retorsion explain us-japan-2024 --result by_group/USA/car-parts
    """  # noqa: D301
    from pipelines.explain.step import explain as explain_line
    from pipelines.explain.step import explain_result, trails_told
    from pipelines.explain.total import explain_total
    from pipelines.report.currency import currency_told
    from pipelines.report.money import money_lead, said_in
    from pipelines.report.money_object import money_told, object_in
    from pipelines.run.store import find_run
    from pipelines.workspace import open_workspace

    folder = find_run(open_workspace(workspace), wanted)
    if (line is None) == (result is None):
        raise UsageError("say which figure", where="--line or --result",
                         hint="--line CODE of a good, or --result ID of a figure")  # fmt: skip
    money = currency_told(folder, currency)
    total = None if result is None else explain_total(folder, result)
    if total is not None:
        told, lines = {"total": total.put_in(money).as_dict()}, [*total.put_in(money).lines()]
    else:
        sides = {"importer": importer, "partner": partner}
        trails = (
            explain_line(folder, str(line), sides)
            if result is None
            else explain_result(folder, result)
        )
        told, lines = trails_told([trail.put_in(money) for trail in trails])
    show(
        object_in(money, told) | money_told(money),
        [*money_lead(money), *(said_in(money, text) for text in lines)],
        as_json=as_json,
    )


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("explain")(explain)
