"""On a Spark cluster of this machine: the figures of polars, also where a process dies half-way.

``RETORSION_SPARK_ROWS`` is how many rows the larger table has: ``make cluster ROWS=10000000``.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import util
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.run.compute import answer
from pipelines.spark.session import FEW_ROWS, SOON_OVER
from pipelines.spark.standalone import Standalone, standalone
from tests.run.tool import PROGRAM, SCENARIO, Place, environment, hidden
from tests.spark.job import asked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(util.find_spec("pyspark") is None, reason="PySpark is not installed"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
]
LEAST_ROWS = FEW_ROWS * 6 // 5
"""Enough for a table of whole copies to be set as a large one."""
ROWS = int(os.environ.get("RETORSION_SPARK_ROWS", str(LEAST_ROWS)))
REPORTS = ("by_importer", "by_partner", "by_group", "by_product")
JOB = Path(__file__).with_name("job.py")
TRADE = "data/processed/trade/us-2024.parquet"
PATIENCE_SECONDS = 900 + ROWS // 5_000


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    with pytest.MonkeyPatch.context() as patch:
        if ROWS <= LEAST_ROWS:  # workers, too, then work for seconds only
            patch.setenv("JAVA_TOOL_OPTIONS", SOON_OVER)
        with standalone(tmp_path_factory.mktemp("cluster")) as started:
            yield started


def running(*command: str | Path, folder: Path) -> subprocess.Popen[str]:
    """A command started in a folder; PySpark may be beside the environment."""
    found = util.find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    path = os.pathsep.join((environment()["PYTHONPATH"], str(Path(found.origin).parents[1])))
    return subprocess.Popen(
        [sys.executable, *command] if command[0] == JOB else command,
        cwd=folder,
        env=environment(PYTHONPATH=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kept(place: Place) -> Path:
    """The folder of the only run of a scenario on Spark."""
    runs = place.workspace.runs / "us-japan-2024"
    (only,) = (path.parents[1] for path in runs.glob("*/lines/_SUCCESS"))
    return only


def hold_to_polars(place: Place, run: Path) -> None:
    expected = answer(asked(place, SCENARIO)).tables
    for name in REPORTS:
        found = pl.read_parquet(run / f"{name}.parquet")
        assert_frame_equal(found, expected[name], check_exact=True)
    lines = pl.read_parquet(run / "lines" / "**" / "*.parquet")
    assert lines.height == expected["lines"].height


def larger(place: Place) -> Path:
    """The table of the demonstration many times over the months of its year, with other values."""
    trade = pl.read_parquet(place.root / TRADE)
    times = max(1, ROWS // trade.height)
    codes = pl.int_range(times, eager=True).cast(pl.String).str.zfill(6)
    whole = trade.lazy().join(pl.LazyFrame({"copy": codes}), how="cross").with_columns(
        period=pl.format("2024-{}", (pl.col("copy").cast(pl.Int64) % 12 + 1)
                         .cast(pl.String).str.zfill(2)),
        # a tenth of each, so that many copies are within what is summed exactly
        customs_value_usd=pl.col("customs_value_usd") / 10 + pl.col("copy").cast(pl.Int64) * 0.37,
    )  # fmt: skip
    path = place.root / "larger.parquet"
    whole.drop("copy").sort("code", "partner", "period").sink_parquet(path)
    return path


def wait_for(job: subprocess.Popen[str], folder: Path, pattern: str) -> None:
    """Nothing, once a job has made something below a folder and works on."""
    while job.poll() is None and not any(folder.glob(pattern)):
        time.sleep(0.02)
    assert job.poll() is None, job.communicate()


def test_a_run_is_the_run_here_also_after_one_whose_planning_side_was_killed(
    place: Place, cluster: Standalone
) -> None:
    before = sorted(place.workspace.runs.glob("*/[!.]*"))
    command = (PROGRAM, "run", SCENARIO, "--engine", "spark", "--master", cluster.url, "-q")
    job = running(*command, folder=place.root)
    wait_for(job, place.workspace.runs, "*/.*/lines/_temporary")
    job.kill()
    job.communicate(timeout=PATIENCE_SECONDS)  # until its Java has ended too
    assert job.returncode == -signal.SIGKILL
    assert hidden(place.workspace.runs) != []
    assert sorted(place.workspace.runs.glob("*/[!.]*")) == before

    job = running(*command, folder=place.root)
    out, err = job.communicate(timeout=PATIENCE_SECONDS)
    assert job.returncode == 0, err
    assert "value in force                              7,143,730,286 USD" in out
    assert "by_importer.parquet" in out
    hold_to_polars(place, kept(place))
    assert hidden(place.workspace.runs) == []
    assert place.do("verify", kept(place)).code == 0


def test_a_worker_that_dies_half_way_changes_no_figure(
    place: Place, cluster: Standalone, tmp_path: Path
) -> None:
    question = replace(asked(place, SCENARIO), table=larger(place))
    assert pl.scan_parquet(question.table).select(pl.len()).collect().item() > FEW_ROWS
    job = running(JOB, cluster.url, question.table, tmp_path, folder=place.root)
    wait_for(job, tmp_path, "lines/_temporary")  # rows are shuffled, the lines are not written
    cluster.kill_worker(1)
    _, err = job.communicate(timeout=PATIENCE_SECONDS)
    assert job.returncode == 0, err
    assert "Lost executor" in err
    cluster.add_worker()
    expected = answer(question).tables
    for name in REPORTS:
        found = pl.read_parquet(tmp_path / f"{name}.parquet")
        assert_frame_equal(found, expected[name], check_exact=True)
