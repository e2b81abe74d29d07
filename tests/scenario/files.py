"""Small scenario files for the tests of the reader."""

from pathlib import Path

import pytest

from calc.errors import Problem, ScenarioError
from pipelines.scenario.law import Law, law_at
from pipelines.scenario.model import Scenario
from pipelines.scenario.read import read_scenario

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "raw" / "scenarios" / "us-japan-2024.toml"

TOP = """\
id = "cars"
importer = "USA"
nomenclature = "HS2022"
trade = "us-2024"
as_of = 2024-12-31
base = "2.5%"
"""
MEASURE = """
[[measure]]
id = "cars"
authority = "section-301"
partners = ["JPN"]
products = ["8703"]
rate = "25%"
source = "60 FR 26745"
"""
LAWFUL = TOP + MEASURE


def write(folder: Path, text: str, name: str = "cars.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> Scenario:
    return read_scenario(write(folder, text))


def law(folder: Path, text: str) -> Law:
    return law_at(read(folder, text))


def changed(old: str, new: str) -> str:
    """The lawful scenario with one text in place of another."""
    assert LAWFUL.count(old) == 1, old
    return LAWFUL.replace(old, new)


def problems(folder: Path, text: str) -> list[Problem]:
    """What is wrong with a scenario; it must be wrong, and told with exit code 4."""
    with pytest.raises(ScenarioError) as caught:
        law(folder, text)
    assert caught.value.exit_code == 4
    return caught.value.problems


def only(folder: Path, text: str) -> Problem:
    """The one thing that is wrong with a scenario."""
    found = problems(folder, text)
    assert len(found) == 1, found
    return found[0]
