"""``scenario check`` and ``scenario show``: is a scenario good, and what law does it make."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import (
    AsJson,
    AsOf,
    HighRate,
    WorkspaceOption,
    day_given,
    rate_given,
    show,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A scenario file (TOML).")]
WIDEST = 48
Told = tuple[Any, Any, list[str]]
"""A scenario, its law at the date, and what may be wrong with it."""

app = typer.Typer(
    name="scenario",
    help="Check a scenario file, or show the law that it makes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def check(
    file: File,
    as_of: AsOf = None,
    allow_rate_above: HighRate = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Say that a scenario is good, or tell all of its problems; exit 4 if it has any.

    \b
    Example:
      retorsion scenario check scenario.toml
          its measures and the state of each at the date
    """  # noqa: D301
    from pipelines.scenario.notes import told_at_once

    scenario, laws = _laws(file, as_of, allow_rate_above, workspace)
    lines = _whole(scenario)
    for part, law, warnings in laws:
        lines.append(_headline(part, law, warnings))
        told = [
            f"  {each['id']}: {each['state']}{_since(each)}"
            for each in _result(part, law, warnings)["measures"]
        ]
        lines += dict.fromkeys(told)  # branches of a measure that are in one state are told once
        lines += [f"note: {note}" for note in told_at_once(part)]
        lines += [f"warning: {warning}" for warning in warnings]
    show(_results(scenario, laws), [*lines, f"next: retorsion run {file}"], as_json=as_json)


def show_law(
    file: File,
    as_of: AsOf = None,
    allow_rate_above: HighRate = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Show the law that a scenario makes at a date: its measures as resolved, and notes.

    \b
    Examples:
      retorsion scenario show scenario.toml --as-of 2024-12-31
          the measures with their states, partners, goods, rates and sources
      retorsion scenario show scenario.toml --json
          the same for machines
    """  # noqa: D301
    scenario, laws = _laws(file, as_of, allow_rate_above, workspace)
    blocks = ["\n".join(_law_lines(*each)) for each in laws]
    lines = ["\n\n".join([*_whole(scenario), *blocks])]
    show(_results(scenario, laws), lines, as_json=as_json)


def register(parent: typer.Typer) -> None:
    """Attach the commands of this subject."""
    parent.add_typer(app)


app.command("check")(check)
app.command("show")(show_law)


def _laws(
    file: Path, as_of: str | None, allow_rate_above: str | None, workspace: Path | None
) -> tuple[Any, list[Told]]:
    """A scenario, and each of its parts (itself where it includes no other) with its law."""
    from pipelines.scenario.law import law_at
    from pipelines.scenario.read import read_scenario
    from pipelines.scenario.warnings import warnings_of
    from pipelines.workspace import open_workspace

    day, highest = day_given(as_of), rate_given(allow_rate_above)
    scenario = read_scenario(file, allow_rate_above=highest, workspace=open_workspace(workspace))
    laws = [(part, law_at(part, day)) for part in scenario.parts or (scenario,)]
    return scenario, [(part, law, warnings_of(part, law)) for part, law in laws]


def _whole(scenario: Any) -> list[str]:
    """What a scenario that includes others is, in a line; nothing of any other."""
    if not scenario.parts:
        return []
    names = ", ".join(part.importer for part in scenario.parts)
    return [f"{scenario.scenario_id} includes {len(scenario.parts)} scenarios, of {names}"]


def _results(scenario: Any, laws: list[Told]) -> dict[str, Any]:
    """The law for ``--json``, or that of each part where a scenario includes others."""
    if not scenario.parts:
        return _result(*laws[0])
    return {
        "scenario_id": scenario.scenario_id,
        "title": scenario.title,
        "note": scenario.note,
        "parts": [_result(*each) for each in laws],
    }


def _law_lines(scenario: Any, law: Any, warnings: list[str]) -> list[str]:
    """The law of a scenario for people: its measures as a table, their sources, and notes."""
    measures = _result(scenario, law, warnings)["measures"]
    lines = [_headline(scenario, law, warnings), "", *_table(measures), ""]
    lines += _by_portion(measures)
    lines += [f"source of {each['id']}: {each['source']}" for each in measures]
    lines += [f"note: {note}" for note in law.notes]
    lines += [f"warning: {warning}" for warning in warnings]
    if law.change_dates:
        lines.append(f"the law changes on: {', '.join(map(str, law.change_dates))}")
    return lines


def _by_portion(measures: list[dict[str, Any]]) -> list[str]:
    """What portions pay instead of a measure's rate, each said once."""
    said = [
        f"{each['id']} in the portion {name}: {pays}"
        for each in measures
        for name, pays in each["by_portion"].items()
    ]
    return list(dict.fromkeys(said))


def _result(scenario: Any, law: Any, warnings: list[str]) -> dict[str, Any]:
    """The law for ``--json``; dates are written year-month-day."""
    from pipelines.scenario.show import measures_shown

    return {
        "scenario_id": scenario.scenario_id,
        "title": scenario.title,
        "importer": scenario.importer,
        "nomenclature": scenario.nomenclature,
        "trade": scenario.trade,
        "base": scenario.base_text,
        "as_of": law.as_of,
        "valid_from": law.valid_from,
        "valid_until": law.valid_until,
        "change_dates": list(law.change_dates),
        "measures": measures_shown(scenario, law),
        "sources": [
            {"name": name, "what": what, "sha256": digest} for name, what, digest in law.sources
        ],
        "notes": list(law.notes),
        "warnings": warnings,
    }


def _headline(scenario: Any, law: Any, warnings: list[str]) -> str:
    count = len(scenario.measures)
    in_force = law.measures.filter("is_in_force")["measure_id"].n_unique()
    day = f" at {law.as_of}" if law.as_of else ""
    warned = f"{len(warnings)} warning{'' if len(warnings) == 1 else 's'}"
    good = f"can be read, with {warned}" if warnings else "is good"
    return (
        f"{scenario.scenario_id} {good}: {count} measure{'' if count == 1 else 's'} of "
        f"{scenario.importer}, {in_force} in force{day}"
    )


def _since(each: dict[str, Any]) -> str:
    from pipelines.scenario.timed import FIRST_DAY

    since = f" since {each['since']}" if each["since"] else ""
    if each["since"] == FIRST_DAY:
        since = " from the beginning"
    return f"{since}, until {each['until']}" if each["until"] else since


def _table(measures: list[dict[str, Any]]) -> list[str]:
    """The measures as columns of text under their names."""
    columns = ("id", "state", "since", "partners", "products", "codes", "rate", "mode")
    header = dict(zip(columns, columns, strict=True))
    cells = [[_cell(row[column]) for column in columns] for row in (header, *measures)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(columns))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells]
    return ["  ".join(row).rstrip() for row in padded]


def _cell(value: Any) -> str:
    """A cell as text: a dash where nothing is known, cut where it would fill the line."""
    text = "-" if value is None else str(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."
