"""Tests run in a process of their own, on a module as it is or with a fault in it.

The process is forked from one that has the heavy libraries and none of ``calc``, so that a trial
costs its tests and little more. It dies with its limit of processor time, which the load of the
machine does not shorten.
"""

import contextlib
import importlib.abc
import importlib.machinery
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PASSED, NOT_STARTED = 0, 9
QUIET = (
    *(
        "-q",
        "-x",
        "--no-header",
        "-m",
        "not slow",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ),
    *("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"),
)
Lines = dict[str, list[int]]
"""Numbers of lines by the file that they are in."""
MOST_MEMORY = 8 << 30
"""Bytes that a trial may take: a fault can make a list without an end."""


@dataclass(slots=True, eq=False)
class Watch:
    """A plugin of pytest: how long each test takes, and which lines of ``calc`` it runs."""

    is_counting: bool
    failed: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)
    tests: Sequence[str] = ()
    _counter: Any = None
    _shared: dict[str, list[str]] = field(default_factory=dict)

    def pytest_collection(self) -> None:
        """Examples are drawn the same each time, and a failing one is not made smaller."""
        from hypothesis import HealthCheck, Phase, settings

        told = settings(
            settings.default, deadline=None, derandomize=True, database=None,
            phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        settings.register_profile("trial", told)
        settings.load_profile("trial")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tests are tried in the order in which they were asked for."""
        place = {name: number for number, name in enumerate(self.tests)}
        items.sort(
            key=lambda item: place.get(
                item.nodeid, place.get(item.nodeid.partition("::")[0], len(place))
            )
        )
        self._shared = {item.nodeid: list(getattr(item, "fixturenames", ())) for item in items}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        """What several tests share is made in the first of them, and reached by all."""
        if self._counter is None or fixturedef.scope == "function":
            return (yield)
        self._counter.switch_context(fixturedef.argname)
        try:
            return (yield)
        finally:
            self._counter.switch_context(request.node.nodeid)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.seconds[nodeid] = time.process_time()
        if self.is_counting:
            from coverage import Coverage

            self._counter = self._counter or Coverage(
                data_file=None, source=[str(ROOT / "calc")], config_file=False
            )
            self._counter.start()
            self._counter.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A part of a test is done."""
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """A test has ended."""
        if self._counter is not None:
            self._counter.stop()
        self.seconds[nodeid] = time.process_time() - self.seconds[nodeid]

    def counted(self) -> dict[str, Lines]:
        """The lines of ``calc`` that each test ran, and those of what it shares with others."""
        found: dict[str, Lines] = {name: {} for name in self.seconds}
        if self._counter is None:
            return found
        data = self._counter.get_data()
        for file in data.measured_files():
            name, reached = Path(file).relative_to(ROOT).as_posix(), defaultdict(set)
            for line, contexts in data.contexts_by_lineno(file).items():
                for one in contexts:
                    reached[one].add(line)
            for test, files in found.items():
                lines = set().union(*(reached.get(one, ()) for one in (test, *self._shared[test])))
                files |= {name: sorted(lines)} if lines else {}
        return found


class Faulty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a module another text than that of its file."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name, self.path, self.text = name, path, text

    def put_in(self) -> None:
        """Have the module imported with the other text from now on."""
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """The module with the other text, where it is the one asked for."""
        if fullname != self.name:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=str(self.path))
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run the other text."""
        exec(compile(self.text, str(self.path), "exec"), module.__dict__)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial gave: the exit code of its tests, and what was watched.

    ``code`` is below 0 where a signal ended it, as the limit of processor time does.
    """

    code: int
    failed: list[str]
    seconds: dict[str, float]
    lines: dict[str, Lines]
    said: str


def loaded() -> None:
    """The libraries that every trial needs, in this process; nothing of the project.

    Raises:
        RuntimeError: Something of ``calc`` is loaded: a trial would not see its fault.
    """
    import dataframely
    import hypothesis
    import numpy
    import polars
    import pyarrow.parquet
    import scipy.optimize

    kept = (dataframely, hypothesis, numpy, polars, pyarrow, scipy)
    if any(name.split(".")[0] in ("calc", "pipelines") for name in sys.modules) or not kept:
        raise RuntimeError("calc is loaded already")


def started(folder: Path, tests: Sequence[str], limit: int, fault: Faulty | None) -> int:
    """The process of a trial, which leaves what it found in a folder."""
    process = os.fork()
    if process:
        return process
    code = NOT_STARTED
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
        code = _tried(folder, tests, fault)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tried(folder: Path, tests: Sequence[str], fault: Faulty | None) -> int:
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / "examples")
    with (folder / "said").open("w") as said:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
        if fault is not None:
            fault.put_in()
        watch = Watch(is_counting=fault is None, tests=tests)
        quiet = [*QUIET, f"--basetemp={folder / 'tmp'}"]
        options = quiet if fault else [one for one in quiet if one != "-x"]
        code = int(pytest.main([*options, *tests], plugins=[watch]))
        found = {
            "failed": sorted(watch.failed), "seconds": watch.seconds, "lines": watch.counted()
        }  # fmt: skip
        (folder / "found.json").write_text(json.dumps(found))
    return code


def ended(folder: Path, status: int) -> Trial:
    """What a trial gave, from its folder and the status of its process."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads((folder / "found.json").read_bytes())
        said = (folder / "said").read_text(errors="replace")
        return Trial(code=os.waitstatus_to_exitcode(status), said=said, **found)
    code = os.waitstatus_to_exitcode(status)
    said = (folder / "said").read_text(errors="replace") if (folder / "said").exists() else ""
    return Trial(code or NOT_STARTED, [], {}, {}, said)


@contextlib.contextmanager
def trial_folder() -> Iterator[Path]:
    """A folder for a trial, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="trial-") as folder:
        yield Path(folder)


def tried(tests: Sequence[str], limit: int, fault: Faulty | None = None) -> Trial:
    """A trial from its beginning to its end; it does not go on where this process is stopped."""
    with trial_folder() as folder:
        process = started(folder, tests, limit, fault)
        try:
            _, status = os.waitpid(process, 0)
        except KeyboardInterrupt:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            raise
        return ended(folder, status)
