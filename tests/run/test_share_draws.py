"""Assumed shares drawn within their ranges: what they do to every figure, and what is told."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from calc.effects.model import Duty, Market, Responses, Schedule
from calc.effects.results import effects_of
from tests.run.test_effects import made
from tests.run.tool import Place
from tests.shortened import judge_once

pytestmark = pytest.mark.usefixtures("tables_alone")

SCENARIO = """
id = "drawn"
importer = "USA"
nomenclature = "HS2022"
trade = "world"
as_of = 2025-06-01
base = "2.5%"

[portions.models]
central = 0.4
{ends}
source = "made up"

[[measure]]
id = "parts"
authority = "section-301"
partners = ["JPN"]
products = ["8708"]
rate = "{rate}"
mode = "add"
portion = "models"
source = "made up"

[effects]
domestic_sales = "home.csv"
elasticities = "own.csv"
draws = 1000
seed = {seed}
"""
ENDS = "low = 0.2\nhigh = 0.8"
OWN = "parameter,code,central,source\n" + "".join(
    f"{parameter},870899,{value},made up\n"
    for parameter, value in (
        ("between-imports", 4), ("with-domestic", 2.5), ("demand", -1),
        ("supply-foreign", "inf"), ("supply-domestic", 2),
    )
)  # fmt: skip
FIVE_PERCENT = 1 - np.sqrt(0.1)
"""How far towards an end the triangular draw of 5 percent is: half of the draws are on its side."""


def ran(folder: Path, ends: str = ENDS, *, rate: str = "25%", seed: int = 3) -> Place:
    """A run in which nothing but the share has a range."""
    place = made(folder)
    (folder / "own.csv").write_text(OWN, encoding="utf-8")
    path = folder / "drawn.toml"
    path.write_text(SCENARIO.format(ends=ends, rate=rate, seed=seed), encoding="utf-8")
    done = place.run("-q", scenario=path)
    assert done.code == 0, done.err
    return place


def imports_at(share: float) -> float:
    """Imports by the model where Japan pays 25 points on a share of its flow."""
    before = np.array([[0.0], [0.025], [0.025], [0.025]])
    added = np.array([[0.0], [0.25 * share], [0.0], [0.0]])
    market = Market(
        value=np.array([[60e6], [30e6], [7e6], [3e6]]),
        is_domestic=np.array([True, False, False, False]),
        before=Schedule(Duty(before)),
        after=Schedule(Duty(before + added)),
        responses=Responses(
            np.array([4.0]), np.array([2.5]), np.array([-1.0]),
            np.array([[2.0], [np.inf], [np.inf], [np.inf]]),
        ),
    )  # fmt: skip
    return float(effects_of(market).by_source.value_after_usd[1:, 0].sum())


def imports_of(place: Place) -> dict[str, Any]:
    rows = place.table("by_effect").filter(figure="imports_after_usd", kind="all")
    (row,) = rows.to_dicts()
    return row


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Place:
    with pytest.MonkeyPatch.context() as patch:
        judge_once(patch)  # its page is looked at
        return ran(tmp_path_factory.mktemp("drawn"))


def test_figures_are_those_at_the_drawn_share(drawn: Place) -> None:
    """0.4, 0.2 to 0.8: 5 percent of the draws are below 0.263 and 5 percent above 0.674."""
    row = imports_of(drawn)
    assert row["central_usd"] == pytest.approx(imports_at(0.4), abs=1e-3)
    assert row["median_usd"] == pytest.approx(imports_at(0.4), rel=2e-3)
    assert row["high_usd"] == pytest.approx(imports_at(0.4 - 0.2 * FIVE_PERCENT), rel=2e-3)
    assert row["low_usd"] == pytest.approx(imports_at(0.4 + 0.4 * FIVE_PERCENT), rel=2e-3)


def test_the_share_is_what_drives_the_range(drawn: Place) -> None:
    place = drawn
    drivers = place.table("effect_drivers").filter(figure="imports_after_usd")
    told = dict(drivers.select("parameter", "rank_correlation").iter_rows())
    assert told["share models"] == pytest.approx(-1.0)
    assert {value for name, value in told.items() if name != "share models"} == {None}
    notes = place.do("report", "drawn").out
    assert "Drawn between their ends too: the shares models." in notes
    page = (place.folder() / "report.html").read_text(encoding="utf-8")
    assert "each elasticity and share over the draws, strongest with share models (" in page


def test_a_share_without_a_range_is_not_drawn(tmp_path: Path) -> None:
    place = ran(tmp_path, "")
    row = imports_of(place)
    assert row["low_usd"] == row["high_usd"] == pytest.approx(row["central_usd"], abs=1e-3)
    assert not place.table("effect_drivers")["parameter"].str.starts_with("share").any()


def test_one_end_alone_is_drawn_on_its_side(tmp_path: Path) -> None:
    row = imports_of(ran(tmp_path, "high = 0.8"))
    assert row["high_usd"] == pytest.approx(row["central_usd"], abs=1e-3)
    assert row["low_usd"] < row["central_usd"]


def test_another_seed_is_another_draw(drawn: Place, tmp_path: Path) -> None:
    first, other = imports_of(drawn), imports_of(ran(tmp_path, seed=4))
    assert first["low_usd"] != other["low_usd"]
    assert first["central_usd"] == other["central_usd"]


def test_an_unchanged_schedule_is_certain_whatever_the_share(tmp_path: Path) -> None:
    changes = ran(tmp_path, rate="0%").table("by_effect").filter(pl.col("before_usd").is_null())
    for end in ("low_usd", "central_usd", "high_usd"):
        assert changes[end].drop_nulls().unique().to_list() == [0.0], end
