"""What a report says of the run itself: scenario, data, law, sources, files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from calc.errors import StorageError
from pipelines.report.money import Currency, currency_from
from pipelines.run.manifest import fitting
from pipelines.run.tables import AGAIN

WORKBOOK_NAME = "report.xlsx"
PAGE_NAME = "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An input of the run: its name, what it holds, and the SHA-256 of its bytes."""

    name: str
    what: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """A file that the run wrote: its name inside the run's folder, and what it holds."""

    name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """What one importer's part of a run is of, where a run has several.

    ``value_basis`` says in words on which value the importer levies duty.
    """

    importer: str
    scenario_id: str
    title: str
    trade_name: str
    period: str
    nomenclature: str
    as_of: str
    base_text: str
    value_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """The facts of a run that no table holds; figures are always taken from the tables.

    Args:
        scenario_id: Name by which commands know the scenario.
        title: Title of the scenario, in words.
        importers: Economies that levy the duty.
        trade_name: Name of the trade table.
        periods: Reference periods of the flows, such as ``2024``.
        nomenclature: Edition of the codes.
        as_of: Date of the law, ISO 8601.
        base_text: What the duty without the scenario is taken from.
        run_id: Hash that names the run.
        tool_version: Version of this tool.
        folder: The run's folder, relative to the workspace.
        tables_folder: Folder of the Parquet tables inside ``folder``; empty if it is the same.
        sources: Inputs with their hashes.
        notes: Sentences that a reader must know, such as the codes that a group stands for.
        files: Files that the run wrote.
        parts: The parts of a run of several importers; empty where it has one. What differs
            between them is then told of each in the facts above, such as ``CAN: Free; USA: 2.5%``.
        adds_up: Whether figures of the importers may be added up.
        readings: Readings of other engines that were applied in place of the law, in sentences.
        bounds: Measures whose figures are an upper bound: goods are finer than the trade.
        currency: The money that reports tell amounts in; null for USD.
        total_text: What their sum is of, or why there is none; empty where there is one importer.
    """

    scenario_id: str
    title: str
    importers: tuple[str, ...]
    trade_name: str
    periods: tuple[str, ...]
    nomenclature: str
    as_of: str
    base_text: str
    run_id: str
    tool_version: str
    folder: str
    tables_folder: str = ""
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[OutputFile, ...] = ()
    parts: tuple[PartFacts, ...] = ()
    adds_up: bool = True
    total_text: str = ""
    readings: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    currency: Currency | None = None

    @property
    def bound_lines(self) -> list[str]:
        """The line that says which figures are an upper bound; none where none is."""
        names = ", ".join(self.bounds)
        told = (
            f"upper bound  {names}: of goods finer than the trade's codes the whole code is taken"
        )
        return [told] if names else []

    @property
    def trade_text(self) -> str:
        """The trade table in words: name, periods, nomenclature."""
        return f"{self.trade_name} ({', '.join(self.periods)}, {self.nomenclature})"

    def table_file(self, name: str) -> str:
        """The Parquet file of a table, relative to the workspace."""
        return str(PurePosixPath(self.folder, self.tables_folder, f"{name}.parquet"))

    def as_dict(self) -> dict[str, Any]:
        """The facts as an object that JSON can hold."""
        return asdict(self)


def facts_from(kept: Mapping[str, Any]) -> RunFacts:
    """The facts that ``RunFacts.as_dict`` gave, as read back from JSON.

    Raises:
        StorageError: Something is missing or not a fact: another version wrote it.
    """
    several = ("importers", "periods", "notes")
    try:
        return RunFacts(
            **fitting(RunFacts, kept)
            | {name: tuple(kept[name]) for name in several}
            | {
                "sources": tuple(Source(**fitting(Source, item)) for item in kept["sources"]),
                "files": tuple(OutputFile(**fitting(OutputFile, item)) for item in kept["files"]),
                "readings": tuple(kept.get("readings", ())),
                "bounds": tuple(kept.get("bounds", ())),
                "currency": currency_from(kept.get("currency")),
                "parts": tuple(
                    PartFacts(**fitting(PartFacts, item)) for item in kept.get("parts", ())
                ),
            }
        )
    except (KeyError, TypeError, AttributeError) as err:
        raise StorageError(
            f"what the run says of itself cannot be read by this version: {err}",
            where=str(kept.get("folder", "")),
            hint=AGAIN,
        ) from err
