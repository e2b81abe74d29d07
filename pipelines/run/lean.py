"""A run that has its lines in a folder of their own, in parts: written whole with its manifest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from calc.funnel import Stage, funnel_table
from calc.tables import TABLES
from pipelines.parquet import write_table
from pipelines.report.facts import OutputFile
from pipelines.report.figures import exact_sum
from pipelines.run.celled import Worked
from pipelines.run.compute import Answer, Tables
from pipelines.run.controls import controls_table
from pipelines.run.facts import TABLE_FILES, facts_of, what_is
from pipelines.run.funnel import PARTS, stages_before
from pipelines.run.manifest import write_manifest
from pipelines.run.parts import Part
from pipelines.run.question import Question
from pipelines.run.whole import Whole
from pipelines.run.write import copy_verdict, manifest_of, outputs_of, read_back
from pipelines.workspace import Workspace

LINES = "lines"
PARTED = {
    LINES: "lines that a measure names",
    "components": "every measure on those lines, and what becomes of it",
    "provenance": "the source file and row of those lines",
}
"""What the folders of a run hold whose files are parts of one table."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where a run is written, and by what.

    Attributes:
        fresh: The folder that is filled.
        folder: What it becomes.
        libraries: Versions beyond those of every run.
    """

    fresh: Path
    folder: Path
    libraries: Mapping[str, str]


def part_of(inputs: Whole, question: Question, worked: Worked, note: str) -> Part:
    """What was found, as the parts of a run are told."""
    own = inputs.parts[0]
    found = Answer(
        tables=worked.tables, shape=worked.shape, period=worked.period, rows=pl.DataFrame()
    )
    stages = [
        *stages_before(question, found, own.record, own.verdict),
        *_parts(worked.cells, worked.tables["by_importer"]),
    ]
    tables = {**worked.tables, "funnel": funnel_table(stages, own.scenario.importer)}
    if own.scenario.controls:
        tables["controls"] = controls_table(own, worked.tables["by_importer"])
    return Part(inputs=own, found=found, tables=tables, notes=(note,))


def _parts(cells: pl.DataFrame, total: pl.DataFrame) -> Iterator[Stage]:
    """The lines that a measure names, and what becomes of them."""
    for column, (stage, where) in PARTS.items():
        part = cells if where is None else cells.filter(where)
        rows = int(part["lines_behind"].sum())
        yield Stage(stage=stage, kind="part", rows=rows, value_usd=exact_sum(total, column))


def write_lean(workspace: Workspace, inputs: Whole, written: Written, part: Part) -> None:
    """Write tables, scenario, verdict and manifest beside the lines, and read them back.

    Raises:
        StorageError: A file cannot be written.
    """
    fresh = written.fresh
    told = facts_of(inputs, [part], workspace.relative(written.folder))
    about = {"scenario": told.scenario_id, "run": told.run_id, "tool_version": told.tool_version}
    for name in _names(part.tables):
        write_table(fresh / f"{name}.parquet", part.tables[name], name, TABLES[name], about)
    for name, text in inputs.resolved().items():
        (fresh / name).write_text(text, encoding="utf-8", newline="\n")
    for name, verdict in inputs.verdicts().items():
        copy_verdict(fresh / name, verdict)
    rows = {f"{name}.parquet": part.tables[name].height for name in _names(part.tables)}
    outputs = tuple(outputs_of(fresh, {**rows, **_rows_of_lines(fresh)}))
    files = tuple(OutputFile(name=one.name, what=_what(one.name)) for one in outputs)
    facts = replace(told, files=files)
    manifest = manifest_of(workspace, inputs, facts, part.tables)
    whole = replace(
        manifest,
        libraries={**manifest.libraries, **written.libraries},
        outputs=tuple(replace(one, what=_what(one.name)) for one in outputs),
    )
    write_manifest(fresh, whole)
    read_back(fresh, whole)


def _names(tables: Tables) -> list[str]:
    return [name for name in TABLE_FILES if name in tables]


def _what(name: str) -> str:
    """What a file holds, in words; the parts of a table are many."""
    folder, sign, _ = name.partition("/")
    return PARTED[folder] if sign and folder in PARTED else what_is(name)


def _rows_of_lines(fresh: Path) -> Mapping[str, int]:
    """The rows of each part of the lines and the like, by its name in the run."""
    return {
        path.relative_to(fresh).as_posix(): pq.read_metadata(path).num_rows
        for name in PARTED
        for path in (fresh / name).rglob("*.parquet")
    }
