"""Which column of a file is which column of TRADE, in which unit and on which valuation."""

from collections.abc import Iterator
from dataclasses import dataclass

from calc.dictionary import column_names
from calc.errors import DataRejectedError, Problem, nearest
from calc.tables.trade import KEY, Trade
from pipelines.ingest.layouts import Layout, folded, layout_of, words
from pipelines.ingest.settings import UNITS, IngestSettings

YEAR_RULE = "HTS of the year"
VALUE_OF = {
    "customs": "customs_value_usd",
    "cif": "cif_value_usd",
    "fob": "fob_value_usd",
    "duty": "calculated_duty_usd",
}
COLUMNS = tuple(name for name in column_names(Trade) if name != "source_id")
FLAGS = {"importer", "partner", "period", "flow", "nomenclature"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A TRADE column, the header and place it is read from, and what one unit of it is in USD."""

    column: str
    header: str
    place: int
    unit: str = ""
    factor: int = 1

    @property
    def told(self) -> str:
        """The header, with the unit where the column is money not in dollars."""
        return self.header if self.factor == 1 else f"{self.header} ({self.unit})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the columns of a file are understood.

    Attributes:
        layout: The layout recognised.
        columns: What is read from the file.
        constants: TRADE column to the text of all its cells, given by an option or the source.
        of_year: Whether the figures are a year's at month 12 only.
        unused: Headers that are not read.
        notes: What was taken for granted, in sentences.
    """

    layout: Layout
    columns: tuple[Mapped, ...]
    constants: dict[str, str]
    of_year: bool
    unused: tuple[str, ...]
    notes: tuple[str, ...]

    def mapped(self, column: str) -> Mapped | None:
        """Where a TRADE column is read from; None where it is not read from the file."""
        return next((item for item in self.columns if item.column == column), None)

    @property
    def units(self) -> set[str]:
        """The units of the values of money."""
        return {item.unit for item in self.columns if item.unit}

    @property
    def valuations(self) -> set[str]:
        """The value columns that the file has."""
        values = set(VALUE_OF.values()) - {VALUE_OF["duty"]}
        return {item.column for item in self.columns} & values


def map_columns(name: str, headers: tuple[str, ...], settings: IngestSettings) -> Mapping:
    """The columns of a file as columns of TRADE, by declared names and the options given.

    Raises:
        DataRejectedError: A required column is missing, two headers say the same, or the unit or
            the valuation of a value is not known. All of it is said at once.
    """
    layout = layout_of(headers)
    problems: list[Problem] = []
    columns = [*_named(name, headers, layout, problems)]
    measures = _sets(headers, layout) if layout.sets else None
    if measures is None:
        columns += _money(name, headers, settings, layout, problems=problems)
    else:
        columns += measures
        problems += _conflicts(name, settings, layout)
    problems += _twice(name, columns)
    taken = {item.column for item in columns}
    constants, notes = _constants(layout, settings, taken)
    read = {item.place for item in columns}
    unused = tuple(h for place, h in enumerate(headers) if place not in read and h)
    problems += _missing(name, headers, unused, taken | set(constants))
    of_year = any(item.header in layout.annual_only for item in columns)
    if of_year and settings.period is not None and len(settings.period) != len("2024"):
        what = f"{name} holds figures of a year, --period {settings.period} is not one"
        problems.append(Problem(what, where=f"{name} row 1", hint="give --period as 2024"))
    if problems:
        raise DataRejectedError.collected(problems)
    return Mapping(
        layout=layout,
        columns=tuple(sorted(columns, key=lambda item: COLUMNS.index(item.column))),
        constants=constants,
        of_year=of_year,
        unused=unused,
        notes=(*notes, *_quantity_notes(name, taken)),
    )


def _named(
    name: str, headers: tuple[str, ...], layout: Layout, problems: list[Problem]
) -> Iterator[Mapped]:
    """The columns without money; a header that is the column's own name goes before its aliases."""
    found = [folded(header) for header in headers]
    for column, names in layout.columns.items():
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


def _sets(headers: tuple[str, ...], layout: Layout) -> list[Mapped] | None:
    """The columns of money of the first declared set whose value is in the file; None for none."""
    places = {folded(header): place for place, header in enumerate(headers)}
    for declared in layout.sets:
        if folded(declared["customs_value_usd"]) not in places:
            continue
        return [
            Mapped(column=column, header=header, place=places[folded(header)], unit="USD")
            for column, header in declared.items()
            if folded(header) in places
        ]
    return []


def _conflicts(name: str, settings: IngestSettings, layout: Layout) -> Iterator[Problem]:
    """Options that contradict what a recognised source says of its values."""
    for option, given, said in (
        ("--unit", settings.unit, layout.given["unit"]),
        ("--valuation", settings.valuation, "customs"),
    ):
        if given not in (None, said):
            yield Problem(
                f"{option} {given} contradicts {name}: {layout.title} gives {said}",
                where=name,
                hint=f"leave {option} away",
            )


def _money(
    name: str,
    headers: tuple[str, ...],
    settings: IngestSettings,
    layout: Layout,
    *,
    problems: list[Problem],
) -> Iterator[Mapped]:
    """The columns of money, with unit and valuation from header or option."""
    for place, header in enumerate(headers):
        found = _money_of(folded(header), layout)
        if found is None:
            continue
        kind, said = found
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
            factor=UNITS[unit],
        )


def _money_of(header: str, layout: Layout) -> tuple[str, str | None] | None:
    """The valuation and the unit that a folded header says; None where it is not money."""
    endings: dict[str, str | None] = {"": None, **words().unit_endings}
    for kind, names in layout.money.items():
        for name in names:
            for ending, unit in endings.items():
                if header == folded(name) + ending:
                    return kind, unit
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
    layout: Layout, settings: IngestSettings, taken: set[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Columns filled for all rows: by the source where nothing else does, by options first."""
    given = {name: text for name, text in layout.given.items() if name in FLAGS}
    granted = {
        name: text
        for name, text in given.items()
        if name not in taken and name not in settings.constants
    }
    facts = [f"{name} {text}" for name, text in granted.items()]
    if layout.given:
        facts += [f"unit {layout.given['unit']}", "customs value"]
    notes = (f"taken for granted of {layout.title}: {', '.join(facts)}",) if facts else ()
    return settings.constants | granted, notes


def _quantity_notes(name: str, taken: set[str]) -> Iterator[str]:
    """What to do about a quantity without a unit, which `validate` will refuse."""
    for column in ("quantity", "quantity_2"):
        if column in taken and f"{column}_unit" not in taken:
            yield (
                f"{name}: no column says the unit of the {column}; rename the one that does to "
                f"{column}_unit, else the rows with a {column} are not valid"
            )


def _missing(
    name: str, headers: tuple[str, ...], unused: tuple[str, ...], taken: set[str]
) -> Iterator[Problem]:
    listed = ", ".join(header for header in headers if header) or "none"
    for column in KEY:
        if column in taken:
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
    if not taken & set(values):
        near = nearest("value", list(unused), count=1)
        yield Problem(
            f"{name} has no column for the value",
            where=f"{name} row 1, headers: {listed}",
            hint=(f'rename "{near[0]}" to value; or ' if near else "")
            + f"name it {', '.join(values)}, or value with --unit and --valuation",
        )
