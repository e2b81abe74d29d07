"""All that a run is made from: one scenario, or those that a scenario includes, each by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.run.inputs import Inputs, input_of, sha256_of_text
from pipelines.run.manifest import Input, run_id_of
from pipelines.scenario.written import statements
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.scenario.read import Scenario
    from pipelines.validation.verdict import Verdict

SCENARIO_FILE = "scenario.toml"
VALIDATION_FOLDER = "validation"


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A scenario with what each of its importers' parts is made from.

    Attributes:
        scenario: The scenario of the file that was named.
        parts: The inputs of each part, sorted by importer: of the scenario itself where it
            includes no other.
    """

    scenario: "Scenario"
    parts: tuple[Inputs, ...]

    @property
    def includes(self) -> bool:
        """Whether the scenario includes others."""
        return bool(self.scenario.parts)

    def identity(self) -> dict[str, Any]:
        """What determines the results, and nothing else: the run id is its hash."""
        if not self.includes:
            return self.parts[0].identity()
        return {
            "scenario_sha256": sha256_of_text("\n".join(self.resolved().values())),
            "parts": [part.identity() for part in self.parts],
        }

    def run_id(self) -> str:
        """The id of the run that these inputs give."""
        return run_id_of(self.identity())

    def resolved(self) -> Mapping[str, str]:
        """The scenario as resolved: text by name of file, beginning with the one to be read."""
        if not self.includes:
            return {SCENARIO_FILE: self.parts[0].resolved}
        texts = {f"scenario-{part.scenario.importer}.toml": part.resolved for part in self.parts}
        top = {
            "id": self.scenario.scenario_id,
            "title": self.scenario.title,
            "note": self.scenario.note,
            "include": list(texts),
            **self.scenario.stated,
        }
        return {SCENARIO_FILE: "\n".join(statements(top)) + "\n", **texts}

    def verdicts(self) -> Mapping[str, "Verdict"]:
        """The verdict on each trade table, by the folder of the run that it is kept in."""
        found: dict[str, Verdict] = {}
        for part in self.parts:
            is_judged_otherwise = found.get(part.trade_name, part.verdict) != part.verdict
            own = f"-{part.scenario.importer}" if is_judged_otherwise else ""
            found[f"{part.trade_name}{own}"] = part.verdict
        if len(found) == 1:
            return {VALIDATION_FOLDER: self.parts[0].verdict}
        return {f"{VALIDATION_FOLDER}/{name}": verdict for name, verdict in found.items()}

    def listed(self, workspace: Workspace) -> list[Input]:
        """The files that were read, with their hashes, each once for what it is."""
        return list(dict.fromkeys(self._files(workspace)))

    def _files(self, workspace: Workspace) -> Iterator[Input]:
        if self.includes:
            yield input_of(workspace, "scenario", self.scenario.path)
        for part in self.parts:
            for item in part.listed(workspace):
                is_part = self.includes and item.role == "scenario"
                yield replace(item, role="scenario that is included") if is_part else item
