"""Folders written whole: filled beside their place, flushed to disk, then renamed into it."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from calc.errors import StorageError
from pipelines.files import clear_leftovers, flush_to_disk, make_folder


@contextlib.contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside ``folder`` to fill; on success it takes the place of ``folder``.

    Whatever happens, ``folder`` is absent or whole; on failure what was there stays.

    Raises:
        StorageError: The folder cannot be written.
    """
    with _filled_beside(folder, _put_in_place) as fresh:
        yield fresh


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside ``folder`` to fill; on success it is renamed to ``folder``.

    A folder that is there by then, made by another process from the same inputs, stays as it is.

    Raises:
        StorageError: The folder cannot be written.
    """
    with _filled_beside(folder, _put_where_nothing_is) as fresh:
        yield fresh


@contextlib.contextmanager
def _filled_beside(folder: Path, put: Callable[[Path, Path], None]) -> Iterator[Path]:
    make_folder(folder.parent)
    clear_leftovers(folder.parent, folder.name)
    fresh = folder.with_name(f".{folder.name}.writing-{os.getpid()}")
    try:
        fresh.mkdir()
        yield fresh
        flush_all(fresh)
        put(fresh, folder)
        flush_to_disk(folder.parent)
    except OSError as err:
        raise StorageError(
            f"cannot write {folder.name}: {err.strerror or err}",
            where=str(folder),
            hint="free space or choose another folder with --workspace",
        ) from err
    finally:
        take_away(fresh)


def take_away(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that can be done; Ctrl-C comes after."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def flush_all(folder: Path) -> None:
    """Force every file below a folder, and the folders, to disk."""
    for path in (*sorted(folder.rglob("*")), folder):
        flush_to_disk(path)


def _put_where_nothing_is(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _put_in_place(fresh: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.replaced-{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    take_away(old)
