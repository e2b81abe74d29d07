"""A kept run told in other money: amounts over one dated rate, as its scenario states it.

Tables are in USD and stay so. What is here is done to copies of them that go to a person.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from calc.dictionary import declared_columns, unit_of_column
from calc.errors import StorageError, UsageError, did_you_mean
from calc.tables import TABLES
from pipelines.report.figures import Tables
from pipelines.run.tables import AGAIN
from pipelines.scenario.money_words import AN_EXAMPLE

USD = "USD"
IN_USD = "_usd"
DECIMALS = 4
"""As many as the tables keep of a dollar."""
OPTION = "--currency"


@dataclass(frozen=True, slots=True)
class Currency:
    """Money that a report is told in: its code, USD for one of it, the rate's day and source."""

    code: str
    usd: float
    on: str
    source: str

    @property
    def rate(self) -> str:
        """USD for one, with every digit that was stated and no exponent."""
        return f"{Decimal(str(self.usd)):f}"

    @property
    def told(self) -> str:
        """The sentence that stands beside amounts in this money."""
        return (
            f"Amounts are in {self.code}, at USD {self.rate} for one on {self.on} ({self.source}). "
            "The tables of the run are in USD; rates, quotas and notes say money as written."
        )


def currency_of(folder: Path, code: str) -> Currency | None:
    """The money of a report by its code, at the rate of the run's scenario; null for USD.

    Raises:
        UsageError: The scenario states no rate of it, one without a day, or two that differ.
        StorageError: The scenario that the run keeps cannot be read.
    """
    if code == USD:
        return None
    stated = dict(_stated(folder))
    rates = stated.get(code, [])
    if not rates:
        raise UsageError(
            f"the scenario of this run states no exchange rate for {code!r}",
            where=OPTION,
            hint=f"{did_you_mean(code, [USD, *stated])}; or state it in the scenario, with its day "
            f"and source, and run it again: {AN_EXAMPLE}",
        )
    if len(rates) > 1:
        raise UsageError(
            f"the importers of this run state different exchange rates for {code}: "
            f"{' and '.join(f'{one.rate} on {one.on} ({one.source})' for one in rates)}",
            where=OPTION,
            hint="state one in their scenarios, and run them again",
        )
    if not rates[0].on:
        raise UsageError(
            f"the exchange rate for {code} has no day, and a report says of when its rate is",
            where=OPTION,
            hint=f"add on = 2024-12-31, the day of it, to [currencies.{code}], and run again",
        )
    return rates[0]


def divided(tables: Tables, currency: Currency) -> dict[str, pl.DataFrame]:
    """The tables with their amounts in other money, not rounded, under the names they had.

    What puts figures into words finds them by those names and says in which money they are.
    """
    return {
        name: frame.with_columns(pl.col(each) / currency.usd for each in _amounts(frame))
        for name, frame in tables.items()
    }


def converted(name: str, frame: pl.DataFrame, currency: Currency) -> pl.DataFrame:
    """A table with its amounts in other money, its columns renamed: ``duty_before_eur``.

    Each amount is divided by itself and rounded half away from zero to four decimals, so a sum
    may differ from its rounded parts in the last ones. Null stays null. In tables of ranges it
    is the name in ``figure`` that says which rows are money, and it is renamed as well.
    """
    ending = f"_{currency.code.lower()}"
    found = frame.with_columns(_rounded(pl.col(each), currency) for each in _amounts(frame))
    if "figure" in found.columns and found["figure"].dtype == pl.String:
        figure = pl.col("figure")
        is_money = figure.str.ends_with(IN_USD)
        found = found.with_columns(
            *(
                pl.when(is_money).then(_rounded(pl.col(each), currency)).otherwise(pl.col(each))
                for each in _by_figure(name, found)
            ),
            pl.when(is_money)
            .then(figure.str.strip_suffix(IN_USD) + ending)
            .otherwise(figure)
            .alias("figure"),
        )
    return found.rename({each: each.removesuffix(IN_USD) + ending for each in _amounts(frame)})


def rate_table(currency: Currency) -> pl.DataFrame:
    """One row: the money, USD for one of it, the rate's day and source, how amounts are rounded."""
    return pl.DataFrame(
        {
            "currency": currency.code,
            "usd_for_one": currency.rate,
            "on": currency.on,
            "source": currency.source,
            "note": f"{currency.told} Each amount is rounded to {DECIMALS} decimals by itself.",
        }
    )


def _amounts(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name.endswith(IN_USD)]


def _by_figure(name: str, frame: pl.DataFrame) -> list[str]:
    """The columns that hold dollars in the rows whose figure is one of money."""
    table = TABLES.get(name)
    if table is None:
        return []
    return [
        each
        for each in frame.columns
        if each in declared_columns(table)
        and not each.endswith(IN_USD)
        and unit_of_column(table, each).startswith(USD)
    ]


def _rounded(usd: pl.Expr, currency: Currency) -> pl.Expr:
    """An amount in other money; what rounds to nothing has no sign."""
    amount = (usd / currency.usd).round(DECIMALS, mode="half_away_from_zero")
    return pl.when(amount == 0).then(0.0).otherwise(amount).name.keep()


def _stated(folder: Path) -> Iterator[tuple[str, list[Currency]]]:
    """Each currency of the scenarios that a run keeps, with the different rates stated of it."""
    found: dict[str, dict[Currency, None]] = {}
    for path in sorted(folder.glob("scenario*.toml")):
        try:
            stated = tomllib.loads(path.read_text(encoding="utf-8")).get("currencies", {})
            for code, entry in stated.items():
                found.setdefault(code, {})[_currency(code, entry)] = None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
            raise StorageError(
                f"the scenario that the run keeps cannot be read: {err}",
                where=str(path),
                hint=AGAIN,
            ) from err
    yield from ((code, list(rates)) for code, rates in found.items())


def _currency(code: str, entry: Mapping[str, Any]) -> Currency:
    return Currency(code, float(entry["usd"]), str(entry.get("on", "")), str(entry["source"]))
