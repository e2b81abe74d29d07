"""The annual tariff database of USITC: one row a line and window, every programme in columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError
from pipelines.base.cells import (
    FIGURES_ONLY,
    NO_CODE,
    NO_DAY,
    UNKNOWN_SYMBOL,
    Cell,
    Reading,
    Refusal,
    Stage,
    cell_frame,
    printed,
    refused_frame,
    told,
)
from pipelines.base.hts import IMPORTER, no_change_stage, special_cells
from pipelines.base.programmes import COLUMN_2, MFN, by_symbol
from pipelines.base.settings import BaseSettings
from pipelines.base.source import columns_of, edition_in, table_of
from pipelines.ingest.source import ROW

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WANTED = (
    *("hts8", "mfn_text_rate", "col1_special_text", "col2_text_rate"),
    *("begin_effect_date", "end_effective_date"),
)
INDICATORS = ("_indicator", "_ind")
FREE_TYPE = "0"
Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a row within the year of the edition, half-open."""

    valid_from: date
    valid_until: date


def read_annual(path: Path, settings: BaseSettings) -> Reading:
    """The rates of an edition, each valid within the year of the edition only.

    A row's window is cut to that year: an end date far ahead says that no change is scheduled,
    not that none comes. Preferences are read from the special text; what an indicator column
    adds to it counts where its figures say free, and is listed where they do not.

    Args:
        path: The workbook, or the same table as text.
        settings: ``as_of`` gives the year where neither sheet nor file name does.

    Raises:
        DataRejectedError: It is not such a table, or its year is not known.
        LimitError: It is too large to be opened.
        StorageError: It cannot be read.

    Source: USITC, reference file of the tariff database, on END_EFFECTIVE_DATE and indicators.
    """
    with table_of(path) as source:
        year, name = _edition(path, source.said, settings)
        rest = [header for header in source.headers if header and header not in WANTED]
        rows, said = columns_of(source, (*WANTED, *rest)), source.said
    found = [item for row in rows.iter_rows(named=True) for item in _row(row, year)]
    specials = (row["col1_special_text"] or "" for row in rows.iter_rows(named=True))
    outside = sum(item is None for item in found)
    faulty = {r.source_row for r in found if isinstance(r, Refusal) and r.reason in FAULTS}
    return Reading(
        layout="usitc-annual",
        said=said,
        origin=f"USITC tariff database {name}",
        edition=f"edition {name}: rates of {year}",
        importer=IMPORTER,
        cells=cell_frame(item for item in found if isinstance(item, Cell)),
        refused=refused_frame(path.name, (item for item in found if isinstance(item, Refusal))),
        stages=[
            *_stages(rows.height, len(faulty), outside, year),
            *no_change_stage(specials),
        ],
    )


FAULTS = (NO_CODE, NO_DAY)
"""Reasons for which a whole row is refused."""


def _edition(path: Path, said: str, settings: BaseSettings) -> tuple[int, str]:
    """The year of the edition, and its name in words."""
    found = edition_in(said) or edition_in(path.name)
    if found is not None:
        year, month = found
        if settings.as_of is not None and settings.as_of.year != year:
            raise DataRejectedError(
                f"{path.name} is the edition of {year}, not of {settings.as_of.year}",
                where=f"{path.name} ({said})",
                hint="leave --as-of out, or take the database of that year",
            )
        return year, f"{year} ({MONTHS[month - 1]} edition)"
    if settings.as_of is None:
        raise DataRejectedError(
            f"neither the sheet nor the name of {path.name} says of which year its rates are",
            where=f"{path.name} ({said})",
            hint="say it with --as-of, such as --as-of 2024-01-01",
        )
    return settings.as_of.year, str(settings.as_of.year)


def _row(row: Row, year: int) -> Iterator[Cell | Refusal | None]:
    """The rates of a row and what gives none; a null where its window is outside the year."""
    number, code = int(row[ROW] or 0), row["hts8"] or ""
    if not (len(code) == 8 and code.isascii() and code.isdecimal()):
        yield Refusal(number, "hts8", code, None, NO_CODE, printed(code))
        return
    window = _window(row, year)
    if isinstance(window, str):
        yield Refusal(number, window, code, None, NO_DAY, printed(row[window]))
        return
    if window.valid_from >= window.valid_until:
        yield None
        return
    for column, programme in (("mfn_text_rate", MFN), ("col2_text_rate", COLUMN_2)):
        yield Cell(
            *(number, column, programme, code, printed(row[column])),
            *(window.valid_from, window.valid_until),
        )
    yield from _preferences(row, number, code, window)


def _window(row: Row, year: int) -> Window | str:
    """The window of a row within a year, or the name of the column that is no date."""
    days = {}
    for column in ("begin_effect_date", "end_effective_date"):
        try:
            days[column] = date.fromisoformat((row[column] or "")[:10])
        except ValueError:
            return column
    first, last = days.values()
    if last == date.max:
        return "end_effective_date"
    begin, end = date(year, 1, 1), date(year + 1, 1, 1)
    return Window(max(first, begin), min(last + timedelta(days=1), end))


def _preferences(row: Row, number: int, code: str, window: Window) -> Iterator[Cell | Refusal]:
    days = (window.valid_from, window.valid_until)
    named = set()
    for found in special_cells(number, code, row["col1_special_text"] or "", "col1_special_text"):
        if isinstance(found, Refusal):
            yield found
            continue
        _, programme, _, text = found
        named.add(programme)
        yield Cell(number, "col1_special_text", programme, code, printed(text), *days)
    for column, symbol in _indicated(row):
        programme = by_symbol().get(symbol, "")
        if not programme:
            yield Refusal(number, column, code, printed(symbol), UNKNOWN_SYMBOL, printed(symbol))
        elif programme not in named:
            named.add(programme)
            yield Cell(number, column, programme, code, _figures(row, column), *days)


def _indicated(row: Row) -> Iterator[tuple[str, str]]:
    """The indicator columns that are filled, with their symbols."""
    for column, text in row.items():
        if text and column.endswith(INDICATORS):
            yield column, text


def _figures(row: Row, column: str) -> str | None:
    """``Free`` where the figures of a programme say so; null for any other rate.

    The figures of preferences are cut: 3.2 % of the text is 0.03 there, 0.8 % is 0.
    """
    stem = column.removesuffix("_indicator").removesuffix("_ind").removeprefix("nafta_")
    return "Free" if row.get(f"{stem}_rate_type_code") == FREE_TYPE else None


def _stages(rows: int, faulty: int, outside: int, year: int) -> Sequence[Stage]:
    stages = [
        Stage("rows", "in", "", rows),
        Stage("rows", "refused", "the code or a date is not one", faulty),
        Stage("rows", "excluded", f"rates that are over before {year} or begin after it", outside),
        Stage("rows", "kept", "", rows - faulty - outside),
    ]
    return told(stages)


def only_figures() -> pl.Expr:
    """The reason of an empty rate that an indicator column announces."""
    announced = pl.any_horizontal(pl.col("source_column").str.ends_with(end) for end in INDICATORS)
    return pl.when(announced).then(pl.lit(FIGURES_ONLY))
