"""Cells of text as numbers of their distinct texts, each of which is cast once."""

from collections.abc import Mapping

import polars as pl

from calc.cast import Cast, trimmed

MOST_TEXTS = 1_000_000
FEW = 8
APART = "\x1f"
"""Between the texts of cells that a column depends on together."""
FAULTY = "is_faulty"
REASON = "reason"
BLANK = "is_blank"
PADDED = "is_padded"
CLASS = "code_class"


class UnsuitedError(Exception):
    """A file that cannot be read in batches; it is then read the other way."""


class Coded:
    """The distinct texts of a cell of a file, or of some together, and what each of them means.

    Attributes:
        name: The column of their numbers.
        columns: The TRADE columns read from them.
        known: A row a text, in the order of its number: the TRADE columns, whether a cell cannot
            be read or all are blank, why rows are left out, and what else was asked for.
    """

    def __init__(
        self,
        cells: tuple[str, ...],
        casts: Mapping[str, Cast],
        reason: pl.Expr | None,
        *,
        also: Mapping[str, pl.Expr],
    ) -> None:
        self.cells = cells
        self.name = " ".join(cells)
        self.columns = tuple(casts)
        self._texts = pl.Series("text", [], dtype=pl.String)
        faults = [read.fault.is_not_null() for read in casts.values()] or [pl.lit(value=False)]
        self._read = [
            *(read.value.alias(name) for name, read in casts.items()),
            pl.any_horizontal(faults).alias(FAULTY),
            pl.all_horizontal(trimmed(pl.col(cell)) == "" for cell in cells).alias(BLANK),
            (pl.lit(None, dtype=pl.String) if reason is None else reason).alias(REASON),
        ]
        self._also = [wanted.alias(name) for name, wanted in also.items()]
        self.known = self._cast(self._texts)

    def numbers(self, batch: pl.DataFrame) -> pl.Series:
        """The number of the texts of each row, those not seen before learnt.

        Raises:
            UnsuitedError: There are too many distinct texts.
        """
        texts = self._together(batch)
        numbers = self._looked_up(texts)
        if numbers.null_count():
            self._learn(texts.filter(numbers.is_null()).unique())
            numbers = self._looked_up(texts)
        return numbers

    def _together(self, batch: pl.DataFrame) -> pl.Series:
        if len(self.cells) == 1:
            return batch[self.cells[0]].fill_null("")
        parts = [pl.col(cell).fill_null("") for cell in self.cells]
        return batch.select(pl.concat_str(parts, separator=APART)).to_series()

    def _looked_up(self, texts: pl.Series) -> pl.Series:
        """The number of each text, in as few bytes as it needs; null where it was not seen."""
        if not len(self._texts):
            found = pl.repeat(None, len(texts), dtype=pl.UInt8, eager=True)
        elif len(self._texts) < FEW:
            known = pl.Series(range(len(self._texts)), dtype=pl.UInt8)
            found = texts.replace_strict(self._texts, known, default=None, return_dtype=pl.UInt8)
        else:
            found = texts.cast(pl.Enum(self._texts), strict=False).to_physical()
        return found.alias(self.name)

    def of(self, numbers: pl.Series, column: str) -> pl.Series:
        """A column of what is known, for each of some numbers."""
        return self.known[column].gather(numbers).alias(column)

    def some(self, column: str) -> bool:
        """Whether a text is faulty, blank or padded, or is a reason to leave a row out."""
        known = self.known[column]
        return bool(known.any()) if known.dtype == pl.Boolean else known.null_count() < len(known)

    def _learn(self, fresh: pl.Series) -> None:
        if len(fresh) + len(self._texts) > MOST_TEXTS:
            raise UnsuitedError
        if (fresh.str.count_matches(APART, literal=True) != len(self.cells) - 1).any():
            raise UnsuitedError  # a cell holds the mark itself
        self._texts = pl.concat([self._texts, fresh.alias("text")])
        self.known = pl.concat([self.known, self._cast(fresh)])

    def _cast(self, texts: pl.Series) -> pl.DataFrame:
        parts = texts.str.split_exact(APART, len(self.cells) - 1).struct.rename_fields(
            list(self.cells)
        )
        read = parts.struct.unnest().with_columns(self._read).with_columns(self._also)
        return read.drop(self.cells)
