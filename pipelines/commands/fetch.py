"""``fetch``: official services of trade statistics, asked by their documented queries."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import AsJson, Quiet, WorkspaceOption, show

ServiceName = Annotated[
    str | None,
    typer.Argument(metavar="SERVICE", help="census, comtrade, wits, comexstat or comext."),
]
Name = Annotated[
    str | None, typer.Option("--name", help="Name of the folder in data/raw, as of a table.")
]
Period = Annotated[
    list[str] | None, typer.Option("--period", help="Year 2024 or month 2024-07; repeat for more.")
]
Reporter = Annotated[
    list[str] | None, typer.Option("--reporter", help="Whose statistics; repeat for more.")
]
Partner = Annotated[
    list[str] | None, typer.Option("--partner", help="A partner; without one, all.")
]
Code = Annotated[
    list[str] | None, typer.Option("--code", help="A code of goods, such as 8708; else all.")
]
Level = Annotated[int | None, typer.Option("--level", help="Digits of the codes that are wanted.")]
Flow = Annotated[
    list[str] | None, typer.Option("--flow", help="import (export for comexstat) if not given.")
]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", help="A file with the key; else the environment's.")
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", help="Start of the addresses: https, or http to this machine."),
]
MaxBytes = Annotated[
    int | None, typer.Option("--max-bytes", help="Most bytes of one reply; exit 7 beyond.")
]
Tries = Annotated[int, typer.Option("--tries", help="How often a request is sent, 1 to 20.")]
Again = Annotated[bool, typer.Option("--again", help="Ask anew, even where the replies are there.")]
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="Accept that there is nothing.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the addresses without the key; ask nothing.")
]


def fetch(
    service: ServiceName = None,
    name: Name = None,
    period: Period = None,
    reporter: Reporter = None,
    partner: Partner = None,
    code: Code = None,
    level: Level = None,
    flow: Flow = None,
    key_file: KeyFile = None,
    base_url: BaseUrl = None,
    max_bytes: MaxBytes = None,
    tries: Tries = 5,
    again: Again = False,
    allow_empty: AllowEmpty = False,
    dry_run: DryRun = False,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Ask an official service; keep its replies as received in data/raw, to be ingested.

    The same command goes on where it was cut. A key is never written anywhere. Made from the
    services' documents and tried on made-up replies, not on the services: look at the first reply.

    \b
    Examples:
      retorsion fetch
          the services, and where each looks for its key
      retorsion fetch census --name us-japan-2024 --period 2024 --partner JPN
          U.S. imports for consumption by ten-digit line
      retorsion fetch comtrade --name de-2022 --period 2022 --reporter DEU --flow export --level 6
          all that a reporter exported, by subheading
      retorsion fetch comtrade --name x --period 2022 --reporter DEU --code 8708 --dry-run
          the addresses only
    """  # noqa: D301
    from pipelines.fetch import step, tell
    from pipelines.fetch.services.service import Asked
    from pipelines.fetch.settings import FetchSettings
    from pipelines.progress import Talk
    from pipelines.workspace import open_workspace

    if service is None:
        show({"services": tell.services_object()}, tell.services_lines(), as_json=as_json)
        return
    asked = Asked(
        service=service,
        periods=tuple(period or ()),
        reporters=tuple(reporter or ()),
        partners=tuple(partner or ()),
        codes=tuple(code or ()),
        flows=tuple(flow or ()),
        level=level,
    )
    settings = FetchSettings(
        name="dry-run" if dry_run else tell.name_needed(name),
        key_file=key_file,
        base_url=base_url,
        max_bytes=max_bytes,
        tries=tries,
        again=again,
        allow_empty=allow_empty,
        say=Talk(quiet=quiet).say,
    )
    if dry_run:
        plan = step.plan_of(asked, settings)
        show(tell.plan_object(plan), tell.plan_lines(plan), as_json=as_json)
        return
    place = open_workspace(workspace)
    done = step.fetch(place, asked, settings)
    folder = place.relative(done.folder)
    show(tell.fetched_object(done, folder), tell.fetched_lines(done, folder), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("fetch")(fetch)
