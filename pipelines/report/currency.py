"""The money of a run's reports: by its scenario's ``report_in`` or as asked for, at a dated rate.

Tables are in USD and stay so. What is here is done to copies of them that go to a person.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from calc.errors import StorageError, UsageError, did_you_mean
from calc.money import OTHER_MONEY_DECIMALS, rounded_in_money
from pipelines.report.money import (
    IN_USD,
    USD,
    Currency,
    amounts_by_figure,
    amounts_of,
    currency_from,
)
from pipelines.run.tables import AGAIN
from pipelines.scenario.money_words import AN_EXAMPLE

if TYPE_CHECKING:
    from pipelines.run.whole import Whole

OPTION = "--currency"


def currency_of(folder: Path, code: str) -> Currency | None:
    """The money of a report by its code, at the rate of the run's scenario; null for USD.

    Raises:
        UsageError: The scenario states no rate of it, one without a day, or two that differ.
        StorageError: The scenario that the run keeps cannot be read.
    """
    return None if code == USD else _rate_of(code, _stated(_kept(folder)), "this run")


def currency_told(folder: Path, code: str | None) -> Currency | None:
    """The money of what is told of a run: as asked for, else that of the run; null for USD.

    Raises:
        UsageError: There is no dated rate for it.
        StorageError: The run cannot be read.
    """
    from pipelines.run.manifest import read_manifest

    if code is None:
        return currency_from(read_manifest(folder).facts.get("currency"))
    return currency_of(folder, code)


def currency_asked(code: str, parts: Iterable[Mapping[str, Any]], what: str) -> Currency | None:
    """The money that is asked for, of what the tops of some scenarios say; null for USD.

    Args:
        code: Its code.
        parts: What the tops say.
        what: What the scenarios are of, for messages.

    Raises:
        UsageError: None states a rate of it, or one without a day, or two differ.
    """
    return None if code == USD else _rate_of(code, _stated(iter(parts)), what)


def _rate_of(code: str, stated: Mapping[str, Sequence[Currency]], what: str) -> Currency:
    """The one dated rate that is stated of a money."""
    rates = stated.get(code, [])
    if not rates:
        raise UsageError(
            f"the scenario of {what} states no exchange rate for {code!r}",
            where=OPTION,
            hint=f"{did_you_mean(code, [USD, *stated])}; or state it at the top of the scenario, "
            f"with its day and source, and run it again: {AN_EXAMPLE}",
        )
    if len(rates) > 1:
        raise UsageError(
            f"the scenarios of {what} state different exchange rates for {code}: "
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


def money_of(stated: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> Currency | None:
    """The money that a scenario, which was read, asks for; null for USD or none.

    Args:
        stated: What the top of the scenario says.
        parts: What that of each of its parts says; they agree on the rate.
    """
    code = stated.get("report_in", USD)
    return None if code == USD else _stated(iter(parts))[code][0]


def money_of_inputs(inputs: "Whole", code: str | None) -> Currency | None:
    """The money of what a scenario file gives: as asked for, else its own; null for USD.

    Raises:
        UsageError: There is no dated rate for it.
    """
    parts = [part.scenario.stated for part in inputs.parts]
    if code is None:
        return money_of(inputs.scenario.stated, parts)
    return currency_asked(code, parts, inputs.scenario.scenario_id)


def converted(name: str, frame: pl.DataFrame, currency: Currency) -> pl.DataFrame:
    """A table with its amounts in other money, its columns renamed: ``duty_before_eur``.

    Each amount is divided by itself and rounded half away from zero to four decimals, so a sum
    may differ from its rounded parts in the last ones. Null stays null. In tables of ranges it
    is the name in ``figure`` that says which rows are money, and it is renamed as well.
    """
    ending = f"_{currency.code.lower()}"
    amounts = amounts_of(frame)
    found = frame.with_columns(rounded_in_money(pl.col(each), currency.usd) for each in amounts)
    if "figure" in found.columns and found["figure"].dtype == pl.String:
        figure = pl.col("figure")
        is_money = figure.str.ends_with(IN_USD)
        found = found.with_columns(
            *(
                pl.when(is_money)
                .then(rounded_in_money(pl.col(each), currency.usd))
                .otherwise(pl.col(each))
                for each in amounts_by_figure(name, found)
            ),
            pl.when(is_money)
            .then(figure.str.strip_suffix(IN_USD) + ending)
            .otherwise(figure)
            .alias("figure"),
        )
    return found.rename({each: each.removesuffix(IN_USD) + ending for each in amounts})


def rate_table(currency: Currency) -> pl.DataFrame:
    """One row: the money, USD for one of it, the rate's day and source, how amounts are rounded."""
    return pl.DataFrame(
        {
            "currency": currency.code,
            "usd_for_one": currency.rate,
            "on": currency.on,
            "source": currency.source,
            "note": f"{currency.told} Each amount is rounded to {OTHER_MONEY_DECIMALS} decimals by "
            "itself.",
        }
    )


def _kept(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The scenarios that a run keeps, as tables."""
    for path in sorted(folder.glob("scenario*.toml")):
        try:
            kept = tomllib.loads(path.read_text(encoding="utf-8"))
            _stated(iter([kept]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
            raise StorageError(
                f"the scenario that the run keeps cannot be read: {err}",
                where=str(path),
                hint=AGAIN,
            ) from err
        yield kept


def _stated(scenarios: Iterator[Mapping[str, Any]]) -> dict[str, list[Currency]]:
    """Each currency of some scenarios, with the different rates stated of it."""
    found: dict[str, dict[Currency, None]] = {}
    for one in scenarios:
        for code, entry in one.get("currencies", {}).items():
            found.setdefault(code, {})[_currency(code, entry)] = None
    return {code: list(rates) for code, rates in found.items()}


def _currency(code: str, entry: Mapping[str, Any]) -> Currency:
    return Currency(code, float(entry["usd"]), str(entry.get("on", "")), str(entry["source"]))
