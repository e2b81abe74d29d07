"""Fourteen programmes of one authority beside another, by law and as engines read it; by hand.

The arithmetic is in stress/notes.md; tests/benchmarks/stress_job.py times the same scenarios.
"""

import shutil
from pathlib import Path

import pytest

from pipelines.scenario.read import read_scenario
from tests.run.tool import Place

pytestmark = pytest.mark.usefixtures("tables_alone")

CASE = Path(__file__).parent / "stress"
BY_LAW = {
    ("JPN", "8703230100", "whole"): 15.0,
    ("MEX", "8703230100", "usmca"): 15.0,
    ("MEX", "8703230100", "not usmca"): 27.5,
    ("CAN", "8708299000", "usmca"): 35.0,
    ("CAN", "8708299000", "not usmca"): 27.5,
    ("EU27", "8708299000", "whole"): 15.0,
    ("EU27", "8431100000", "whole"): 31.65,
    ("GBR", "8431100000", "whole"): 18.9,
    ("CHN", "9403200050", "whole"): 45.0,
    ("VNM", "9403200050", "whole"): 25.0,
    ("KOR", "8542310000", "whole"): 15.0,
    ("CHE", "3004100000", "whole"): 15.0,
    ("BRA", "7207110000", "whole"): 52.0,
    ("CHN", "4901990000", "whole"): 0.0,
    ("IND", "8479500000", "whole"): 30.0,
}
AS_PUBLISHED = BY_LAW | {
    ("CAN", "8708299000", "not usmca"): 40.5,
    ("EU27", "8708299000", "whole"): 41.25,
    ("CHN", "9403200050", "whole"): 65.0,
    ("VNM", "9403200050", "whole"): 46.0,
    ("KOR", "8542310000", "whole"): 27.6,
}
MOST_LINES = 80


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("stress")
    shutil.copytree(CASE, folder, dirs_exist_ok=True)
    found = Place(folder)
    assert found.do("ingest", folder / "trade.csv", "--name", "stress").code == 0
    return found


@pytest.mark.parametrize(("name", "rates"), [("law", BY_LAW), ("as-published", AS_PUBLISHED)])
def test_every_line_is_as_worked_by_hand(
    place: Place, name: str, rates: dict[tuple[str, str, str], float]
) -> None:
    done = place.run(scenario=place.root / f"{name}.toml")
    assert done.code == 0, done.err
    lines = place.table("lines", f"stress-{name}")
    found = {
        (partner, code, segment): round(duty / value * 100, 9)
        for partner, code, segment, duty, value in lines.select(
            "partner", "code", "segment", "duty_after_usd", "customs_value_usd"
        ).iter_rows()
    }
    assert found == rates
    assert ("not law" in done.out) == (name == "as-published")


@pytest.mark.parametrize("name", ["law", "as-published"])
def test_it_is_short_and_has_fourteen_programmes(name: str) -> None:
    texts = [(CASE / f"{each}.toml").read_text(encoding="utf-8") for each in ("law", name)]
    assert all(len(text.splitlines()) < MOST_LINES for text in texts)
    measures = read_scenario(CASE / f"{name}.toml").measures
    of_a = {one.programme for one in measures if one.authority == "a"}
    on_contents = {one.programme for one in measures if one.on}
    assert (len(of_a), on_contents) == (14, {"steel", "aluminium", "copper"})
