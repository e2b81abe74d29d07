"""A run on a cluster as one step: it appears whole, with the manifest of any run, or not at all."""

import shutil
from pathlib import Path

from calc.errors import StorageError
from pipelines.folders import new_folder
from pipelines.progress import Talk
from pipelines.run.lean import LINES, Written, part_of, write_lean
from pipelines.run.step import question_of
from pipelines.run.suited import refuse_options, refuse_scenario
from pipelines.run.whole import Whole
from pipelines.spark.cluster import Cluster
from pipelines.spark.session import session
from pipelines.spark.work import work
from pipelines.workspace import Workspace

HANDED = ".handed"
SUCCESS = "_SUCCESS"
NOTE = (
    "Computed on Apache Spark: the lines are in the folder lines, by period; there are no tables "
    "of components, measures, authorities, suppliers, provenance or what matched nothing, no page "
    "and no workbook."
)


def make_on_spark(workspace: Workspace, inputs: Whole, folder: Path, _talk: Talk) -> None:
    """Compute a run on a cluster and write it whole, or leave nothing.

    Raises:
        UsageError: The engine cannot do what the caller asks for.
        ScenarioError: Or what the scenario does.
        ServiceError: The cluster cannot be reached, or a job on it failed.
        StorageError: A file cannot be written.
    """
    from importlib import metadata

    refuse_options(inputs)
    question = question_of(inputs.parts[0])
    refuse_scenario(inputs, question)
    own = inputs.parts[0]
    with new_folder(folder) as fresh:
        handed = fresh / HANDED
        handed.mkdir()
        with session(own.settings.master, own.verdict.rows_judged) as spark:
            worked = work(Cluster(spark=spark, folder=handed), question, fresh / LINES)
        shutil.rmtree(handed)
        _refuse_unfinished(fresh / LINES)
        libraries = {"pyspark": metadata.version("pyspark")}
        written = Written(fresh=fresh, folder=folder, libraries=libraries)
        write_lean(workspace, inputs, written, part_of(inputs, question, worked, NOTE))


def _refuse_unfinished(lines: Path) -> None:
    """Nothing, where Spark says that all parts are there; its own checksums are taken away.

    Raises:
        StorageError: It does not.
    """
    if not (lines / SUCCESS).is_file():
        hint = "workers and this machine must see the workspace by the same path"
        raise StorageError("the lines of the workers are not here", where=str(lines), hint=hint)
    for path in lines.rglob(".*.crc"):
        path.unlink()
