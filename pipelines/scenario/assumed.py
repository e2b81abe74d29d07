"""Assumptions and ways to combine measures, as read: shares of flows and values, eras."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from calc.policy.model import Stacking
from pipelines.scenario.timed import FIRST_DAY

ANY = "*"
Horizon = Literal["short", "central", "long"]
Mode = Literal["smart", "gsim", "trist"]
MODELS: tuple[Literal["exact"] | Mode, ...] = ("exact", "smart", "gsim", "trist")
HORIZONS: tuple[Horizon, ...] = ("short", "central", "long")
DRAWS, SEED = 1000, 1


@dataclass(frozen=True, slots=True)
class Range:
    """A share or an amount, with the least and the most that it may be; null where not stated."""

    central: float
    low: float | None = None
    high: float | None = None


ANY_IMPORT_SHARE = Range(0.5, 0.1, 0.9)
"""The share of imports where nothing is said of a market: an own choice, wide on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """One row of SHARES but for its name and kind."""

    importer: str = ANY
    prefix: str = ANY
    partner: str = ANY
    valid_from: date = FIRST_DAY
    valid_until: date | None = None
    range: Range
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A portion of a flow or a content of a value, by line.

    ``programme`` is the preference that the portion claims. Portions are independent of each other
    unless one is ``nested_in`` another or ``disjoint_with`` others. ``calibrated_to`` names what
    the share was chosen to meet. ``stated`` holds the keys as the file states them; it is empty
    where a measure states the share itself.
    """

    name: str
    kind: Literal["portion", "content"]
    rows: tuple[ShareRow, ...]
    programme: str | None = None
    nested_in: str | None = None
    disjoint_with: tuple[str, ...] = ()
    calibrated_to: str = ""
    stated: Mapping[str, Any] = field(default_factory=dict)

    def days(self) -> set[date]:
        """The days on which the share changes."""
        ends = {row.valid_until for row in self.rows if row.valid_until is not None}
        return ends | {row.valid_from for row in self.rows if row.valid_from > FIRST_DAY}


@dataclass(frozen=True, slots=True)
class DomesticSale:
    """What domestic producers sell of a good in the importer in the reference period."""

    code: str
    sales_usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How trade is taken to respond: how markets are closed, which elasticities, how many draws.

    ``penetration`` is the share of imports in what buyers spend where domestic sales are not known.
    ``elasticities`` are rows of ELASTICITIES that go before those of the tool. ``modes`` are linear
    models told by source beside the exact one, ``smart`` and ``gsim`` what is chosen where their
    publications leave it open, ``fixed`` elasticities that a sweep sets for all markets, without a
    range. ``stated`` holds the keys as the file states them.
    """

    penetration: Range | None = None
    horizon: Horizon = "central"
    draws: int = DRAWS
    seed: int = SEED
    elasticities: tuple[Mapping[str, Any], ...] = ()
    domestic_sales: tuple[DomesticSale, ...] | None = None
    modes: tuple[Mode, ...] = ()
    smart: Mapping[str, Any] = field(default_factory=dict)
    gsim: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    stated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def import_share(self) -> Range | None:
        """The share by which markets without domestic sales are closed; null where none are.

        Where a scenario says nothing of its markets it is nearly any share, so that the result is
        a wide range. Where it gives domestic sales and no share, what they lack is left open.
        """
        says_nothing = self.penetration is None and self.domestic_sales is None
        return ANY_IMPORT_SHARE if says_nothing else self.penetration


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """How the authorities combine over a time; the days are null where open."""

    valid_from: date | None
    valid_until: date | None
    stacking: Stacking
    stated: Mapping[str, Any] = field(default_factory=dict)

    def holds_at(self, day: date | None) -> bool:
        """Whether it is the rule on a day; without a day only where it always is."""
        if day is None:
            return self.valid_from is None and self.valid_until is None
        is_begun = self.valid_from is None or self.valid_from <= day
        return is_begun and (self.valid_until is None or day < self.valid_until)

    def days(self) -> set[date]:
        """The days on which the rule changes."""
        return {day for day in (self.valid_from, self.valid_until) if day is not None}
