"""Whether the master of a cluster answers, asked before anything else is done."""

import socket

from calc.errors import ServiceError, UsageError

STANDALONE = "spark://"
PROBE_SECONDS = 5.0


def refuse_unreachable(master: str | None) -> None:
    """Nothing, where a master of a standalone cluster answers, or the cluster is of another kind.

    Spark itself asks for a minute before it gives up, and it is asked after the table was judged.

    Raises:
        UsageError: The address of the master is none.
        ServiceError: No master answers there.
    """
    said = ""
    for place in _places(master or ""):
        try:
            with socket.create_connection(place, timeout=PROBE_SECONDS):
                return
        except OSError as err:
            said = err.strerror or str(err)
    if said:
        raise ServiceError(
            f"no Spark master answers: {said}",
            where=f"--master {master}",
            hint="check the address and that the master runs; to try one on this machine: "
            "python -m pipelines.spark.standalone; without a cluster: --master 'local[*]'",
        )


def _places(master: str) -> list[tuple[str, int]]:
    """Host and port of each master that an address names; none where it is of another kind."""
    if not master.startswith(STANDALONE):
        return []
    listed = [one.rpartition(":") for one in master.removeprefix(STANDALONE).split(",")]
    if not all(host and port.isdecimal() and int(port) < 65536 for host, _, port in listed):
        raise UsageError(
            f"{master} is no address of a Spark master",
            where="--master",
            hint="write spark://HOST:PORT, as the master's log and page say it; its port is 7077 "
            "unless another was chosen",
        )
    return [(host.strip("[]"), int(port)) for host, _, port in listed]
