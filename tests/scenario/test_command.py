"""The commands ``scenario check`` and ``scenario show``."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from calc.errors import ScenarioError, UsageError
from pipelines.commands import scenario
from tests.scenario.files import DEMO, ROOT, changed, write


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    scenario.register(app)
    return CliRunner().invoke(app, ["scenario", *arguments])


def test_good_scenario_is_said_to_be_good() -> None:
    result = run("check", str(DEMO))

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "us-japan-2024 is good: 4 measures of USA, 2 in force at 2024-12-31",
        "  car-parts: in force since 2024-06-28",
        "  flat-glass: in force since 2024-12-12",
        "  medical-technology: announced since 2024-07-31",
        "  telecom: announced since 2024-07-31",
        f"next: retorsion run {DEMO}",
    ]


def test_states_at_another_date() -> None:
    lines = run("check", str(DEMO), "--as-of", "2024-06-01").output.splitlines()

    assert lines[:3] == [
        "us-japan-2024 is good: 4 measures of USA, 0 in force at 2024-06-01",
        "  car-parts: announced since 2024-05-16, until 2024-06-28",
        "  flat-glass: not yet in force, until 2024-10-01",
    ]


def test_what_is_void_from_the_beginning_is_told_so(tmp_path: Path) -> None:
    events = (
        'events = [{ on = 2024-03-01, is = "effective" }, '
        '{ on = 2024-05-01, is = "void", void = "ex-tunc" }]\nsource = "60 FR'
    )
    path = write(tmp_path, changed('source = "60 FR', events))

    assert run("check", str(path)).output.splitlines()[1] == "  cars: void from the beginning"


def test_law_is_shown_as_a_table() -> None:
    lines = run("show", str(DEMO)).output.splitlines()

    assert lines[2:4] == [
        "id                  state      since       partners  products             codes  rate"
        "  mode",
        "car-parts           in force   2024-06-28  JPN       @car-parts           15     100%"
        "  replace",
    ]
    assert lines[-1] == (
        "the law changes on: 2024-05-16, 2024-06-28, 2024-07-31, 2024-10-01, 2024-12-12"
    )


def test_law_for_machines() -> None:
    told = json.loads(run("show", str(DEMO), "--json").stdout)

    assert (told["as_of"], told["valid_until"]) == ("2024-12-31", "2025-01-01")
    assert [(each["id"], each["state"], each["codes"]) for each in told["measures"]] == [
        ("car-parts", "in force", 15),
        ("flat-glass", "in force", 15),
        ("medical-technology", "announced", 32),
        ("telecom", "announced", 37),
    ]
    assert len(told["notes"]) == 4


def test_problems_are_raised(tmp_path: Path) -> None:
    path = write(tmp_path, changed("rate", "rte"))
    result = run("check", str(path))

    assert isinstance(result.exception, ScenarioError)
    assert result.exception.exit_code == 4


def test_high_rate_is_allowed_by_name(tmp_path: Path) -> None:
    path = write(tmp_path, changed('"25%"', '"2500%"'))

    assert isinstance(run("check", str(path)).exception, ScenarioError)
    assert run("check", str(path), "--allow-rate-above", "2500%").exit_code == 0


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [
        ("--as-of", "01/10/1994", "'01/10/1994' is not a date"),
        ("--as-of", "2024-02-30", "'2024-02-30' is not a date"),
        ("--allow-rate-above", "25", '"25" has no % sign, and a bare number is never a rate'),
    ],
)
def test_bad_option(option: str, value: str, what: str) -> None:
    result = run("show", str(DEMO), option, value)

    assert isinstance(result.exception, UsageError)
    assert (result.exception.problems[0].what, result.exception.problems[0].where) == (what, option)


def test_help_shows_an_example() -> None:
    assert "retorsion scenario check scenario.toml" in run("check", "--help").output
    assert "retorsion scenario show scenario.toml --json" in run("show", "--help").output


def test_reading_a_scenario_loads_nothing_heavy() -> None:
    program = (
        "import sys; from pathlib import Path; from pipelines.scenario.read import read_scenario; "
        f"read_scenario(Path({str(DEMO)!r})); "
        "print({'polars', 'pyarrow', 'dataframely', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"
