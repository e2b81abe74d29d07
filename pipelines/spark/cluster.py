"""Tables between this machine and the workers: read from Parquet, handed over as Parquet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import polars.selectors as cs

from calc.dictionary import column_names
from calc.tables.trade import Trade
from calc.terms import ROW, Frame
from pipelines.run.question import Question
from pipelines.trade_files import TradeFile, told_of

KEPT = (
    *(ROW, "importer", "partner", "period", "flow", "nomenclature", "code", "segment"),
    *("product_group", "status", "is_affected", "measure_id", "mode", "measure_rate"),
    *("threatened_measure_id", "base_named", "rate_before", "rate_after", "duty_base_usd"),
    *("value_e4", "calculated_e4", "duty_before_e4", "duty_after_e4", "increment_e4"),
    *("threatened_e4", "duty_unknown_reason", "estimate", "threatened_estimate"),
    *("before_is_estimate", "after_is_estimate", "increment_is_estimate"),
)
"""Columns of the lines that workers write; amounts are whole ten-thousandths of a USD."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A session, and a folder that this machine and all workers see by the same path."""

    spark: Any
    folder: Path

    def table(self, question: Question) -> Frame:
        """The rows of the trade table that may be used, with ``table_row`` and ``source_rows``."""
        first, *others = (self._file(one) for one in question.files)
        for other in others:
            first = first.unionByName(other)
        trade: Frame = nw.from_native(first)
        if not question.left_out.is_empty():
            left_out = question.left_out.cast(pl.Int64).alias(ROW).to_frame()
            trade = trade.join(self.handed("left-out", left_out), on=ROW, how="anti")
        return trade.with_columns(nw.lit(1, nw.Int64).alias("source_rows"))

    def _file(self, one: TradeFile) -> Any:
        """The rows of a file in the columns of TRADE, numbered as in the table."""
        from pyspark.sql import functions

        read = self.spark.read.parquet(address(one.path))
        place = functions.col("_metadata.row_index") + functions.lit(one.first)
        rows = read.withColumn(ROW, place)
        for name, value in told_of(one.path).items():
            rows = rows.withColumn(name, functions.lit(value))
        return rows.select(ROW, *column_names(Trade))

    def handed(self, name: str, frame: pl.DataFrame) -> Frame:
        """A small table of this machine, for the workers to read."""
        path = self.folder / f"{name}.parquet"
        signed = cs.unsigned_integer().cast(pl.Int64)  # Spark has no other
        frame.with_columns(signed).write_parquet(path)
        found: Frame = nw.from_native(self.spark.read.parquet(address(path)))
        return found

    def collected(self, frame: Frame) -> pl.DataFrame:
        """A small frame of the workers, here."""
        return pl.DataFrame(frame.to_native().toArrow())

    def written(self, lines: Frame, folder: Path) -> Frame:
        """The lines, written by the workers in parts by period, and read back.

        A part that a worker did not finish is written by another; what is not whole is not there.
        """
        kept = lines.select(*KEPT).to_native()
        kept.write.mode("error").partitionBy("period").parquet(address(folder))
        found: Frame = nw.from_native(self.spark.read.parquet(address(folder)))
        return found


def address(path: Path) -> str:
    """A path of a file system that this machine and the workers share, as Spark takes it."""
    return f"file://{path.absolute()}"
