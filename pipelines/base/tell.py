"""A base as told to people."""

from pipelines.base.record import BaseRecord
from pipelines.validation.words import counted

UNITS = {"records": "record", "rows": "row", "texts": "text", "rates": "rate"}
KINDS = {"excluded": "left out", "refused": "not read"}
TYPES = ("free", "ad valorem", "specific", "compound", "other", "not read")


def lines_of(record: BaseRecord, folder: str) -> list[str]:
    """What was read, the lines of each programme by type of rate, what was left out, and where.

    Args:
        record: What was done.
        folder: Folder of the base, as told to people.
    """
    lines = [
        f"read {record.source.file}: {record.said}, {record.edition}, importer {record.importer}",
        *(f"note: {note}" for note in record.notes),
        *(_stage(stage) for stage in record.funnel if stage["kind"] in KINDS),
        *(_programme(name, counts) for name, counts in record.rates.items()),
        *(
            f"{counted(each.count, 'text')}: {each.reason}, first in row {each.first_rows[0]}"
            for each in record.refused
        ),
    ]
    if record.refused:
        lines.append(f"each with its text and reason: {folder}/{record.refused_table.file}")
    return [
        *lines,
        f"base: {folder}/{record.table.file}, {counted(record.table.rows, 'row')}",
        f'next: base = "{record.name}" in a scenario',
    ]


def _stage(stage: object) -> str:
    assert isinstance(stage, dict)
    number = counted(stage["count"], UNITS[stage["unit"]])
    return f"{KINDS[stage['kind']]}: {number}: {stage['reason']}"


def _programme(name: str, counts: object) -> str:
    assert isinstance(counts, dict)
    listed = ", ".join(f"{counts[kind]:,} {kind}" for kind in TYPES if kind in counts)
    return f"{name}: {counted(sum(counts.values()), 'line')}: {listed}"
