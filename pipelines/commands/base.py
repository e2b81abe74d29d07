"""``base``: a published schedule of duties, read as the duty without the scenario."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import AsJson, Quiet, WorkspaceOption, show

ScheduleFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="JSON (also .gz), XLSX or CSV, as published.")
]
Name = Annotated[
    str, typer.Option("--name", help="Name of the base: small letters, digits, dashes.")
]
Source = Annotated[
    str | None,
    typer.Option("--source", help="usitc-hts, usitc-annual or wto; else found from the content."),
]
Importer = Annotated[
    str | None, typer.Option("--importer", help="Importer, where the file has several.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="First day, if the file does not say it."),
]
Partner = Annotated[
    list[str] | None, typer.Option("--partner", help="Keep the rates for this partner and for all.")
]
Programme = Annotated[
    list[str] | None, typer.Option("--programme", help="Keep this programme, such as mfn.")
]


def base(
    file: ScheduleFile,
    name: Name,
    source: Source = None,
    importer: Importer = None,
    as_of: AsOf = None,
    partner: Partner = None,
    programme: Programme = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read a published schedule of duties; what cannot be read is listed with its reason.

    \b
    Examples:
      retorsion base hts_2025.json --name us-2025 --as-of 2025-01-01
          the Harmonized Tariff Schedule, as exported from hts.usitc.gov
      retorsion base tariff_database_2024.xlsx --name us-2024 --programme mfn --programme japan
          two programmes of the annual tariff database
      retorsion base wto_ttd.csv.gz --name china-on-us
          applied rates of the WTO Tariff and Trade Data
    """  # noqa: D301
    from pipelines.base import step, tell
    from pipelines.base.places import bases_folder
    from pipelines.base.settings import BaseSettings
    from pipelines.progress import Talk
    from pipelines.workspace import open_workspace

    settings = BaseSettings(
        name=name,
        layout=source,
        importer=importer,
        as_of=as_of.date() if as_of else None,
        partners=tuple(partner or ()),
        programmes=tuple(programme or ()),
    )
    place = open_workspace(workspace)
    record = step.make_base(place, file, settings, Talk(quiet=quiet))
    folder = place.relative(bases_folder(place))
    show(record.as_dict() | {"folder": folder}, tell.lines_of(record, folder), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("base")(base)
