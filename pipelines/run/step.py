"""A run as one step: inputs read and hashed, the run found or made, and what to tell of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calc.errors import DataRejectedError
from pipelines.folders import new_folder
from pipelines.locks import held
from pipelines.progress import Talk
from pipelines.run.accepted import judged_table
from pipelines.run.inputs import Inputs, RunSettings
from pipelines.run.manifest import Manifest, read_manifest, write_manifest
from pipelines.run.store import folder_of, is_run, note_latest
from pipelines.run.verify import refuse_damaged
from pipelines.run.whole import Whole
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

    from calc.resolve import LawTables
    from pipelines.report.facts import RunFacts
    from pipelines.run.parts import Part, Together
    from pipelines.run.question import Question
    from pipelines.scenario.model import Scenario

SUMMARY_TABLES = (
    *("by_importer", "by_group", "funnel", "unmatched", "instruments", "credits", "controls"),
    *("assumptions", "by_quota", "export_duties", "beside", "drawback", "border_charges"),
    *("by_effect", "by_model", "market_effects"),
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run that is kept: its folder, its manifest, and whether it was there already."""

    folder: Path
    manifest: Manifest
    is_reused: bool

    @property
    def facts(self) -> "RunFacts":
        """What reports say of the run."""
        from pipelines.report.facts import facts_from

        return facts_from(self.manifest.facts)

    def tables(self) -> "Mapping[str, pl.DataFrame]":
        """The tables that the summary needs, read from the run's folder."""
        import polars as pl

        paths = {name: self.folder / f"{name}.parquet" for name in SUMMARY_TABLES}
        return {name: pl.read_parquet(path) for name, path in paths.items() if path.is_file()}


def run_scenario(workspace: Workspace, scenario: Path, settings: RunSettings, talk: Talk) -> Run:
    """The run of a scenario: made now, or found where the same inputs made it before.

    Raises:
        ScenarioError: The scenario or its law cannot be used.
        DataRejectedError: The trade table cannot be used, or breaks rules and ``quarantine`` is
            not chosen.
        NotJudgedError: A rule could not be run on the table.
        StorageError: A file cannot be read or written; nothing is left behind.
        VerificationError: The same inputs made the run before, and it was altered since.
        LockedError: Another process makes the same run and does not come to an end.
        UsageError: The Spark engine is asked for and not installed, or its master has no address.
        ServiceError: Its master does not answer.
    """
    if settings.engine == "spark":
        from pipelines.spark.master import refuse_unreachable
        from pipelines.spark.session import refuse_absent

        refuse_absent()
        refuse_unreachable(settings.master)
    inputs = read_inputs(workspace, scenario, settings, talk)
    run_id = inputs.run_id()
    scenario_id = inputs.scenario.scenario_id
    folder = folder_of(workspace, scenario_id, run_id)
    with held(workspace, f"run-{run_id}", f"run {scenario_id}", talk):
        is_reused = is_run(folder)
        if is_reused:
            refuse_damaged(folder)
        else:
            with talk.working("applying the schedule"):
                _made(settings.engine)(workspace, inputs, folder, talk)
        note_latest(workspace, scenario_id, run_id)
    return Run(folder=folder, manifest=read_manifest(folder), is_reused=is_reused)


def read_inputs(workspace: Workspace, path: Path, settings: RunSettings, talk: Talk) -> Whole:
    """The scenario and its parts, each with its law at the date and its trade table, judged.

    Raises:
        ScenarioError: The scenario or its law cannot be used.
        DataRejectedError: The trade table cannot be used.
        NotJudgedError: A rule could not be run on the table.
    """
    from pipelines.scenario.read import read_scenario

    scenario = read_scenario(path, allow_rate_above=settings.allow_rate_above, workspace=workspace)
    listed = sorted(scenario.parts or (scenario,), key=lambda part: part.importer)
    parts = tuple(inputs_of_part(workspace, part, settings, talk) for part in listed)
    return Whole(scenario=scenario, parts=parts)


def inputs_of_part(
    workspace: Workspace, scenario: "Scenario", settings: RunSettings, talk: Talk
) -> Inputs:
    """One importer's scenario with its law at the date and its trade table, judged.

    Raises:
        ScenarioError: The law of the scenario cannot be used.
        DataRejectedError: The trade table cannot be used.
        NotJudgedError: A rule could not be run on the table.
    """
    from pipelines.scenario.law import law_at
    from pipelines.scenario.show import resolved_toml

    scenario = replace(scenario, estimate=settings.estimate or scenario.estimate)
    law = law_at(scenario, settings.as_of or _any_date(scenario, settings))
    table, verdict = judged_table(workspace, scenario, settings, talk)
    return Inputs(
        scenario=scenario,
        law=law,
        resolved=resolved_toml(scenario, law),
        table=table,
        verdict=verdict,
        record=_record_of(table),
        settings=settings,
        weights=_weights(workspace, settings),
    )


def _weights(workspace: Workspace, settings: RunSettings) -> Path | None:
    """The trade table by whose values codes are shared out; null where none is named."""
    from pipelines.validation.step import table_of

    return table_of(workspace, settings.weights) if settings.weights else None


def _any_date(scenario: "Scenario", settings: RunSettings) -> date | None:
    """A date of the law where all of them are read and none is given."""
    from pipelines.scenario.law import change_dates_of

    if not settings.every_date or scenario.as_of is not None:
        return None
    return next(iter(change_dates_of(scenario)), None)


def _record_of(table: Path) -> Any:
    from pipelines.ingest.record import read_record

    record = None if table.is_dir() else read_record(table)
    if record is not None and record.name != table.stem:
        raise DataRejectedError(
            f"the ingest record beside {table.name} is of another table, {record.name}",
            where=str(table),
            hint="ingest the table again",
        )
    return record


def question_of(inputs: Inputs) -> "Question":
    """What the inputs of a run ask."""
    from calc.base import default_programme
    from pipelines.reference import descriptions, end_uses, product_groups
    from pipelines.run.convert import with_conversion
    from pipelines.run.members import members_of_importer
    from pipelines.run.question import Question
    from pipelines.scenario.reference import read_reference

    law, scenario = inputs.law, inputs.scenario
    question = Question(
        table=inputs.table,
        left_out=inputs.verdict.quarantine_rows,
        law=_duties_of(inputs),
        policy=law.policy,
        default_programme=default_programme(law.base["programme"].unique()),
        interval=(law.valid_from, law.valid_until),
        importers=(scenario.importer,),
        members=members_of_importer(scenario.importer),
        nomenclature=scenario.nomenclature,
        period=inputs.settings.period or scenario.reference,
        groups=product_groups(scenario.nomenclature),
        descriptions=descriptions(scenario.nomenclature),
        end_uses=end_uses(scenario.nomenclature),
        with_shapley=inputs.settings.shapley,
        memory_limit=inputs.settings.memory_limit,
        estimate=scenario.estimate,
        stated={scenario.importer: scenario.levied_on} if scenario.levied_on else {},
        oecd=read_reference().partner_groups["OECD"].members if scenario.estimate else (),
        may_hit_nothing=not scenario.measures
        or bool(scenario.beside)
        or any(one.instrument.kind != "duty" for one in scenario.measures),
    )
    return with_conversion(question, inputs.weights) if inputs.settings.convert else question


def _duties_of(inputs: Inputs) -> "LawTables":
    """The scopes of the measures that are import duties, with base, shares and quotas."""
    import polars as pl

    from calc.resolve import LawTables

    law, measures = inputs.law, inputs.scenario.measures
    duties = [one.measure_id for one in measures if one.instrument.kind == "duty"]
    is_duty = pl.col("measure_id").is_in(duties)
    return LawTables(
        measures=law.measures.filter(is_duty).lazy(),
        products=law.products.filter(is_duty).lazy(),
        partners=law.partners.lazy(),
        exclusions=law.exclusions.lazy(),
        base=pl.concat([law.base, law.preferences]).lazy(),
        shares=law.shares.lazy(),
        quotas=law.quotas.lazy(),
    )


def _made(engine: str) -> "Callable[[Workspace, Whole, Path, Talk], None]":
    """What makes a run by an engine."""
    if engine == "polars":
        return _make
    if engine == "stream":
        from pipelines.stream.step import make_by_pieces

        return make_by_pieces
    from pipelines.spark.step import make_on_spark

    return make_on_spark


def _make(workspace: Workspace, inputs: Whole, folder: Path, talk: Talk) -> None:
    """Compute a run and write it whole, or leave nothing."""
    from pipelines.report.page import engine
    from pipelines.run.facts import facts_of
    from pipelines.run.parts import answered, joined
    from pipelines.run.write import manifest_of, outputs_of, read_back, write_outputs

    engine.WORKER.start()
    questions = [question_of(part) for part in inputs.parts]
    parts = [answered(*pair, talk) for pair in zip(inputs.parts, questions, strict=True)]
    together = _together(parts, questions)
    tables = {**joined([part.tables for part in parts]), **together.tables}
    facts = facts_of(inputs, parts, workspace.relative(folder), together)
    with new_folder(folder) as fresh:
        rows = write_outputs(fresh, inputs, parts, tables, facts)
        outputs = tuple(outputs_of(fresh, rows))
        manifest = replace(manifest_of(workspace, inputs, facts, tables), outputs=outputs)
        write_manifest(fresh, manifest)
        read_back(fresh, manifest)


def _together(parts: "Sequence[Part]", questions: "Sequence[Question]") -> "Together":
    """What all importers of a run come to together; nothing of one alone."""
    from pipelines.run.parts import ALONE

    if len(parts) < 2:
        return ALONE
    from pipelines.run.together import answered_together

    return answered_together(parts, questions)
