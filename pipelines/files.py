"""Files and hashes: written beside, flushed to disk, then renamed; read back by hash."""

import contextlib
import glob
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from calc.errors import StorageError


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits.

    Raises:
        StorageError: The file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=str(path)) from err


def flush_to_disk(path: Path) -> None:
    """Force a file or folder to disk; systems that cannot flush a folder are left as they are."""
    flags = os.O_RDONLY
    try:
        handle = os.open(path, flags)
    except (OSError, PermissionError):
        return
    with contextlib.suppress(OSError):
        os.fsync(handle)
    os.close(handle)


def make_folder(path: Path) -> Path:
    """The folder, made with its parents if it is missing.

    Raises:
        StorageError: The folder cannot be made, or a file of that name is in the way.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        was_removed_meanwhile = path.is_dir() or not os.path.lexists(path)
        if isinstance(err, FileExistsError) and was_removed_meanwhile:
            return make_folder(path)
        hint = "choose another folder with --workspace"
        raise StorageError(
            f"cannot make folder {path.name}: {err.strerror}", where=str(path), hint=hint
        ) from err
    return path


def clear_leftovers(parent: Path, name: str | None = None) -> list[Path]:
    """Remove what a killed process left beside a folder; the work of a living one is left alone.

    Args:
        parent: Where to look.
        name: Beside which files or folders; all of them where it is not given.

    Returns:
        What was removed.
    """
    removed = []
    beside = "*" if name is None else glob.escape(name)
    for path in sorted(parent.glob(f".{beside}.*-*")):
        process = path.name.rpartition("-")[2]
        if process.isdigit() and not _is_alive(int(process)):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            removed.append(path)
    return removed


def _is_alive(process: int) -> bool:
    """Whether a process lives; on systems where asking could harm it, it is taken to live."""
    if os.name != "posix":
        return True
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; on success it takes the place of ``path`` at once.

    On any failure ``path`` stays as it was and the file beside it is removed; so is what a killed
    process left there before.

    Raises:
        StorageError: The file cannot be written.
    """
    make_folder(path.parent)
    clear_leftovers(path.parent, path.name)
    beside = path.with_name(f".{path.name}.writing-{os.getpid()}")
    try:
        yield beside
        flush_to_disk(beside)
        beside.replace(path)
        flush_to_disk(path.parent)
    except OSError as err:
        raise StorageError(
            f"cannot write {path.name}: {err.strerror or err}",
            where=str(path),
            hint="free space or choose another folder; the file is as it was before",
        ) from err
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or leave the old one as it was.

    Raises:
        StorageError: The file cannot be written.
    """
    with replaced(path) as beside:
        beside.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a whole UTF-8 text file with LF line ends, or leave the old one as it was.

    Raises:
        StorageError: The file cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))
