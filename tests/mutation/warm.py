"""Faults put into modules that are loaded already: only the code of functions is exchanged.

Importing the project takes longer than most tests do. What a module computes while it is imported
cannot be exchanged so, and what other modules made of it stays: a fault that lives here is tried
again in a process that imports it.
"""

import ast
import functools
import gc
import inspect
import os
import sys
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from tests.mutation.trial import PASSED, QUIET, ROOT, Faulty

Codes = dict[str, CodeType]


def changed(plain: str, text: str) -> Codes | None:
    """The functions whose code a faulty text alters, by name; null where it is not they alone.

    Args:
        plain: The module as it is.
        text: The module with a fault, as ``tests.mutation.sites.faulty`` gives it.
    """
    old = compile(ast.unparse(ast.parse(plain)), "plain", "exec")
    new = compile(text, "plain", "exec")
    found: Codes = {}
    return found if _differ(old, new, found) else None


def _differ(old: CodeType, new: CodeType, found: Codes) -> bool:
    """Collect functions that differ in a module or class; false where it differs by itself."""
    if _own(old) != _own(new):
        return False
    for one, other in zip(_inner(old), _inner(new), strict=True):
        if one == other:
            continue
        is_function = bool(other.co_flags & inspect.CO_OPTIMIZED)
        if not is_function and not _differ(one, other, found):
            return False
        if is_function:
            if other.co_name == "<lambda>" or other.co_qualname in found:
                return False
            found[other.co_qualname] = other
    return True


def _inner(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _own(code: CodeType) -> tuple[object, ...]:
    consts = tuple(repr(one) for one in code.co_consts if not isinstance(one, CodeType))
    return code.co_code, consts, code.co_names


class Exchanged(Faulty):
    """A fault in functions of a loaded module."""

    def __init__(self, fault: Faulty, codes: Codes) -> None:
        super().__init__(fault.name, fault.path, fault.text)
        self.codes = codes

    def put_in(self) -> None:
        """Exchange the code, and forget what functions remember of earlier calls.

        Raises:
            LookupError: A function is not found, or several are called like it.
        """
        left = dict(self.codes)
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__module__ == self.name:
                code = left.pop(one.__code__.co_qualname, None)
                if code is not None:
                    one.__code__ = code
            elif isinstance(one, functools._lru_cache_wrapper) and _is_ours(one):
                one.cache_clear()
        if left:
            raise LookupError(", ".join(left))


def _is_ours(thing: object) -> bool:
    return str(thing.__module__).split(".")[0] in ("calc", "pipelines", "tests")


def warmed(folders: tuple[str, ...]) -> None:
    """Import the tests of some folders, and all that they import, in this process.

    Raises:
        RuntimeError: They cannot be collected, or run a query of polars as they are imported: its
            threads are not in the processes that are forked from here, which would wait for ever.
    """
    os.chdir(ROOT)
    kept, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        code = pytest.main(["--collect-only", *(one for one in QUIET if one != "-x"), *folders])
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
    if code != PASSED:
        raise RuntimeError(f"{' '.join(folders)}: cannot be collected")
    working = [name for name in _threads() if name.startswith(("polars-0", "tokio"))]
    if working:
        raise RuntimeError(f"a test runs a query as it is imported: {', '.join(working)}")


def _threads() -> list[str]:
    """The names of the threads of this process, as Linux tells them."""
    return [path.read_text().strip() for path in sorted(Path("/proc/self/task").glob("*/comm"))]
