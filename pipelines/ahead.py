"""Work done by a process of its own, which is started ahead of it.

Python does one thing at a time, and some libraries take seconds to be loaded. What they do is asked
of a process that loads them while the command goes on, which costs no time where there is a second
core. Only the console script lets processes be started, which it has to itself; elsewhere, and
where a process cannot be started or gives up, the work is done in this one. What comes back is the
same.
"""

import atexit
import os
import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import subprocess
    from queue import SimpleQueue


class Worker:
    """A process that answers requests one by one; both are whatever Python can pickle.

    Nothing but this process can write to it: what is unpickled is our own.
    """

    is_allowed: ClassVar[bool] = False

    def __init__(self, module: str) -> None:
        self.module = module
        self.process: subprocess.Popen[bytes] | None = None
        self._asked = 0
        self._kept: dict[int, Any] = {}

    def start(self) -> None:
        """Start the process, where that is allowed and can be done; one is enough."""
        if not Worker.is_allowed or self.process is not None:
            return
        import subprocess

        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # what stops a command at Ctrl-C is not told of twice
            )
        except OSError:
            return
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the process, if there is one; it ends by itself when this one is killed."""
        process, self.process = self.process, None
        if process is None:
            return
        atexit.unregister(self.stop)
        process.kill()
        process.communicate()

    def ask(self, request: object) -> int | None:
        """The number of a request that the process has taken; null where there is no process."""
        import pickle

        if self.process is None or self.process.stdin is None:
            return None
        self._asked += 1
        try:
            pickle.dump((self._asked, request), self.process.stdin)
            self.process.stdin.flush()
        except OSError:
            self.stop()
            return None
        return self._asked

    def answer(self, number: int | None) -> Any:
        """What a request came to, waited for; null where there is no process, or it gave up."""
        import pickle

        while number is not None and number not in self._kept:
            if self.process is None or self.process.stdout is None:
                return None
            try:
                answered, found = pickle.load(self.process.stdout)  # noqa: S301 - our own process
            except (OSError, EOFError, pickle.UnpicklingError):
                self.stop()
                return None
            self._kept[answered] = found
        return None if number is None else self._kept.pop(number)


def allow() -> None:
    """Let processes be started from now on."""
    Worker.is_allowed = True


def serve(work: Callable[[Any], object]) -> None:
    """Answer each request of standard input on standard output, in order, until it ends.

    Requests are taken from the pipe as they come: who asks is never held up by who draws. What the
    work prints goes nowhere.
    """
    import pickle
    from queue import SimpleQueue
    from threading import Thread

    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    requests: SimpleQueue[tuple[int, Any] | None] = SimpleQueue()
    source = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    Thread(target=_take, args=(source, requests), daemon=True).start()
    while (request := requests.get()) is not None:
        number, asked = request
        pickle.dump((number, work(asked)), answers)
        answers.flush()


def _take(source: IO[bytes], requests: "SimpleQueue[tuple[int, Any] | None]") -> None:
    import pickle

    try:
        while True:
            requests.put(pickle.load(source))  # noqa: S301 - from the process that started us
    except (EOFError, OSError):
        requests.put(None)
