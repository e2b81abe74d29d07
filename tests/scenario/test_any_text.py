"""Whatever a file holds, it is a scenario or it is refused as one; nothing else comes out."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calc.errors import ScenarioError
from pipelines.scenario.model import Scenario
from pipelines.scenario.read import read_scenario
from tests.scenario.files import RICH, rich
from tests.scenario.test_law import WIDE

PIECES = WIDE.split()
QUIET = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SCALARS = ["1", "-1", "0.5", "nan", "inf", "true", '""', '"x"', "2024-01-01", "07:32:00", "[]",
           "{}", "[[]]", "[1]", '["all"]', "{ all_except = [] }", "0x10", '"8703"', "1979-05-27T07:32:00Z"]  # noqa: E501 # fmt: skip


def read_or_refuse(folder: Path, content: bytes) -> None:
    path = folder / "any.toml"
    if not (folder / "rich.toml").exists():
        rich(folder)
    path.write_bytes(content)
    refusal = None
    try:
        found = read_scenario(path)
    except ScenarioError as err:
        refusal = err
    if refusal is None:
        assert isinstance(found, Scenario)
    else:
        assert all(problem.what and problem.where for problem in refusal.problems)
        assert all(line.isprintable() for line in refusal.lines())


@QUIET
@given(text=st.text())
def test_random_text(tmp_path: Path, text: str) -> None:
    read_or_refuse(tmp_path, text.encode("utf-8", "surrogatepass"))


@QUIET
@given(content=st.binary())
def test_random_bytes(tmp_path: Path, content: bytes) -> None:
    read_or_refuse(tmp_path, content)


@QUIET
@given(lines=st.lists(st.sampled_from(WIDE.splitlines()), max_size=30))
def test_random_lines_of_a_scenario(tmp_path: Path, lines: list[str]) -> None:
    read_or_refuse(tmp_path, "\n".join(lines).encode())


@QUIET
@given(
    number=st.integers(0, len(RICH.splitlines()) - 1),
    value=st.one_of(st.sampled_from(SCALARS), st.text(max_size=20).map(repr)),
)
def test_any_value_of_any_key_of_a_rich_scenario(tmp_path: Path, number: int, value: str) -> None:
    lines = RICH.splitlines()
    lines[number] = f"{lines[number].partition('=')[0]}= {value}"
    read_or_refuse(tmp_path, "\n".join(lines).encode("utf-8", "surrogatepass"))


@QUIET
@given(lines=st.lists(st.sampled_from(RICH.splitlines()), max_size=40))
def test_random_lines_of_a_rich_scenario(tmp_path: Path, lines: list[str]) -> None:
    read_or_refuse(tmp_path, "\n".join(lines).encode())


@QUIET
@given(
    number=st.integers(0, len(WIDE.splitlines()) - 1),
    value=st.one_of(st.sampled_from(SCALARS), st.text(max_size=20).map(repr)),
)
def test_any_value_of_any_key(tmp_path: Path, number: int, value: str) -> None:
    lines = WIDE.splitlines()
    lines[number] = f"{lines[number].partition('=')[0]}= {value}"
    read_or_refuse(tmp_path, "\n".join(lines).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("value", SCALARS)
@pytest.mark.parametrize(
    "key",
    [
        *("measure", "id", "base", "as_of", "importer", "nomenclature", "note", "trade", "title"),
        *("extends", "include", "change", "portions", "contents", "stacking", "events", "quota"),
        *("control", "known_at", "reading", "currencies", "min_max"),
    ],
)
def test_any_value_at_the_top(tmp_path: Path, key: str, value: str) -> None:
    read_or_refuse(tmp_path, f"{key} = {value}\n".encode())
