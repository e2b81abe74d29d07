"""The files of a trade table as one scan: what is the same throughout a file is not read."""

from collections.abc import Mapping, Sequence

import polars as pl

from calc.dictionary import column_names
from calc.periods import Reference
from calc.tables.trade import Trade
from calc.terms import ROW
from pipelines.trade_files import TradeFile, scan_file, schema_of

Constants = Mapping[str, str | None]
"""Columns that hold one value throughout a file, with that value."""


def constant_in_all(of_files: Sequence[Constants]) -> dict[str, str | None]:
    """The columns that hold one value, the same in every file."""
    first, *others = of_files
    return {
        name: value
        for name, value in first.items()
        if all(name in other and other[name] == value for other in others)
    }


def may_hold(period: Reference, constants: Constants) -> bool:
    """Whether a file may have rows of a reference period, by its only period if it has one."""
    only = constants.get("period")
    return only is None or any(only == part or only.startswith(f"{part}-") for part in period.parts)


def scanned(
    files: Sequence[tuple[TradeFile, Constants]],
    left_out: pl.Series,
    runs: Sequence[tuple[int, int]] = (),
) -> pl.LazyFrame:
    """The rows of files with their number in the table, ``table_row``.

    Args:
        files: The files in order, each with the columns that need not be read of it.
        left_out: Numbers of the rows that may not be used.
        runs: First row and number of rows that follow it, of the rows of each file that are meant;
            all of them where there is none.
    """
    several = len(files) > 1
    parts = [_scanned(*each, runs, own_alone=several) for each in files]
    rows = pl.concat(parts) if several else parts[0]
    return rows if left_out.is_empty() else rows.filter(~pl.col(ROW).is_in(left_out.implode()))


def _scanned(
    one: TradeFile, constants: Constants, runs: Sequence[tuple[int, int]], *, own_alone: bool
) -> pl.LazyFrame:
    schema, whole = schema_of(one.path), scan_file(one.path, row_from=one.first)
    parts = [whole.slice(*run) for run in runs]
    rows = (pl.concat(parts) if parts else whole).with_columns(
        pl.lit(value, schema[name]).alias(name) for name, value in constants.items()
    )
    return rows.select(ROW, *column_names(Trade)) if own_alone else rows
