"""The demonstration: the embedded trade table ingested, the embedded scenario run."""

from pathlib import Path
from typing import TYPE_CHECKING

from calc.errors import StorageError
from pipelines.files import sha256_of, write_bytes
from pipelines.progress import Talk
from pipelines.workspace import Workspace, embedded

if TYPE_CHECKING:
    from pipelines.run.step import Run

TRADE_NAME = "us-2024"
TRADE_FILE = "us-imports-2024.csv"
SCENARIO_FILE = "scenarios/us-japan-2024.toml"


def run_demo(workspace: Workspace, talk: Talk) -> "Run":
    """The run of the embedded scenario on the embedded trade table.

    Raises:
        StorageError: The workspace cannot be written, or holds another table of that name.
    """
    from pipelines.run.inputs import RunSettings
    from pipelines.run.step import run_scenario
    from pipelines.validation import auditor

    if not _table_in(workspace).is_file():
        auditor.WORKER.start()  # which the table will be judged by: it takes seconds to start
    prepare_table(workspace, talk)
    return run_scenario(workspace, embedded(SCENARIO_FILE), RunSettings(), talk)


def start_workspace(workspace: Workspace, talk: Talk) -> list[Path]:
    """The files to start from, made where they are missing: the trade table, then the scenario.

    Raises:
        StorageError: The workspace cannot be written, or holds another table of that name.
    """
    table = prepare_table(workspace, talk)
    scenario = workspace.root / SCENARIO_FILE
    if not scenario.is_file():
        write_bytes(scenario, embedded(SCENARIO_FILE).read_bytes())
    return [table, scenario]


def _table_in(workspace: Workspace) -> Path:
    return workspace.trade / f"{TRADE_NAME}.parquet"


def prepare_table(workspace: Workspace, talk: Talk) -> Path:
    """The embedded trade table as ingested into the workspace, made if it is not there.

    Raises:
        StorageError: A table of that name is there, and was made from something else.
    """
    from pipelines.ingest.record import read_record

    table = _table_in(workspace)
    source = embedded(TRADE_FILE)
    if table.is_file():
        record = read_record(table)
        if record is None or [item.sha256 for item in record.sources] != [sha256_of(source)]:
            raise StorageError(
                f"the workspace has a table {TRADE_NAME} of its own",
                where=workspace.relative(table),
                hint="run the demonstration in another folder: retorsion demo --workspace FOLDER",
            )
        return table
    from pipelines.ingest.settings import IngestSettings
    from pipelines.ingest.step import ingest

    ingest(workspace, [source], IngestSettings(name=TRADE_NAME), talk)
    return table
