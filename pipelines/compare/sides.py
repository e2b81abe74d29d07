"""One of two things compared: a run that is kept, or a scenario file computed now."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from calc.comparison import figures_of
from calc.errors import UsageError
from pipelines.compare.kept import kept_inputs
from pipelines.compare.states import question_at
from pipelines.compare.steps import state_of
from pipelines.progress import Talk
from pipelines.report.currency import currency_told, money_of_inputs
from pipelines.report.money import Currency
from pipelines.run.compute import answer
from pipelines.run.inputs import Inputs, RunSettings
from pipelines.run.manifest import read_manifest
from pipelines.run.parts import joined
from pipelines.run.store import find_run
from pipelines.run.tables import read_table, scan_table
from pipelines.run.whole import Whole
from pipelines.workspace import Workspace

SUFFIX = ".toml"
LISTS = ("lines", "components")


@dataclass(frozen=True, kw_only=True)
class Side:
    """The first or the second of two runs.

    Attributes:
        whole: What it is made from.
        recorded: The figures that a kept run holds (``calc.comparison.figures_of``); None where a
            scenario file was computed now.
        tables: LINES and COMPONENTS.
        currency: The money that its reports are told in; None for USD.
        kept_id: The id of a kept run, of which the inputs as kept may give another.
    """

    whole: Whole
    recorded: pl.DataFrame | None
    tables: Mapping[str, pl.DataFrame]
    currency: Currency | None = None
    kept_id: str | None = None

    @property
    def parts(self) -> Mapping[str, Inputs]:
        """The inputs of each importer's part."""
        return {part.scenario.importer: part for part in self.whole.parts}

    def facts(self) -> dict[str, object]:
        """What it is, for people and for machines."""
        one = self.whole.parts[0]
        days = dict.fromkeys(str(part.law.as_of or "any date") for part in self.whole.parts)
        return {
            "scenario": self.whole.scenario.scenario_id,
            "title": self.whole.scenario.title,
            "run_id": self.kept_id or self.whole.run_id(),
            "is_kept_run": self.recorded is not None,
            "trade": one.trade_name,
            "as_of": ", ".join(days),
        }


def side_of(workspace: Workspace, wanted: str, settings: RunSettings, talk: Talk) -> Side:
    """What a person means: a scenario file where the name ends in .toml, else a kept run.

    Raises:
        UsageError: There is no such run, or choices are given for one that is kept.
        ScenarioError: The scenario cannot be used.
        DataRejectedError: Its trade table cannot be used.
        VerificationError: The run or a file that it read was altered.
    """
    if wanted.endswith(SUFFIX):
        return _of_file(workspace, Path(wanted), settings, talk)
    if settings != RunSettings():
        raise UsageError(
            f"{wanted} is a run that is kept, on its own trade and date",
            where="--trade, --as-of, --period, --quarantine",
            hint="leave them out, or name scenario files",
        )
    folder = find_run(workspace, wanted)
    whole = kept_inputs(workspace, folder, talk)
    return Side(
        whole=whole,
        recorded=figures_of(scan_table(folder, "by_importer")).collect(),
        tables={name: read_table(folder, name) for name in LISTS},
        currency=currency_told(folder, None),
        kept_id=read_manifest(folder).run_id,
    )


def _of_file(workspace: Workspace, path: Path, settings: RunSettings, talk: Talk) -> Side:
    from pipelines.run.step import read_inputs

    whole = read_inputs(workspace, path, settings, talk)
    with talk.working(f"computing {path.name}"):
        found = [answer(question_at(state_of(part))).tables for part in whole.parts]
    money = money_of_inputs(whole, None)
    return Side(whole=whole, recorded=None, tables=joined(found), currency=money)
