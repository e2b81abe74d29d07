"""What is declared of a source, so that one reader can read them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Periods = Literal["iso", "compact", "day", "us-day"]
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A column of money or quantity: the TRADE column, its header, and what one unit of it is.

    ``unit`` is a unit of money of ``UNITS`` or ``CURRENCIES``; for a quantity ``factor`` says how
    many of the TRADE column's unit one of the file's is.
    """

    column: str
    header: str
    unit: str = ""
    factor: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFlow:
    """A value that is CIF where the flow is an import and FOB where it is an export."""

    header: str
    unit: str = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A column that splits a flow into parts beside its total.

    ``totals`` are the texts, lower case, that mean the total; where the file has none of them the
    parts are added up.
    """

    header: str
    totals: tuple[str, ...]
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """Codes that are no goods: a pattern of the text and why; ``kept`` ones are told apart only."""

    pattern: str
    why: str
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A column made of a part of another one: the first group of a pattern."""

    header: str
    of: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A column of a year and a month made of two."""

    header: str
    year: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """A wide file with columns for each month; each row becomes twelve.

    ``columns`` are the headers made to the pattern of the headers read, in which ``{}`` is the
    month. ``header`` is that of the number of the month.
    """

    header: str
    names: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """A workbook with a sheet for each measure, all with one row a key.

    Attributes:
        beside: Sheets that hold no trade; the text after each of ``told`` in them is a note.
        told: Labels of the first column that are worth telling.
        first: The sheet that has every key.
        key: Headers of the key.
        measures: Headers read from sheets of other names, to the header that they get.
    """

    beside: tuple[str, ...]
    told: tuple[str, ...]
    first: str
    key: tuple[str, ...]
    measures: Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalLine:
    """A file's own line of totals: the header and the start of the text that mark it."""

    header: str
    start: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A way in which files hold trade.

    Attributes:
        name: What ``--source`` calls it.
        title: What it is, in words.
        example: An example of its header line, fields separated as in the file.
        known_from: Whether the layout was seen in real files or in others' descriptions.
        recognised_by: Headers that it has and the others lack; none for the one that is left.
        columns: TRADE column to the headers that may hold it.
        no_others: All headers that it may have, where they are words that others use too.
        values: Columns of money with a valuation, and quantities with a factor.
        by_flow: A value whose valuation depends on the flow.
        money: Valuation (or ``unstated``, ``duty``) to names of columns without their unit.
        sets: TRADE column to header, the first set whose value is in the file being read.
        given: What the source says of itself and the file need not.
        basis: The valuation, in words.
        from_name: TRADE column to a pattern of the file's name whose first group says it.
        economies: Which codes name economies: a system of ``economies``.
        reports: Whether the first economy is who reports, so that it is the exporter of exports.
        words: TRADE column to texts, lower case, with their meaning, beside the common ones.
        periods: How periods are written.
        partner_groups: Pattern of partners that are groups of countries; empty for none.
        partner_totals: Texts of a partner, lower case, that mean all partners.
        code_totals: Texts of a code, lower case, that mean all goods.
        annual_only: Headers whose figure is a year's at month 12 only.
        dimensions: Columns that split a flow.
        repeated: A column of dates on each of which the file repeats the same flow.
        specials: Codes that are no goods.
        code_digits: Digits to which codes are filled with zeros that they lost; 0 for none.
        cut_to: Digits to which codes of more are cut, their rows added up; 0 for none.
        zero_is_unknown: TRADE columns in which 0 means not known.
        only: Header to the texts, lower case, of rows that are trade; others are left out.
        no_flow: Header whose 0 means that there was no trade.
        encoding: Of a text that is not UTF-8.
        extra_fields: Empty fields at the end of each row that the header lacks.
        taken: Columns made of a part of others.
        joined: A column made of a year and a month.
        months: How a wide file is unpivoted.
        sheets: How the sheets of a workbook belong together.
        total_line: The file's own total.
        refused: Why it is not read, where it is recognised only to say so.
        caveats: What a user must know of it.
    """

    name: str
    title: str
    example: str
    known_from: str
    recognised_by: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    no_others: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    by_flow: ByFlow | None = None
    money: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sets: tuple[Mapping[str, str], ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""
    from_name: Mapping[str, str] = field(default_factory=dict)
    economies: str = "general"
    reports: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    periods: Periods = "iso"
    partner_groups: str = ""
    partner_totals: tuple[str, ...] = ()
    code_totals: tuple[str, ...] = ()
    annual_only: tuple[str, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    repeated: str = ""
    specials: tuple[Special, ...] = ()
    code_digits: int = 0
    cut_to: int = 0
    zero_is_unknown: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_flow: str = ""
    encoding: str = ""
    extra_fields: int = 0
    taken: tuple[Taken, ...] = ()
    joined: Joined | None = None
    months: Months | None = None
    sheets: Sheets | None = None
    total_line: TotalLine | None = None
    refused: str = ""
    caveats: tuple[str, ...] = ()

    @property
    def is_declared(self) -> bool:
        """Whether it is a source with a layout of its own, not any table of trade."""
        return bool(self.recognised_by)
