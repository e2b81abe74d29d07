"""What a run is made from: the scenario, its law, the trade table and its verdict, their hashes."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from calc.errors import DataRejectedError
from pipelines.files import sha256_of
from pipelines.run.manifest import Input, run_id_of
from pipelines.trade_files import name_of, paths_of, scan_file, sha256_of_lines
from pipelines.version import code_sha256, library_versions, tool_version
from pipelines.workspace import Workspace, embedded, embedded_folder

ELASTICITIES_FILE = "elasticities.csv"
Engine = Literal["polars", "stream", "spark"]
OWN_RULES = "rules of the user's own"

if TYPE_CHECKING:
    from calc.policy.ave import Method
    from pipelines.ingest.record import IngestRecord
    from pipelines.scenario.assumed import Response
    from pipelines.scenario.law import Law
    from pipelines.scenario.read import Scenario
    from pipelines.validation.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What a caller chooses of a run.

    Attributes:
        trade: Name of an ingested table or a file; None for the scenario's own.
        as_of: Date of the law; None for the scenario's own.
        period: Reference period of the trade; None where the table has one.
        quarantine: Leave out rows that break a rule instead of refusing the table.
        rules: Rules of the caller's own, instead of the scenario's.
        max_rejected_share: Leave such rows out up to this share of them; None for the scenario's.
        max_rejected_usd: The same up to this value.
        estimate: Method by which missing quantities are estimated; None for the scenario's own.
        shapley: Share duty out among authorities by Shapley's value too.
        convert: Put the trade into the edition of the schedule where it is in another.
        weights: Trade table in the schedule's edition by whose values codes are shared out.
        every_date: The law is read at each of its dates, so that none need be chosen.
        effects: Compute what trade does in answer, where the scenario does not ask for it too.
        memory_limit: Bytes that the run may take; None for what is free.
        engine: What computes: polars on this machine, at once or piece by piece, or Spark on a
            cluster.
        master: The Spark master; it does not determine results.
        allow_rate_above: Rates up to this fraction are accepted instead of up to 10 (1,000 %).
    """

    trade: str | None = None
    as_of: date | None = None
    period: str | None = None
    quarantine: bool = False
    rules: Path | None = None
    max_rejected_share: float | None = None
    max_rejected_usd: float | None = None
    allow_rate_above: float | None = None
    shapley: bool = False
    every_date: bool = False
    estimate: "Method | None" = None
    effects: bool = False
    convert: bool = False
    weights: str | None = None
    memory_limit: int | None = None
    engine: Engine = "polars"
    master: str | None = None


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything that determines a run, read and hashed."""

    scenario: "Scenario"
    law: "Law"
    resolved: str
    table: Path
    verdict: "Verdict"
    record: "IngestRecord | None"
    settings: RunSettings
    weights: Path | None = None

    @property
    def trade_name(self) -> str:
        """Name of the trade table, without folder and suffix."""
        return name_of(self.table)

    @property
    def response(self) -> "Response | None":
        """How trade responds; null where neither the scenario nor the caller asks about it."""
        from pipelines.scenario.assumed import Response

        return self.scenario.response or (Response() if self.settings.effects else None)

    def identity(self) -> dict[str, Any]:
        """What determines the results, and nothing else: the run id is its hash.

        The trade table counts by its content: an ingested table is sorted, so that another order
        of the same source rows gives the same run.
        """
        funnel = [] if self.record is None else [vars_of(stage) for stage in self.record.funnel]
        return (
            {
                "scenario_sha256": sha256_of_text(self.resolved),
                "trade": self.trade_name,
                "trade_content": content_of(self.table, self.record),
                "ingest_funnel": funnel,
                "quarantine": self.verdict.quarantine,
                "allowed": asdict(self.verdict.choice),
                "user_rules_sha256": self.verdict.subject.user_rules_sha256,
                "period": self.settings.period,
                "shapley": self.settings.shapley,
                "effects": _how(self.response),
                "tool_version": tool_version(),
                "code_sha256": code_sha256(),
                "libraries": library_versions(),
                "reference_sha256": {name: digest for name, _, digest in self.law.sources},
            }
            | self._conversion()
            | self._engine()
        )

    def _engine(self) -> dict[str, Any]:
        """What computes, where it is not this machine: not all of the tables are made then."""
        return {} if self.settings.engine == "polars" else {"engine": self.settings.engine}

    def _conversion(self) -> dict[str, Any]:
        """How trade is put into the edition of the schedule; nothing where it is not asked."""
        if not self.settings.convert:
            return {}
        by = None if self.weights is None else content_of(self.weights, None)
        tables = {path.name: sha256_of(path) for path in nomenclature_files()}
        return {"convert": {"weights_content": by, "weights": self.settings.weights} | tables}

    def run_id(self) -> str:
        """The id of the run that these inputs give."""
        return run_id_of(self.identity())

    def listed(self, workspace: Workspace) -> list[Input]:
        """The files that were read, with their hashes, for the manifest."""
        return list(_files(workspace, self))


def _how(response: "Response | None") -> Mapping[str, Any] | None:
    """How trade responds, as far as the scenario's text and hashes do not say it."""
    if response is None:
        return None
    return {
        "draws": response.draws,
        "seed": response.seed,
        "horizon": response.horizon,
        "elasticities_sha256": sha256_of(embedded(ELASTICITIES_FILE)),
    }


def nomenclature_files() -> list[Path]:
    """The tables by which codes are converted."""
    return [embedded(name) for name in ("hs-codes.csv", "hs-correlations.csv")]


def vars_of(stage: Any) -> Mapping[str, Any]:
    """The fields of a stage of the ingest record as an object."""
    from dataclasses import asdict

    return asdict(stage)


def sha256_of_text(text: str) -> str:
    """The SHA-256 of a text in UTF-8."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def content_of(table: Path, record: "IngestRecord | None") -> str:
    """A hash of the rows of a table that does not depend on their order.

    An ingested table has one order, so its file's hash is that. Of any other table the hashes of
    the rows are summed.
    """
    if record is not None:
        return record.table.sha256
    if table.is_dir():
        return sha256_of_lines(sorted(_content_of_file(path) for path in paths_of(table)))
    import polars as pl

    row = pl.struct(pl.all()).hash().cast(pl.UInt128).sum()
    found = scan_file(table).select(row.alias("sum"), pl.len().alias("rows"))
    total, rows = found.collect(engine="streaming").row(0)
    return f"rows {rows}, sum of row hashes {total:x}"


def _content_of_file(path: Path) -> str:
    from pipelines.ingest.record import read_record

    return content_of(path, read_record(path))


def _files(workspace: Workspace, inputs: Inputs) -> Iterator[Input]:
    from pipelines.run.trade_inputs import trade_inputs

    scenario = inputs.scenario
    yield as_read(input_of(workspace, "scenario", scenario.path), scenario.text_sha256)
    yield from trade_inputs(workspace, inputs)
    if inputs.settings.rules is not None:
        yield input_of(workspace, OWN_RULES, inputs.settings.rules)
    if inputs.response is not None:
        yield input_of(workspace, "elasticities", embedded(ELASTICITIES_FILE))
    if inputs.weights is not None:
        yield input_of(workspace, "trade table that weighs codes", inputs.weights)
    for path in nomenclature_files() if inputs.settings.convert else ():
        yield input_of(workspace, "law and reference", path)
    for path, (_, _, sha256) in zip(inputs.law.files, inputs.law.sources, strict=True):
        yield as_read(input_of(workspace, "law and reference", path), sha256)


def as_read(found: Input, sha256: str) -> Input:
    """An input, where it is still what was read of it.

    Raises:
        DataRejectedError: It has another hash: somebody wrote to it meanwhile.
    """
    if found.sha256 == sha256:
        return found
    raise DataRejectedError(
        f"{found.name} changed while it was read: no run is made of half of each",
        where=found.name,
        hint="run again when nothing writes to it",
    )


def input_of(workspace: Workspace, role: str, path: Path, rows: int | None = None) -> Input:
    """A file that was read, with its hash and where it is to be found again."""
    resolved = path.resolve()
    places = {"workspace": workspace.root.resolve(), "tool": embedded_folder().resolve()}
    where = ""
    for place, root in reversed(places.items()):
        if resolved.is_relative_to(root):
            where = f"{place}:{resolved.relative_to(root).as_posix()}"
            break
    return Input(
        role=role,
        name=where.partition(":")[2] or path.name,
        sha256=sha256_of(path),
        bytes=path.stat().st_size,
        rows=rows,
        path=where,
    )
