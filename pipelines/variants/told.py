"""A sweep told on a terminal or as an object: a table, or of trade's answer a curve."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from calc.tables.elasticities import PARAMETERS
from pipelines.report.answers import BENT, amount, figure_words, is_outside
from pipelines.variants.sweep_effects import Turns

if TYPE_CHECKING:
    from pipelines.report.money import Currency

BAR = 20
SHOWN = ("imports_after_usd", "imports_change_usd", "duty_after_usd", "welfare_usd")


@dataclass(frozen=True, slots=True)
class Told:
    """A table of variants in USD with its name and notes, and the money to tell it in."""

    name: str
    table: pl.DataFrame
    notes: tuple[str, ...]
    currency: "Currency | None" = None

    def as_dict(self) -> dict[str, Any]:
        """The rows and notes as an object; amounts are rounded and named by their money."""
        from pipelines.report.currency import converted
        from pipelines.report.money_object import money_told

        money = self.currency
        table = self.table if money is None else converted(self.name, self.table, money)
        return {self.name: table.to_dicts(), "notes": list(self.notes)} | money_told(money)

    def lines(self, *, is_curve: bool) -> list[str]:
        """The table, or its curve, and the notes for people at a terminal."""
        from pipelines.report.money import money_lead, said_in, told_in
        from pipelines.tables_out import shown_table

        table = told_in(self.currency, self.name, self.table)
        shown = curve_lines(table) if is_curve else shown_table(table, self.name)
        return [
            *money_lead(self.currency),
            *(said_in(self.currency, line) for line in shown),
            *(f"note: {note}" for note in self.notes),
        ]


def curve_lines(found: pl.DataFrame) -> Iterator[str]:
    """SWEEP_EFFECTS in lines of at most 100 columns; the table itself holds every figure.

    The bars are of duty after response, the most of which is the longest.
    """
    first = found.row(0, named=True)
    solved = f"{first['markets_solved']:,} of {first['markets']:,} markets solved"
    yield f"{first['importer']}, by {first['swept']}: USD, at central values; {solved}"
    yield (
        f"{'value':>8}{'imports':>12}{'change':>11}{'welfare':>11}{'5-95 %':>24}{'duty after':>12}"
    )
    by_value = [
        {row["figure"]: row for row in own.iter_rows(named=True)}
        for _, own in found.group_by("swept_value", maintain_order=True)
    ]
    most = max((rows["duty_after_usd"]["central_usd"] or 0.0 for rows in by_value), default=0.0)
    for rows in by_value:
        yield _line(rows, most).rstrip()


def _line(rows: Mapping[str, Mapping[str, Any]], most: float) -> str:
    imports, change, duty, welfare = (rows[name] for name in SHOWN)
    ends = [welfare["low_usd"], welfare["high_usd"]]
    spread = (
        " to ".join(amount(end, signed=True) for end in ends) if None not in ends else "unknown"
    )
    length = round(BAR * max(duty["central_usd"] or 0.0, 0.0) / most) if most > 0 else 0
    return (
        f"{value_told(duty['swept'], duty['swept_value']):>8}{amount(imports['central_usd']):>12}"
        f"{amount(change['central_usd'], signed=True):>11}"
        f"{amount(welfare['central_usd'], signed=True):>11}{spread:>24}"
        f"{amount(duty['central_usd']):>12}  {'█' * length}"
    )


def value_told(swept: str, value: float) -> str:
    """A value as a person writes it: an elasticity as a number, a rate or a share in percent."""
    return f"{value:.4g}" if swept in PARAMETERS else f"{100 * value:.4g} %"


def turning_notes(swept: str, turns: Turns) -> Iterator[str]:
    """Where duty is most, and where welfare changes sign; none is told too."""
    peak = "none, it is at an end of the grid"
    peak = peak if turns.peak is None else value_told(swept, turns.peak)
    yield f"where duty after response is most: {peak}"
    points = ", ".join(value_told(swept, point) for point in turns.break_even)
    yield f"where welfare breaks even: {points or 'none, its sign is the same on all of the grid'}"


def bent_notes(found: pl.DataFrame) -> Iterator[str]:
    """Which central figures shown lie outside their ranges, and where."""
    bent = found.filter(is_outside(), pl.col("figure").is_in(SHOWN)).sort("figure", "swept_value")
    places = [
        f"{figure_words(figure)} at "
        + ", ".join(value_told(*at) for at in own.select("swept", "swept_value").iter_rows())
        for (figure,), own in bent.group_by("figure", maintain_order=True)
    ]
    if places:
        yield f"{BENT}: here {'; '.join(places)}"
