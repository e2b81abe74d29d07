"""``run``, ``runs``, ``prune`` and ``verify``: apply a schedule and keep its results honest."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import (
    AsJson,
    AsOf,
    HighRate,
    MaxRejected,
    MaxRejectedUsd,
    MemoryLimit,
    OwnRules,
    Quiet,
    WorkspaceOption,
    day_given,
    engine_given,
    method_given,
    period_given,
    rate_given,
    share_given,
    show,
)
from pipelines.commands.run_options import (
    Convert,
    Effects,
    Engine,
    Estimate,
    Master,
    Period,
    Quarantine,
    Shapley,
    Strict,
    Trade,
    Weights,
)

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario, TOML.")]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A folder, an id, a scenario's name, or name~1.")
]


def run(
    scenario: ScenarioFile,
    trade: Trade = None,
    as_of: AsOf = None,
    period: Period = None,
    quarantine: Quarantine = False,
    max_rejected: MaxRejected = None,
    max_rejected_usd: MaxRejectedUsd = None,
    own_rules: OwnRules = None,
    allow_rate_above: HighRate = None,
    strict: Strict = False,
    shapley: Shapley = False,
    estimate: Estimate = None,
    effects: Effects = False,
    convert: Convert = False,
    weights: Weights = None,
    memory_limit: MemoryLimit = None,
    engine: Engine = "polars",
    master: Master = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Apply a scenario to a trade table: reports in Parquet, a workbook, a summary.

    \b
    Examples:
      retorsion run scenario.toml
          what trade it hits, what duty it puts on it
      retorsion run scenario.toml --as-of 2024-06-01 --trade us-2024
          the same law at another date, on a table that you choose
      retorsion run scenario.toml --convert
          on trade in another edition of the Harmonized System
      retorsion run scenario.toml --engine spark --master spark://host:7077
          on a cluster, for tables beyond one machine
    """  # noqa: D301
    from pipelines.memory import limit_given
    from pipelines.progress import Talk
    from pipelines.run.inputs import RunSettings
    from pipelines.run.step import run_scenario
    from pipelines.workspace import open_workspace

    settings = RunSettings(
        trade=trade,
        as_of=day_given(as_of),
        period=period_given(period),
        quarantine=quarantine,
        rules=own_rules,
        max_rejected_share=share_given(max_rejected),
        max_rejected_usd=max_rejected_usd,
        allow_rate_above=rate_given(allow_rate_above),
        shapley=shapley,
        estimate=method_given(estimate),
        effects=effects,
        convert=convert or weights is not None,
        weights=weights,
        memory_limit=limit_given(memory_limit),
        engine=engine_given(engine, master),
        master=master,
    )
    place = open_workspace(workspace)
    tell(run_scenario(place, scenario, settings, Talk(quiet=quiet)), as_json, strict)


def tell(done: Any, as_json: bool, strict: bool = False) -> None:
    """Show the summary of a run.

    Raises:
        VerificationError: A check on the run's own tables failed, or under ``strict`` a duty is
            not known; the run is kept.
    """
    from pipelines.report.summary import summary_lines
    from pipelines.report.summary_object import summary_dict
    from pipelines.run.checks import refuse_failed

    facts, tables = done.facts, done.tables()
    if as_json:
        show(summary_dict(facts, tables) | {"reused": done.is_reused}, [], as_json=True)
    else:
        show({}, summary_lines(facts, tables), as_json=False)
    refuse_failed(done.manifest, tables, strict=strict)


def runs(
    scenario: Annotated[str | None, typer.Argument(help="Only those of this scenario.")] = None,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """List the runs of the workspace by scenario, newest first.

    \b
    Example:
      retorsion runs us-japan-2024
    """  # noqa: D301
    from pipelines.run.store import stored_runs, unread_runs
    from pipelines.workspace import open_workspace

    place = open_workspace(workspace)
    found, unread = stored_runs(place, scenario), unread_runs(place, scenario)
    listed = [
        {
            "run": f"{item.manifest.scenario_id}~{item.age}",
            "run_id": item.manifest.run_id,
            "title": item.manifest.title,
            "trade": item.manifest.facts["trade_name"],
            "as_of": item.manifest.facts["as_of"],
            "folder": place.relative(item.folder),
        }
        for item in found
    ]
    lines = [
        f"{row['run']:<32}  {row['run_id']}  {row['trade']}, law as of {row['as_of']}"
        for row in listed
    ]
    none = ["no runs yet; make one with: retorsion demo, or: retorsion run SCENARIO"]
    lines += [f"not read: {problem.what}" for problem in unread]
    told = [{"what": item.what, "where": item.where, "hint": item.hint} for item in unread]
    show({"runs": listed, "not_read": told}, lines or none, as_json=as_json)


def prune(
    scenario: Annotated[str | None, typer.Argument(help="Only those of this scenario.")] = None,
    keep: Annotated[int, typer.Option(min=0, help="Newest runs to keep of each scenario.")] = 1,
    run_id: Annotated[
        str | None, typer.Option("--run", metavar="RUN", help="Remove this run only.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    workspace: WorkspaceOption = None,
    as_json: AsJson = False,
) -> None:
    """Remove old runs; the newest of each scenario stays unless told otherwise.

    \b
    Example:
      retorsion prune us-japan-2024 --keep 3 --dry-run
    """  # noqa: D301
    from pipelines.run.store import find_run, remove_runs, stored_runs
    from pipelines.workspace import open_workspace

    place = open_workspace(workspace)
    if run_id is not None:
        gone = [find_run(place, run_id)]
    else:
        gone = [item.folder for item in stored_runs(place, scenario) if item.age >= keep]
    if not dry_run:
        remove_runs(place, gone)
    verb = "would remove" if dry_run else "removed"
    names = [place.relative(folder) for folder in gone]
    lines = [f"{verb} {name}" for name in names] or ["nothing to remove"]
    show({"removed": [] if dry_run else names, "found": names}, lines, as_json=as_json)


def verify(wanted: RunArgument, workspace: WorkspaceOption = None, as_json: AsJson = False) -> None:
    """Check every hash of a run, or of an audit pack; exit 8 naming what was altered or is stale.

    \b
    Examples:
      retorsion verify us-japan-2024
          the run in the workspace, and the inputs that are still there
      retorsion verify pack.zip
          a pack that somebody sent, on any machine
    """  # noqa: D301
    from dataclasses import asdict

    from pipelines.run.store import find_run
    from pipelines.run.verify import verify as verify_run
    from pipelines.workspace import open_workspace

    if wanted.endswith(".zip"):
        _verify_pack(Path(wanted), as_json=as_json)
        return
    place = open_workspace(workspace)
    done = verify_run(place, find_run(place, wanted))
    lines = [
        f"run {done.run_id} of {done.scenario_id} is whole: {done.outputs} outputs and "
        f"{done.inputs} inputs have their recorded hash"
    ]
    lines += [
        f"not checked, not in the workspace or no longer there: {name}"
        for name in done.inputs_not_found
    ]
    show(asdict(done), lines, as_json=as_json)


def _verify_pack(path: Path, *, as_json: bool) -> None:
    from dataclasses import asdict

    from pipelines.audit.check import verify_pack

    done = verify_pack(path)
    line = f"{path.name} is whole: {done.files} files of run {done.run_id} of {done.scenario_id}"
    sha = f"it stands or falls with SHA-256 {done.pack_sha256} of its list"
    show(asdict(done), [line, sha], as_json=as_json)


def register(app: typer.Typer) -> None:
    """Attach the commands of this subject."""
    app.command("run")(run)
    app.command("runs")(runs)
    app.command("verify")(verify)
    app.command("prune")(prune)
