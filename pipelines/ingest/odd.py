"""What is odd in a table that was made, and may mean that its file is faulty or was misread."""

from collections.abc import Iterator

import polars as pl

from pipelines.ingest import editions, existence, thousandths


def warnings_of(rows: pl.LazyFrame, met: pl.DataFrame, codes: pl.DataFrame) -> Iterator[str]:
    """Sentences on economies that were none in their years, codes of other editions, thousandths.

    Args:
        rows: Rows of TRADE.
        met: The importers, partners and periods that stand together in them.
        codes: The nomenclatures and codes that do.
    """
    yield from existence.warnings_of(rows, met)
    yield from editions.warnings_of(rows, codes)
    yield from thousandths.warnings_of(rows)
