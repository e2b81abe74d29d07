"""A Spark cluster on this machine alone: a master and workers on loopback, to try and to test with.

``python -m pipelines.spark.standalone`` starts one, says its address, and stops it on Ctrl-C. It is
no way to be faster: on one machine polars is.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from calc.errors import RetorsionError, ServiceError
from pipelines.spark.session import SOON_OVER, refuse_absent

HOST = "127.0.0.1"
MASTER, WORKER = (f"org.apache.spark.deploy.{name}" for name in ("master.Master", "worker.Worker"))
WAIT_SECONDS = 120
STEP_SECONDS = 0.2
WORKERS = 2


@dataclass(kw_only=True)
class Standalone:
    """A master and its workers: its address, and the processes."""

    url: str
    folder: Path
    master: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, memory: str = "1g") -> None:
        """Start a worker of one core."""
        number = len(self.workers)
        work = str(self.folder / f"worker-{number}")
        options = ("--cores", "1", "--memory", memory, "--work-dir", work, self.url)
        log = self.folder / f"worker-{number}.log"
        self.workers.append(_start(WORKER, log, "--host", HOST, "--webui-port", "0", *options))

    def kill_worker(self, number: int) -> None:
        """End a worker and what it runs at once, as a machine that fails would."""
        _end(self.workers[number], signal.SIGKILL)

    def stop(self) -> None:
        """End all that was started."""
        for process in (*self.workers, self.master):
            _end(process, signal.SIGKILL)


def _start(name: str, log: Path, *options: str) -> subprocess.Popen[bytes]:
    """A process of Spark in a group of its own, by the script that Spark starts them with."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_JAVA_OPTS": SOON_OVER,
    }
    command = [str(home / "bin" / "spark-class"), name, *options]
    with log.open("wb") as out:
        return subprocess.Popen(
            command, stdout=out, stderr=out, env=environment, start_new_session=True
        )


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End a process and its children, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait()


def _wait_for(words: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    """Nothing, once a log has some words.

    Raises:
        ServiceError: The process ended, or it takes too long.
    """
    for _ in range(int(WAIT_SECONDS / STEP_SECONDS)):
        text = log.read_text(encoding="utf-8", errors="replace")
        if words in text:
            return
        if process.poll() is not None:
            break
        time.sleep(STEP_SECONDS)
    raise ServiceError(
        f"Spark does not start: {log.name} never says {words!r}",
        where=str(log),
        hint="check that java -version says 17 or newer",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def standalone(folder: Path, workers: int = WORKERS) -> Iterator[Standalone]:
    """A cluster on loopback; all of its processes are ended at the end, whatever happens.

    Args:
        folder: For its logs and scratch files.
        workers: How many workers of one core it has.

    Raises:
        UsageError: PySpark or Java is not installed.
        ServiceError: It does not start.
    """
    refuse_absent()
    port = _free_port()
    log = folder / "master.log"
    options = ("--host", HOST, "--port", str(port), "--webui-port", "0")
    master = _start(MASTER, log, *options)
    cluster = Standalone(url=f"spark://{HOST}:{port}", folder=folder, master=master)
    try:
        _wait_for("New state: ALIVE", log, master)
        for _ in range(workers):
            cluster.add_worker()
        for number, process in enumerate(cluster.workers):
            registered = "Successfully registered with master"
            _wait_for(registered, folder / f"worker-{number}.log", process)
        yield cluster
    finally:
        cluster.stop()


def main() -> None:
    """Start a cluster, print its address, and stop it on Ctrl-C or when it is told to end."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else its processes would stay
    try:
        with tempfile.TemporaryDirectory() as folder, standalone(Path(folder)) as cluster:
            print(cluster.url, flush=True)
            print(f"{WORKERS} workers; Ctrl-C stops them", file=sys.stderr)
            with contextlib.suppress(KeyboardInterrupt):
                cluster.master.wait()
    except RetorsionError as err:
        print("\n".join(err.lines()), file=sys.stderr)
        sys.exit(err.exit_code)


if __name__ == "__main__":
    main()
