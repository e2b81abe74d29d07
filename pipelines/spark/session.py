"""A session on an Apache Spark cluster: whether there can be one, how it is set, how it ends."""

import contextlib
import shutil
import warnings
from collections.abc import Iterator
from importlib import util
from typing import Any

from calc.errors import LimitError, ServiceError, UsageError

LOCAL = "local[*]"
LOOPBACK = ("local", "spark://127.", "spark://localhost")
OPTIONS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    # an amount that no whole number holds stops the job instead of becoming null or wrapping
    "spark.sql.ansi.enabled": "true",
    # a period is a text, also where it names a folder
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # what follows from filters on a plan of many steps is costlier to find than it saves
    "spark.sql.constraintPropagation.enabled": "false",
    # where in Python each step of a plan was written, asked twice a step
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    "spark.log.level": "ERROR",
}
SMALL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}
"""Where all of the cluster is this machine: nothing listens on the network."""
SOON_OVER = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For a process that works for seconds: Java compiling itself for long work took 38 of the 87 s of
processor time in which the demonstration was planned."""
FEW_ROWS = 50_000
FEW = {
    "spark.driver.extraJavaOptions": SOON_OVER,
    "spark.executor.extraJavaOptions": SOON_OVER,
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}
"""Where a table has few rows: to write and compile a program for them takes longer than they do."""
OVERFLOW = ("ARITHMETIC_OVERFLOW", "CAST_OVERFLOW")
MOST_WORDS = 300


def refuse_absent() -> None:
    """Nothing, where PySpark and Java are installed.

    Raises:
        UsageError: One of them is not; says how to install it.
    """
    if util.find_spec("pyspark") is None:
        raise UsageError(
            "the Spark engine is not installed",
            where="--engine spark",
            hint="pip install 'retorsion[spark]' (PySpark 4), or leave --engine out",
        )
    if shutil.which("java") is None:
        raise UsageError(
            "the Spark engine needs Java 17, and there is no java",
            where="--engine spark",
            hint="install it, as with: apt-get install openjdk-17-jre-headless",
        )


@contextlib.contextmanager
def session(master: str | None, rows: int) -> Iterator[Any]:
    """A Spark session on a master, stopped at the end whatever happens.

    Args:
        master: Its address; None for this machine alone.
        rows: How many the trade table has.

    Raises:
        ServiceError: The cluster cannot be reached, or a job on it failed.
        LimitError: An amount is beyond what a whole number of 64 bits holds.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    url = master or LOCAL
    builder = SparkSession.builder.master(url).appName("retorsion")
    for name, value in session_options(url, rows).items():
        builder = builder.config(name, value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that pandas is newer than what Spark was tested with
            spark = builder.getOrCreate()
            try:
                yield spark
            finally:
                spark.stop()
    except (PySparkException, ConnectionError) as err:  # the latter where Java is gone
        raise _failed(url, str(err)) from err
    except Exception as err:
        if type(err).__module__.split(".")[0] not in ("py4j", "pyspark"):
            raise
        raise _failed(url, str(err)) from err


def session_options(url: str, rows: int) -> dict[str, str]:
    """How a session on a master is set; the rest is as Spark's own configuration says."""
    if not url.startswith(LOOPBACK):
        return OPTIONS
    if rows <= FEW_ROWS:
        return OPTIONS | SMALL | FEW
    planning = {} if url.startswith("local") else {"spark.driver.extraJavaOptions": SOON_OVER}
    return OPTIONS | SMALL | planning


def _failed(url: str, said: str) -> LimitError | ServiceError:
    """What a job that failed says, in this tool's words."""
    if any(name in said for name in OVERFLOW):
        return LimitError(
            "duties are beyond what is summed exactly",
            where="rates of the scenario and its base, values of the table",
            hint="check rates and units; a year of world trade is about USD 2.5e13",
        )
    return ServiceError(
        f"the job on Spark failed: {' '.join(said.split())[:MOST_WORDS]}",
        where=url,
        hint="check that the master runs, and that workers see the workspace and the table by the "
        "same path; the earlier results are as they were",
    )
