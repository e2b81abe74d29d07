"""The job of the demonstration on a cluster, on any table: MASTER TABLE FOLDER."""

import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.progress import Talk
from pipelines.run.inputs import RunSettings
from pipelines.run.question import Question
from pipelines.run.step import question_of, read_inputs
from tests.run.tool import SCENARIO, Place


def asked(place: Place, scenario: Path) -> Question:
    """What a scenario asks of the table of the demonstration."""
    inputs = read_inputs(place.workspace, scenario, RunSettings(), Talk(quiet=True))
    return question_of(inputs.parts[0])


def main(master: str, table: str, folder: str) -> None:
    """Work on the cluster; the reports and the lines go to the folder."""
    from pipelines.spark.cluster import Cluster
    from pipelines.spark.session import session
    from pipelines.spark.work import work

    rows = pq.read_metadata(table).num_rows
    question = replace(asked(Place(Path.cwd()), SCENARIO), table=Path(table))
    handed = Path(folder) / "handed"
    handed.mkdir()
    with session(master, rows) as spark:
        found = work(Cluster(spark=spark, folder=handed), question, Path(folder) / "lines")
    for name, frame in found.tables.items():
        frame.write_parquet(Path(folder) / f"{name}.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
