"""A scenario while it is read: what its files have said so far, later files over earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from calc.levied import Basis
from calc.policy.ave import Method
from calc.policy.grammar import Reading
from pipelines.scenario.assumed import Era, Range, Response, Share
from pipelines.scenario.instruments import BesideFlow, BorderCharge, Control, PaidBack, Quota
from pipelines.scenario.model import Acceptance, BaseSource, Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What a file says of the files that it builds on, which are read with it."""

    known_at: date | None = None
    events: Mapping[str, date | None] = field(default_factory=dict)
    currencies: Mapping[str, float] = field(default_factory=dict)
    min_max: Reading | None = None


@dataclass(slots=True)
class Draft:
    """What has been read of a scenario; empty where no file has said it."""

    scenario_id: str = ""
    importer: str = ""
    nomenclature: str = ""
    trade: str = ""
    title: str = ""
    note: str = ""
    as_of: date | None = None
    reading: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reference: str | None = None
    estimate: Method | None = None
    known_at: date | None = None
    base: BaseSource | None = None
    fob_share: Range | None = None
    levied_on: Basis | None = None
    measures: list[Measure] = field(default_factory=list)
    shares: dict[str, Share] = field(default_factory=dict)
    eras: list[Era] = field(default_factory=list)
    quotas: dict[str, Quota] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)
    beside: dict[str, BesideFlow] = field(default_factory=dict)
    drawback: dict[str, PaidBack] = field(default_factory=dict)
    charges: dict[str, BorderCharge] = field(default_factory=dict)
    response: Response | None = None
    acceptance: Acceptance | None = None
    stated: dict[str, Any] = field(default_factory=dict)

    def measure(self, name: str) -> Measure | None:
        """The measure of a name; null where there is none."""
        return next((each for each in self.measures if each.measure_id == name), None)

    def replace(self, measure: Measure) -> None:
        """Put a measure in the place of the one of its name."""
        self.measures = [
            measure if each.measure_id == measure.measure_id else each for each in self.measures
        ]

    def authorities(self) -> list[str]:
        """The names that stacking may mention: authorities, and authority/programme; sorted."""
        names = {measure.authority for measure in self.measures if measure.authority}
        names |= {f"{m.authority}/{m.programme}" for m in self.measures if m.programme}
        return sorted(names)


@dataclass(frozen=True, slots=True)
class Place:
    """The file that is read: its folder, and the files that led to it, for cycles and depth."""

    path: Path
    chain: tuple[Path, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder from which the file names others."""
        return self.path.parent
