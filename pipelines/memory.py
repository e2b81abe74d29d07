"""How much memory a job takes, told from its files before it starts, and what may be taken.

Figures are measured peaks (docs/performance.md), rounded up: a job is refused where it would not
fit, instead of being ended by the system half-way.
"""

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calc.errors import LimitError, UsageError
from pipelines.trade_files import constants_of, facts_of, paths_of, told_of

ENVIRONMENT = "RETORSION_MEMORY_LIMIT"
OPTION = "--memory-limit"
POWERS = ("", "K", "M", "G", "T")
FORM = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([KMGT]?)(i?)B?", re.IGNORECASE)
MB = 1000**2
START = 300 * MB
"""What the program and its libraries take before any data."""
ROW = 220
"""Bytes a row of the importers while the table is summed."""
LINE = 2_500
"""Bytes a line that a measure names, through all tables of a run."""
JUDGED_ROW, HASHED_ROW, KEPT_ROWS = 110, 15, 12_000_000
"""Bytes a row while a table is judged; those beyond so many are kept as hashes only."""
PIECE_ROWS = 4_000_000
"""Rows of the importers that are worked on at once where a run is made piece by piece."""
SUITE_ROW = 700
"""Bytes a row while great-expectations judges the rows themselves."""
SECOND_ENGINE = 250 * MB
"""What great-expectations takes in a process of its own, which has the program's libraries too."""
MIRRORED_ROW = 650
"""Bytes a row of the flows that a mirror compares, which are held as lines."""
BATCHED, HELD = 3.0, 12.0
"""Times the size of a text that is read in batches, and of one that is held whole."""
FIRST_BATCH, MOST_BATCHED = 150 * MB, 1_000 * MB
"""Bytes of the first batch, and of all those of a text of any size: they and parts are as large."""
PARQUET, SAMPLED_ROWS = (".parquet", ".pq"), 10_000
"""Files whose size says little of their text, and from how many rows that is told."""
PACKED, UNPACKED = (".gz", ".zip", ".7z", ".xlsx"), 8
"""Names of packed files end so; they grow as many times when they are unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """How many bytes may be taken, and who says so."""

    bytes: int
    by: str


def limit_given(text: str | None) -> int | None:
    """The bytes of a limit as an option has it; null where it is not given.

    Raises:
        UsageError: It is no amount of memory.
    """
    return None if text is None else _bytes_of(text, OPTION)


def _bytes_of(text: str, where: str) -> int:
    found = FORM.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        hint = "write a number and a unit: 2GB, 1500MB or 4GiB"
        raise UsageError(f"{text!r} is no amount of memory", where=where, hint=hint)
    step = 1024 if found[3] else 1000
    return int(float(found[1]) * step ** POWERS.index(found[2].upper()))


def allowed(limit: int | None) -> Allowed | None:
    """What may be taken: the limit that is set, else what is free here; null if that is unknown.

    Raises:
        UsageError: The limit in the environment is no amount of memory.
    """
    text = os.environ.get(ENVIRONMENT)
    if limit is not None or text:
        most = _bytes_of(text or "", ENVIRONMENT) if limit is None else limit
        return Allowed(bytes=most, by="the limit that is set")
    free = free_memory()
    return None if free is None else Allowed(bytes=free, by="what is free on this machine")


def free_memory() -> int | None:
    """The bytes that can be taken without ending another process; null where it cannot be told."""
    found = [free for free in (_free_of_system(), _free_of_group()) if free is not None]
    return min(found, default=None)


def _free_of_system() -> int | None:
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^MemAvailable:\s+([0-9]+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def _free_of_group(folder: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What a container may still take; null where it has no limit."""
    try:
        most, taken = (
            (folder / name).read_text(encoding="ascii").strip()
            for name in ("memory.max", "memory.current")
        )
    except OSError:
        return None
    return int(most) - int(taken) if most.isdigit() and taken.isdigit() else None


def refuse_beyond(needed: int, limit: int | None, *, what: str, hint: str) -> None:
    """Nothing, where a job fits into what may be taken.

    Args:
        needed: Bytes that it is estimated to take.
        limit: The limit that is set; null where what is free here counts.
        what: The job in words, such as "a run on us-2024.parquet".
        hint: What to do instead.

    Raises:
        LimitError: It does not fit; holds both figures.
    """
    most = allowed(limit)
    if most is None or needed <= most.bytes:
        return
    raise LimitError(
        f"{what} is estimated to take {told(needed)} of memory, and {most.by} is "
        f"{told(most.bytes)}",
        where=OPTION,
        hint=f"{hint}; or allow more with {OPTION} {told(-(-needed // (100 * MB)) * 100 * MB)}",
    )


def told(count: int) -> str:
    """Bytes in words: ``2.1GB``, ``850MB``; as ``--memory-limit`` takes them."""
    return f"{count / 1000**3:.1f}GB" if count >= 1000**3 else f"{-(-count // MB)}MB"


def run_needs(rows: int) -> int:
    """Bytes of a run on a table with some rows of its importers, but for its lines."""
    return START + ROW * rows


def lines_need(lines: int) -> int:
    """Bytes that the lines of a run take, above what reading takes."""
    return START + LINE * lines


def judging_needs(rows: int, *, has_suite_on_rows: bool) -> int:
    """Bytes of judging a table of some rows, by great-expectations too or on its counts alone."""
    if has_suite_on_rows:
        return START + SECOND_ENGINE + SUITE_ROW * rows
    kept = min(rows, KEPT_ROWS)
    return START + SECOND_ENGINE + JUDGED_ROW * kept + HASHED_ROW * (rows - kept)


def mirror_needs(rows: int) -> int:
    """Bytes of a mirror of tables that hold some rows of the flows compared."""
    return START + MIRRORED_ROW * rows


def refuse_files(
    files: Sequence[Path], limit: int | None, *, times: float, job: str = "the ingest"
) -> None:
    """Nothing, where files can be read in what memory there may be.

    Args:
        files: Files as received; those that are not there are told of by who reads them.
        limit: The limit that is set; null where what is free here counts.
        times: How many times their size reading takes; packed ones count as many times more, and
            Parquet as the text that its cells are read as.
        job: What reads them, in words.

    Raises:
        LimitError: They cannot.
    """
    there = [path for path in files if path.is_file()]
    sizes = [size_as_text(path) for path in there]
    how = "held whole" if times == HELD else "read in batches"
    needed = int(times * sum(sizes))
    batched = min(needed, MOST_BATCHED) + min(needed, FIRST_BATCH)
    # a Parquet file is mapped into memory, beside what is read of it
    mapped = sum(path.stat().st_size for path in there if path.suffix.lower() in PARQUET)
    refuse_beyond(
        START + mapped + (needed if times == HELD else batched),
        limit,
        what=f"{job} of {', '.join(path.name for path in there[:3])}, {how},",
        hint="split the files by year or importer and ingest them under several names",
    )


def size_as_text(path: Path) -> int:
    """Bytes of the text that a file is read as: of Parquet by its first rows, else by its size.

    A Parquet file keeps a word once: made-up trade is an eighth of its text there.

    Raises:
        OSError: It cannot be read.
    """
    size = path.stat().st_size
    if path.suffix.lower() in PARQUET and (facts := facts_of(path)) is not None:
        return max(size, int(facts.num_rows * _bytes_of_row(path)))
    return size * (UNPACKED if path.suffix.lower() in PACKED else 1)


def _bytes_of_row(path: Path) -> float:
    """The mean of the first rows of a Parquet file as text, with a sign between its cells.

    0 where they cannot be read, which the reader of the file will tell.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            rows = next(file.iter_batches(SAMPLED_ROWS), None)
        if rows is None or not rows.num_rows:
            return 0.0
        texts = [column.cast(pa.string()) for column in rows.columns]
    except (pa.ArrowException, OSError):
        return 0.0
    cells = sum(pc.sum(pc.binary_length(text)).as_py() or 0 for text in texts)
    return float(cells / rows.num_rows) + len(texts)


def rows_of_importers(table: Path, importers: Collection[str], period: str | None = None) -> int:
    """Rows of the row groups that may hold an importer, by the files' own statistics.

    0 where it is no table of trade, which its reader will tell.

    Args:
        table: A file or a folder of them.
        importers: The importers.
        period: A reference period; files that hold one other period are not counted.

    Raises:
        DataRejectedError: A folder is no table of trade.
        OSError: It cannot be read.
    """
    paths = [path for path in paths_of(table) if _may_be_of(path, period)]
    return sum(_rows_of_importers(path, importers) for path in paths)


def _may_be_of(path: Path, period: str | None) -> bool:
    """Whether a file may hold some of a reference period, where all of it is one other period."""
    if period is None or facts_of(path) is None:
        return True
    from calc.periods import reference_of

    only = constants_of(path).get("period")
    reference = reference_of(period, [only] if only else [])
    return only is None or reference is None or any(
        only == part or only.startswith(f"{part}-") for part in reference.parts
    )  # fmt: skip


def _rows_of_importers(path: Path, importers: Collection[str]) -> int:
    facts = facts_of(path)
    if facts is None:
        return 0
    if "importer" not in facts.schema.names:
        return int(facts.num_rows) if "importer" in told_of(path) else 0
    groups = [facts.row_group(number) for number in range(facts.num_row_groups)]
    return sum(group.num_rows for group in groups if may_hold_importer(group, importers))


def may_hold_importer(group: Any, names: Collection[str]) -> bool:
    """Whether a row group may hold one of some importers, by its statistics."""
    columns = [group.column(position) for position in range(group.num_columns)]
    own = [column for column in columns if column.path_in_schema == "importer"]
    statistics = own[0].statistics if own else None
    if statistics is None or not statistics.has_min_max:
        return True
    return any(statistics.min <= name <= statistics.max for name in names)


def rows_of(table: Path) -> int:
    """Rows of a Parquet file; 0 where it is none, which its reader will tell.

    Raises:
        OSError: It cannot be read.
    """
    facts = facts_of(table)
    return 0 if facts is None else int(facts.num_rows)
