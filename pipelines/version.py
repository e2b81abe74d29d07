"""What made a result: the version of the tool, and the hash of the code that computes."""

import functools
import hashlib
from importlib import metadata, resources
from importlib.resources.abc import Traversable

LIBRARIES = ("great-expectations", "narwhals", "polars", "pyarrow", "xlsxwriter")
"""Whose versions can change the bytes of a result."""


def tool_version() -> str:
    """The version of the tool; ``0`` in a checkout that was never installed."""
    return _version("retorsion")


def library_versions() -> dict[str, str]:
    """The versions of the libraries that compute and write."""
    return {name: _version(name) for name in LIBRARIES}


@functools.cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "0"


@functools.cache
def code_sha256() -> str:
    """The hash of the tool's own source, so that a changed tool never passes for the same one."""
    whole = hashlib.sha256()
    for package in ("calc", "pipelines"):
        for name, file in _sources(resources.files(package), package):
            whole.update(f"{name}\n".encode() + file.read_bytes())
    return whole.hexdigest()


def _sources(folder: Traversable, path: str) -> list[tuple[str, Traversable]]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.is_dir() and not item.name.startswith(("_", ".")):
            found += _sources(item, f"{path}/{item.name}")
        elif item.name.endswith((".py", ".css", ".toml")):
            found.append((f"{path}/{item.name}", item))
    return found
