"""The shape of a delimited text: how many records, and which have another number of fields.

polars fills what is missing in a short row and tells of a long one without its number, so the
fields are counted here, in chunks and without a Python object a row. Quoted line ends and
delimiters belong to their field.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEWLINE, RETURN, QUOTE = 10, 13, 34
LETTER_E, SMALL = ord("e"), 32
"""The letter of powers of ten, and the bit that a capital lacks."""
BLOCK = 1_048_576
"""Bytes that are compared at once: what is made of more is had from the system anew each time."""
PLUS, COMMA, NINE = ord("+"), ord(","), ord("9")
FIRST_SIGN = np.uint8(COMMA)
MAX_MISSHAPEN = 100_000
MAX_RECORD_BYTES = 1_000_000
WINDOW = MAX_RECORD_BYTES // 2
"""A line end in each such stretch of a text leaves no record above the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A text all of whose records have one number of fields, or else cannot be read as such.

    Attributes:
        records: Its records, the header included.
        has_powers: Whether something like 1.5E+08 was met, a number or a part of a text.
        ends_with_newline: Whether its last record is closed by a line end.
    """

    records: int
    has_powers: bool
    ends_with_newline: bool


class Shape:
    """Counts the records of a text and finds those with another number of fields.

    ``extra`` is how many fields more than the header a row may have.

    Attributes:
        records: Records so far, the header and blank lines included.
        misshapen: Record number (the header is 1) to its number of fields, at most 100,000.
        too_long: The first record that is too long to be one; 0 for none.
        ends_with_newline: Whether the last chunk ended a line.
        quote_opened: Record in which a quotation mark was opened and not closed; 0 for none.
        has_powers: Whether something like 1.5E+08 was met, a number or a part of a text.
        by_totals: Whether the text was counted by its totals, and not record by record.
    """

    def __init__(self, delimiter: str, fields: int, *, extra: int = 0) -> None:
        self.delimiter = ord(delimiter)
        self.fields = fields
        self.extra = extra
        self.records = 0
        self.misshapen: dict[int, int] = {}
        self.too_long = 0
        self.ends_with_newline = True
        self.has_powers = False
        self.by_totals = False
        self._end = b""
        self._others = bytes(set(range(256)) - {self.delimiter, NEWLINE})
        self._inside = False
        self._marks = 0
        self._length = 0
        self._last_is_return = False

    @property
    def quote_opened(self) -> int:
        """The record in which a quotation mark is open; 0 for none."""
        return self.records + 1 if self._inside else 0

    def feed(self, chunk: bytes) -> None:
        """Count the records that end in a chunk; the rest is carried to the next."""
        self._look_for_powers(chunk)
        if not chunk or self._is_regular(chunk):
            return
        content = np.frombuffer(chunk, dtype=np.uint8)
        outside = self._outside(content)
        ends = np.flatnonzero((content == NEWLINE) & outside)
        marks = np.flatnonzero((content == self.delimiter) & outside)
        before = np.searchsorted(marks, ends)
        counts = np.diff(before, prepend=0)
        # Length 1 is a line end alone; a return before it makes 2.
        lengths = np.diff(ends, prepend=-1)
        returns = np.where(ends > 0, content[ends - 1] == RETURN, self._last_is_return)
        if ends.size:
            counts[0] += self._marks
            lengths[0] += self._length
            self._note(counts, lengths - returns)
            self._marks = int(marks.size - before[-1])
            self._length = int(content.size - 1 - ends[-1])
        else:
            self._marks += int(marks.size)
            self._length += int(content.size)
        self._note_length(lengths)
        self.records += int(ends.size)
        self.ends_with_newline = chunk.endswith(b"\n")
        self._last_is_return = chunk.endswith(b"\r")

    def _look_for_powers(self, chunk: bytes) -> None:
        if not self.has_powers:
            texts = (self._end + chunk[:2], chunk)
            arrays = (np.frombuffer(text, dtype=np.uint8) for text in texts)
            self.has_powers = any(has_power(content, self.delimiter) for content in arrays)
        self._end = (self._end + chunk[-2:])[-2:]

    def _is_regular(self, chunk: bytes) -> bool:
        """Whether a chunk was counted at once: no quotation marks, every record of the header's.

        The delimiters and line ends of such a chunk repeat one pattern. Blank lines, another
        number of fields, or a long record break it.
        """
        if self._inside or self._length > WINDOW or b'"' in chunk:
            return False
        if any(chunk.find(b"\n", at, at + WINDOW) < 0 for at in range(0, len(chunk), WINDOW)):
            return False
        marks = bytes([self.delimiter]) * self._marks + chunk.translate(None, self._others)
        record = bytes([self.delimiter]) * (self.fields - 1) + b"\n"
        ends, rest = divmod(len(marks), self.fields)
        if marks != record * ends + record[:rest]:
            return False
        self.records += ends
        self._marks = rest
        self._length = len(chunk) - 1 - chunk.rfind(b"\n")
        self.ends_with_newline = chunk.endswith(b"\n")
        self._last_is_return = chunk.endswith(b"\r")
        return True

    def take(self, totals: Totals) -> None:
        """Take over what is known of a whole text by its totals."""
        self.records, self.by_totals = totals.records, True
        self.has_powers = totals.has_powers
        self.ends_with_newline = totals.ends_with_newline

    def finish(self) -> None:
        """Count a last record that no line end closes."""
        if self._length and not self._inside:
            self._note(np.array([self._marks]), np.array([self._length + 1]))
            self.records += 1

    def _outside(self, content: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """Where a text is outside quotation marks; a doubled mark leaves and enters again."""
        quotes = content == QUOTE
        if not quotes.any():
            return np.full(content.size, not self._inside)
        inside = (np.cumsum(quotes, dtype=np.int64) + self._inside) % 2 == 1
        self._inside = bool(inside[-1])
        outside: npt.NDArray[np.bool_] = ~inside
        return outside

    def _note_length(self, lengths: npt.NDArray[np.int64]) -> None:
        """Keep the first record that is too long, be it whole or not."""
        if self.too_long:
            return
        long = np.flatnonzero(lengths > MAX_RECORD_BYTES)
        if long.size:
            self.too_long = self.records + int(long[0]) + 1
        elif self._length > MAX_RECORD_BYTES:
            self.too_long = self.records + int(lengths.size) + 1

    def _note(self, counts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> None:
        wrong = np.flatnonzero(self._is_wrong(counts + 1) & (lengths > 1))
        for place in wrong[: MAX_MISSHAPEN - len(self.misshapen)]:
            self.misshapen[self.records + int(place) + 1] = int(counts[place]) + 1

    def _is_wrong(self, fields: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether numbers of fields are none that a row may have."""
        wrong: npt.NDArray[np.bool_] = (fields < self.fields) | (fields > self.fields + self.extra)
        return wrong


def has_power(content: npt.NDArray[np.uint8], delimiter: int) -> bool:
    """Whether a text has a digit, the letter of powers of ten, and a digit or plus sign."""
    for start in range(0, len(content) - 2, BLOCK):
        block = content[start : start + BLOCK + 2]
        before = (block[:-2] - FIRST_SIGN) <= NINE - COMMA  # below a comma it is a large number
        before &= (block[1:-1] | SMALL) == LETTER_E
        if not before.any():
            continue
        letters = np.flatnonzero(before)
        behind = block[letters[block[letters] != delimiter] + 2]
        if ((behind >= PLUS) & (behind <= NINE)).any():
            return True
    return False
