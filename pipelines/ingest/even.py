"""Whether a large plain text is a table of one width, by its totals and not record by record.

Counting the delimiters and line ends of a whole text takes a third of the time of counting those
of each record. Where the totals fit, a record can only have too few fields if another has too
many, which polars refuses to read when it is told to: then the text is looked at record by record.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import numpy.typing as npt

from pipelines.ingest.shape import BLOCK, NEWLINE, WINDOW, Totals, has_power

LEAST_BYTES = 4_000_000
"""Smaller texts are looked at record by record."""
STRETCH = 8 * WINDOW
AT_ONCE = 2
LAST_ASCII = 127
BEHIND = 2
"""Bytes of the next stretch that tell whether this one ends in a power of ten."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    lines: int
    delimiters: int
    has_powers: bool


def even(path: Path, delimiter: str, fields: int) -> Totals | None:
    """The totals of a text; null where they do not fit, or it is short or not plain.

    Plain is a text in ASCII without quotation marks, zero bytes and records of absurd length.

    Args:
        path: The file.
        delimiter: What separates its fields.
        fields: How many the header has.
    """
    size = path.stat().st_size
    if size < LEAST_BYTES:
        return None
    desks: SimpleQueue[bytearray] = SimpleQueue()
    for _ in range(AT_ONCE):
        desks.put(bytearray(STRETCH + BEHIND))
    look = partial(_looked_at, path, ord(delimiter), desks)
    lines = delimiters = 0
    has_powers = False
    for stretch in _ahead(look, range(0, size, STRETCH)):
        if stretch is None:
            return None
        lines += stretch.lines
        delimiters += stretch.delimiters
        has_powers = has_powers or stretch.has_powers
    with path.open("rb") as stream:
        stream.seek(size - 1)
        is_closed = stream.read() == b"\n"
    records = lines if is_closed else lines + 1
    if delimiters != (fields - 1) * records:
        return None
    return Totals(records=records, has_powers=has_powers, ends_with_newline=is_closed)


def _ahead(look: partial[_Stretch | None], starts: range) -> Iterator[_Stretch | None]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            yield from pool.map(look, starts)
        finally:
            pool.shutdown(cancel_futures=True)


def _looked_at(
    path: Path, delimiter: int, desks: SimpleQueue[bytearray], start: int
) -> _Stretch | None:
    """What is counted of a stretch; null where it is not plain.

    It is read onto one of the desks: memory had from the system for each costs as much as counting.
    """
    desk = desks.get()
    try:
        with path.open("rb") as stream:
            stream.seek(start)
            size = stream.readinto(desk)
        return _counts(desk if size == len(desk) else desk[:size], delimiter)
    finally:
        desks.put(desk)


def _counts(text: bytearray, delimiter: int) -> _Stretch | None:
    content = np.frombuffer(text, dtype=np.uint8)
    is_plain = content.min() > 0 and content.max() <= LAST_ASCII  # beside which others go on
    if not is_plain or b'"' in text or not _has_line_ends(text):
        return None
    return _Stretch(
        lines=_counted(content[:STRETCH], NEWLINE),
        delimiters=_counted(content[:STRETCH], delimiter),
        has_powers=has_power(content, delimiter),
    )


def _counted(content: npt.NDArray[np.uint8], byte: int) -> int:
    blocks = (content[at : at + BLOCK] for at in range(0, len(content), BLOCK))
    return sum(int(np.count_nonzero(block == byte)) for block in blocks)


def _has_line_ends(text: bytearray) -> bool:
    """Whether no record in a stretch can be absurdly long: each whole window has a line end."""
    windows = range(0, len(text) - WINDOW + 1, WINDOW)
    return all(text.find(b"\n", at, at + WINDOW) >= 0 for at in windows)
