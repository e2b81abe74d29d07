"""The files of a run, written into a folder that nobody sees until it is whole."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from calc.dictionary import polars_schema
from calc.tables import TABLES
from calc.tables.lines import LineKey, Provenance
from calc.terms import ROW
from pipelines.parquet import write_fresh_table
from pipelines.provenance import source_rows
from pipelines.report.checks import failed_checks
from pipelines.report.facts import PAGE_NAME, WORKBOOK_NAME, RunFacts
from pipelines.report.page.engine import drawn_later
from pipelines.report.page.page import page, told_in
from pipelines.report.workbook import write_workbook
from pipelines.run.compute import Answer, Tables
from pipelines.run.facts import TABLE_FILES, what_is
from pipelines.run.inputs import Inputs
from pipelines.run.manifest import CHECKSUM_FILE, MANIFEST_FILE, Manifest, Output, output_of
from pipelines.run.parts import Part
from pipelines.run.whole import Whole
from pipelines.version import code_sha256, library_versions, tool_version
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.validation.verdict import Verdict


def write_outputs(
    folder: Path, inputs: Whole, parts: Sequence[Part], reported: Tables, facts: RunFacts
) -> Mapping[str, int]:
    """Write tables, provenance, page, workbook, scenario and verdicts of a run.

    ``reported`` are the tables of all parts put together.

    Returns:
        Rows by name of each Parquet file.

    Raises:
        OSError: A file cannot be written.
    """
    about = {"scenario": facts.scenario_id, "run": facts.run_id, "tool_version": facts.tool_version}
    sources = [provenance_of(part.inputs, part.found) for part in parts]
    tables = {**reported, "provenance": pl.concat(sources).sort(Provenance.primary_key())}
    with drawn_later() as drawings:  # by the time that the rest is written
        text = page(facts, tables)
    names = [name for name in TABLE_FILES if name in tables]
    for name in names:
        write_fresh_table(folder / f"{name}.parquet", tables[name], name, TABLES[name], about)
    write_workbook(folder / WORKBOOK_NAME, facts, tables)
    text = drawings.filled(text, partial(told_in, facts.currency))
    (folder / PAGE_NAME).write_text(text, encoding="utf-8", newline="\n")
    for name, text in inputs.resolved().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    for name, verdict in inputs.verdicts().items():
        copy_verdict(folder / name, verdict)
    return {f"{name}.parquet": tables[name].height for name in names}


def provenance_of(inputs: Inputs, found: Answer) -> pl.DataFrame:
    """The source file and rows of each line, in the order of LINES, then of files and rows."""
    if found.rows.is_empty():
        return pl.DataFrame(schema=polars_schema(TABLES["provenance"]))
    key = list(LineKey.primary_key())
    linked = _of_table(found.rows.with_columns(pl.col(ROW).cast(pl.UInt32)), found.links)
    rows = linked.select(pl.col(ROW).unique().sort())
    sources = source_rows(inputs.table, inputs.verdict.rows_judged, rows)
    joined = linked.join(sources, on=ROW, how="left", validate="m:1", maintain_order="left")
    return joined.sort(*key, "source_id", "source_row").select(
        *key, "source_id", "source_row", "share"
    )


def _of_table(rows: pl.DataFrame, links: pl.DataFrame | None) -> pl.DataFrame:
    """Lines with the rows of the table itself that they hold, and which share of each."""
    if links is None:
        return rows.with_columns(share=pl.lit(1.0))
    linked = rows.join(links, on=ROW, how="left", maintain_order="left")
    return linked.with_columns(
        pl.coalesce("of_row", ROW).cast(pl.UInt32).alias(ROW), share=pl.col("share").fill_null(1.0)
    ).drop("of_row")


def copy_verdict(folder: Path, verdict: "Verdict") -> None:
    """Copy a kept verdict into a run, without what depends on the order of the source rows.

    Raises:
        OSError: A file cannot be read or written.
    """
    from pipelines.validation.verdict import VERDICT_FILE, to_json

    folder.mkdir(parents=True)
    for path in sorted(verdict.folder.iterdir()):
        if path.name != VERDICT_FILE:
            shutil.copyfile(path, folder / path.name)
    kept = verdict.as_dict()
    for name in ("provenance_sha256", "originals_sha256"):
        kept["subject"].pop(name)
    (folder / VERDICT_FILE).write_bytes(to_json(kept))


def outputs_of(folder: Path, rows: Mapping[str, int]) -> Iterator[Output]:
    """Every file of a run but its manifest, with hash and size, by name."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (MANIFEST_FILE, CHECKSUM_FILE):
            yield output_of(folder, name, what_is(name), rows.get(name))


def manifest_of(workspace: Workspace, inputs: Whole, facts: RunFacts, tables: Tables) -> Manifest:
    """The manifest of a run as far as it does not tell of files: without outputs."""
    return Manifest(
        run_id=facts.run_id,
        scenario_id=facts.scenario_id,
        title=facts.title,
        tool_version=tool_version(),
        code_sha256=code_sha256(),
        libraries=library_versions(),
        identity=inputs.identity(),
        facts=facts.as_dict(),
        inputs=inputs.listed(workspace),
        failed_checks=tuple(failed_checks(tables)),
    )


def read_back(folder: Path, manifest: Manifest) -> None:
    """Nothing, where every Parquet file that was written can be read and has its rows.

    Raises:
        OSError: A file does not hold what was written.
    """
    for item in manifest.outputs:
        if item.rows is None:
            continue
        found = pl.scan_parquet(folder / item.name).select(pl.len()).collect().item()
        if found != item.rows:
            raise OSError(f"{item.name} holds {found} rows, not {item.rows}")
