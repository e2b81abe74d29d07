"""A column of text as numbers of its distinct texts, each of which is cast once."""

from collections.abc import Mapping

import polars as pl

from calc.cast import Cast

MOST_TEXTS = 1_000_000
FAULTY = "is_faulty"
REASON = "reason"


class UnsuitedError(Exception):
    """A file that cannot be read in batches; it is then read the other way."""


class Coded:
    """The distinct texts of one cell of a file, and what each of them means.

    Attributes:
        cell: The column of cells.
        known: A row a text, in the order of its number: the TRADE columns read from it, whether it
            cannot be read, and why rows with it are left out.
    """

    def __init__(self, cell: str, casts: Mapping[str, Cast], reason: pl.Expr | None) -> None:
        self.cell = cell
        self.columns = tuple(casts)
        self._texts = pl.Series("text", [], dtype=pl.String)
        faults = [read.fault.is_not_null() for read in casts.values()]
        self._read = [
            *(read.value.alias(name) for name, read in casts.items()),
            pl.any_horizontal(faults).alias(FAULTY),
            (pl.lit(None, dtype=pl.String) if reason is None else reason).alias(REASON),
        ]
        self.known = self._cast(pl.Series(cell, [], dtype=pl.String))

    def numbers(self, texts: pl.Series) -> pl.Series:
        """The number of each text, those not seen before learnt.

        Raises:
            UnsuitedError: There are too many distinct texts.
        """
        filled = texts.fill_null("")
        numbers = self._looked_up(filled)
        if numbers.null_count():
            self._learn(filled.filter(numbers.is_null()).unique())
            numbers = self._looked_up(filled)
        return numbers

    def _looked_up(self, texts: pl.Series) -> pl.Series:
        """The number of each text, null where it was not seen before."""
        if not len(self._texts):
            return pl.repeat(None, len(texts), dtype=pl.UInt32, eager=True)
        known = pl.Series(range(len(self._texts)), dtype=pl.UInt32)
        return texts.replace_strict(self._texts, known, default=None, return_dtype=pl.UInt32).alias(
            self.cell
        )

    def of(self, numbers: pl.Series, column: str) -> pl.Series:
        """A column of what is known, for each of some numbers."""
        return self.known[column].gather(numbers)

    def some(self, column: str) -> bool:
        """Whether any text is faulty, or is a reason to leave a row out."""
        known = self.known[column]
        return bool(known.any()) if known.dtype == pl.Boolean else known.null_count() < len(known)

    def _learn(self, fresh: pl.Series) -> None:
        if len(fresh) + len(self._texts) > MOST_TEXTS:
            raise UnsuitedError
        self._texts = pl.concat([self._texts, fresh.alias("text")])
        self.known = pl.concat([self.known, self._cast(fresh.alias(self.cell))])

    def _cast(self, texts: pl.Series) -> pl.DataFrame:
        return pl.DataFrame({self.cell: texts}).select(self._read)
