"""Printed rates as a file holds them, before they are read: one row a rate and programme."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from calc.dictionary import polars_schema
from pipelines.base.declared import BaseRefused

MAX_TEXT = 1_000
CELLS: dict[str, pl.DataType] = {
    "source_row": pl.Int64(),
    "source_column": pl.String(),
    "programme": pl.String(),
    "partner": pl.String(),
    "code": pl.String(),
    "rate_text": pl.String(),
    "valid_from": pl.Date(),
    "valid_until": pl.Date(),
}

NO_RATE = "no rate is printed"
ANOTHER_LINE = "the text refers to the rate of another line"
NOT_UNDERSTOOD = "the rate is not understood"
UNKNOWN_SYMBOL = "the symbol names no programme that is known"
NO_SYMBOL = "the rate names no programme"
TWO_RATES = "two rates of one programme for the same days"
FIGURES_ONLY = "the rate is in figures only, which are not exact and name no unit"
NO_CODE = "the code is not one"
NO_DAY = "the date is not one"
NO_ECONOMY = "the economy is not known"


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed rate: its place, whom it is for, and the text; null where the cell is empty.

    ``partner`` is null where the programme says it.
    """

    source_row: int
    source_column: str
    programme: str
    code: str
    rate_text: str | None
    valid_from: date
    valid_until: date | None = None
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A text that gives no rate of a programme: its place, and why."""

    source_row: int
    source_column: str
    code: str
    rate_text: str | None
    reason: str
    detail: str | None = None
    programme: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A number of rows or rates of the file that share a fate, and the reason."""

    unit: str
    kind: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as read: its printed rates, what gives none, and the count of its rows by fate.

    Attributes:
        layout: Kind of the file.
        said: What the file is, in words.
        origin: Where the rates were published, a sentence of at most 400 characters.
        edition: The edition or the days that the file is for, in words.
        importer: Economy whose schedule it is.
        cells: As ``CELLS``.
        refused: As BASE_REFUSED.
        stages: The rows of the file by fate; they add up to its rows.
        notes: What looked odd, in sentences.
    """

    layout: str
    said: str
    origin: str
    edition: str
    importer: str
    cells: pl.DataFrame
    refused: pl.DataFrame
    stages: Sequence[Stage]
    notes: Sequence[str] = field(default_factory=tuple)


def told(stages: Iterable[Stage]) -> list[Stage]:
    """The stages without those that nothing fell into; what came in and was kept is always told."""
    return [stage for stage in stages if stage.count or stage.kind in ("in", "kept")]


def cell_frame(cells: Iterable[Cell]) -> pl.DataFrame:
    """Printed rates as a frame in the layout of ``CELLS``."""
    rows = [
        (
            cell.source_row,
            cell.source_column,
            cell.programme,
            cell.partner,
            cell.code,
            cell.rate_text,
            cell.valid_from,
            cell.valid_until,
        )
        for cell in cells
    ]
    return pl.DataFrame(rows, schema=CELLS, orient="row")


def refused_frame(name: str, refusals: Iterable[Refusal]) -> pl.DataFrame:
    """Refusals of a file as BASE_REFUSED, in the order given."""
    rows = [
        {
            "source_id": name,
            "source_row": refusal.source_row,
            "source_column": refusal.source_column,
            "programme": refusal.programme,
            "code": refusal.code,
            "rate_text": refusal.rate_text,
            "reason": refusal.reason,
            "detail": refusal.detail,
        }
        for refusal in refusals
    ]
    return pl.DataFrame(rows, schema=polars_schema(BaseRefused))


def printed(text: str | None) -> str | None:
    """A text on one line, its runs of blanks one blank, cut at 1,000 characters; null if empty."""
    line = " ".join((text or "").split())
    return line[:MAX_TEXT] or None
