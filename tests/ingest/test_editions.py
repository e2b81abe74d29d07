"""Codes of another HS edition than the one stated: told with rows, dollars and the edition."""

from pathlib import Path

import polars as pl
import pytest

from calc.dictionary import polars_schema
from calc.tables.trade import Trade
from pipelines.ingest.editions import warnings_of
from pipelines.ingest.inspection import inspect_file
from pipelines.ingest.settings import IngestSettings


def table(nomenclature: str, *codes: str) -> pl.LazyFrame:
    rows = pl.DataFrame({"code": codes}).with_columns(
        nomenclature=pl.lit(nomenclature), customs_value_usd=pl.lit(1000.0)
    )
    schema = polars_schema(Trade)
    absent = [pl.lit(None, schema[name]).alias(name) for name in schema if name not in rows]
    return rows.lazy().with_columns(absent).select(list(schema))


@pytest.mark.parametrize(
    ("nomenclature", "codes", "told"),
    [
        # Smartphones and digital cameras got codes of their own in 2022; cars of 870323 are older.
        ("HS2012", ("851713", "852589", "870323"),
         "HS2012: 2 of 3 codes (851713 of HS2022, 852589 of HS2022; 2 rows, USD 2,000) are not in "
         "HS2012; HS2022 has all of the codes: is that the edition of the file?"),
        ("HTS2024", ("8517130000", "8525100000", "98010010"),
         "HTS2024: 1 of 3 codes (852510 of HS1992 to HS2002; 1 row, USD 1,000) is not in HS2022: "
         "a schedule of that edition does not meet them"),
        ("HS2022", ("8517", "77", "851713", "TOTAL"), None),
    ],
)  # fmt: skip
def test_codes_that_the_edition_does_not_have(
    nomenclature: str, codes: tuple[str, ...], told: str | None
) -> None:
    rows = table(nomenclature, *codes)
    assert list(warnings_of(rows, rows.collect())) == ([told] if told else [])


def test_inspect_tells_them_too(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text(
        "importer,partner,year,flow,nomenclature,code,customs_value_usd\n"
        "USA,JPN,2024,import,HS2012,851713,1000\n",
        encoding="utf-8",
    )
    assert "HS2022 has all of the codes" in inspect_file(path, IngestSettings(name="old")).notes[-1]
