"""Section 232 on steel: what the model says at stated inputs, beside what the USITC found in 2023.

USITC, Economic Impact of Section 232 and 301 Tariffs on U.S. Industries (332-591, news release
23-024 of 15 March 2023), mean of 2018 to 2021: imports of affected steel -24 %, price of steel in
the United States +2.4 %, production +1.9 %. A check of plausibility, not a replication: its inputs
are not published with those figures, so that ours are round, each stated with where it is from.
"""

from pathlib import Path

import numpy as np
import pytest

from calc.effects.model import Duty, Market, Responses, Schedule
from calc.effects.results import Effects, effects_of
from pipelines.reference import elasticities

METHODS = Path(__file__).parents[2] / "docs" / "methods.md"
PUBLISHED = {"imports": -0.24, "price": 0.024, "production": 0.019}
AT_HOME, IMPORTS = 75.0, 25.0
"""Imports were about a quarter of the market (American Iron and Steel Institute, August 2018)."""
HIT = 0.5
"""Part of imports at the full duty: Canada, Brazil, South Korea and Mexico sold 17, 14, 10 and 9
percent of them in 2017 (Department of Commerce) and were exempt or under quotas for most of it."""
RATE = 0.25
"""Proclamation 9705 of 8 March 2018."""
TABLE = "| figure | USITC 2023 | exact model |"


def central(parameter: str) -> float:
    """What the tool takes for any good: it has no elasticities of steel."""
    rows = elasticities().filter(parameter=parameter, prefix="*", importer="*", horizon="central")
    return float(rows["central"].item())


@pytest.fixture(scope="module")
def effects() -> Effects:
    """Domestic steel, imports at the duty, and imports without it."""
    foreign = central("supply-foreign")
    return effects_of(
        Market(
            value=np.array([[AT_HOME], [IMPORTS * HIT], [IMPORTS * (1 - HIT)]]),
            is_domestic=np.array([True, False, False]),
            before=Schedule(Duty(np.zeros((3, 1)))),
            after=Schedule(Duty(np.array([[0.0], [RATE], [0.0]]))),
            responses=Responses(
                np.array([central("between-imports")]),
                np.array([central("with-domestic")]),
                np.array([central("demand")]),
                np.array([[central("supply-domestic")], [foreign], [foreign]]),
            ),
        )
    )


def told(effects: Effects) -> dict[str, float]:
    quantity = effects.by_source.quantity_change[:, 0]
    return {
        "imports at the duty": quantity[1],
        "all imports": HIT * quantity[1] + (1 - HIT) * quantity[2],
        "price": effects.by_market.price_index_change[0],
        "production": quantity[0],
    }


def test_published_figures_of_steel_are_plausible(effects: Effects) -> None:
    """Imports that the USITC calls affected lie between those at the duty and all of them."""
    found = told(effects)
    assert found["imports at the duty"] < PUBLISHED["imports"] < found["all imports"] < 0
    for name in ("price", "production"):
        assert 0.5 < found[name] / PUBLISHED[name] < 2, name


def test_buyers_pay_the_duty_as_the_usitc_found(effects: Effects) -> None:
    """One percent of duty raised the price of imports by about one percent."""
    assert effects.by_source.pass_through[1, 0] == pytest.approx(1.0)


def test_the_page_has_these_figures(effects: Effects) -> None:
    lines = METHODS.read_text(encoding="utf-8").splitlines()
    at = lines.index(TABLE)
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines[at + 2 : at + 6]
    ]
    assert {name: ours for name, _, ours in rows} == {
        name: f"{100 * change:+.1f} %".replace("-", "−") for name, change in told(effects).items()
    }
