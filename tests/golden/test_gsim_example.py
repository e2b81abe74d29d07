"""The 4x4 example of GSIM: what linearisation costs, with the inputs stated.

Inputs and the four prices as two public transcriptions of the example's spreadsheet give them:
Francois and Hall (2003), Global Simulation Analysis of Industry-Level Trade Policy. The United
States and the European Union end their tariffs on each other.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from calc.effects.gsim import gsim, in_steps
from calc.effects.world import World, world_effects

METHODS = Path(__file__).parents[2] / "docs" / "methods.md"
COUNTRIES = ("US", "JP", "EU", "RW")
VALUE = [[0, 50, 200, 300], [500, 0, 150, 200], [300, 100, 200, 200], [50, 100, 110, 20]]
BEFORE = [[0, 21, 41, 22], [37, 0, 31, 23], [32, 36, 0, 18], [57, 41, 25, 15]]
"""Exporter by importer: value at world prices, and duty in percent."""
PUBLISHED_PRICES = [0.0792, -0.0316, 0.0480, -0.0184]


@pytest.fixture(scope="module")
def world() -> World:
    before = np.array(BEFORE, dtype=float)[:, :, None] / 100.0
    after = before.copy()
    after[0, 2] = after[2, 0] = 0.0
    each = np.ones((4, 1))
    return World(
        value=np.array(VALUE, dtype=float)[:, :, None],
        before=before,
        after=after,
        substitution=5.0 * each,
        demand=-1.25 * each,
        supply=1.5 * each,
    )


def test_published_prices(world: World) -> None:
    found = gsim(world).price_change[:, 0]
    assert found == pytest.approx(np.array(PUBLISHED_PRICES), abs=5e-5)


def test_the_sign_of_welfare_is_wrong_in_the_linear_model(world: World) -> None:
    """-42.5 by the formulas as circulated, -40.8 to second order, and +12.4 exactly."""
    assert gsim(world, consumers="published").welfare_usd.sum() == pytest.approx(-42.5, abs=0.05)
    assert gsim(world, consumers="taylor").welfare_usd.sum() == pytest.approx(-40.8, abs=0.05)
    exact = world_effects(world)
    assert exact.welfare_usd.sum() == pytest.approx(12.4, abs=0.05)
    assert exact.clearing_gap.max() < 1e-10


def test_the_steps_on_the_page_lead_to_the_exact_answer(world: World) -> None:
    lines = METHODS.read_text(encoding="utf-8").replace("−", "-").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("| N |"))
    steps = [int(word) for word in re.findall(r"\d+", lines[at])]
    told = [float(word) for word in re.findall(r"-?[0-9]+\.[0-9]", lines[at + 2])]
    assert len(steps) == len(told) == 5
    found = [float(in_steps(world, count).sum().round(1)) for count in steps]
    assert found == told
    gaps = [abs(welfare - world_effects(world).welfare_usd.sum()) for welfare in found]
    assert gaps == sorted(gaps, reverse=True)


def test_a_hundred_points_on_one_flow(world: World) -> None:
    """Linear GSIM has 129 percent of it disappear, the exact model 75."""
    after = world.before.copy()
    after[1, 0] += 1.0
    hit = World(world.value, world.before, after, world.substitution, world.demand, world.supply)
    assert gsim(hit).quantity_change[1, 0, 0] == pytest.approx(-1.29, abs=0.005)
    assert world_effects(hit).quantity_change[1, 0, 0] == pytest.approx(-0.75, abs=0.005)
