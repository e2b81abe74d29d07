"""A run on a cluster as one step: it appears whole, with the manifest of any run, or not at all."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from calc.errors import StorageError
from calc.funnel import Stage, funnel_table
from calc.tables import TABLES
from pipelines.folders import new_folder
from pipelines.parquet import write_table
from pipelines.progress import Talk
from pipelines.report.checks import failed_checks
from pipelines.report.facts import OutputFile, RunFacts
from pipelines.report.figures import exact_sum
from pipelines.run.compute import Answer, Tables
from pipelines.run.controls import controls_table
from pipelines.run.facts import TABLE_FILES, facts_of, what_is
from pipelines.run.funnel import PARTS, stages_before
from pipelines.run.manifest import Manifest, write_manifest
from pipelines.run.parts import Part
from pipelines.run.question import Question
from pipelines.run.step import question_of
from pipelines.run.whole import Whole
from pipelines.run.write import copy_verdict, outputs_of, read_back
from pipelines.spark.cluster import Cluster
from pipelines.spark.session import session
from pipelines.spark.suited import refuse_options, refuse_scenario
from pipelines.spark.work import Worked, work
from pipelines.version import code_sha256, library_versions, tool_version
from pipelines.workspace import Workspace

LINES, HANDED = "lines", ".handed"
SUCCESS = "_SUCCESS"
NOTE = (
    "Computed on Apache Spark: the lines are in the folder lines, by period; there are no tables "
    "of components, measures, authorities, suppliers, provenance or what matched nothing, no page "
    "and no workbook."
)


def make_on_spark(workspace: Workspace, inputs: Whole, folder: Path, _talk: Talk) -> None:
    """Compute a run on a cluster and write it whole, or leave nothing.

    Raises:
        UsageError: The engine cannot do what the caller asks for.
        ScenarioError: Or what the scenario does.
        ServiceError: The cluster cannot be reached, or a job on it failed.
        StorageError: A file cannot be written.
    """
    refuse_options(inputs)
    question = question_of(inputs.parts[0])
    refuse_scenario(inputs, question)
    own = inputs.parts[0]
    with new_folder(folder) as fresh:
        handed = fresh / HANDED
        handed.mkdir()
        with session(own.settings.master, own.verdict.rows_judged) as spark:
            worked = work(Cluster(spark=spark, folder=handed), question, fresh / LINES)
        shutil.rmtree(handed)
        _refuse_unfinished(fresh / LINES)
        _write(workspace, inputs, (fresh, folder), _part(inputs, question, worked))


def _refuse_unfinished(lines: Path) -> None:
    """Nothing, where Spark says that all parts are there; its own checksums are taken away.

    Raises:
        StorageError: It does not.
    """
    if not (lines / SUCCESS).is_file():
        hint = "workers and this machine must see the workspace by the same path"
        raise StorageError("the lines of the workers are not here", where=str(lines), hint=hint)
    for path in lines.rglob(".*.crc"):
        path.unlink()


def _part(inputs: Whole, question: Question, worked: Worked) -> Part:
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
    return Part(inputs=own, found=found, tables=tables, notes=(NOTE,))


def _parts(cells: pl.DataFrame, total: pl.DataFrame) -> Iterator[Stage]:
    """The lines that a measure names, and what becomes of them."""
    for column, (stage, where) in PARTS.items():
        part = cells if where is None else cells.filter(where)
        rows = int(part["lines_behind"].sum())
        yield Stage(stage=stage, kind="part", rows=rows, value_usd=exact_sum(total, column))


def _write(workspace: Workspace, inputs: Whole, folders: tuple[Path, Path], part: Part) -> None:
    """Write tables, scenario, verdict and manifest beside the lines, and read them back."""
    fresh, folder = folders
    told = facts_of(inputs, [part], workspace.relative(folder))
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
    manifest = _manifest(workspace, inputs, facts, part.tables)
    whole = replace(manifest, outputs=tuple(replace(one, what=_what(one.name)) for one in outputs))
    write_manifest(fresh, whole)
    read_back(fresh, whole)


def _names(tables: Tables) -> list[str]:
    return [name for name in TABLE_FILES if name in tables]


def _what(name: str) -> str:
    """What a file holds, in words; the parts of the lines are many."""
    return "lines that a measure names" if name.startswith(f"{LINES}/") else what_is(name)


def _rows_of_lines(fresh: Path) -> Mapping[str, int]:
    """The rows of each part of the lines, by its name in the run."""
    return {
        path.relative_to(fresh).as_posix(): pq.read_metadata(path).num_rows
        for path in (fresh / LINES).rglob("*.parquet")
    }


def _manifest(workspace: Workspace, inputs: Whole, facts: RunFacts, tables: Tables) -> Manifest:
    from importlib import metadata

    return Manifest(
        run_id=facts.run_id,
        scenario_id=facts.scenario_id,
        title=facts.title,
        tool_version=tool_version(),
        code_sha256=code_sha256(),
        libraries=library_versions() | {"pyspark": metadata.version("pyspark")},
        identity=inputs.identity(),
        facts=facts.as_dict(),
        inputs=inputs.listed(workspace),
        failed_checks=tuple(failed_checks(tables)),
    )
