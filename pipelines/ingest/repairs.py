"""The cells of a file that were read as something else than they say, each with its row."""

import polars as pl

from calc import cast
from calc.dictionary import polars_schema
from calc.tables.provenance import TradeRepairs
from pipelines.ingest.cells import Reading
from pipelines.ingest.source import ROW, cell


def repairs_of(reading: Reading) -> pl.DataFrame:
    """The codes of a file that got their leading zero back, as TRADE_REPAIRS, in its order.

    Rows that are left out of the table are among them. The file is read once more where there are
    any.
    """
    none = pl.DataFrame(schema=polars_schema(TradeRepairs))
    item = None if reading.mapping is None else reading.mapping.mapped("code")
    if item is None or reading.mapping is None or not reading.repaired:
        return none
    text, digits = pl.col(cell(item.place)), reading.mapping.declared.code_digits
    padded = cast.is_short(text, digits) if digits else cast.is_padded(text)
    found = reading.source.cells.filter(padded).select(
        pl.lit(reading.source.name).alias("source_id"),
        ROW,
        pl.lit("code").alias("column"),
        text.alias("original"),
        reading.casts["code"].value.alias("read_as"),
    )
    return found.unique().sort(ROW).collect(engine="streaming")
