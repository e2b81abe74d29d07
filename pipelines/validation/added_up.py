"""Verdicts on the files of a folder as one verdict, with one set of tables."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl

from calc import judge
from calc.dictionary import polars_schema
from calc.money import UNITS_PER_USD, to_usd
from calc.tables.audit import GroupFigures, RuleCounts
from pipelines.folders import replaced_folder
from pipelines.ingest.record import beside_path
from pipelines.memory import rows_of
from pipelines.parquet import ROW_GROUP_ROWS, write_table
from pipelines.trade_files import TradeFile
from pipelines.validation import page
from pipelines.validation.examples import examples_of
from pipelines.validation.quarantine import NOTICED_CSV_ROWS, write_parts
from pipelines.validation.store import write_verdict
from pipelines.validation.verdict import (
    GROUPS_FILE,
    NOTICED_CSV,
    NOTICED_FILE,
    QUARANTINE_CSV,
    QUARANTINE_FILE,
    REPORT_FILE,
    RESULT_FILE,
    RULES_FILE,
    SUITE_FILES,
    Finding,
    Stage,
    Subject,
    Verdict,
    chosen,
    to_json,
)

AMONG_KEPT = ".among_kept"
Pairs = Sequence[tuple[TradeFile, Verdict]]


def added_up(
    subject: Subject, folder: Path, files: Sequence[TradeFile], verdicts: Sequence[Verdict]
) -> Verdict:
    """The verdicts on files as one, written into a folder.

    Raises:
        StorageError: It cannot be written.
    """
    first = verdicts[0]
    whole = replace(
        first,
        subject=subject,
        folder=folder,
        funnel=tuple(_stages(verdicts)),
        rules=tuple(_findings(verdicts)),
        engines=tuple(
            replace(engine, rows=sum(one.engines[at].rows for one in verdicts))
            for at, engine in enumerate(first.engines)
        ),
        rows_judged=sum(one.rows_judged for one in verdicts),
        rows_failed=sum(one.rows_failed for one in verdicts),
        value_unknown_rows=sum(one.value_unknown_rows for one in verdicts),
        value_judged_usd=_usd([one.value_judged_usd for one in verdicts]),
        value_failed_usd=_usd([one.value_failed_usd for one in verdicts]),
    )
    choice = next((one.choice for one in verdicts if one.rows_failed), first.choice)
    verdict = chosen(whole, choice)
    with replaced_folder(folder) as fresh:
        _write(fresh, verdict, list(zip(files, verdicts, strict=True)))
    return verdict


def _usd(values: Sequence[float | None]) -> float | None:
    """The sum of amounts, exact to ten-thousandths; unknown where one is."""
    known = [round(value * UNITS_PER_USD) for value in values if value is not None]
    return float(to_usd(sum(known))) if len(known) == len(values) else None


def _stages(verdicts: Sequence[Verdict]) -> Iterator[Stage]:
    for stages in zip(*(one.funnel for one in verdicts), strict=True):
        rows = sum(stage.rows for stage in stages)
        yield replace(stages[0], rows=rows, value_usd=_usd([stage.value_usd for stage in stages]))


def _findings(verdicts: Sequence[Verdict]) -> Iterator[Finding]:
    """What each rule found in all files; of a file where no row goes, all are those that stay."""
    longest = max(verdicts, key=lambda one: len(one.rules))
    of_files = [{finding.rule_id: finding for finding in one.rules} for one in verdicts]
    for rule in longest.rules:
        plain = rule.rule_id.removesuffix(AMONG_KEPT)
        found = [own.get(rule.rule_id) or own[plain] for own in of_files]
        yield replace(
            rule,
            rows_judged=sum(one.rows_judged for one in found),
            rows_failed=sum(one.rows_failed for one in found),
            value_failed_usd=_usd([one.value_failed_usd for one in found]),
            groups_judged=_count([one.groups_judged for one in found]),
            groups_failed=_count([one.groups_failed for one in found]),
        )


def _count(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _write(fresh: Path, verdict: Verdict, pairs: Pairs) -> None:
    left_out, noticed = (QUARANTINE_FILE, QUARANTINE_CSV), (NOTICED_FILE, NOTICED_CSV)
    for (parquet, csv), most in ((left_out, None), (noticed, NOTICED_CSV_ROWS)):
        write_parts((fresh / parquet, fresh / csv), _rows(parquet, pairs), csv_rows=most)
    groups = pl.concat([pl.read_parquet(one.folder / GROUPS_FILE) for _, one in pairs])
    write_table(fresh / GROUPS_FILE, groups, "groups", GroupFigures)
    counts = pl.DataFrame(
        [asdict(finding) for finding in verdict.rules], schema=polars_schema(RuleCounts)
    )
    write_table(fresh / RULES_FILE, counts, "rules", RuleCounts)
    results = {one.name: json.loads((of.folder / RESULT_FILE).read_bytes()) for one, of in pairs}
    (fresh / RESULT_FILE).write_bytes(to_json({"files": results}))
    for name in SUITE_FILES.values():
        if (path := pairs[0][1].folder / name).is_file():
            shutil.copyfile(path, fresh / name)
    text = page.report(verdict, examples_of(fresh))
    (fresh / REPORT_FILE).write_text(text, encoding="utf-8", newline="\n")
    write_verdict(fresh, verdict)


def _rows(name: str, pairs: Pairs) -> Iterator[pl.DataFrame]:
    """The rows that rules name, some at a time, numbered as in the whole.

    Of a file that is its own source ``source_id`` is its path in the folder: names may repeat.
    """
    for file, verdict in pairs:
        kept = pl.scan_parquet(verdict.folder / name).with_columns(pl.col(judge.ROW) + file.first)
        if not beside_path(file.path, "provenance").is_file():
            kept = kept.with_columns(source_id=pl.lit(file.name))
        for first in range(0, rows_of(verdict.folder / name), ROW_GROUP_ROWS):
            yield kept.slice(first, ROW_GROUP_ROWS).collect()
