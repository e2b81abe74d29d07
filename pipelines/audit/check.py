"""An audit pack checked, on any machine: names, sizes, hashes, and that its parts fit together.

Nothing is unpacked to disk. A name that would lead out of a folder, a file that is larger than it
says, and a file that is not listed are refused.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from calc.errors import Problem, StorageError, VerificationError
from pipelines.run.manifest import CHECKSUM_FILE, MANIFEST_FILE, run_id_of
from pipelines.version import tool_version

PACK_FILE, PACK_CHECKSUM = "pack.json", "pack.sha256"
SCHEMA_VERSION = 1
"""Of a pack; raised when this version cannot check what the one before wrote."""
LARGEST_LIST = 10_000_000
MOST_FILES = 1_000
PART = 1 << 20
DIGITS = 64
"""A pack ends in the SHA-256 of all that is before it: no bit of its own form goes unheeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPack:
    """A pack that is whole: its run, its files, and the hash that stands for all of it."""

    run_id: str
    scenario_id: str
    files: int
    pack_sha256: str


def verify_pack(path: Path) -> CheckedPack:
    """Every name, size and hash of a pack checked.

    Raises:
        StorageError: The file cannot be read.
        VerificationError: It is no pack, or something in it was altered, lost or added.
    """
    try:
        with zipfile.ZipFile(path) as pack:
            return _verified(path, pack)
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=str(path)) from err
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as err:
        raise _refused(path, f"{path.name} is no whole zip file: {err}") from err


def _verified(path: Path, pack: zipfile.ZipFile) -> CheckedPack:
    names = [info.filename for info in pack.infolist()]
    problems = [*_bad_names(path, names)]
    if problems:
        raise VerificationError.collected(problems)
    listed, digest = _list_of(path, pack)
    found = {
        name: _hash_of(pack, name, item["bytes"]) for name, item in listed.items() if name in names
    }
    problems = [
        _problem(path, name, "does not have its recorded hash")
        for name, sha in found.items()
        if sha != listed[name]["sha256"]
    ]
    expected = {*listed, PACK_FILE, PACK_CHECKSUM}
    problems += [_problem(path, name, "is missing") for name in sorted(expected - set(names))]
    problems += [_problem(path, name, "is not listed") for name in sorted(set(names) - expected)]
    problems += _misfits(path, pack, listed) if not problems else []
    problems += _ends_otherwise(path) if not problems else []
    if problems:
        raise VerificationError.collected(problems)
    about = json.loads(pack.read(PACK_FILE))
    return CheckedPack(
        run_id=about["run_id"],
        scenario_id=about["scenario_id"],
        files=len(names),
        pack_sha256=digest,
    )


def hash_before_end(whole: BinaryIO) -> str:
    """The SHA-256 of an open pack but for its last 64 bytes, which it stays before."""
    left = whole.seek(0, os.SEEK_END) - DIGITS
    digest = hashlib.sha256()
    whole.seek(0)
    while left > 0 and (part := whole.read(min(PART, left))):
        digest.update(part)
        left -= len(part)
    return digest.hexdigest()


def _ends_otherwise(path: Path) -> Iterator[Problem]:
    """Where a pack does not end in the hash of all before it: something was altered."""
    with path.open("rb") as whole:
        digest = hash_before_end(whole)
        if whole.read() != digest.encode():
            yield _problem(path, path.name, "was altered: it does not end in its own hash")


def _bad_names(path: Path, names: list[str]) -> Iterator[Problem]:
    """Names that no pack has: leading out of a folder, or there twice."""
    if len(names) > MOST_FILES:
        yield _problem(path, path.name, f"holds more than {MOST_FILES:,} files")
        return
    for name, times in Counter(names).items():
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\x00" in name:
            yield _problem(path, repr(name), "would lead out of its folder")
        if times > 1:
            yield _problem(path, name, f"is there {times} times")


def _list_of(path: Path, pack: zipfile.ZipFile) -> tuple[dict[str, dict[str, Any]], str]:
    """The files that a pack lists, by name, and the hash of the list."""
    try:
        content = _small(pack, PACK_FILE)
        digest = hashlib.sha256(content).hexdigest()
        kept = _small(pack, PACK_CHECKSUM).decode("ascii", "replace")
        about = json.loads(content)
        files = {str(item["name"]): dict(item) for item in about["files"]}
        sizes = [int(item["bytes"]) for item in files.values()]
    except (KeyError, ValueError, TypeError) as err:
        raise _refused(path, f"{path.name} is no audit pack: {PACK_FILE} cannot be read") from err
    if kept != f"{digest}  {PACK_FILE}\n" or min(sizes, default=0) < 0:
        raise _refused(path, f"{PACK_FILE} does not have its recorded hash")
    if about.get("schema_version") != SCHEMA_VERSION:
        raise _of_another_version(path, about)
    return files, digest


def _of_another_version(path: Path, about: Mapping[str, Any]) -> VerificationError:
    """Why a pack cannot be checked, where its layout is an older or a newer one."""
    return VerificationError(
        f"{path.name} is of layout {about.get('schema_version', 'unknown')}, written by retorsion "
        f"{about.get('tool_version', 'of a version it does not say')}; this is retorsion "
        f"{tool_version()}, which checks layout {SCHEMA_VERSION}",
        where=path.name,
        hint="check it with that version",
    )


def _small(pack: zipfile.ZipFile, name: str) -> bytes:
    """A small file of a pack.

    Raises:
        KeyError: There is none.
        ValueError: It is larger than any list of files.
    """
    with pack.open(name) as member:
        content = member.read(LARGEST_LIST + 1)
    if len(content) > LARGEST_LIST:
        raise ValueError(f"{name} is too large")
    return content


def _hash_of(pack: zipfile.ZipFile, name: str, size: int) -> str:
    """The SHA-256 of a file of a pack; empty where it is not as long as it is listed."""
    whole, read = hashlib.sha256(), 0
    with pack.open(name) as member:
        while part := member.read(min(PART, size + 1 - read)):
            read += len(part)
            whole.update(part)
            if read > size:
                return ""
    return whole.hexdigest() if read == size else ""


def _misfits(
    path: Path, pack: zipfile.ZipFile, listed: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    """Where the pack is not of the run whose manifest it holds."""
    try:
        content = pack.read(MANIFEST_FILE)
        manifest, about = json.loads(content), json.loads(pack.read(PACK_FILE))
        outputs = {item["name"]: item["sha256"] for item in manifest["outputs"]}
        checksum = pack.read(CHECKSUM_FILE).decode("ascii", "replace")
        run_id, identity = manifest["run_id"], manifest["identity"]
    except (KeyError, ValueError, TypeError):
        yield _problem(path, MANIFEST_FILE, "cannot be read")
        return
    if checksum != f"{hashlib.sha256(content).hexdigest()}  {MANIFEST_FILE}\n":
        yield _problem(path, MANIFEST_FILE, "does not have its recorded hash")
    if run_id != about.get("run_id") or run_id_of(identity) != run_id:
        yield _problem(path, MANIFEST_FILE, "is of another run")
    for name, item in listed.items():
        if name in outputs and outputs[name] != item["sha256"]:
            yield _problem(path, name, "is not the file that the run wrote")


def _problem(path: Path, name: str, what: str) -> Problem:
    return Problem(
        f"{name} {what}", where=path.name, hint="do not use the pack; ask for it, or make it, again"
    )


def _refused(path: Path, what: str) -> VerificationError:
    return VerificationError(
        what, where=path.name, hint="do not use the pack; ask for it, or make it, again"
    )
