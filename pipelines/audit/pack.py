"""An audit pack written: the files of a run that prove it, a page, and the hash of each.

The same run and verdicts give the same bytes: names sorted, no clock, one compression. The pack is
written beside its place, read back, and only then renamed over what was there.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calc.errors import DataRejectedError, StorageError, VerificationError
from pipelines.audit.check import (
    DIGITS,
    PACK_CHECKSUM,
    PACK_FILE,
    SCHEMA_VERSION,
    hash_before_end,
    verify_pack,
)
from pipelines.audit.trend import verdict_before
from pipelines.files import replaced, sha256_of
from pipelines.run.manifest import CHECKSUM_FILE, MANIFEST_FILE, Manifest, read_manifest
from pipelines.run.tables import read_table
from pipelines.run.verify import refuse_damaged
from pipelines.validation.verdict import VERDICT_FILE, Verdict, from_dict, to_json
from pipelines.version import tool_version
from pipelines.workspace import Workspace

REPORT, FUNNEL, RULES, VERSIONS = "audit.html", "funnel.csv", "rules.csv", "versions.json"
SCENARIO, FUNNEL_NAME, VALIDATION = "scenario.toml", "funnel", "validation"
FIRST_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can tell: packs have no clock."""

FILE_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A pack that was written: where, of which run, its files, and the hash that stands for it."""

    path: str
    run_id: str
    files: int
    bytes: int
    pack_sha256: str


def write_pack(workspace: Workspace, run: Path, path: Path) -> Packed:
    """The audit pack of a run, written whole.

    Args:
        workspace: Where other verdicts on the dataset are kept.
        run: The folder of the run.
        path: Where to write.

    Raises:
        VerificationError: A file of the run was altered; nothing is written.
        StorageError: A file cannot be read or written.
        DataRejectedError: The verdict in the run is of another version of the tool.
    """
    if path.absolute().is_relative_to(run.absolute()) or path.is_dir():
        where = "a folder" if path.is_dir() else "inside the run, which must stay as it is"
        raise StorageError(
            f"{path.name} would be {where}", where=str(path), hint="choose another place with -o"
        )
    refuse_damaged(run)
    manifest = read_manifest(run)
    made = _made(workspace, run, manifest)
    kept = {name: run / name for name in _kept(run)}
    listed = [_listed(name, made.get(name) or kept[name]) for name in sorted({*made, *kept})]
    about = {
        "schema_version": SCHEMA_VERSION,
        "run_id": manifest.run_id,
        "scenario_id": manifest.scenario_id,
        "tool_version": tool_version(),
    }
    content = to_json(about | {"files": listed})
    digest = hashlib.sha256(content).hexdigest()
    made |= {PACK_FILE: content, PACK_CHECKSUM: f"{digest}  {PACK_FILE}\n".encode()}
    with replaced(path) as beside:
        _write(beside, made, kept)
        _read_back(beside)
    return Packed(
        path=path.name,
        run_id=manifest.run_id,
        files=len(listed) + 2,
        bytes=path.stat().st_size,
        pack_sha256=digest,
    )


def _kept(run: Path) -> Iterator[str]:
    """The files of a run that go into its pack as they are."""
    yield from (MANIFEST_FILE, CHECKSUM_FILE, SCENARIO, f"{FUNNEL_NAME}.parquet")
    for path in sorted((run / VALIDATION).iterdir()):
        yield f"{VALIDATION}/{path.name}"


def _made(workspace: Workspace, run: Path, manifest: Manifest) -> dict[str, bytes]:
    """The files that are made for the pack."""
    import polars as pl

    from pipelines.audit import page
    from pipelines.validation.examples import examples_of
    from pipelines.validation.quarantine import csv_safe
    from pipelines.validation.verdict import RULES_FILE

    folder = run / VALIDATION
    verdict = verdict_of_run(folder)
    funnel = read_table(run, FUNNEL_NAME)
    rules = pl.read_parquet(folder / RULES_FILE)
    before = verdict_before(workspace, verdict)
    text = page.report(manifest, verdict, examples_of(folder), funnel.to_dicts(), before)
    versions = {
        "tool_version": manifest.tool_version,
        "code_sha256": manifest.code_sha256,
        "libraries": dict(manifest.libraries),
    }
    return {
        REPORT: text.encode(),
        FUNNEL: csv_safe(funnel).write_csv().encode(),
        RULES: csv_safe(rules).write_csv().encode(),
        VERSIONS: to_json(versions),
    }


def verdict_of_run(folder: Path) -> Verdict:
    """The verdict in the validation folder of a run.

    Raises:
        DataRejectedError: It is of another version of the tool.
    """
    try:
        return from_dict(json.loads((folder / VERDICT_FILE).read_bytes()), folder)
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise DataRejectedError(
            f"the verdict of run {folder.parent.name} cannot be read by this version",
            where=f"{folder.name}/{VERDICT_FILE}",
            hint="make the run again: retorsion run SCENARIO",
        ) from err


def _listed(name: str, source: bytes | Path) -> dict[str, Any]:
    if isinstance(source, Path):
        return {"name": name, "sha256": sha256_of(source), "bytes": source.stat().st_size}
    return {"name": name, "sha256": hashlib.sha256(source).hexdigest(), "bytes": len(source)}


def _write(path: Path, made: dict[str, bytes], kept: dict[str, Path]) -> None:
    """Write the files, and at the end, as the comment of the archive, the hash of all before."""
    with zipfile.ZipFile(path, "w") as pack:
        pack.comment = b"0" * DIGITS
        for name in sorted({*made, *kept}):
            info = zipfile.ZipInfo(name, FIRST_TIME)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, FILE_MODE
            info.create_system = 3
            if name in made:
                pack.writestr(info, made[name])
                continue
            info.file_size = kept[name].stat().st_size
            with kept[name].open("rb") as source, pack.open(info, "w") as member:
                shutil.copyfileobj(source, member)
    with path.open("r+b") as whole:
        digest = hash_before_end(whole)
        whole.seek(-DIGITS, os.SEEK_END)
        whole.write(digest.encode())


def _read_back(path: Path) -> None:
    """Nothing, where the pack that was written can be read and holds what it lists.

    Raises:
        OSError: It does not.
    """
    try:
        verify_pack(path)
    except VerificationError as err:
        raise OSError(f"what was written cannot be read back: {err}") from err
