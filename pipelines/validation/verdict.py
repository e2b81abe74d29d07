"""A verdict on a table, as kept in ``verdict.json``; needs no data frame to be read back."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from calc.errors import StorageError

if TYPE_CHECKING:
    import polars as pl

VERDICT_FILE = "verdict.json"
RULES_FILE = "rules.parquet"
QUARANTINE_FILE = "quarantine.parquet"
QUARANTINE_CSV = "quarantine.csv"
SUITE_FILE = "gx.json"
REPORT_FILE = "report.html"

State = Literal["valid", "valid with quarantine", "invalid"]
SuiteOn = Literal["rows", "counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a caller chooses of a validation.

    Attributes:
        quarantine: Leave out the rows that break a rule instead of refusing the table.
        suite_rows: Up to this many rows great-expectations judges the rows themselves, above
            it the counts by rule; it takes about 9 s and 0.6 GB a million rows.
        data_docs: Also build great-expectations' own pages, which load assets from the network.
    """

    quarantine: bool = False
    suite_rows: int = 1_000_000
    data_docs: bool = False

    def suite_on(self, rows: int) -> SuiteOn:
        """What great-expectations judges in a table of so many rows."""
        return "rows" if rows <= self.suite_rows else "counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a verdict is about, and what it was judged by; all of it must be the same to reuse it.

    The hashes of the provenance and the originals are empty where the table has none.
    """

    name: str
    sha256: str
    provenance_sha256: str
    originals_sha256: str
    rules_sha256: str
    tool_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: rows judged and failed, and their value in USD (null: unknown)."""

    rule_id: str
    column: str | None
    kind: str
    severity: str
    message: str
    rows_judged: int
    rows_failed: int
    value_failed_usd: float | None
    judged_by: str

    @property
    def is_among_kept(self) -> bool:
        """Whether this is the key rule's second judgement, among rows that keep the row rules."""
        return self.rule_id.endswith(".among_kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine, its version, and the rows that it judged; ``judged`` says it in words."""

    name: str
    version: str
    rows: int
    judged: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of the funnel: rows, and their value in USD (null: unknown)."""

    name: str
    rows: int
    value_usd: float | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A table's verdict.

    Attributes:
        subject: What was judged, by hash, and the hash of the rules.
        state: ``valid``, ``valid with quarantine`` (rows left out by choice) or ``invalid``.
        quarantine: Whether leaving rows out was chosen; false where there is nothing to leave out.
        funnel: Rows and USD in the table, left out by reason, and kept.
        rules: One finding a rule, in the order of the declaration.
        engines: Which engine judged which rows.
        suite_on: Whether great-expectations judged the rows or the counts.
        folder: Where the verdict is kept.
    """

    subject: Subject
    state: State
    quarantine: bool
    rows_judged: int
    value_judged_usd: float | None
    rows_failed: int
    value_failed_usd: float | None
    funnel: tuple[Stage, ...]
    rules: tuple[Finding, ...]
    engines: tuple[Engine, ...]
    suite_on: SuiteOn
    folder: Path

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings of rules that some row breaks."""
        return tuple(finding for finding in self.rules if finding.rows_failed)

    @property
    def quarantine_rows(self) -> "pl.Series":
        """Row numbers in the table (0-based, rising, Int64) of the rows to leave out.

        Raises:
            StorageError: The kept quarantine cannot be read.
        """
        import polars as pl

        if not self.rows_failed:
            return pl.Series("table_row", [], pl.Int64)
        path = self.folder / QUARANTINE_FILE
        try:
            return pl.read_parquet(path, columns=["table_row"])["table_row"]
        except (OSError, pl.exceptions.ComputeError) as err:
            raise StorageError(f"cannot read {path.name}: {err}", where=str(path)) from err

    def as_dict(self) -> dict[str, Any]:
        """The verdict as an object without its folder, for files and ``--json``."""
        kept = asdict(self)
        del kept["folder"]
        return kept


def state_of(rows_failed: int, *, quarantine: bool) -> State:
    """The verdict in one word, given the rows that cannot be used and the caller's choice."""
    if not rows_failed:
        return "valid"
    return "valid with quarantine" if quarantine else "invalid"


def to_json(content: dict[str, Any]) -> bytes:
    """An object as JSON text of ours: sorted keys, indented, UTF-8, a line end at the end."""
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return text.encode() + b"\n"


def from_dict(kept: dict[str, Any], folder: Path) -> Verdict:
    """The verdict that ``Verdict.as_dict`` gave; keys that a verdict does not have are ignored.

    Raises:
        KeyError: Something is missing.
        TypeError: Something is not what it should be.
    """
    names = {item.name for item in fields(Verdict)} - {"folder"}
    parts = {name: kept[name] for name in names}
    return Verdict(
        **parts
        | {
            "subject": Subject(**kept["subject"]),
            "funnel": tuple(Stage(**item) for item in kept["funnel"]),
            "rules": tuple(Finding(**item) for item in kept["rules"]),
            "engines": tuple(Engine(**item) for item in kept["engines"]),
        },
        folder=folder,
    )
