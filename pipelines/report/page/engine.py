"""The engine that draws charts, started ahead in a process of its own where one may be started.

Its start takes most of a second, in which Python stands still: vl-convert holds the interpreter.
Beside a run's own work it costs no time where there is a second core. Only the console script lets
a process be started, which it has to itself; others draw where they are. The drawing is the same.
"""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

Spec = Mapping[str, Any]
FIRST: Spec = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"value": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "value", "type": "quantitative"}},
}
"""Drawn by the process before it is asked for anything: it reads what the engine needs."""


class Ahead:
    """The process of the engine, if one may be started and was."""

    is_allowed: ClassVar[bool] = False
    process: ClassVar["subprocess.Popen[str] | None"] = None


def allow() -> None:
    """Let a process be started from now on."""
    Ahead.is_allowed = True


def start() -> None:
    """Start the engine in a process of its own, where that is allowed and can be done."""
    if not Ahead.is_allowed or Ahead.process is not None:
        return
    try:
        Ahead.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            start_new_session=True,  # what stops a command at Ctrl-C is not told of twice
        )
    except OSError:
        return
    atexit.register(stop)


def stop() -> None:
    """End the process of the engine, if there is one; it ends by itself when this one is killed."""
    process, Ahead.process = Ahead.process, None
    if process is None:
        return
    atexit.unregister(stop)
    process.kill()
    process.communicate()


def svg_of(spec: Spec) -> str:
    """A chart as SVG text: drawn by the process started ahead, or in this one."""
    drawn = _drawn_ahead(spec)
    return _drawn_here(spec) if drawn is None else drawn


def _drawn_ahead(spec: Spec) -> str | None:
    """A chart drawn by the process; null where there is none, or it gave up."""
    process = Ahead.process
    if process is None or process.stdin is None or process.stdout is None:
        return None
    try:
        process.stdin.write(json.dumps(spec) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
    except OSError:
        answer = ""
    if not answer:
        stop()
        return None
    text: str = json.loads(answer)
    return text


def _drawn_here(spec: Spec) -> str:
    import vl_convert

    text: str = vl_convert.vegalite_to_svg(dict(spec))
    return text


def serve() -> None:
    """Draw one chart a line of standard input, until it ends."""
    _drawn_here(FIRST)
    for line in sys.stdin:
        print(json.dumps(_drawn_here(json.loads(line))), flush=True)


if __name__ == "__main__":
    serve()
