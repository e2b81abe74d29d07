"""What is read of instruments that are no import duty, and of quotas, credits and controls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from calc.policy.model import Rebate
from pipelines.scenario.assumed import Range

INSTRUMENTS = ("duty", "procurement-ban", "import-ban", "export-duty", "export-ban")
WITHOUT_A_RATE = ("procurement-ban", "import-ban", "export-ban")


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRow:
    """A row of a table of amounts, in USD; ``number`` is its row in the file, the header being 1.

    What a row does not say is an empty text, or null of an amount.
    """

    table: str
    number: int
    partner: str
    code: str
    group: str
    central: Decimal
    low: Decimal | None
    high: Decimal | None
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of USD with its range and source; of a table of amounts the sum, and its rows."""

    range: Range | None
    table: str
    source: str
    rows: tuple[AmountRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a measure does: a duty on imports, or a ban, or a duty or ban on exports.

    ``covered`` is what it reaches, ``affected`` what it takes; null where not stated.
    ``imposed_by`` is the exporter of a measure on exports; empty for the importer.
    """

    kind: str = "duty"
    covered: Amount | None = None
    affected: Amount | None = None
    imposed_by: str = ""

    @property
    def has_rate(self) -> bool:
        """Whether it is a duty, which has a rate."""
        return self.kind not in WITHOUT_A_RATE


DUTY = Instrument()


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideFlow:
    """Flows beside the trade table: their rows, and the measure or the rate that charges them.

    Exactly one of ``measure_id`` and ``rate`` (a fraction of the value) is given.
    """

    name: str
    rows: tuple[AmountRow, ...]
    measure_id: str | None
    rate: float | None
    rate_text: str
    source: str
    stated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBack:
    """A share of a duty that is paid back: of ``base``, an authority, or all others (``share``)."""

    part: str
    range: Range
    source: str
    stated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreditRow:
    """An amount for the goods of a row; ``partner`` and ``prefix`` are * for all."""

    partner: str
    prefix: str
    range: Range
    source: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken off the duty of a measure: the amounts of a table, or a rebate."""

    rows: tuple[CreditRow, ...] = ()
    rebate: Rebate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A quota that measures share: what may come in at the lower rate, and what is charged over.

    ``origins`` holds own allocations beside the common ``amount``. ``over`` is a rate as written,
    or ``prohibited``.
    """

    name: str
    amount: float
    unit: str
    period: str
    origins: Mapping[str, float] = field(default_factory=dict)
    observed_split: str = "none"
    over: str = ""
    source: str = ""
    stated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """What a figure of the result should be, within a fraction of it, and who says so."""

    figure: str
    equals: float
    within: float
    source: str
    stated: Mapping[str, Any] = field(default_factory=dict)
