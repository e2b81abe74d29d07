"""The columns of money and quantity that a source declares, found in a file's header line."""

from collections.abc import Iterator

from calc.errors import Problem
from pipelines.ingest.mapped import BY_FLOW, Mapped
from pipelines.ingest.settings import CURRENCIES, UNITS, IngestSettings
from pipelines.ingest.sources.declaration import Declaration, Value
from pipelines.ingest.words import folded


def declared_values(
    name: str, headers: tuple[str, ...], declared: Declaration, settings: IngestSettings
) -> tuple[list[Mapped], list[Problem]]:
    """What a source declares of its values, as far as the file has it, and what is missing.

    The first of several headers of one column is read.
    """
    problems = list(_conflicts(name, settings, declared))
    places = {folded(header): place for place, header in reversed([*enumerate(headers)])}
    found: dict[str, Mapped] = {}
    for value in _values(declared, places):
        place = places.get(folded(value.header))
        if place is None or value.column in found:
            continue
        factor, fault = _factor(name, headers[place], value, settings)
        problems += fault
        found[value.column] = Mapped(
            column=value.column,
            header=headers[place],
            place=place,
            unit=value.unit,
            factor=factor,
        )
    return list(found.values()), problems


def _values(declared: Declaration, places: dict[str, int]) -> Iterator[Value]:
    yield from declared.values
    if declared.by_flow is not None:
        yield Value(column=BY_FLOW, header=declared.by_flow.header, unit=declared.by_flow.unit)
    for chosen in declared.sets:
        if folded(chosen["customs_value_usd"]) in places:
            yield from (Value(column=name, header=at, unit="USD") for name, at in chosen.items())
            return


def _factor(
    name: str, header: str, value: Value, settings: IngestSettings
) -> tuple[float, list[Problem]]:
    """How many U.S. dollars, or units of TRADE, one unit of a column is."""
    if not value.unit or value.unit in UNITS:
        return UNITS.get(value.unit, value.factor), []
    currency, many = CURRENCIES[value.unit]
    rate = settings.usd_for(currency)
    if rate is not None:
        return rate * many, []
    return 1, [
        Problem(
            f'"{header}" of {name} is {value.unit}, and the rate to the U.S. dollar is not given',
            where=f"{name} row 1",
            hint=f"give the dollars for one {currency}: --rate {currency}=...",
        )
    ]


def _conflicts(name: str, settings: IngestSettings, declared: Declaration) -> Iterator[Problem]:
    """Options that contradict what a recognised source says of its values."""
    own = declared.given.get("unit", "USD")
    given = [("--unit", settings.unit, own)] if settings.unit not in (None, own) else []
    if settings.valuation and not (declared.sets and settings.valuation == "customs"):
        given.append(("--valuation", settings.valuation, declared.basis))
    for option, text, said in given:
        yield Problem(
            f"{option} {text} contradicts {name}: {declared.title} gives {said}",
            where=name,
            hint=f"leave {option} away",
        )
