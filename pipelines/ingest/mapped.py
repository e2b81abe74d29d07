"""How the columns of a file are understood: the header and place of each column of TRADE."""

from dataclasses import dataclass, field

from calc.dictionary import column_names
from calc.tables.trade import Trade
from pipelines.ingest.sources.declaration import Declaration

YEAR_RULES = {
    "HTS of the year": "HTS",
    "CN of the year": "CN",
    "NCM of the year": "NCM",
    "HS of the year": "HS",
}
VALUE_OF = {
    "customs": "customs_value_usd",
    "cif": "cif_value_usd",
    "fob": "fob_value_usd",
    "duty": "calculated_duty_usd",
}
BARE_UNIT = ("unit", "units")
"""Headers, folded, of a unit that does not say of what."""
BY_FLOW = "value_by_flow"
"""A value that is the CIF or the FOB value of TRADE, as the flow of the row says."""
COLUMNS = tuple(name for name in column_names(Trade) if name != "source_id")
FLAGS = {"importer", "partner", "period", "flow", "nomenclature"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A TRADE column, the header and place it is read from, and what one unit of it is there."""

    column: str
    header: str
    place: int
    unit: str = ""
    factor: float = 1

    @property
    def told(self) -> str:
        """The header, with the unit where the column is money not in dollars."""
        if self.factor == 1:
            return self.header
        return f"{self.header} ({self.unit or f'times {self.factor:,}'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the columns of a file are understood.

    Attributes:
        declared: The source that the file was taken for.
        why: Why it was taken for that.
        columns: What is read from the file.
        constants: TRADE column to the text of all its cells, given by an option or the source.
        of_year: Whether the figures are a year's at month 12 only.
        unused: Headers that are not read.
        notes: What was taken for granted, in sentences.
        total_place: Place of the column that marks a line of totals; null for none.
    """

    declared: Declaration
    why: str
    columns: tuple[Mapped, ...]
    constants: dict[str, str]
    of_year: bool
    unused: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())
    total_place: int | None = None

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
        values = {BY_FLOW, *VALUE_OF.values()} - {VALUE_OF["duty"]}
        return {item.column for item in self.columns} & values
