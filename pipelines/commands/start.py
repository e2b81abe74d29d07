"""``demo``, ``init`` and ``doctor``: the first minutes, and what to do when something is off."""

import typer

from pipelines.commands.common import AsJson, Quiet, WorkspaceOption, show


def demo(workspace: WorkspaceOption = None, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Run the main job on the data that come with the tool: U.S. imports of 2024.

    A hypothetical scenario: 100 percent on Japanese car parts and flat glass in lieu of the MFN
    duty; telecom and medical technology announced only, so threatened.

    \b
    Example:
      retorsion demo
    """  # noqa: D301
    from pipelines.commands.runs import tell
    from pipelines.demo import run_demo
    from pipelines.progress import Talk
    from pipelines.workspace import open_workspace

    tell(run_demo(open_workspace(workspace), Talk(quiet=quiet)), as_json)


def init(workspace: WorkspaceOption = None, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Put the demonstration's trade table and scenario into the workspace, to start from.

    \b
    Example:
      retorsion init && retorsion run scenarios/us-japan-2024.toml
    """  # noqa: D301
    from pipelines.demo import start_workspace
    from pipelines.progress import Talk
    from pipelines.workspace import open_workspace

    place = open_workspace(workspace)
    made = [place.relative(path) for path in start_workspace(place, Talk(quiet=quiet))]
    lines = [*(f"ready        {name}" for name in made), f"next         retorsion run {made[-1]}"]
    show({"ready": made}, lines, as_json=as_json)


def doctor(workspace: WorkspaceOption = None, as_json: AsJson = False) -> None:
    """Say what is installed, where the workspace is, and what is broken; exit 8 if anything is.

    \b
    Example:
      retorsion doctor --json
    """  # noqa: D301
    from pipelines.doctor import examine, refuse_broken
    from pipelines.workspace import open_workspace

    findings = examine(open_workspace(workspace))
    width = max(len(finding.what) for finding in findings)
    lines = [f"{item.mark:<7}  {item.what:<{width}}  {item.state}" for item in findings]
    show({"findings": [item.as_dict() for item in findings]}, lines, as_json=as_json)
    refuse_broken(findings)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("demo")(demo)
    app.command("init")(init)
    app.command("doctor")(doctor)
