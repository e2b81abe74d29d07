"""``sweep``: the same trade under one law after another."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import (
    AsJson,
    AsOf,
    HighRate,
    MemoryLimit,
    Money,
    Quiet,
    WorkspaceOption,
    day_given,
    method_given,
    period_given,
    rate_given,
    show,
)
from pipelines.commands.run_options import Convert, Estimate, Period, Quarantine, Trade, Weights
from pipelines.commands.runs import ScenarioFile

Rate = Annotated[
    str | None,
    typer.Option("--rate", metavar="MEASURE=FROM:TO:STEP", help="Rates in percent."),
]
Assume = Annotated[
    str | None,
    typer.Option(
        "--assume", metavar="NAME=FROM:TO:STEP", help="Values of an elasticity or a share."
    ),
]
WithEffects = Annotated[
    bool, typer.Option("--effects", help="What trade does in answer at each rate.")
]
ByDate = Annotated[bool, typer.Option("--by-date", help="A result for each change of the law.")]
Calendar = Annotated[
    int | None,
    typer.Option(
        "--calendar", metavar="YEAR", min=1900, max=2099, help="The law over a year, day by day."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Parquet or CSV file to write.")
]


def sweep(
    scenario: ScenarioFile,
    rate: Rate = None,
    assume: Assume = None,
    effects: WithEffects = False,
    by_date: ByDate = False,
    calendar: Calendar = None,
    output: Output = None,
    trade: Trade = None,
    as_of: AsOf = None,
    period: Period = None,
    quarantine: Quarantine = False,
    allow_rate_above: HighRate = None,
    estimate: Estimate = None,
    convert: Convert = False,
    weights: Weights = None,
    currency: Money = None,
    memory_limit: MemoryLimit = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Give a measure one rate after another, or read the law at each of its dates.

    \b
    Examples:
      retorsion sweep scenario.toml --rate car-parts=0:200:10
          what each rate adds; the trade is read once
      retorsion sweep scenario.toml --rate car-parts=0:200:10 --effects
          what trade does in answer at each rate, and where duty is most
      retorsion sweep scenario.toml --assume between-imports=2:8:1
          the same at each value of an elasticity, or of a share
      retorsion sweep scenario.toml --by-date
          what is hit and owed from each change of the law on
      retorsion sweep scenario.toml --calendar 2025
          what is owed over the year, as its law changes
      retorsion sweep scenario.toml --by-date --convert
          on trade in another edition of the Harmonized System
    """  # noqa: D301
    from pipelines.memory import limit_given
    from pipelines.progress import Talk
    from pipelines.report.currency import money_of_inputs
    from pipelines.run.inputs import RunSettings
    from pipelines.run.step import read_inputs
    from pipelines.tables_out import write_out
    from pipelines.variants.notes import money_notes, notes_of_variants
    from pipelines.variants.step import Asked, found_by_name
    from pipelines.variants.told import Told, bent_notes, turning_notes
    from pipelines.workspace import open_workspace

    asked = Asked(rate=rate, assume=assume, by_date=by_date, calendar=calendar, effects=effects)
    asked.refuse_misfits(has_date=as_of is not None)
    settings = RunSettings(
        trade=trade,
        as_of=day_given(as_of),
        period=period_given(period),
        quarantine=quarantine,
        allow_rate_above=rate_given(allow_rate_above),
        every_date=not asked.is_at_date,
        estimate=method_given(estimate),
        convert=convert or weights is not None,
        weights=weights,
        memory_limit=limit_given(memory_limit),
    )
    talk = Talk(quiet=quiet)
    inputs = read_inputs(open_workspace(workspace), scenario, settings, talk)
    money = money_of_inputs(inputs, currency)
    name, found, turns, own = found_by_name(inputs, asked, talk)
    notes = [*own, *notes_of_variants(inputs, rate, is_answered=turns is not None)]
    if turns is not None:
        notes = [*turning_notes(found["swept"][0], turns), *bent_notes(found), *notes]
    told = Told(name, found, (*money_notes(money, asked, output), *notes), money)
    if output is not None:
        write_out(output, found, name, money)
    show(told.as_dict(), told.lines(is_curve=turns is not None), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("sweep")(sweep)
