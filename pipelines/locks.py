"""Locks on what a command is about to write: the second one waits, and then says who holds it.

The system's own file locks are used, so a process that dies holds nothing: a lock file that it
left is taken over by the next command. Each lock is a file below ``data/processed/.locks``, there
while the lock is held. Where the system has no such locks (Windows), commands go on without them;
``doctor`` says so.
"""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from calc.errors import LockedError, StorageError, UsageError
from pipelines.files import make_folder
from pipelines.progress import Talk
from pipelines.workspace import Workspace

ENVIRONMENT = "RETORSION_WAIT"
WAIT_SECONDS = 60.0
SHORTEST_WAIT_SECONDS = 0.2
"""Longer than another process takes to look whether a lock file is abandoned."""
LOOK_AGAIN_SECONDS = 0.05
FOLDER = ".locks"
NOTE_BYTES = 4_096
SILENT = Talk(quiet=True)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: the process and what it does; both unknown where it has not said so."""

    process: int | None
    does: str

    def __str__(self) -> str:
        """As told to people."""
        return f"process {self.process} ({self.does})" if self.process else "another process"


def are_there() -> bool:
    """Whether the system has locks that end with the process that holds them."""
    try:
        import fcntl  # noqa: F401
    except ImportError:
        return False
    return True


@contextlib.contextmanager
def held(workspace: Workspace, what: str, does: str, talk: Talk = SILENT) -> Iterator[None]:
    """The lock on something of a workspace, held until the end of the block.

    Args:
        workspace: Whose.
        what: What is locked, such as ``trade-us-2024``: letters, digits, dashes and dots.
        does: What this command does, for whoever waits.
        talk: Says on standard error that the command waits, and for whom.

    Raises:
        LockedError: Another process holds it for longer than ``RETORSION_WAIT`` seconds.
        UsageError: ``RETORSION_WAIT`` is no number of seconds.
        StorageError: The lock file cannot be written.
    """
    if not are_there():
        yield
        return
    path = workspace.locks / f"{what}.lock"
    try:
        handle = _waited_for(path, what, _patience(), talk)
    except BaseException:
        _remove_if_empty(path.parent)
        raise
    try:
        _write_note(handle, does)
        yield
    finally:
        _let_go(path, handle)


def _let_go(path: Path, handle: int) -> None:
    """Give a lock back; where that is interrupted the file goes with those of dead processes."""
    try:
        with contextlib.suppress(OSError):
            path.unlink()
    finally:
        os.close(handle)
        try:
            _remove_abandoned(path.parent)
        except BaseException:  # interrupted at its last step
            _remove_if_empty(path.parent)
            raise


def _waited_for(path: Path, what: str, patience: float, talk: Talk) -> int:
    """A handle of the lock file that this process alone holds."""
    end = time.monotonic() + max(patience, SHORTEST_WAIT_SECONDS)
    is_told = False
    while True:
        handle = _taken(path)
        if handle is not None:
            return handle
        holder = _holder(path)
        if time.monotonic() >= end:
            raise LockedError(
                f"{what} is locked by {holder}",
                where=str(path),
                hint=f"try again when it is done, or wait longer with {ENVIRONMENT}=600",
            )
        if not is_told:
            talk.say(f"waiting for {holder}, at most {patience:g} s")
            is_told = True
        time.sleep(LOOK_AGAIN_SECONDS)


def _taken(path: Path) -> int | None:
    """The handle of a lock file that nobody else holds; None where somebody does.

    Who lets a lock go removes its file first, so a handle counts only while the file that it
    opened is still the one of that name.
    """
    import fcntl

    try:
        make_folder(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError:  # the folder was removed meanwhile by who held the last lock
        return None
    except OSError as err:
        raise StorageError(
            f"cannot lock {path.stem}: {err.strerror}",
            where=str(path),
            hint="check the permissions of the folder, or choose another with --workspace",
        ) from err
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def _patience() -> float:
    """How many seconds to wait for a lock."""
    given = os.environ.get(ENVIRONMENT)
    try:
        seconds = WAIT_SECONDS if given is None else float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise UsageError(
            f"{given!r} is no number of seconds", where=ENVIRONMENT, hint=f"{ENVIRONMENT}=600"
        )
    return seconds


def _write_note(handle: int, does: str) -> None:
    """Say in the lock file who holds it; a full disk keeps nobody from holding a lock."""
    with contextlib.suppress(OSError):
        note = json.dumps({"process": os.getpid(), "does": does})
        os.ftruncate(handle, 0)
        os.pwrite(handle, note.encode(), 0)


def _holder(path: Path) -> Holder:
    """Who holds a lock, by its own note."""
    try:
        with path.open("rb") as stream:
            note = json.loads(stream.read(NOTE_BYTES))
        return Holder(int(note["process"]), str(note["does"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(None, "")


def _remove_abandoned(folder: Path) -> None:
    """Remove the lock files of processes that died, and the folder where none is left."""
    with contextlib.suppress(OSError, StorageError):
        for path in folder.glob("*.lock"):
            handle = _taken(path)
            if handle is not None:
                path.unlink()
                os.close(handle)
        folder.rmdir()


def _remove_if_empty(folder: Path) -> None:
    """Remove the folder of the locks where it has none; others come again when they are needed."""
    with contextlib.suppress(OSError):
        folder.rmdir()
