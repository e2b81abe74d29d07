"""A caller's own table of codes of economies, for sources whose codes are not all known."""

from pathlib import Path

import polars as pl

from calc import cast
from calc.errors import DataRejectedError, UsageError
from pipelines.ingest.economies import economies
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.words import folded

CODES = ("code", "co_pais", "country_code", "number")
ECONOMIES = ("iso3", "co_pais_isoa3", "country_iso3", "iso_3digit_alpha", "economy")


def own_codes_of(settings: IngestSettings) -> dict[str, str]:
    """Folded codes of the caller's table to alpha-3 codes; none where no table is given.

    Raises:
        UsageError: The table is not there.
        DataRejectedError: It has no column of codes or of economies.
    """
    path = settings.partner_codes
    if path is None:
        return {}
    if not path.is_file():
        raise UsageError(f"{path.name} does not exist", where="--partner-codes", hint="see --help")
    table = _read(path)
    headers = {folded(name): name for name in table.columns}
    code = next((headers[folded(name)] for name in CODES if folded(name) in headers), None)
    economy = next((headers[folded(name)] for name in ECONOMIES if folded(name) in headers), None)
    if code is None or economy is None:
        raise DataRejectedError(
            f"{path.name} does not say which code is which economy",
            where=f"{path.name}, headers: {', '.join(table.columns)}",
            hint=f"name its columns {CODES[0]} and {ECONOMIES[0]}",
        )
    known = economies()
    read = cast.economy_cast(pl.col(economy), known.general, known.ambiguous).value
    rows = table.select(cast.folded(pl.col(code)).alias("code"), economy=read).drop_nulls()
    found = dict(rows.rows())
    return found | {text.lstrip("0"): value for text, value in found.items() if text.lstrip("0")}


def _read(path: Path) -> pl.DataFrame:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # as the publishers of such tables write them
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    return pl.read_csv(text.encode(), separator=separator, infer_schema=False)
