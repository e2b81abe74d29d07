"""A scenario file read: every key understood, or every problem told."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from calc.errors import ScenarioError
from calc.rate_text import HIGHEST_RATE
from pipelines.scenario.compose import read_whole
from pipelines.scenario.document import Document, read_document
from pipelines.scenario.fields import Table, day_of, name_of, note_of, text_of
from pipelines.scenario.files import Files
from pipelines.scenario.grammar import INCLUDING, check_keys
from pipelines.scenario.ledger import Ledger
from pipelines.scenario.model import BaseSource, Scenario
from pipelines.scenario.names import ID, ID_RULE, TABLE_NAME, TABLE_NAME_RULE
from pipelines.scenario.reference import read_reference
from pipelines.scenario.report_in import report_in_of_parts
from pipelines.workspace import Workspace, open_workspace

__all__ = ["Scenario", "read_scenario"]

MAX_PARTS = 20


def read_scenario(
    path: Path, *, allow_rate_above: float | None = None, workspace: Workspace | None = None
) -> Scenario:
    """The scenario that a TOML file holds, in the order of the file.

    Files that it extends, includes or adds, and its annexes, are read with it. The law at a date
    is made of it by ``pipelines.scenario.law``; rows of a base file are judged there too.

    Args:
        path: The file.
        allow_rate_above: Highest rate to be read, as a fraction, where it is above the usual
            limit of 10.0 (1,000 %).
        workspace: Where bases have their names; else that of the environment or this folder.

    Raises:
        ScenarioError: The file is missing, is not TOML, or says something that cannot be
            understood; holds all such problems of the file.
        StorageError: The file, or one that it names, is there but cannot be read.
    """
    document = read_document(Path(path))
    highest = max(HIGHEST_RATE, allow_rate_above or 0.0)
    workspace = workspace or open_workspace(None)
    if "include" in document.root:
        return _including(document, highest, workspace)
    return read_whole(document, document.path.parent, highest=highest, workspace=workspace)


def read_resolved(path: Path, folder: Path, workspace: Workspace) -> Scenario:
    """A scenario as a run keeps it; the files that it names are found from another folder.

    Args:
        path: The text.
        folder: Where the file was that it was resolved from.
        workspace: Where bases have their names.

    Raises:
        ScenarioError: A file that it names is not there, or cannot be used.
        StorageError: A file cannot be read.
    """
    document = replace(read_document(path), path=folder / path.name)
    return read_whole(document, folder, highest=float("inf"), workspace=workspace)


def _including(document: Document, highest: float, workspace: Workspace) -> Scenario:
    """Several scenarios run together: each is read as one of its own."""
    ledger = Ledger(document)
    top = Table((), document.root, ledger)
    check_keys(top, INCLUDING)
    scenario_id = name_of(top, "id", pattern=ID, rule=ID_RULE, example='id = "trade-war"')
    title, note = text_of(top, "title", example='title = "..."'), note_of(top)
    trade = name_of(top, "trade", pattern=TABLE_NAME, rule=TABLE_NAME_RULE,
                    example='trade = "world-2024"')  # fmt: skip
    as_of = day_of(top, "as_of")
    files = Files(document.path.parent)
    parts = _parts(top, files, highest, workspace)
    stated = report_in_of_parts(top, parts)
    ledger.raise_if_any()
    _refuse_one_importer_twice(document, parts)
    return Scenario(
        scenario_id=scenario_id,
        title=title or scenario_id,
        importer="",
        nomenclature="",
        trade=trade,
        as_of=as_of,
        note=note,
        measures=(),
        base=BaseSource(""),
        path=document.path,
        text_sha256=document.sha256,
        files=tuple(files.used.values()),
        stated=stated,
        parts=tuple(_run_with(part, trade, as_of) for part in parts),
    )


def _parts(top: Table, files: Files, highest: float, workspace: Workspace) -> list[Scenario]:
    listed = top.values["include"]
    if not isinstance(listed, list) or not listed or len(listed) > MAX_PARTS:
        top.refuse("include", f"include is not a list of at most {MAX_PARTS} files",
                   'write include = ["us.toml", "canada.toml"]')  # fmt: skip
        return []
    found = []
    for number, item in enumerate(listed):
        place = top.at("include")
        path = files.find(place, number, item, folder=files.root)
        if path is None:
            continue
        part = read_document(path)
        if "include" in part.root:
            place.refuse(number, f"{part.name} itself includes others", "include those instead")
            continue
        files.note(path, "scenario that is included", part.sha256)
        found.append(read_whole(part, files.root, highest=highest, workspace=workspace))
    return found


def _refuse_one_importer_twice(document: Document, parts: list[Scenario]) -> None:
    """Nothing, where no two parts are of one importer, nor of a group and a member of it."""
    within = read_reference().within
    for place, part in enumerate(parts):
        for other in parts[:place]:
            if part.importer == other.importer:
                shared = f"are both of the importer {part.importer}"
            elif part.importer in within(other.importer) or other.importer in within(part.importer):
                shared = (
                    f"are of {other.importer} and {part.importer}, one of which is in the other"
                )
            else:
                continue
            raise ScenarioError(
                f"{other.path.name} and {part.path.name} {shared}",
                where=f"{document.name}, include",
                hint="put the measures of one importer together, with extends or add",
            )


def _run_with(part: Scenario, trade: str, as_of: date | None) -> Scenario:
    """A part with the table and the date of the whole, where the whole gives them."""
    return replace(part, trade=trade or part.trade, as_of=as_of or part.as_of)
