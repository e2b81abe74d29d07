"""The money in which a scenario's runs are told: a currency whose dated rate the file states."""

from collections.abc import Mapping, Sequence
from typing import Any

from calc.errors import did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.fields import Table, shown
from pipelines.scenario.model import Scenario
from pipelines.scenario.money_words import AN_EXAMPLE

KEY = "report_in"
USD = "USD"


def check_report_in(top: Table, code: Any, stated: Sequence[Mapping[str, Any]]) -> None:
    """Enter a problem where reports cannot be told in a money: each rate must be one and dated.

    Args:
        top: The file, for the place of the problem.
        code: What it says, or a file below it; null where none does.
        stated: The exchange rates of each scenario that is told together.
    """
    if code is None or code == USD:
        return
    known = sorted({USD, *(each for rates in stated for each in rates)})
    if not isinstance(code, str):
        top.refuse(KEY, f"{shown(code)} is no currency", 'write report_in = "EUR"')
        return
    # What is no table of a rate is a problem of its own.
    rates = [one[code] for one in stated if isinstance(one.get(code), dict)]
    told = {(rate.get("usd"), rate.get("on"), rate.get("source")) for rate in rates}
    if not rates:
        near = did_you_mean(code, known)
        top.refuse(KEY, f"no exchange rate is stated for {quoted(code)}, in which reports are told",
                   f"state it at the top of the file: {AN_EXAMPLE}; or {near}")  # fmt: skip
    elif any(day is None for _, day, _ in told):
        top.refuse(KEY, f"the exchange rate for {code} has no day, and reports say of when it is",
                   f"add its day to [currencies.{code}]: on = 2024-12-31")  # fmt: skip
    elif len(told) > 1:
        rates_told = " and ".join(sorted(f"USD {usd} on {day}" for usd, day, _ in told))
        top.refuse(KEY, f"the scenarios included state different rates for {code}: {rates_told}",
                   "state one and the same in each")  # fmt: skip


def report_in_of_parts(top: Table, parts: Sequence[Scenario]) -> dict[str, str]:
    """The money of a run of several importers: of the file, else that on which its parts agree."""
    own = top.values.get(KEY)
    wanted = {part.stated[KEY] for part in parts if KEY in part.stated}
    if own is None and len(wanted) > 1:
        top.refuse("include", f"the scenarios included are told in {' and '.join(sorted(wanted))}",
                   f'write report_in = "{min(wanted)}" in this file')  # fmt: skip
        return {}
    code = own if own is not None else next(iter(wanted), None)
    check_report_in(top, code, [part.stated.get("currencies", {}) for part in parts])
    return {} if code is None else {KEY: str(code)}
