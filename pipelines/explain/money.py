"""Duties in other money behind a trail: as written, with the exchange rate, its day and source."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from calc.policy.meaning import SYMBOLS
from pipelines.scenario.files import is_annex


def exchange_rates(
    folder: Path, measures: Collection[str], charges: Collection[str] = (), base: str | None = None
) -> Iterator[str]:
    """What duties and charges at the border are in other money, as the scenarios of a run say.

    Of an annex, which a run does not keep, each exchange rate that may be in it is told.

    Args:
        folder: The run.
        measures: Ids of the measures.
        charges: Names of the charges.
        base: The base duty as written; null where there is none.
    """
    for path in sorted(folder.glob("scenario*.toml")):
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
        said = list(dict.fromkeys(_said(stated, measures, charges)))
        said = [*([("base", base)] if base else []), *said]
        for code, rate in sorted(stated.get("currencies", {}).items()):
            day = f" on {rate['on']}" if "on" in rate else ""
            told = f"1 {code} = {rate['usd']} USD{day} ({rate['source']})"
            for name, written in said:
                if is_annex(written):
                    yield f"{name}, where {written} is in {code}: {told}"
                elif _mark(code).search(written):
                    yield f"{name} as written: {written}; {told}"


def _mark(code: str) -> re.Pattern[str]:
    """How an amount in a currency is known: by its code or its symbol."""
    symbols = [re.escape(symbol) for symbol, meant in SYMBOLS.items() if meant == code]
    return re.compile("|".join((rf"(?<![A-Za-z]){code}(?![A-Za-z])", *symbols)))


def _said(
    stated: Mapping[str, Any], measures: Collection[str], charges: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The rates of measures and charges as written, each with what it is the rate of."""
    for measure in stated.get("measure", ()):
        name, quota = measure["id"], measure.get("quota")
        if name not in measures:
            continue
        yield from _leaves(name, measure.get("rate"))
        yield from _leaves(f"{name} by portion", measure.get("by_portion"))
        if quota is not None:
            yield from _leaves(f"over quota {quota}", stated["quota"][quota].get("over"))
        if "column" in str(measure.get("rate")):
            yield from ((name, good) for good in _texts(measure["products"]) if is_annex(good))
    for change in stated.get("change", ()):
        if change.get("set", {}).get("measure") in measures:
            yield from _leaves(change["set"]["measure"], change["set"].get("rate"))
    for charge, table in stated.get("charges", {}).items():
        if charge in charges:
            yield from _leaves(charge, table.get("rate"))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    yield from ((name, text) for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value of a scenario, however deep in lists and tables."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
