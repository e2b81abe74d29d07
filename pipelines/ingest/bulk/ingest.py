"""A large file ingested in batches: read once, kept on disk as numbers, written in its order."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError
from calc.tables.provenance import TradeParts, TradeProvenance
from calc.tables.trade import VALUE_COLUMNS, Trade
from pipelines.ingest import faults
from pipelines.ingest.bulk.batches import Found, Sums, read_batches
from pipelines.ingest.bulk.coded import UnsuitedError
from pipelines.ingest.bulk.ending import Ending
from pipelines.ingest.bulk.figures import GroupedError, TextsError
from pipelines.ingest.bulk.marks import marks_of
from pipelines.ingest.bulk.parts import parts_of
from pipelines.ingest.bulk.plan import Plan, plan_of
from pipelines.ingest.bulk.ranks import ranked
from pipelines.ingest.cells import REJECTED, Reading
from pipelines.ingest.mapped import Mapping
from pipelines.ingest.reading_notes import notes_of, repaired, warnings_of
from pipelines.ingest.record import FunnelStage
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import ROW, Source
from pipelines.ingest.store import originals_of, write_originals, write_repairs
from pipelines.ingest.table import rejected
from pipelines.progress import Talk
from pipelines.table_writer import TableWriter

BULK_BYTES = 4_000_000
"""Files of at least this size are read in batches where they can be."""
READINGS = ((True, False), (False, False), (False, True))
"""How numbers are read, one after the other: plain, as texts, with separators of thousands."""
READ, KEPT = "read", "kept"
WAITING = 6
"""Parts that may wait to be written, of some twenty megabytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What an ingest in batches made.

    Attributes:
        readings: Each file as understood, with its notes and without its rows.
        table: The file of the table.
        read: All rows of each file, as a stage of the funnel.
        funnel: All stages.
        notes: What the table is told of as a whole.
        rows: Distinct importer, partner, period, nomenclature and flow of the table.
        codes: Distinct nomenclature and code of the table.
        height: Rows of the table.
        sums: Rows read (``read``), in the table (``kept``) and left out (by reason), exactly.
    """

    readings: tuple[Reading, ...]
    table: Path
    read: tuple[FunnelStage, ...]
    funnel: tuple[FunnelStage, ...]
    notes: tuple[str, ...]
    rows: pl.DataFrame
    codes: pl.DataFrame
    height: int
    sums: dict[str, Sums]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the files of an ingest are read with: all of them, the choice, where to, who tells."""

    opened: Sequence[Source]
    settings: IngestSettings
    fresh: Path
    talk: Talk


def bulk_ingest(
    opened: Sequence[Source],
    mappings: dict[str, Mapping],
    settings: IngestSettings,
    fresh: Path,
    talk: Talk,
) -> Bulk | None:
    """One large file as a table in a folder; null where it has to be read the other way.

    It has to be where its rows are made of others (months in columns) or its text is damaged.

    Raises:
        DataRejectedError: Cells cannot be read, or codes stand beside finer ones of theirs.
    """
    if len(opened) != 1 or opened[0].bytes < BULK_BYTES or opened[0].name not in mappings:
        return None
    job = Job(opened=opened, settings=settings, fresh=fresh, talk=talk)
    return of_file(opened[0], mappings[opened[0].name], job)


def of_file(source: Source, mapping: Mapping, job: Job) -> Bulk | None:
    """A file, of any size, as a table in the folder of a job; null as ``bulk_ingest`` gives it.

    Raises:
        DataRejectedError: Cells cannot be read, or codes stand beside finer ones of theirs.
    """
    for typed, grouped in READINGS:
        try:
            plan = plan_of(source, mapping, job.settings, grouped=grouped, typed=typed)
            return _made(plan, job)
        except (GroupedError, TextsError):
            continue
        except pl.exceptions.ComputeError:  # a number is none, or the text is damaged
            if not typed:
                return None
        except UnsuitedError:
            return None
    return None


def _made(plan: Plan, job: Job) -> Bulk:
    settings, fresh, talk = job.settings, job.fresh, job.talk
    folder, source = fresh / "batches", plan.source
    folder.mkdir()
    try:
        with talk.counting(f"reading {source.name}", source.records) as done:
            found = read_batches(plan, folder, done)
        if source.records not in (None, found.read.rows):
            raise UnsuitedError
        reading = _reading(plan, found, settings)
        rejects = _rejects(reading, found, job)
        ending = Ending(plan, found, marks_of(plan, found, settings), ranked(plan))
        with talk.working("writing the table"):
            table = _write(ending, settings, fresh)
        write_originals(fresh, settings.name, rejects, part="rejects")
        write_repairs(fresh, settings.name, [reading])
        return _bulk(ending, reading, rejects, table)
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _reading(plan: Plan, found: Found, settings: IngestSettings) -> Reading:
    """The file as understood; its rows are those that cannot be read."""
    counts = {**found.counts, "rows": found.read.rows, "padded first": found.padded_first}
    notes = notes_of(plan.source, plan.mapping, settings, plan.written, counts=counts)
    none = pl.DataFrame(schema=dict.fromkeys(VALUE_COLUMNS, pl.Float64) | {ROW: pl.Int64})
    rows = pl.concat([none, *found.rejected], how="diagonal").sort(ROW)
    return Reading(
        source=plan.source,
        mapping=plan.mapping,
        casts=plan.casts,
        rows=rows.with_columns(pl.lit(value=True).alias(REJECTED)),
        notes=(*plan.mapping.notes, *notes),
        warnings=warnings_of(plan.source, counts),
        repaired=repaired(plan.mapping, settings, counts),
    )


def _rejects(reading: Reading, found: Found, job: Job) -> pl.DataFrame:
    """The rows that cannot be read, as REJECTS.

    Raises:
        DataRejectedError: There are some, and they are not to be set aside.
    """
    rejects = faults.rejects_of(reading)
    if rejects.height and not job.settings.quarantine:
        told = faults.told(reading.source.name, found.read.rows, rejects.height)
        raise DataRejectedError.collected(
            [
                faults.summary_of([told], job.opened, job.settings),
                *faults.problems_of(reading, rejects),
            ]
        )
    return rejects


def _write(ending: Ending, settings: IngestSettings, fresh: Path) -> Path:
    """Write the table, its provenance, and the original text of rows that break a rule.

    Raises:
        DataRejectedError: Codes stand beside finer ones that do not add up to them.
    """
    name, plan = settings.name, ending.plan
    table, beside = fresh / f"{name}.parquet", fresh / f"{name}.parts.parquet"
    outputs = [
        (TableWriter(table, "trade", Trade), 0),
        (TableWriter(fresh / f"{name}.provenance.parquet", "trade_provenance", TradeProvenance), 0),
        *([(TableWriter(beside, "trade_parts", TradeParts), 1)] if plan.adds_up else []),
    ]
    how = {"families": ending.marks.nested, "light": ending.is_light}
    found = ending.found
    parts = parts_of(found.stored, found.pairs, ending.ranks, **how)
    written(outputs, (some for rows in parts for some in ending.part(rows)))
    ending.check()
    broken = [rows for rows in ending.broken if rows.height]
    if broken:
        originals = originals_of(pl.concat(broken), [_plain(plan)])
        write_originals(fresh, name, originals)
    return table


def written(
    outputs: list[tuple[TableWriter, int]], made: Iterator[tuple[pl.DataFrame, pl.DataFrame]]
) -> None:
    """Write each part of a table, its files at once, while the next ones are put in order.

    Some parts wait to be written: parts are made in bursts, and what writes is not to stand still.

    Args:
        outputs: What writes each file, and which frame of a part it gets.
        made: The parts.

    Raises:
        StorageError: A file cannot be written.
    """
    with ExitStack() as stack:
        writers = [(stack.enter_context(writer), place) for writer, place in outputs]
        lanes = [stack.enter_context(ThreadPoolExecutor(1)) for _ in writers]
        waiting: deque[list[Future[None]]] = deque()
        for both in made:
            if len(waiting) == WAITING:
                _done(waiting.popleft())
            waiting.append(
                [
                    lane.submit(writer.write, both[place])
                    for lane, (writer, place) in zip(lanes, writers, strict=True)
                ]
            )
        for each in waiting:
            _done(each)


def _done(futures: list[Future[None]]) -> None:
    for future in futures:
        future.result()


def _plain(plan: Plan) -> Reading:
    return Reading(source=plan.source, mapping=plan.mapping, casts=plan.casts, rows=pl.DataFrame())


def _bulk(ending: Ending, reading: Reading, rejects: pl.DataFrame, table: Path) -> Bulk:
    found = ending.found
    read = found.read.stage("read", "in", "rows of the files")
    named = pl.lit(reading.source.name).alias("source_id")
    everything = reading.rows.with_columns(named)
    funnel = (
        read,
        *(rejected(everything, [rejects]) if rejects.height else []),
        *(
            found.left_out[why].stage("counted twice", "excluded", why)
            for why in sorted(found.left_out)
        ),
        found.kept.stage("table", "kept", "rows of the table"),
    )
    return Bulk(
        readings=(reading,),
        table=table,
        read=(read,),
        funnel=funnel,
        notes=tuple(ending.notes()),
        rows=ending.marks.kept.select("importer", "partner", "period", "nomenclature", "flow"),
        codes=ending.codes(),
        height=ending.rows,
        sums={READ: found.read, KEPT: found.kept, **found.left_out},
    )
