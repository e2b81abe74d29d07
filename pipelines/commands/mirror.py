"""``mirror``: an importer's reports of trade held against its partners' reports."""

from typing import Annotated

import typer

from pipelines.commands.common import AsJson, MemoryLimit, Quiet, WorkspaceOption, show

Imports = Annotated[
    str, typer.Argument(metavar="TABLE", help="Table (name or file) of the importers' reports.")
]
Against = Annotated[
    str | None,
    typer.Option("--against", help="Table of the exporters' reports; the same, if it has both."),
]
ReExports = Annotated[
    str | None, typer.Option("--re-exports", help="Table of the re-exports among the exports.")
]
CifFob = Annotated[
    float | None,
    typer.Option("--cif-fob", help="CIF over FOB value, such as 1.06, where FOB is not reported."),
]
Threshold = Annotated[
    str, typer.Option("--threshold", help="Flag lines whose smaller report lacks more than this.")
]
Level = Annotated[
    int | None, typer.Option("--level", help="Digits to compare: 6, 4, 2; 0 all goods together.")
]
Convert = Annotated[
    bool, typer.Option("--convert", help="Put codes of several editions into the oldest one.")
]


def mirror(
    table: Imports,
    against: Against = None,
    re_exports: ReExports = None,
    cif_fob: CifFob = None,
    threshold: Threshold = "25%",
    level: Level = None,
    convert: Convert = False,
    memory_limit: MemoryLimit = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Hold importers' reports of flows against the exporters', line by line; flag wide gaps.

    \b
    Examples:
      retorsion mirror us-2022 --against china-2022 --cif-fob 1.06
          U.S. imports from China against China's exports to the United States
      retorsion mirror comtrade-2022 --threshold 10%
          a table with the imports and exports of several economies
    """  # noqa: D301
    from calc.errors import UsageError
    from pipelines.memory import limit_given
    from pipelines.mirror.step import MirrorSettings, compare_sides, write_mirror
    from pipelines.mirror.tell import mirror_lines, mirror_object
    from pipelines.progress import Talk
    from pipelines.validation.share import SHARE_RULE, share_of
    from pipelines.workspace import open_workspace

    share = share_of(threshold)
    if share is None:
        raise UsageError(f"{threshold!r} is no share", where="--threshold", hint=SHARE_RULE)
    settings = MirrorSettings(
        imports=table,
        against=against,
        re_exports=re_exports,
        cif_fob=cif_fob,
        threshold=share,
        level=level,
        convert=convert,
        memory_limit=limit_given(memory_limit),
    )
    place = open_workspace(workspace)
    with Talk(quiet=quiet).working("comparing both sides"):
        done = compare_sides(place, settings)
    folder = place.relative(write_mirror(place, done))
    show(mirror_object(done, folder), mirror_lines(done, folder), as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("mirror")(mirror)
