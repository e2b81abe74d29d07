"""The manifest of a run: what it was made from, by what, and the hash of all it holds."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from calc.errors import StorageError
from pipelines.files import sha256_of
from pipelines.version import tool_version

MANIFEST_FILE = "manifest.json"
CHECKSUM_FILE = "manifest.sha256"
SCHEMA_VERSION = 1
"""Of a run; raised when this version cannot read what the one before wrote."""
ID_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file that a run read.

    ``role`` says what for; ``name`` is its path in the workspace, or its name where it is outside.
    ``path`` is where it was, relative to the workspace, for ``verify``; empty where it is outside.
    ``is_recorded_only`` is true of what ingest read and the run did not: its hash is on record.
    """

    role: str
    name: str
    sha256: str
    bytes: int
    rows: int | None = None
    path: str = ""
    is_recorded_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A file that a run wrote: its name in the run's folder, and what it holds."""

    name: str
    what: str
    sha256: str
    bytes: int
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run was made from and what it holds; has no clock, host or absolute path in it.

    ``identity`` is what the run id is the hash of; ``facts`` is what reports say of the run.
    """

    run_id: str
    scenario_id: str
    title: str
    tool_version: str
    code_sha256: str
    libraries: Mapping[str, str]
    identity: Mapping[str, Any]
    facts: Mapping[str, Any]
    inputs: Sequence[Input]
    outputs: Sequence[Output] = field(default_factory=tuple)
    failed_checks: Sequence[str] = field(default_factory=tuple)
    schema_version: int = SCHEMA_VERSION

    def to_bytes(self) -> bytes:
        """The manifest as JSON text: sorted keys, UTF-8, a line end at the end."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True)
        return text.encode() + b"\n"


def run_id_of(identity: Mapping[str, Any]) -> str:
    """The id of a run: the beginning of the SHA-256 of what determines its results."""
    text = json.dumps(identity, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest and its own checksum, in the form that ``sha256sum --check`` reads.

    Raises:
        OSError: A file cannot be written.
    """
    content = manifest.to_bytes()
    (folder / MANIFEST_FILE).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (folder / CHECKSUM_FILE).write_bytes(f"{digest}  {MANIFEST_FILE}\n".encode())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run.

    Raises:
        StorageError: It is missing or damaged, or of another version that this one does not read.
    """
    path = folder / MANIFEST_FILE
    try:
        kept = json.loads(path.read_bytes())
        if kept["schema_version"] != SCHEMA_VERSION:
            raise _of_another_version(path, kept)
        parts = {name: kept[name] for name in Manifest.__slots__}
        return Manifest(
            **parts
            | {
                "inputs": tuple(Input(**fitting(Input, item)) for item in kept["inputs"]),
                "outputs": tuple(Output(**fitting(Output, item)) for item in kept["outputs"]),
            }
        )
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise StorageError(
            f"the manifest of run {folder.name} cannot be read: {err}",
            where=str(path),
            hint="remove its folder, then make the run again: retorsion run SCENARIO",
        ) from err


def _of_another_version(path: Path, kept: Mapping[str, Any]) -> StorageError:
    """Why a run cannot be read, where its layout is an older or a newer one."""
    return StorageError(
        f"run {path.parent.name} is of layout {kept['schema_version']}, written by retorsion "
        f"{kept.get('tool_version', 'of a version it does not say')}; this is retorsion "
        f"{tool_version()}, which reads layout {SCHEMA_VERSION}",
        where=str(path),
        hint="read it with that version, or make it again with this one: retorsion run SCENARIO",
    )


def fitting(kind: type, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a record of today takes of one that was kept: facts added since are left out."""
    names = {item.name for item in fields(kind)}
    return {name: value for name, value in kept.items() if name in names}


def output_of(folder: Path, name: str, what: str, rows: int | None) -> Output:
    """A file of a run's folder with its hash and size."""
    path = folder / name
    return Output(
        name=name, what=what, sha256=sha256_of(path), bytes=path.stat().st_size, rows=rows
    )
