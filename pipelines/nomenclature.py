"""The editions of the Harmonized System as they come with the tool."""

import functools
from collections.abc import Sequence
from pathlib import Path

import narwhals as nw
import polars as pl

from calc.codes import HS6_DIGITS, edition_of
from calc.concordance import Nomenclature, codes_in
from calc.errors import DataRejectedError
from calc.money import UNITS_PER_USD, to_units
from calc.valuation import any_value
from pipelines.workspace import embedded

CODES_FILE = "hs-codes.csv"
CORRELATIONS_FILE = "hs-correlations.csv"
NOMENCLATURE_FILES = (CODES_FILE, CORRELATIONS_FILE)


@functools.cache
def nomenclature() -> Nomenclature:
    """The codes of all editions and what joins them; read once.

    Raises:
        DataRejectedError: A file is missing, so the installation is incomplete.
    """
    codes = pl.read_csv(embedded(CODES_FILE), infer_schema=False)
    pairs = pl.read_csv(embedded(CORRELATIONS_FILE), infer_schema=False)
    return Nomenclature(
        codes.lazy(), pairs.with_columns(is_tag=pl.col("is_tag").eq_missing("1")).lazy()
    )


def codes_of(edition: str) -> Sequence[str]:
    """The six-digit codes of an edition, sorted."""
    return codes_in(nomenclature(), edition).collect()["code"].to_list()


def values_by_code(path: Path, edition: str) -> pl.DataFrame:
    """The imports in a trade table by six-digit code of an edition, in whole USD.

    Args:
        path: A table in the layout of TRADE.
        edition: The edition that its codes must be of.

    Returns:
        ``code`` and ``value_usd``, sorted.

    Raises:
        DataRejectedError: It is no Parquet table of trade, or has no imports in that edition.
    """
    rows = pl.scan_parquet(path)
    names = _nomenclatures(path, rows)
    own = [name for name in names if edition_of(name) == edition]
    valued = nw.from_native(rows).with_columns(to_units(any_value()).alias("value_e4"))
    plan: pl.LazyFrame = valued.to_native()
    found = (
        plan.filter(pl.col("nomenclature").is_in(own), pl.col("flow") == "import")
        .group_by(code=pl.col("code").cast(pl.String).str.head(HS6_DIGITS))
        .agg(value_usd=pl.col("value_e4").sum() // UNITS_PER_USD)
        .sort("code")
        .collect()
    )
    if found.is_empty():
        held = ", ".join(sorted(names)) or "nothing"
        raise DataRejectedError(
            f"{path.name} has no imports in {edition}",
            where=f"{path.name}, column nomenclature: {held}",
            hint=f"name a table whose codes are of {edition}",
        )
    return found


def _nomenclatures(path: Path, rows: pl.LazyFrame) -> list[str]:
    """The nomenclatures that a table has.

    Raises:
        DataRejectedError: It is no Parquet table, or has no such column.
    """
    try:
        found = rows.select(pl.col("nomenclature").cast(pl.String).unique()).collect()
    except (pl.exceptions.ComputeError, pl.exceptions.ColumnNotFoundError) as err:
        raise DataRejectedError(
            f"{path.name} is no table of trade as ingest makes it: {str(err).splitlines()[0]}",
            where=path.name,
            hint=f"make one of it: retorsion ingest {path.name} --name NAME",
        ) from err
    return found["nomenclature"].to_list()
