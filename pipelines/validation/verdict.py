"""A verdict on a table, as kept in ``verdict.json``; needs no data frame to be read back."""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from calc.errors import StorageError

if TYPE_CHECKING:
    import polars as pl

SCHEMA_VERSION = 1
"""Of a verdict; one of another is not used: the table is judged again."""
VERDICT_FILE = "verdict.json"
RULES_FILE = "rules.parquet"
QUARANTINE_FILE = "quarantine.parquet"
QUARANTINE_CSV = "quarantine.csv"
NOTICED_FILE = "noticed.parquet"
NOTICED_CSV = "noticed.csv"
GROUPS_FILE = "groups.parquet"
RESULT_FILE = "gx.json"
SUITE_FILES = {"rows": "suite.json", "groups": "groups-suite.json"}
REPORT_FILE = "report.html"

State = Literal["valid", "valid with quarantine", "invalid"]
SuiteOn = Literal["rows", "counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a caller does about rows that break a rule.

    Attributes:
        quarantine: Leave them out instead of refusing the table.
        max_rejected_share: Refuse the table where more than this share of its rows is left out.
        max_rejected_usd: Refuse it where more than this value is left out, or an unknown one.
    """

    quarantine: bool = False
    max_rejected_share: float | None = None
    max_rejected_usd: float | None = None


REFUSE = Choice()
LEAVE_OUT = Choice(quarantine=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a caller chooses of a validation.

    Attributes:
        choice: What to do about rows that break a rule.
        suite_rows: Up to this many rows great-expectations judges the rows themselves, above
            it the counts by rule; it takes about 9 s and 0.6 GB a million rows.
        rules: A file of rules of the user's own; None for none.
        data_docs: Also build great-expectations' own pages, which load assets from the network.
        memory_limit: Bytes that judging may take; None for what is free.
        sources: A folder in which source files are looked for first, for their original text.
    """

    choice: Choice = REFUSE
    suite_rows: int = 1_000_000
    rules: Path | None = None
    data_docs: bool = False
    memory_limit: int | None = None
    sources: Path | None = None

    def suite_on(self, rows: int) -> SuiteOn:
        """What great-expectations judges in a table of so many rows."""
        return "rows" if rows <= self.suite_rows else "counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a verdict is about, and what it was judged by; all of it must be the same to reuse it.

    The hashes of the provenance and the originals are empty where the table has none, that of the
    user's rules where there are none.
    """

    name: str
    sha256: str
    provenance_sha256: str
    originals_sha256: str
    rules_sha256: str
    user_rules_sha256: str
    tool_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: rows judged and failed, and their value in USD (null: unknown).

    A rule on groups of rows counts those too; ``groups_judged`` is null for a rule on rows.
    """

    rule_id: str
    column: str | None
    kind: str
    severity: str
    message: str
    reason: str
    rows_judged: int
    rows_failed: int
    value_failed_usd: float | None
    groups_judged: int | None
    groups_failed: int | None
    judged_by: str

    @property
    def is_among_kept(self) -> bool:
        """Whether this is a rule's second judgement, among the rows that stay."""
        return self.rule_id.endswith(".among_kept")

    @property
    def is_broken(self) -> bool:
        """Whether a row or a group breaks the rule."""
        return self.rows_failed > 0 or bool(self.groups_failed)

    @property
    def is_on_groups(self) -> bool:
        """Whether the rule judges groups of rows."""
        return self.groups_judged is not None


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
        choice: What was chosen about failed rows; the default where there are none.
        funnel: Rows and USD in the table, left out by reason, and kept.
        rules: One finding a rule, in the order of the declaration.
        engines: Which engine judged which rows.
        suite_on: Whether great-expectations judged the rows or the counts.
        folder: Where the verdict is kept.
    """

    subject: Subject
    state: State
    choice: Choice
    rows_judged: int
    value_judged_usd: float | None
    rows_failed: int
    value_failed_usd: float | None
    value_unknown_rows: int
    funnel: tuple[Stage, ...]
    rules: tuple[Finding, ...]
    engines: tuple[Engine, ...]
    suite_on: SuiteOn
    folder: Path

    @property
    def quarantine(self) -> bool:
        """Whether rows are left out by choice."""
        return self.state == "valid with quarantine"

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings of rules on rows or on the key that make some row unusable."""
        return tuple(
            finding
            for finding in self.rules
            if finding.severity == "error" and finding.rows_failed and not finding.is_on_groups
        )

    @property
    def broken_totals(self) -> tuple[Finding, ...]:
        """The rules on groups that refuse the table: those broken by the rows that stay."""
        again = {finding.rule_id for finding in self.rules if finding.is_among_kept}
        return tuple(
            finding
            for finding in self.rules
            if finding.severity == "error" and finding.is_on_groups and finding.is_broken
            if f"{finding.rule_id}.among_kept" not in again
        )

    @property
    def noticed(self) -> tuple[Finding, ...]:
        """Warnings and information: the rules that refuse no table, and are broken in this one."""
        return tuple(
            finding
            for finding in self.rules
            if finding.severity != "error" and finding.is_broken and not finding.is_among_kept
        )

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
        return kept | {"schema_version": SCHEMA_VERSION}


def chosen(verdict: Verdict, choice: Choice) -> Verdict:
    """The verdict under a choice about the failed rows."""
    told = replace(verdict, choice=choice if verdict.rows_failed else REFUSE)
    if told.broken_totals or refusals(told):
        return replace(told, state="invalid")
    return replace(told, state="valid with quarantine" if verdict.rows_failed else "valid")


def refusals(verdict: Verdict) -> list[str]:
    """Why the failed rows cannot be left out under the choice made; empty where they can."""
    choice, failed = verdict.choice, verdict.rows_failed
    if not failed:
        return []
    if not choice.quarantine:
        return ["nothing was left out"]
    told = []
    share, most = choice.max_rejected_share, choice.max_rejected_usd
    if share is not None and failed > share * verdict.rows_judged:
        told.append(
            f"{100 * failed / verdict.rows_judged:.2f} % of the rows would be left out, "
            f"more than {100 * share:g} %"
        )
    if most is not None and verdict.value_unknown_rows:
        told.append(
            f"{verdict.value_unknown_rows:,} of the failed rows have no known value, which cannot "
            f"be held to USD {most:,.0f}"
        )
    if most is not None and (verdict.value_failed_usd or 0.0) > most:
        told.append(
            f"USD {verdict.value_failed_usd:,.0f} would be left out, more than USD {most:,.0f}"
        )
    return told


def to_json(content: dict[str, Any]) -> bytes:
    """An object as JSON text of ours: sorted keys, indented, UTF-8, a line end at the end."""
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return text.encode() + b"\n"


UNTOLD = {"provenance_sha256": "", "originals_sha256": ""}
"""What the verdict in a run leaves out, because it depends on the order of the source rows."""


def from_dict(kept: dict[str, Any], folder: Path) -> Verdict:
    """The verdict that ``Verdict.as_dict`` gave; keys that a verdict does not have are ignored.

    Raises:
        KeyError: Something is missing.
        TypeError: Something is not what it should be.
        ValueError: It is of another version.
    """
    if kept["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"it is of layout {kept['schema_version']}, not {SCHEMA_VERSION}")
    names = {item.name for item in fields(Verdict)} - {"folder"}
    parts = {name: kept[name] for name in names}
    return Verdict(
        **parts
        | {
            "subject": Subject(**UNTOLD | kept["subject"]),
            "choice": Choice(**kept["choice"]),
            "funnel": tuple(Stage(**item) for item in kept["funnel"]),
            "rules": tuple(Finding(**item) for item in kept["rules"]),
            "engines": tuple(Engine(**item) for item in kept["engines"]),
        },
        folder=folder,
    )
