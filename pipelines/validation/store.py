"""Verdicts on disk: a folder an input hash, written whole beside its place and then renamed."""

import json
from functools import cache
from importlib import resources
from pathlib import Path

from calc.errors import StorageError
from pipelines.files import sha256_of
from pipelines.ingest.record import beside_path
from pipelines.trade_files import sha256_of_table
from pipelines.validation.verdict import (
    VERDICT_FILE,
    Settings,
    Subject,
    Verdict,
    from_dict,
    to_json,
)
from pipelines.version import tool_version
from pipelines.workspace import Workspace, embedded, embedded_folder

JUDGED_BY = (
    *(
        "calc/codes.py",
        "calc/cubes.py",
        "calc/judge.py",
        "calc/money.py",
        "calc/overlap.py",
        "calc/rules.py",
    ),
    *("calc/relation.py", "calc/relation_truth.py", "calc/relation_words.py"),
    *("calc/grouped.py", "calc/groups.py", "calc/group_statistics.py"),
    *("calc/tables/audit.py", "calc/tables/trade.py", "calc/tables/trade_rules.py"),
    "calc/tables/economy_years.py",
    "pipelines/validation",
)
HELD_AGAINST = (
    *("hs-codes.csv", "economies.csv", "economies-of-trade.csv"),
    "partner-groups.toml",
)
"""Tables that come with the tool and that rules hold a table against."""


def subject_of(workspace: Workspace, table: Path, user_rules: Path | None = None) -> Subject:
    """What is to be judged, by hash, and the hash of what judges it.

    Args:
        workspace: Where the table is told relative to.
        table: The table.
        user_rules: A file of rules of the user's own; None for none.

    Raises:
        StorageError: A file cannot be read.
    """
    provenance, originals = beside_path(table, "provenance"), beside_path(table, "originals")
    return Subject(
        name=workspace.relative(table),
        sha256=sha256_of_table(table),
        provenance_sha256=sha256_of(provenance) if provenance.is_file() else "",
        originals_sha256=sha256_of(originals) if originals.is_file() else "",
        rules_sha256=rules_sha256(),
        user_rules_sha256="" if user_rules is None else sha256_of(user_rules),
        tool_version=tool_version(),
    )


@cache
def rules_sha256() -> str:
    """The hash of the declaration of the rules and of the code that judges by them.

    Taken from the source text: loading the declarations would take longer than all the rest of
    looking up a kept verdict.
    """
    import hashlib

    whole = hashlib.sha256()
    for name in JUDGED_BY:
        package, _, inside = name.partition("/")
        found = resources.files(package).joinpath(inside)
        files = [found] if found.is_file() else sorted(found.iterdir(), key=lambda item: item.name)
        for file in files:
            if file.name.endswith(".py"):
                whole.update(f"{file.name}\n".encode() + file.read_bytes())
    for name in HELD_AGAINST:
        whole.update(f"{name} {sha256_of(embedded(name))}\n".encode())
    return whole.hexdigest()


def folder_of(workspace: Workspace, subject: Subject) -> Path:
    """Where the verdict on a subject is kept."""
    own = f"-{subject.user_rules_sha256[:8]}" if subject.user_rules_sha256 else ""
    return workspace.validation / f"{subject.sha256[:16]}{own}"


def folders_of(workspace: Workspace, given: Path | None) -> tuple[Path, ...]:
    """Where source files are looked for: the folder given, this one, those of the workspace."""
    raw = workspace.raw
    fetched = sorted(path for path in raw.glob("*") if path.is_dir()) if raw.is_dir() else []
    own = [given] if given is not None else []
    places = [*own, Path.cwd(), workspace.root, raw, *fetched, embedded_folder()]
    return tuple(dict.fromkeys(place.absolute() for place in places))


def read_kept(folder: Path, subject: Subject, settings: Settings) -> Verdict | None:
    """The verdict kept on a subject; None where there is none, or another, or a damaged one."""
    try:
        kept = json.loads((folder / VERDICT_FILE).read_bytes())
        verdict = from_dict(kept, folder)
        whole = all(sha256_of(folder / name) == sha for name, sha in kept["files"].items())
    except (OSError, StorageError, ValueError, KeyError, TypeError, AttributeError):
        return None
    same = verdict.subject == subject and verdict.suite_on == settings.suite_on(verdict.rows_judged)
    return verdict if whole and same else None


def write_verdict(folder: Path, verdict: Verdict) -> None:
    """Write ``verdict.json`` with the hashes of the files that are already in the folder.

    Raises:
        OSError: The file cannot be written.
    """
    names = sorted(path.name for path in folder.iterdir() if path.name != VERDICT_FILE)
    files = {name: sha256_of(folder / name) for name in names}
    (folder / VERDICT_FILE).write_bytes(to_json(verdict.as_dict() | {"files": files}))
