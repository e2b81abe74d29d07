"""An edited sheet read back: what it changes shown first, a scenario written where accepted."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from calc.errors import UsageError
from pipelines.compare.sides import Side, side_of
from pipelines.compare.step import Comparison, compare
from pipelines.files import write_bytes
from pipelines.progress import Talk
from pipelines.report.facts import WORKBOOK_NAME
from pipelines.roundtrip import annex, assumptions
from pipelines.roundtrip.document import Document, kept_documents, kept_title, scenario_files
from pipelines.roundtrip.money import in_own_money
from pipelines.roundtrip.sheet import read_sheet
from pipelines.run.inputs import Inputs, RunSettings
from pipelines.run.store import find_run
from pipelines.scenario.names import ID
from pipelines.workspace import Workspace

Kind = Literal["annex", "inputs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an edited sheet changes.

    Attributes:
        changes: Each edit in words.
        unused: Edits that no scenario takes.
        difference: The run against the edited scenario; null where nothing was changed.
        files: Content of the scenario and of what it needs beside it, by name.
        written: Where they were written; empty where the edit was not accepted.
    """

    changes: tuple[str, ...]
    unused: tuple[str, ...] = ()
    difference: Comparison | None = None
    files: Mapping[str, bytes]
    written: tuple[Path, ...] = ()


def import_sheet(
    workspace: Workspace, run: str, edited: Path, kind: Kind, output: Path | None
) -> Imported:
    """What a person changed in a sheet of a run, as a scenario; written where ``output`` is given.

    Raises:
        UsageError: There is no such run, or a file that would be written is there already.
        DataRejectedError: The sheet cannot be read back.
        ScenarioError: The edited scenario cannot be used; nothing is written.
        VerificationError: The run, or a file that it read, was altered since.
        StorageError: A file cannot be read or written.
    """
    folder = find_run(workspace, run)
    talk = Talk(quiet=True)
    first = side_of(workspace, str(folder), RunSettings(), talk)
    documents, title = kept_documents(folder), kept_title(folder)
    changes, unused, lists = _edits(documents, folder, edited, kind)
    if not changes:
        return Imported(changes=(), unused=unused, files={})
    name = f"{title['id']}-edited" if output is None else output.stem
    if not ID.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a scenario", where="--output",
                         hint="name the file with letters, digits, dots and dashes")  # fmt: skip
    files = {**scenario_files(title, documents, name), **lists, **_beside(first)}
    with tempfile.TemporaryDirectory() as scratch:
        _put(Path(scratch), files)
        second = side_of(workspace, str(Path(scratch) / f"{name}.toml"), _settings(first), talk)
        difference = compare(first, second)
    written = () if output is None else tuple(_accept(output, files))
    return Imported(
        changes=changes, unused=unused, difference=difference, files=files, written=written
    )


def _settings(side: Side) -> RunSettings:
    """The choices of the run for the edited scenario: on its trade, where that is one table."""
    tables = {str(part.table) for part in side.whole.parts}
    settings = side.whole.parts[0].settings
    trade = tables.pop() if len(tables) == 1 else None
    return RunSettings(trade=trade, period=settings.period, quarantine=settings.quarantine)


def _edits(
    documents: Mapping[str, Document], folder: Path, edited: Path, kind: Kind
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, bytes]]:
    """The changes, those that no scenario takes, and the lists to be written; put into it."""
    own = folder / WORKBOOK_NAME
    if kind == "inputs":
        rows = [read_sheet(path, assumptions.SHEET, assumptions.NEEDED) for path in (edited, own)]
        in_money = in_own_money(rows[0], rows[1], folder, edited)
        edits = assumptions.put_inputs(documents, in_money, rows[1], edited)
        unused = tuple(assumptions.not_taken(edits))
        told = tuple(edit.line() for edit in edits if edit not in unused)
        return told, tuple(edit.line() for edit in unused), {}
    rows = [read_sheet(path, annex.SHEET, annex.NEEDED) for path in (edited, own)]
    done = annex.put_annex(documents, rows[0], rows[1], edited)
    lists = {name: text.encode() for name, text in done.lists.items()}
    return tuple(done.changes), (), lists


def _beside(side: Side) -> Mapping[str, bytes]:
    """The files that the scenario of a run names below its folder, by their names there."""
    found: dict[str, bytes] = {}
    for part in side.whole.parts:
        for name, path in _files_of(part):
            content = path.read_bytes()
            if found.setdefault(name, content) != content:
                raise UsageError(
                    f"two importers have files of one name: {name}", where=str(path),
                    hint="run the scenario of one importer by itself, and edit that run's workbook",
                )  # fmt: skip
    return found


def _files_of(part: Inputs) -> Iterator[tuple[str, Path]]:
    """The files that one scenario names, with their names below its folder."""
    root = part.scenario.path.parent.resolve()
    yield from ((file.name, file.path) for file in part.scenario.files)
    base = part.scenario.base.path
    if base is not None and base.resolve().is_relative_to(root):
        yield base.resolve().relative_to(root).as_posix(), base


def _put(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _accept(output: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """The files written beside each other, the scenario last; one that is there alike stays."""
    targets = {output.parent / name: content for name, content in files.items()}
    for path, content in targets.items():
        if path.exists() and path.read_bytes() != content:
            raise UsageError(
                f"{path.name} is there already and holds something else", where=str(path),
                hint="accept the edit under another name, or in another folder",
            )  # fmt: skip
    for path, content in reversed(targets.items()):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, content)
            yield path
