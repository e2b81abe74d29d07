"""Applied rates of the WTO Tariff and Trade Data: percent, by partner and day of effect."""

from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError
from pipelines.base.cells import (
    CELLS,
    MAX_TEXT,
    NO_CODE,
    NO_DAY,
    NO_ECONOMY,
    Reading,
    Stage,
    refused_frame,
    told,
)
from pipelines.base.settings import BaseSettings
from pipelines.base.source import columns_of, own_days_only, table_of
from pipelines.ingest.source import ROW
from pipelines.scenario.reference import read_reference

COLUMNS = ("reporter_iso", "partner_iso", "year_dt", "hs_code", "best_avlbl")
RATE = "best_avlbl"
PROGRAMME = "applied"
"""Not mfn: the best rate available to one partner, with what was put on top for it."""
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
NUMBER = r"^[0-9]{1,4}(\.[0-9]{1,20})?$"
CODE = r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10})$"
REASON = "reason"


def read_wto(path: Path, settings: BaseSettings) -> Reading:
    """The applied rates of an export: one importer, each rate until the next one of its code.

    Raises:
        UsageError: ``as_of`` is given: the file has days.
        DataRejectedError: It is not such an export, or is of several importers.
        LimitError: It is too large to be opened.
        StorageError: It cannot be read.
    """
    own_days_only(path, settings)
    with table_of(path) as source:
        rows, said = columns_of(source, COLUMNS), source.said
    judged = rows.with_columns(
        valid_from=pl.when(pl.col("year_dt").str.contains(ISO_DAY))
        .then(pl.col("year_dt"))
        .str.to_date("%Y-%m-%d", strict=False)
    ).with_columns(_reason().alias(REASON))
    good, bad = judged.filter(pl.col(REASON).is_null()), judged.filter(pl.col(REASON).is_not_null())
    importer = _importer(path.name, good, settings)
    own = good.filter(pl.col("reporter_iso") == importer)
    days = sorted(set(own["valid_from"]))
    return Reading(
        layout="wto",
        said=said,
        origin=f"WTO, Tariff and Trade Data, {path.name}: best available applied rates",
        edition=f"rates of {len(days)} days, {days[0]} to {days[-1]}",
        importer=importer,
        cells=_cells(own),
        refused=_refused(path.name, bad),
        stages=_stages(rows.height, bad.height, good.height - own.height, own.height),
        notes=(f"rates of {days[-1]} are taken to hold until a later file says otherwise",),
    )


def _reason() -> pl.Expr:
    """Why a row is of no line, partner or day; null where it is. Rates are read with all others."""
    economies = sorted(read_reference().names)
    known = pl.col("reporter_iso").is_in(economies) & pl.col("partner_iso").is_in(economies)
    checks = {
        NO_ECONOMY: known,
        NO_CODE: pl.col("hs_code").str.contains(CODE),
        NO_DAY: pl.col("valid_from").is_not_null(),
    }
    broken = [
        pl.when(~holds.fill_null(value=False)).then(pl.lit(why)) for why, holds in checks.items()
    ]
    return pl.coalesce(broken)


def _importer(name: str, good: pl.DataFrame, settings: BaseSettings) -> str:
    found = sorted(set(good["reporter_iso"]))
    if settings.importer in found:
        return str(settings.importer)
    if len(found) == 1 and settings.importer is None:
        return str(found[0])
    if not found:
        raise DataRejectedError(
            f"{name} has no row of an economy, code and day that are known",
            where=name,
            hint="it holds reporter_iso, partner_iso, year_dt, hs_code and a rate in percent",
        )
    wanted = f"no rates of {settings.importer}" if settings.importer else "several importers"
    raise DataRejectedError(
        f"{name} has {wanted}",
        where=f"{name}, column reporter_iso",
        hint=f"name one with --importer: {', '.join(found[:20])}",
    )


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """Each rate until the day before the next one of its code and partner."""
    key = ["partner_iso", "hs_code"]
    later = rows.select(*key, "valid_from").unique().sort(*key, "valid_from")
    later = later.with_columns(valid_until=pl.col("valid_from").shift(-1).over(key))
    return (
        rows.join(later, on=[*key, "valid_from"], how="left", validate="m:1")
        .select(
            source_row=ROW,
            source_column=pl.lit(RATE),
            programme=pl.lit(PROGRAMME),
            partner="partner_iso",
            code="hs_code",
            rate_text=pl.when(pl.col(RATE).str.contains(NUMBER))
            .then(pl.col(RATE) + "%")
            .otherwise(pl.col(RATE).str.head(MAX_TEXT)),
            valid_from="valid_from",
            valid_until="valid_until",
        )
        .cast(pl.Schema(CELLS))
        .sort("source_row")
    )


def _refused(name: str, bad: pl.DataFrame) -> pl.DataFrame:
    frame = bad.select(
        pl.lit(name).alias("source_id"),
        pl.col(ROW).alias("source_row"),
        pl.lit(RATE).alias("source_column"),
        pl.lit(PROGRAMME).alias("programme"),
        pl.col("hs_code").fill_null("").alias("code"),
        pl.col(RATE).str.head(MAX_TEXT).alias("rate_text"),
        pl.col(REASON),
        pl.concat_str("reporter_iso", "partner_iso", "year_dt", separator=" ", ignore_nulls=True)
        .replace("", None)
        .str.head(MAX_TEXT)
        .alias("detail"),
    )
    empty = refused_frame(name, ())
    return pl.concat([empty, frame.cast(empty.schema)])


def _stages(rows: int, refused: int, others: int, kept: int) -> list[Stage]:
    stages = [
        Stage("rows", "in", "", rows),
        Stage("rows", "refused", "a cell is not what its column holds", refused),
        Stage("rows", "excluded", "rates of other importers", others),
        Stage("rows", "kept", "", kept),
    ]
    return told(stages)
