"""What is read of instruments that are no import duty, and of quotas, credits and controls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.scenario.assumed import Range

INSTRUMENTS = ("duty", "procurement-ban", "import-ban", "export-duty", "export-ban")
WITHOUT_A_RATE = ("procurement-ban", "import-ban", "export-ban")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of USD with its range, or a table of amounts; and where it is from."""

    range: Range | None
    table: str
    source: str


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


@dataclass(frozen=True, slots=True)
class Credit:
    """An amount taken off the duty: by a table of amounts, at most the ``cap``."""

    table: str
    cap: str


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
