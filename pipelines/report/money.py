"""A report in the money that it is asked for: its amounts divided, and its own words saying so.

What puts figures into words finds them by the names of the tables, which end in ``_usd``, and says
USD. In other money it is given copies of the tables with the amounts divided, and then its words
are changed. Words that are not its own, those of the scenario, the law and the notes, say money as
written: ``USD`` in them is marked before, and given back after.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

import polars as pl

from calc.dictionary import declared_columns, unit_of_column
from calc.money import in_money
from calc.tables import TABLES

if TYPE_CHECKING:
    from pipelines.report.facts import RunFacts

Tables = Mapping[str, pl.DataFrame]
USD = "USD"
IN_USD = "_usd"
OWN_WORD = re.compile(r"\bUSD\b")
CELL = re.compile(r">([a-z0-9_]+_usd)<")
MARK = "\ue000\ue001\ue002"
"""Stands for ``USD`` in words that keep it: of the same length, and in no text of a user."""


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
    def at(self) -> str:
        """The money with its dated rate."""
        return f"{self.code}, at USD {self.rate} for one on {self.on} ({self.source})"

    @property
    def told(self) -> str:
        """The sentence that stands beside amounts in this money."""
        return (
            f"Amounts are in {self.at}. "
            "The tables of the run are in USD; rates, quotas and notes say money as written."
        )


def currency_from(kept: Mapping[str, Any] | None) -> Currency | None:
    """The money that a run keeps, as read back from JSON; null for USD.

    Raises:
        KeyError: Something of it is missing.
    """
    return Currency(*(kept[name] for name in Currency.__slots__)) if kept else None


def money_note(currency: Currency | None) -> list[str]:
    """The sentence on the money of a report, to be put among its words; none for USD."""
    return [] if currency is None else [marked(currency.told)]


def money_line(currency: Currency | None) -> list[str]:
    """The same for the one screen."""
    told = "" if currency is None else f"{currency.at}; tables are in USD"
    return [f"money        {marked(told)}"] if told else []


def money_lead(currency: Currency | None) -> list[str]:
    """The same above a screen that is no run's, as it is to be read; none for USD."""
    return [] if currency is None else [f"amounts in {currency.at}"]


def a_dollar(currency: Currency | None) -> float:
    """A dollar in whole units of the money, one at least: what differences of figures are held to.

    Amounts are exact to a part of a dollar, and so to that part of what a dollar is in yen.
    """
    return 1.0 if currency is None else float(max(1, ceil(1 / currency.usd)))


def put_in_money(facts: "RunFacts", tables: Tables) -> tuple["RunFacts", Tables]:
    """Facts and tables for what puts them into words, whose text ``said_in`` then changes."""
    if facts.currency is None:
        return facts, tables
    from dataclasses import replace

    from pipelines.report.facts import facts_from

    told = replace(facts_from(marked(facts.as_dict())), currency=facts.currency)
    return told, {name: told_in(facts.currency, name, each) for name, each in tables.items()}


def said_in(currency: Currency | None, text: str) -> str:
    """A text of a report with its own words in the money, and those of others as written."""
    if currency is None:
        return text
    return OWN_WORD.sub(currency.code, text).replace(MARK, USD)


def named_in(currency: Currency, name: str) -> str:
    """The name of an amount in the money: ``duty_before_eur``; any other name as it is."""
    if not name.endswith(IN_USD):
        return name
    return f"{name.removesuffix(IN_USD)}_{currency.code.lower()}"


def named_on_page(currency: Currency | None, page: str) -> str:
    """A page whose cells that name an amount name it in the money; ids of results stay."""
    if currency is None:
        return page
    return CELL.sub(lambda found: f">{named_in(currency, found[1])}<", page)


def amounts_of(frame: pl.DataFrame) -> list[str]:
    """The columns that hold dollars in every row."""
    return [name for name in frame.columns if name.endswith(IN_USD)]


def amounts_by_figure(name: str, frame: pl.DataFrame) -> list[str]:
    """The columns that hold dollars in the rows whose ``figure`` is one of money."""
    table = TABLES.get(name)
    if table is None or "figure" not in frame.columns or frame["figure"].dtype != pl.String:
        return []
    return [
        each
        for each in frame.columns
        if each in declared_columns(table)
        and not each.endswith(IN_USD)
        and unit_of_column(table, each).startswith(USD)
    ]


def told_in(currency: Currency | None, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A table for what puts it into words: amounts divided, not rounded, USD marked in texts."""
    if currency is None:
        return frame
    is_money = pl.col("figure").str.ends_with(IN_USD)
    return frame.with_columns(
        *(in_money(pl.col(each), currency.usd) for each in amounts_of(frame)),
        *(
            pl.when(is_money).then(in_money(pl.col(each), currency.usd)).otherwise(pl.col(each))
            for each in amounts_by_figure(name, frame)
        ),
        pl.col(pl.String).str.replace_all(USD, MARK, literal=True),
    )


def row_in(currency: Currency, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table whose columns alone say what is money, in the way of ``told_in``."""
    return {
        name: each / currency.usd if name.endswith(IN_USD) and each is not None else marked(each)
        for name, each in row.items()
    }


def as_written(currency: Currency | None, value: Any) -> Any:
    """A fact whose words are not the report's own, kept as they are by ``said_in``."""
    return value if currency is None else marked(value)


def marked(value: Any) -> Any:
    """A fact with USD marked in its texts, so that ``said_in`` leaves it as written."""
    if isinstance(value, str):
        return value.replace(USD, MARK)
    if isinstance(value, Mapping):
        return {key: marked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [marked(each) for each in value]
    return value
