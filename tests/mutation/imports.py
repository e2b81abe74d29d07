"""How far a file of tests is from a module, by what imports what."""

import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.mutation.faults import ROOT

IMPORT = re.compile(
    r"^ *(from (?P<package>[\w.]+) )?import (?P<names>\([^)]*\)|[^\n(]*)", re.MULTILINE
)
"""Read by its form: to parse every file takes ten times as long."""
FAR, VAGUE = 6, {"step", "page", "list", "read", "write", "command"}


@functools.cache
def imported() -> Mapping[str, frozenset[str]]:
    """The modules of this checkout that each of them imports, inside of functions too."""
    files = {
        _name(path): path
        for folder in ("calc", "pipelines", "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    return {
        name: frozenset(one for one in _imports(path) if one in files)
        for name, path in files.items()
    }


def _name(path: Path) -> str:
    place = path.relative_to(ROOT).with_suffix("").as_posix()
    return place.removesuffix("/__init__").replace("/", ".")


def _imports(path: Path) -> Iterator[str]:
    for found in IMPORT.finditer(path.read_text(encoding="utf-8")):
        package, names = found["package"], re.findall(r"[\w.]+", found["names"])
        yield from (f"{package}.{name}" for name in names) if package else names
        yield from [package] if package else []


@functools.cache
def distances(module: str) -> Mapping[str, int]:
    """How many imports are between each module and this one; what never imports it is left out."""
    found, edge, steps = {module: 0}, {module}, 0
    while edge:
        steps += 1
        edge = {name for name, names in imported().items() if name not in found and names & edge}
        found |= dict.fromkeys(edge, steps)
    return found


def nearest_files(module: str, folders: tuple[str, ...], most: int) -> list[str]:
    """The files of tests in some folders that are nearest to a module, small ones first.

    Commands are loaded by their names, so a file that is called like what imports the module is as
    near as one that imports that.
    """
    near = distances(module)
    words = {name.rpartition(".")[2]: far for name, far in reversed(list(near.items()))}
    ranked = []
    for folder in folders:
        for path in (ROOT / "tests" / folder).glob("test_*.py"):
            file = path.relative_to(ROOT).as_posix()
            called = [
                words[word] + 1
                for word in (folder, path.stem[5:])
                if word in words and word not in VAGUE
            ]
            far = min([near.get(_name(path), FAR), *called])
            ranked += [(far, path.stat().st_size, file)] if far < FAR else []
    return [file for _, _, file in sorted(ranked)[:most]]
