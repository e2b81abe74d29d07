"""Which column of a file is which column of TRADE, in which unit and on which valuation."""

import re
from collections.abc import Iterator, Sequence

from calc.errors import DataRejectedError, Problem, nearest
from calc.tables.trade import KEY
from pipelines.ingest.declared_values import declared_values
from pipelines.ingest.mapped import (
    BARE_UNIT,
    BY_FLOW,
    COLUMNS,
    FLAGS,
    VALUE_OF,
    Mapped,
    Mapping,
)
from pipelines.ingest.reshape import place_of
from pipelines.ingest.settings import UNITS, IngestSettings
from pipelines.ingest.sources.declaration import Declaration
from pipelines.ingest.sources.registry import Recognised
from pipelines.ingest.words import folded, words

ORDER = (*COLUMNS, BY_FLOW)
UNITS_AND_SECONDS = {"quantity_unit", "quantity_2", "quantity_2_unit"}


def map_columns(
    name: str, headers: tuple[str, ...], settings: IngestSettings, taken_for: Recognised
) -> Mapping:
    """The columns of a file as columns of TRADE, by declared names and the options given.

    Raises:
        DataRejectedError: A required column is missing, two headers say the same, or the unit or
            the valuation of a value is not known. All of it is said at once.
    """
    declared = taken_for.declaration
    _check_read(name, declared)
    problems: list[Problem] = []
    columns = [*_named(name, headers, declared, problems)]
    if declared.money:
        columns += _money(name, headers, settings, declared, problems=problems)
    else:
        values, faults = declared_values(name, headers, declared, settings)
        columns += values
        problems += faults
    columns += _bare_unit(headers, declared, columns)
    problems += _twice(name, columns)
    taken = {item.column for item in columns}
    constants, notes = _constants(name, declared, settings, taken)
    read = {item.place for item in columns}
    unused = tuple(h for place, h in enumerate(headers) if place not in read and h)
    problems += _missing(name, headers, unused, taken | set(constants))
    of_year = any(item.header in declared.annual_only for item in columns)
    if of_year and settings.period is not None and len(settings.period) != len("2024"):
        what = f"{name} holds figures of a year, --period {settings.period} is not one"
        problems.append(Problem(what, where=f"{name} row 1", hint="give --period as 2024"))
    if problems:
        raise DataRejectedError.collected(problems)
    return Mapping(
        declared=declared,
        why=taken_for.why,
        columns=tuple(sorted(columns, key=lambda item: ORDER.index(item.column))),
        constants=constants,
        of_year=of_year,
        unused=unused,
        notes=(*notes, *_money_notes(name, columns, declared), *_quantity_notes(name, taken)),
        total_place=_total_place(headers, declared),
    )


def _total_place(headers: tuple[str, ...], declared: Declaration) -> int | None:
    line = declared.total_line
    return None if line is None else place_of(headers, line.header)


def _check_read(name: str, declared: Declaration) -> None:
    if declared.refused:
        raise DataRejectedError(
            f"{name} is taken for {declared.title}: {declared.refused}",
            where=name,
            hint="say what it is instead with --source; retorsion sources lists all",
        )


def _named(
    name: str, headers: tuple[str, ...], declared: Declaration, problems: list[Problem]
) -> Iterator[Mapped]:
    """The columns without money; a header that is the column's own name goes before its aliases."""
    found = [folded(header) for header in headers]
    for column, names in declared.columns.items():
        known = [folded(item) for item in names]
        places = [place for place, header in enumerate(found) if header in known]
        own = [place for place in places if found[place] == known[0]]
        if len(places) > 1 and not own:
            said = " and ".join(f'"{headers[place]}"' for place in places)
            problems.append(
                Problem(
                    f"{said} may each be the {column}: which is meant is not guessed",
                    where=f"{name} row 1",
                    hint=f"rename the one to read to {column}",
                )
            )
        elif places:
            place = (own or places)[0]
            yield Mapped(column=column, header=headers[place], place=place)


def _bare_unit(
    headers: tuple[str, ...], declared: Declaration, columns: list[Mapped]
) -> list[Mapped]:
    """The column ``Unit`` as that of the quantity, where there is one quantity and no other unit.

    That it says no unit of money is seen to where its cells are read.
    """
    taken = {item.column for item in columns}
    places = [place for place, header in enumerate(headers) if folded(header) in BARE_UNIT]
    if declared.is_declared or len(places) != 1 or taken & UNITS_AND_SECONDS:
        return []
    if "quantity" not in taken:
        return []
    return [Mapped(column="quantity_unit", header=headers[places[0]], place=places[0])]


def _money(
    name: str,
    headers: tuple[str, ...],
    settings: IngestSettings,
    declared: Declaration,
    *,
    problems: list[Problem],
) -> Iterator[Mapped]:
    """The columns of money, with unit and valuation from header or option."""
    for place, header in enumerate(headers):
        found = _money_of(folded(header), declared)
        if found is None:
            continue
        kind, said = found
        # What is taken for granted of a source, and is not said in the file, an option overrules.
        said = said or (declared.given.get("unit") if settings.unit is None else None)
        fault = _unit_fault(header, said, settings) or _valuation_fault(header, kind, settings)
        if fault:
            what, hint = fault
            problems.append(Problem(what, where=f"{name} row 1, column {place + 1}", hint=hint))
        unit = said or settings.unit or "USD"
        valuation = (settings.valuation or "customs") if kind == "unstated" else kind
        yield Mapped(
            column=VALUE_OF[valuation],
            header=header,
            place=place,
            unit=unit,
            factor=settings.factor_of(unit) or 1,
        )


def _money_notes(name: str, columns: Sequence[Mapped], declared: Declaration) -> Iterator[str]:
    """In which money the values of a file are by an option, where not dollars, at which rate."""
    if not declared.money:
        return
    for unit, factor in dict.fromkeys((each.unit, each.factor) for each in columns if each.unit):
        if unit not in UNITS:
            yield f"{name}: values in {unit} are put into U.S. dollars, {factor:,.12g} for one"


def _money_of(header: str, declared: Declaration) -> tuple[str, str | None] | None:
    """The valuation and the unit that a folded header says; None where it is not money."""
    endings: dict[str, str | None] = {"": None, **words().unit_endings}
    for kind, names in declared.money.items():
        for start in map(folded, names):
            ending = header.removeprefix(start)
            if header.startswith(start) and ending in endings:
                return kind, endings[ending]
    return None


def _unit_fault(header: str, said: str | None, settings: IngestSettings) -> tuple[str, str] | None:
    if said is None and settings.unit is None:
        return (
            f'the unit of "{header}" is not said',
            f"give --unit {'|'.join(UNITS)}: thousands read as dollars are wrong by a thousand",
        )
    if said and settings.unit and said != settings.unit:
        return f'"{header}" says {said}, --unit says {settings.unit}', "leave --unit away"
    return None


def _valuation_fault(header: str, kind: str, settings: IngestSettings) -> tuple[str, str] | None:
    if kind == "unstated" and settings.valuation is None:
        return (
            f'the valuation of "{header}" is not said',
            "give --valuation customs|cif|fob: what duty is levied on depends on it",
        )
    stated = kind not in ("unstated", "duty")
    if stated and settings.valuation and kind != settings.valuation:
        return f'"{header}" is {kind}, --valuation says {settings.valuation}', (
            "leave --valuation away: the header says it"
        )
    return None


def _twice(name: str, columns: list[Mapped]) -> Iterator[Problem]:
    for column in dict.fromkeys(item.column for item in columns):
        headers = [item.header for item in columns if item.column == column]
        if len(headers) > 1:
            said = " and ".join(f'"{header}"' for header in headers)
            yield Problem(
                f"{said} are both {column}",
                where=f"{name} row 1",
                hint="keep one, or rename the other",
            )


def _constants(
    name: str, declared: Declaration, settings: IngestSettings, taken: set[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Columns filled for all rows: by the source where nothing else does, by options first."""
    given = {column: text for column, text in declared.given.items() if column in FLAGS}
    given |= _from_name(name, declared)
    granted = {
        column: text
        for column, text in given.items()
        if column not in taken and column not in settings.constants
    }
    facts = [f"{column} {text}" for column, text in granted.items()]
    if "unit" in declared.given and not (declared.money and settings.unit):
        facts.append(f"unit {declared.given['unit']}")
    facts += [declared.basis] if declared.basis else []
    notes = (f"taken for granted of {declared.title}: {', '.join(facts)}",) if facts else ()
    return settings.constants | granted, notes


def _from_name(name: str, declared: Declaration) -> dict[str, str]:
    """Columns that the name of a file says, as its source names its files."""
    found = {column: re.search(pattern, name) for column, pattern in declared.from_name.items()}
    return {column: match[1] for column, match in found.items() if match}


def _quantity_notes(name: str, taken: set[str]) -> Iterator[str]:
    """What to do about a quantity without a unit, which `validate` will refuse."""
    for column in ("quantity", "quantity_2"):
        if column in taken and f"{column}_unit" not in taken:
            yield (
                f"{name}: no column says the unit of the {column}; rename the one that does to "
                f"{column}_unit, else the rows with a {column} are not valid"
            )


def _of_sitc(name: str, header: str) -> Problem:
    """That a file has goods by the SITC only, which schedules do not name."""
    return Problem(
        f'{name} has no column of HS codes; "{header}" holds those of the SITC, by which no duty '
        "is levied",
        where=f"{name} row 1",
        hint="get the trade by HS code: an SITC heading holds goods of several, and is not divided "
        "among them",
    )


def _missing(
    name: str, headers: tuple[str, ...], unused: tuple[str, ...], taken: set[str]
) -> Iterator[Problem]:
    listed = ", ".join(header for header in headers if header) or "none"
    for column in KEY:
        if column in taken:
            continue
        sitc = next((one for one in unused if folded(one).startswith("sitc")), None)
        if column == "code" and sitc is not None:
            yield _of_sitc(name, sitc)
            continue
        near = nearest(column, list(unused), count=1)
        option = f"give --{column}" if column != "code" else "rename the column of codes to code"
        advice = f'rename "{near[0]}" to {column}; or {option}' if near else option
        yield Problem(
            f"{name} has no column for the {column}",
            where=f"{name} row 1, headers: {listed}",
            hint=advice,
        )
    values = [VALUE_OF[kind] for kind in ("customs", "cif", "fob")]
    if not taken & {*values, BY_FLOW}:
        near = nearest("value", list(unused), count=1)
        yield Problem(
            f"{name} has no column for the value",
            where=f"{name} row 1, headers: {listed}",
            hint=(f'rename "{near[0]}" to value; or ' if near else "")
            + f"name it {', '.join(values)}, or value with --unit and --valuation",
        )
