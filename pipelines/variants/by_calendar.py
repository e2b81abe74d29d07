"""The duty over a calendar year as its law changes, on the trade of the reference year."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from calc.calendar import Window, overlap, part_within, scaled_units, window_of
from calc.days import days_of
from calc.dictionary import conform, polars_schema
from calc.errors import ScenarioError
from calc.money import to_usd
from calc.periods import Reference
from calc.tables.calendar import ByCalendar
from calc.terms import Frame
from pipelines.run.alike import like_lines
from pipelines.run.question import Question, chosen_period, refuse_misfits, shape_of
from pipelines.run.step import question_of
from pipelines.run.unsuited import no_sum
from pipelines.variants.dated import Stretch, figures, stretches_of

if TYPE_CHECKING:
    from pipelines.run.inputs import Inputs
    from pipelines.run.whole import Whole

KEY = ("interval", "importer", "valid_from", "valid_until", "days", "weight", "weighted_by")
FIGURES = [name for name in polars_schema(ByCalendar) if name not in KEY]
Row = dict[str, Any]
Units = Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A year, the imports that stand for it, their value by period, and sums of like lines."""

    number: int
    imports: Frame
    by_period: Mapping[str, int]
    trade: pl.DataFrame

    def weight(self, window: Window) -> float | None:
        """The part of the imports that is entered in a window; null where there are none."""
        whole = sum(self.by_period.values())
        parts = (part_within(each, self.number, window) * e4 for each, e4 in self.by_period.items())
        return float(sum(parts, Fraction(0)) / whole) if whole else None


def by_calendar(inputs: "Whole", year: int) -> pl.DataFrame:
    """BY_CALENDAR of a year: one row an interval of its law and an importer, and one the year.

    Raises:
        ScenarioError: The law cannot be used at one of the dates, or the reference is no year.
    """
    days = sorted({day for part in inputs.parts for day in part.law.change_dates})
    several = len(inputs.parts) > 1
    rows = [row for part in inputs.parts for row in _rows(part, year, days if several else ())]
    found = pl.LazyFrame(rows, schema=polars_schema(ByCalendar), orient="row")
    return conform(found, ByCalendar).sort("interval", "importer").collect()


def _rows(inputs: "Inputs", year: int, days: Sequence[date]) -> Iterator[Row]:
    stretches = list(_within(inputs, days_of(str(year)), days))
    asked = stretches[0][0].question
    shape = shape_of(asked)
    period = chosen_period(asked, shape)
    _refuse_less_than_a_year(asked, period)
    refuse_misfits(asked, shape, period)
    known = _year(asked, [one.question for one, _ in stretches], period, year)
    told = [_figures(stretch, known, window) for stretch, window in stretches]
    weighted_by = "months" if period.by_month else "days"
    windows = [days_of(str(year)), *(window for _, window in stretches)]
    for number, (units, window) in enumerate(zip([_sum(told), *told], windows, strict=True)):
        yield {
            "interval": number,
            "importer": inputs.scenario.importer,
            "valid_from": window[0],
            "valid_until": window[1],
            "days": (window[1] - window[0]).days,
            "weight": known.weight(window),
            "weighted_by": weighted_by,
            **{name: None if e4 is None else to_usd(e4) for name, e4 in units.items()},
        }


def _within(
    inputs: "Inputs", year: Window, days: Sequence[date]
) -> Iterator[tuple[Stretch, Window]]:
    """The stretches of the law that have days of a year, each with those days."""
    if not (days or inputs.law.change_dates):
        yield Stretch(valid_from=None, valid_until=None, question=question_of(inputs)), year
        return
    for stretch in stretches_of(inputs, days or inputs.law.change_dates):
        window = (stretch.valid_from or date.min, stretch.valid_until or date.max)
        shared = overlap(year, window)
        if shared is not None:
            yield stretch, shared


def _refuse_less_than_a_year(question: Question, period: Reference) -> None:
    no_sum(period, "a calendar is of a year")
    if len(period.parts) == 1 and len(period.name) > len("2024"):
        raise ScenarioError(
            f"the reference period {period.name} is no year, so it cannot stand for one",
            where=f"{question.table.name}, column period",
            hint="choose a year, twelve months or a mean of years with --period",
        )


def _year(question: Question, laws: Sequence[Question], period: Reference, year: int) -> Year:
    imports = question.imports(period)
    trade: pl.LazyFrame = imports.to_native()
    by_period = trade.group_by("period").agg(pl.col("value_e4").sum()).sort("period").collect()
    return Year(
        number=year,
        imports=imports,
        by_period=dict(by_period.iter_rows()),
        trade=like_lines(laws, trade, by=["period"]),
    )


def _figures(stretch: Stretch, year: Year, window: Window) -> Units:
    """What the law of a stretch comes to on the trade of its days, in ten-thousandths of a USD."""
    parts = {each: part_within(each, year.number, window) for each in year.by_period}
    periods = [each for each, part in parts.items() if part > 0]
    trade = year.trade.filter(pl.col("period").is_in(periods))
    asked = replace(stretch.question, windows=_windows(year.number, window))
    found = figures(replace(stretch, question=asked), trade, year.imports, by=["period"])
    told = [
        {
            name: None if row[name] is None else scaled_units(row[name], parts[row["period"]])
            for name in FIGURES
        }
        for row in found.iter_rows(named=True)
    ]
    return _sum(told)


def _windows(year: int, window: Window) -> Callable[[str], list[Window]]:
    def windows(period: str) -> list[Window]:
        shared = overlap(window_of(period, year), window)
        return [] if shared is None else [shared]

    return windows


def _sum(rows: Sequence[Units]) -> dict[str, int | None]:
    """The sums of what is known; null where of some rows nothing is, 0 of no rows."""
    found: dict[str, int | None] = {}
    for name in FIGURES:
        known = [e4 for row in rows if (e4 := row[name]) is not None]
        found[name] = sum(known) if known or not rows else None
    return found
