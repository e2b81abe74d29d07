"""The demonstration in its text forms, held word by word against files.

To write the files anew after a change that is meant, and then to read the diff:
``RETORSION_RENEW=1 python -m pytest -q -n 0 tests/report/test_golden_texts.py``
"""

import os
import re
from pathlib import Path

import pytest

from pipelines.version import tool_version
from tests.run.tool import Done, Place

RUN = "us-japan-2024"
KEPT = Path(__file__).parents[1] / "golden" / "reports"
RENEW = "RETORSION_RENEW"
TABLES = ("by_group", "by_importer", "by_measure", "by_authority", "by_end_use", "funnel")


def held(name: str, text: str, place: Place) -> None:
    """The text is that of the file, but for the run's id and the version, which releases change."""
    run = place.folder(RUN).name
    found = text.replace(run, "RUN").replace(f"retorsion {tool_version()}", "retorsion VERSION")
    path = KEPT / name
    if os.environ.get(RENEW):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_the_screen_that_the_demonstration_ends_with(
    demonstration: tuple[Place, Done],
) -> None:
    place, done = demonstration
    held("summary.txt", done.out, place)


@pytest.mark.parametrize("form", ["md", "notice", "annex"])
def test_the_run_as_a_text(demonstration: tuple[Place, Done], form: str) -> None:
    place, _ = demonstration
    told = place.do("report", RUN, "--format", form)
    assert told.code == 0, told.err
    held(f"{form}.{'csv' if form == 'annex' else 'md'}", told.out, place)


def test_brief_is_the_page_in_markdown(demonstration: tuple[Place, Done]) -> None:
    place, _ = demonstration
    assert place.do("report", RUN, "--brief").out == place.do("report", RUN).out
    clash = place.do("report", RUN, "--brief", "--format", "html")
    assert clash.code == 2
    assert "--brief is the form md, and --format asks for html" in clash.err


def test_its_tables_of_sums_as_csv(demonstration: tuple[Place, Done], tmp_path: Path) -> None:
    place, _ = demonstration
    told = place.do("report", RUN, "--format", "csv", "-o", tmp_path / "tables")
    assert told.code == 0, told.err
    for name in TABLES:
        path = tmp_path / "tables" / f"{name}.csv"
        held(path.name, path.read_text(encoding="utf-8"), place)


@pytest.mark.parametrize("name", ["by_group/USA/car-parts", "by_measure/USA/flat-glass"])
def test_the_trail_of_a_sum(demonstration: tuple[Place, Done], name: str) -> None:
    place, _ = demonstration
    told = place.do("explain", RUN, "--result", name)
    held(f"explain-{name.replace('/', '-')}.txt", told.out, place)


def test_what_two_schedules_differ_in(place: Place) -> None:
    """Car parts at 30 percent, and glass no longer named."""
    law = Path(__file__).parents[2] / "data" / "raw" / "scenarios" / f"{RUN}.toml"
    first, car_parts, glass, rest = law.read_text(encoding="utf-8").split("[[measure]]", 3)
    lower = car_parts.replace('\nrate = "100%"', '\nrate = "30%"')
    assert lower != car_parts
    assert 'id = "flat-glass"' in glass
    text = "[[measure]]".join((first, lower, rest)).replace(f'"{RUN}"', '"lower"')
    path = place.root / "lower.toml"
    path.write_text(text, encoding="utf-8")
    told = place.do("compare", RUN, path, "-q")
    assert told.code == 0, told.err
    assert max(map(len, told.out.splitlines())) <= 110
    held("compare.txt", re.sub(r"\b[0-9a-f]{12}\b", "ID", told.out), place)
