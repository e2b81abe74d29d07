"""What engines that keep no lines at once cannot do yet: refused by name, before a job runs."""

from collections.abc import Iterator

from calc.errors import Problem, ScenarioError, UsageError
from pipelines.run.inputs import Inputs
from pipelines.run.question import Question
from pipelines.run.whole import Whole

HERE = "leave --engine out: polars computes it on this machine"
NAMES = {"spark": "Spark", "stream": "the engine stream"}


def refuse_options(inputs: Whole) -> None:
    """Nothing, where the engine can do what the caller asks for.

    Raises:
        UsageError: It cannot.
    """
    settings = inputs.parts[0].settings
    asked = {
        "--effects": settings.effects,
        "--shapley": settings.shapley,
        "--estimate": settings.estimate is not None,
        "--convert": settings.convert,
    }
    problems = [
        Problem(
            f"{NAMES[settings.engine]} cannot do {name} yet",
            where=f"--engine {settings.engine}",
            hint=HERE,
        )
        for name, is_asked in asked.items()
        if is_asked
    ]
    if problems:
        raise UsageError.collected(problems)


def refuse_scenario(inputs: Whole, question: Question) -> None:
    """Nothing, where the engine can do what the scenario asks for.

    Raises:
        ScenarioError: It cannot; names each thing.
    """
    where = str(inputs.scenario.path.name)
    told = list(dict.fromkeys(_not_yet(inputs, inputs.parts[0], question)))
    engine = inputs.parts[0].settings.engine
    name = "the Spark engine" if engine == "spark" else NAMES[engine]
    if told:
        raise ScenarioError.collected(
            [Problem(f"{name} cannot do {one} yet", where=where, hint=HERE) for one in told]
        )


def _not_yet(inputs: Whole, part: Inputs, question: Question) -> Iterator[str]:
    """What the scenario asks for and the engine does not know."""
    scenario, policy = part.scenario, question.policy
    asked = {
        "scenarios that include others": inputs.includes,
        "what trade does in answer ([effects])": part.response is not None,
        "estimated quantities": question.estimate is not None,
        "assumed shares ([[share]])": bool(policy.portions or policy.contents),
        "quotas": bool(policy.derived or scenario.quotas),
        "duties that differ by season": bool(policy.seasons or policy.base_seasons),
        "credits by amount": bool(policy.credits),
        "readings in place of the law": bool(policy.readings),
        "measures that are no import duty": any(
            one.instrument.kind != "duty" for one in scenario.measures
        ),
        "flows beside the table": bool(scenario.beside),
        "drawback": bool(scenario.drawback),
        "excise, VAT and fees at the border ([charges])": bool(scenario.charges),
    }
    yield from (what for what, is_asked in asked.items() if is_asked)
