"""What is read of instruments that are no import duty, and of quotas, credits and controls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from calc.policy.charges import Charge
from calc.policy.model import Rebate
from pipelines.scenario.assumed import Range

if TYPE_CHECKING:
    from pipelines.scenario.model import PartnerScope, RateChoice

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
class BorderCharge:
    """A charge at the border beside the duty, and the keys as the file states them."""

    charge: Charge
    stated: Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class QuotaStep:
    """An amount of a quota and the days for which it holds; null where open."""

    amount: float
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The amounts that some partners share, by the name that the scenario gives them.

    ``partners`` is null for the common amount, which all others share.
    """

    origin: str
    partners: "PartnerScope | None"
    steps: tuple[QuotaStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A quota that measures share: what may come in at their own rates, and what is beyond it.

    Attributes:
        name: Its name.
        allocations: The common amount first, then those of partners of their own.
        unit: Unit of the amounts as the law states it.
        counted_unit: Unit of quantity that trade is counted in; USD where its value is.
        counted_per_unit: How many of those one unit of the amounts is.
        period: ``year``, ``quarter`` or ``month``.
        observed_split: ``lines`` where lines of the schedule split the trade, else ``none``.
        over: What is charged beyond it; none where lines split the trade.
        source: Where it is written.
        quarter_cap: The part of the amount of a year that may come in within one quarter; null
            where all of it may.
        stated: Its keys as the file states them.
    """

    name: str
    allocations: tuple[Allocation, ...]
    unit: str
    counted_unit: str
    counted_per_unit: float
    period: str
    observed_split: str
    over: tuple["RateChoice", ...]
    source: str
    quarter_cap: float | None = None
    stated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scopes(self) -> list["PartnerScope"]:
        """The scopes of partners that it names."""
        amounts = [one.partners for one in self.allocations]
        named = [*amounts, *(choice.partners for choice in self.over)]
        return [scope for scope in named if scope is not None]


@dataclass(frozen=True, slots=True)
class Control:
    """What a figure of the result should be, within a fraction of it, and who says so."""

    figure: str
    equals: float
    within: float
    source: str
    stated: Mapping[str, Any] = field(default_factory=dict)
