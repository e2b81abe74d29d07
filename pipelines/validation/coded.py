"""A table read batch by batch, its texts as codes: most texts of a table repeat.

A rule on one text is then judged on the distinct texts of a batch, and rows are grouped by numbers.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from calc import judge
from calc.tables.trade import KEY, VALUE_COLUMNS
from pipelines.trade_files import told_of

BATCH_ROWS = 1_000_000
"""Rows read at once: a table of any length takes the memory of so many."""
KEPT_ROWS = 12_000_000
"""Rows up to which a table is read once: some 60 bytes a row are held."""
PART_ROWS = 6_000_000
"""Rows of a longer table whose groups are judged together."""
OF_GROUPS = (*KEY, "quantity", "quantity_unit", "net_mass_kg")
"""What the rules on groups read that are judged from sums of the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Rows of a table that follow each other.

    Attributes:
        rows: The rows as ``calc.judge.with_row_and_value`` gives them, but for texts, which are
            their place in ``words``; null stays null.
        words: The distinct texts of each column of texts.
    """

    rows: pl.DataFrame
    words: Mapping[str, pl.Series]

    def cells(self, name: str) -> pl.Series:
        """A column as it is in the table."""
        column = self.rows[name]
        return self.words[name].gather(column).alias(name) if name in self.words else column

    def of(self, names: Sequence[str]) -> "Coded":
        """The batch with some of its columns, and row numbers and values."""
        words = {name: words for name, words in self.words.items() if name in names}
        return Coded(rows=self.rows.select(judge.ROW, judge.VALUE, *names), words=words)

    def is_constant(self, name: str) -> bool:
        """Whether all rows surely have the same cell."""
        missing = self.rows[name].null_count()
        single = name in self.words and self.words[name].len() == 1
        return missing == self.rows.height or (single and not missing)


class Batches:
    """A table in batches of about ``BATCH_ROWS`` rows, in order, as often as it is gone through.

    What rules on groups read of a table of up to ``KEPT_ROWS`` rows is held in memory after the
    first time; a longer table is read again.

    Raises, when gone through:
        OSError: The file cannot be read to its end, or a page is not what its checksum says.
        pa.ArrowException: It cannot be read to its end either, or holds what is no text.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.height = int(pq.read_metadata(path).num_rows)
        self._kept: list[Coded] | None = None

    @property
    def is_long(self) -> bool:
        """Whether it is too long for all that is found in it to be held at once."""
        return self.height > KEPT_ROWS

    @property
    def parts(self) -> int:
        """Into how many parts its importers are divided, to be judged one after another."""
        return -(-self.height // max(PART_ROWS, 1)) if self.is_long else 1

    def __iter__(self) -> Iterator[Coded]:
        """The batches with all their columns."""
        kept, is_kept = [], not self.is_long
        for coded in _one_ahead(self._read(None)):
            if is_kept:
                kept.append(coded.of(OF_GROUPS))
            yield coded
        self._kept = kept if is_kept else None

    def of_groups(self) -> Iterator[Coded]:
        """The batches with the columns that rules on groups read, and values."""
        return _one_ahead(self._read(OF_GROUPS)) if self._kept is None else iter(self._kept)

    def rows_at(self, wanted: pl.Series, names: Sequence[str]) -> pl.DataFrame:
        """Some rows with some of the columns that rules on groups read, row numbers and values.

        Args:
            wanted: ``table_row`` of the rows, rising.
            names: The columns.
        """
        found = [
            _rows_at(coded, wanted, names)
            for coded in self.of_groups()
            if coded.rows.height and wanted.len()
        ]
        texts = dict.fromkeys(names, pl.String)
        nothing = pl.DataFrame(schema={**texts, judge.ROW: pl.UInt32, judge.VALUE: pl.Int64})
        return pl.concat(found) if found else nothing

    def _read(self, columns: Sequence[str] | None) -> Generator[Coded]:
        schema, told = pl.scan_parquet(self.path).collect_schema(), told_of(self.path)
        texts = [name for name, dtype in schema.items() if dtype == pl.String]
        chosen = [*columns, *VALUE_COLUMNS] if columns else [*schema.names(), *told]
        own = [name for name in chosen if name not in told]
        whole = pq.ParquetFile(self.path, read_dictionary=texts, page_checksum_verification=True)
        with whole as file:
            first = 0
            for table in _tables(file, own, BATCH_ROWS):
                yield _coded(_with_told(table, told, chosen), first)
                first += table.num_rows


def _with_told(table: Any, told: Mapping[str, str], chosen: Sequence[str]) -> Any:
    """Rows with the columns that the folders of their file tell, as far as they are chosen."""
    for name in (name for name in chosen if name in told):
        places = pa.repeat(pa.scalar(0, pa.int32()), table.num_rows)
        cells = pa.DictionaryArray.from_arrays(places, pa.array([told[name]]))
        table = table.append_column(name, cells)
    return table


def _one_ahead(batches: Generator[Coded]) -> Iterator[Coded]:
    """The batches in order, each read while the one before it is judged: a quarter of the time."""
    try:
        with ThreadPoolExecutor(1) as reader:
            coming = reader.submit(next, batches, None)
            while (coded := coming.result()) is not None:
                coming = reader.submit(next, batches, None)
                yield coded
    finally:
        batches.close()


def _rows_at(coded: Coded, wanted: pl.Series, names: Sequence[str]) -> pl.DataFrame:
    first = int(coded.rows[judge.ROW][0])
    own = wanted.filter(wanted.is_between(first, first + coded.rows.height - 1))
    rows = coded.rows.select(judge.ROW, judge.VALUE, *names)[own - first]
    cells = Coded(rows=rows, words=coded.words)
    return pl.DataFrame(
        [*(cells.cells(name) for name in names), rows[judge.ROW], rows[judge.VALUE]]
    )


def _tables(file: Any, columns: list[str], size: int) -> Iterator[Any]:
    """Row groups that together have about ``size`` rows; parts of a row group that has far more."""
    heights = [file.metadata.row_group(one).num_rows for one in range(file.num_row_groups)]
    if max(heights, default=0) > 2 * size:
        for batch in file.iter_batches(size, columns=columns):
            yield pa.Table.from_batches([batch])
        return
    chosen: list[int] = []
    for number, height in enumerate(heights):
        if chosen and sum(heights[one] for one in chosen) + height > size:
            yield file.read_row_groups(chosen, columns=columns)
            chosen = []
        chosen.append(number)
    if chosen:
        yield file.read_row_groups(chosen, columns=columns)


def _coded(table: Any, first: int) -> Coded:
    words: dict[str, pl.Series] = {}
    columns: dict[str, pl.Series] = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_dictionary(column.type):
            whole = column.unify_dictionaries().combine_chunks()
            whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
            whole.dictionary.validate(full=True)  # polars takes it for granted that it is UTF-8
            words[name] = pl.Series(name, whole.dictionary)
            columns[name] = pl.Series(name, whole.indices.view(pa.uint32()))
        else:
            columns[name] = pl.Series(name, column)
    values = [name for name in VALUE_COLUMNS if name in columns]
    rows = judge.with_row_and_value(pl.LazyFrame(columns), values, first=first)
    return Coded(rows=rows.collect(), words=words)
