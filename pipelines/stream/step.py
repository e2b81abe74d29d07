"""A run piece by piece as one step: it appears whole, with the manifest of any run, or not."""

from pathlib import Path

from pipelines.folders import new_folder
from pipelines.progress import Talk
from pipelines.run.lean import Written, part_of, write_lean
from pipelines.run.step import question_of
from pipelines.run.suited import refuse_options, refuse_scenario
from pipelines.run.whole import Whole
from pipelines.stream.work import work
from pipelines.workspace import Workspace

NOTE = (
    "Computed piece by piece: lines, components and provenance are in folders, a file a piece; "
    "there are no tables of authorities and end uses, no page and no workbook."
)


def make_by_pieces(workspace: Workspace, inputs: Whole, folder: Path, talk: Talk) -> None:
    """Compute a run piece by piece and write it whole, or leave nothing.

    Raises:
        UsageError: It cannot do what the caller asks for.
        ScenarioError: Or what the scenario does; or the law suits no trade.
        DataRejectedError: The table lacks the values that the importer levies duty on.
        LimitError: The values are beyond what is summed exactly, or a piece beyond memory.
        StorageError: A file cannot be written.
    """
    refuse_options(inputs)
    question = question_of(inputs.parts[0])
    refuse_scenario(inputs, question)
    with new_folder(folder) as fresh:
        worked = work(question, fresh, talk.say)
        written = Written(fresh=fresh, folder=folder, libraries={})
        write_lean(workspace, inputs, written, part_of(inputs, question, worked, NOTE))
