"""What a scenario that can be read may have wrong, as far as it is told without a trade table."""

from pipelines.scenario.absent import absent_codes
from pipelines.scenario.law import Law
from pipelines.scenario.meeting import unsettled
from pipelines.scenario.model import Scenario
from pipelines.scenario.where import Where


def warnings_of(scenario: Scenario, law: Law) -> list[str]:
    """A sentence on each code that is not in the edition, and on measures that nothing combines.

    Raises:
        ScenarioError: The file of the scenario is no longer as it was.
        StorageError: It cannot be read.
    """
    where = Where(scenario)
    return [*absent_codes(scenario, where), *unsettled(law, where)]
