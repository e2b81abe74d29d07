"""Several files ingested in batches: each by itself, then their tables put together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError, Problem
from calc.money import UNITS_PER_USD
from pipelines.folders import take_away
from pipelines.ingest.agree import PART_OF
from pipelines.ingest.bulk import ingest as single
from pipelines.ingest.bulk.batches import Sums
from pipelines.ingest.bulk.ingest import KEPT, READ, Bulk, Job
from pipelines.ingest.bulk.merge import merged
from pipelines.ingest.mapped import Mapping
from pipelines.ingest.record import FunnelStage
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import Source
from pipelines.progress import Talk


def in_batches(
    opened: Sequence[Source],
    mappings: dict[str, Mapping],
    settings: IngestSettings,
    fresh: Path,
    talk: Talk,
) -> Bulk | None:
    """Large files as one table in a folder; null where they have to be held whole.

    Several are where no period is in two of them: what is counted twice is seen within a period.

    Raises:
        DataRejectedError: Cells cannot be read, or codes stand beside finer ones of theirs.
        StorageError: A file cannot be written.
    """
    if len(opened) == 1:
        return single.bulk_ingest(opened, mappings, settings, fresh, talk)
    is_small = sum(source.bytes for source in opened) < single.BULK_BYTES
    if is_small or any(source.name not in mappings for source in opened):
        return None
    folder = fresh / "files"
    try:
        job = Job(opened=opened, settings=settings, fresh=folder, talk=talk)
        made = _each(job, mappings)
        if made is None:
            return None
        with talk.working(f"putting {len(made)} tables together"):
            table = merged([one.table for one in made], fresh, settings.name)
        return _whole(made, table)
    finally:
        take_away(folder)


def _each(job: Job, mappings: dict[str, Mapping]) -> list[Bulk] | None:
    """A table of each file; null where a file has to be held, or seen together with another.

    Raises:
        DataRejectedError: Files cannot be read: what is wrong with each of them.
    """
    made: list[Bulk] = []
    problems: list[Problem] = []
    for place, source in enumerate(job.opened):
        own = job.fresh / f"{place:04}"
        own.mkdir(parents=True)
        try:
            one = single.of_file(source, mappings[source.name], replace(job, fresh=own))
        except DataRejectedError as err:
            problems += err.problems
            continue
        if one is None or not _is_apart(one, made):
            return None
        made.append(one)
    if problems:
        raise DataRejectedError.collected(problems)
    return made


def _is_apart(one: Bulk, others: Sequence[Bulk]) -> bool:
    """Whether a table has no period of the others, and no flow that is a part of one of theirs."""
    periods = {period for other in others for period in other.rows["period"].unique()}
    flows = {flow for each in (one, *others) for flow in each.rows["flow"].unique()}
    nested = any({part, whole} <= flows for part, whole in PART_OF.items())
    return not nested and periods.isdisjoint(one.rows["period"].unique())


def _whole(made: Sequence[Bulk], table: Path) -> Bulk:
    """What the tables of the files are together."""
    sums = {name: _added([one.sums.get(name, Sums()) for one in made]) for name in _named(made)}
    return Bulk(
        readings=tuple(reading for one in made for reading in one.readings),
        table=table,
        read=tuple(stage for one in made for stage in one.read),
        funnel=tuple(_funnel(made, sums)),
        notes=tuple(f"{one.readings[0].source.name}: {note}" for one in made for note in one.notes),
        rows=pl.concat([one.rows for one in made]).unique(maintain_order=True),
        codes=pl.concat([one.codes for one in made]).unique(maintain_order=True),
        height=sum(one.height for one in made),
        sums=sums,
    )


def _named(made: Sequence[Bulk]) -> list[str]:
    return sorted({name for one in made for name in one.sums})


def _added(parts: Sequence[Sums]) -> Sums:
    return Sums(
        rows=sum(part.rows for part in parts),
        units=sum(part.units for part in parts),
        unknown=sum(part.unknown for part in parts),
    )


def _funnel(made: Sequence[Bulk], sums: dict[str, Sums]) -> Iterator[FunnelStage]:
    """The stages of all files, in the order in which those of one are."""
    first, last = made[0].funnel[0], made[0].funnel[-1]
    yield sums[READ].stage(first.stage, first.kind, first.reason)
    stages = [stage for one in made for stage in one.funnel if stage.kind == "rejected"]
    for reason in sorted({stage.reason for stage in stages}):
        same = [stage for stage in stages if stage.reason == reason]
        yield _added([_sums_of(stage) for stage in same]).stage(same[0].stage, "rejected", reason)
    for reason in sorted(sums.keys() - {READ, KEPT}):
        yield sums[reason].stage("counted twice", "excluded", reason)
    yield sums[KEPT].stage(last.stage, last.kind, last.reason)


def _sums_of(stage: FunnelStage) -> Sums:
    """A stage of few rows as exact sums."""
    units = 0 if stage.value_usd is None else round(stage.value_usd * UNITS_PER_USD)
    return Sums(rows=stage.rows, units=units, unknown=stage.value_unknown_rows)
