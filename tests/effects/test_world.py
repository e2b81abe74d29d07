"""Several countries at once: the exact model, and GSIM as published."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.effects.gsim import Consumers, gsim, in_steps
from calc.effects.model import Duty, Floats, Market, Responses, Schedule, Verdict
from calc.effects.results import effects_of
from calc.effects.world import World, world_effects
from tests.effects.markets import INF, figures, some
from tests.effects.vectors import near, vector

NAMES = {
    "p": "price_change",
    "p_hat": "price_change",
    "dq": "quantity_change",
    "M1": "value_after_usd",
    "composite": "price_index_change",
    "dCS": "consumer_surplus_usd",
    "dPS": "producer_surplus_usd",
    "dTR": "revenue_change_usd",
    "welfare": "welfare_usd",
}
GOODS = 4


def world_of(inputs: dict[str, Any]) -> World:
    """The world of a vector: one good, the same elasticities for all countries."""
    each = np.ones((len(inputs["M"]), 1))
    return World(
        value=np.array(inputs["M"], dtype=float)[:, :, None],
        before=np.array(inputs["T0"])[:, :, None] - 1.0,
        after=np.array(inputs["T1"])[:, :, None] - 1.0,
        substitution=each * inputs["substitution_elasticity"],
        demand=each * inputs["import_demand_elasticity"],
        supply=each * inputs["export_supply_elasticity"],
    )


def check(told: dict[str, Any], effects: Any) -> None:
    """All figures that a vector tells are as told."""
    assert set(told["expected"]) <= set(NAMES)
    for name, expected in told["expected"].items():
        found = getattr(effects, NAMES[name])[..., 0]
        assert found == near(expected, told["tolerance"]), name


def test_published_prices_of_gsim() -> None:
    """Published: the four prices of the 4x4 example, to four places."""
    told = vector("gsim_4x4_us_eu_fta_prices", "published")
    check(told, gsim(world_of(told["inputs"])))


@pytest.mark.parametrize(
    ("name", "consumers"),
    [
        ("gsim_4x4_us_eu_fta_full_fh", "published"),
        ("gsim_4x4_us_eu_fta_full_taylor", "taylor"),
        ("gsim_4x4_us_eu_fta_full_exact", "exact"),
    ],
)
def test_reference_figures_of_gsim(name: str, consumers: Consumers) -> None:
    """Reference figures on published inputs; the published tables were not readable."""
    told = vector(name, "reference")
    check(told, gsim(world_of(told["inputs"]), consumers=consumers))


def test_reference_figures_of_the_exact_world() -> None:
    told = vector("gsim_exact_4x4_us_eu_fta", "reference")
    effects = world_effects(world_of(told["inputs"]))
    check(told, effects)
    assert effects.clearing_gap.max() < 1e-10


def test_linear_and_exact_welfare_differ_in_sign() -> None:
    """The example of docs/methods.md: -42.5, exactly +12.4, and the way from one to the other."""
    world = world_of(vector("gsim_4x4_us_eu_fta_prices", "published")["inputs"])
    assert gsim(world, consumers="published").welfare_usd.sum().round(1) == -42.5
    assert world_effects(world).welfare_usd.sum().round(1) == 12.4
    path = [in_steps(world, steps).sum().round(1) for steps in (1, 4, 16, 64, 256)]
    assert path == [-40.8, -5.2, 7.7, 11.2, 12.1]


def test_linear_gsim_goes_below_zero_where_the_exact_world_does_not() -> None:
    """100 points of the United States on Japan: trade of less than nothing, which is marked."""
    world = world_of(vector("gsim_4x4_us_eu_fta_prices", "published")["inputs"])
    after = world.before.copy()
    after[1, 0] += 1.0
    hit = replace(world, after=after)
    linear, exact = gsim(hit), world_effects(hit)
    assert linear.is_negative[1, 0].tolist() == [True]
    assert linear.is_negative.sum() == 1
    assert linear.is_large.tolist() == [True]
    assert gsim(replace(world, after=world.before + 0.1)).is_large.tolist() == [False]
    assert linear.quantity_change[1, 0].round(2).tolist() == [-1.29]
    assert exact.quantity_change[1, 0].round(2).tolist() == [-0.75]
    assert (exact.value_after_usd >= 0).all()


@st.composite
def worlds(draw: st.DrawFn, *, largest_rate: float = 1.5) -> World:
    """Four goods between two to five countries, drawn from a seed."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(2, 5))
    flows, countries = (count, count, GOODS), (count, GOODS)
    abroad = 1.0 - np.eye(count)[:, :, None]
    rate = [some(chance, chance.uniform(0, largest_rate, flows), 0.0, 0.3) for _ in range(2)]
    value = some(chance, chance.lognormal(3.0, 2.0, flows), 0.0, 0.2)
    value[0, 0] += 1.0
    return World(
        value=value,
        before=rate[0] * abroad,
        after=rate[1] * abroad,
        substitution=some(chance, chance.uniform(0.5, 8.0, countries), 1.0, 0.2),
        demand=-some(chance, chance.uniform(0.1, 3.0, countries), 1.0, 0.2),
        supply=some(chance, chance.lognormal(0.7, 0.8, countries), INF, 0.2),
    )


def spent(world: World) -> Floats:
    """What is spent in all on each good before: what errors are measured against."""
    total: Floats = (world.value * (1.0 + world.before)).sum(axis=(0, 1))
    return total


@given(worlds())
def test_every_lawful_world_clears(world: World) -> None:
    effects = world_effects(world)
    assert effects.verdict.tolist() == [Verdict.SOLVED] * GOODS
    assert effects.clearing_gap.max() < 1e-10
    assert (effects.value_after_usd >= 0).all()
    assert (effects.value_after_usd[world.value == 0] == 0).all()


@given(worlds())
def test_what_is_sold_is_what_supply_gives(world: World) -> None:
    """Clearing told by itself: quantities sold by an exporter against its supply curve."""
    effects = world_effects(world)
    sold = (world.value * (1.0 + effects.quantity_change)).sum(axis=1)
    before = world.value.sum(axis=1)
    supply = np.where(np.isinf(world.supply), 0.0, world.supply)
    offered = before * (1.0 + effects.price_change) ** supply
    gap = np.where(np.isinf(world.supply), 0.0, np.abs(sold - offered))
    assert (gap <= 1e-9 * (before + sold)).all()


@given(worlds())
def test_unchanged_duties_change_nothing_at_all(world: World) -> None:
    same = replace(world, after=world.before)
    for effects in (world_effects(same), gsim(same), gsim(same, consumers="published")):
        for name in ("price_change", "quantity_change", "consumer_surplus_usd",
                     "revenue_change_usd", "producer_surplus_usd", "welfare_usd"):  # fmt: skip
            assert not np.nan_to_num(getattr(effects, name)).any(), name
        assert np.array_equal(effects.value_after_usd, world.value)


@given(worlds(), st.randoms(use_true_random=False))
def test_small_changes_are_as_in_linear_gsim(world: World, chance: Any) -> None:
    """To 1e-4 of the largest change."""
    moves = np.array([chance.uniform(0, 1e-6) for _ in range(world.value.size)])
    small = replace(world, after=world.before + moves.reshape(world.value.shape))
    exact, linear = world_effects(small), gsim(small)
    for name in ("price_change", "quantity_change"):
        first, second = getattr(exact, name), getattr(linear, name)
        largest = np.abs(second).max()
        assert np.abs(first - second).max() <= 1e-4 * largest + 1e-14, name


@given(worlds(), st.randoms(use_true_random=False), figures(0.01, 100.0))
def test_countries_have_no_order_and_values_no_scale(
    world: World, chance: Any, factor: float
) -> None:
    order = list(range(world.value.shape[0]))
    chance.shuffle(order)
    across = np.ix_(order, order)
    other = World(
        *(part[across] * scale for part, scale in
          ((world.value, factor), (world.before, 1.0), (world.after, 1.0))),
        *(part[order] for part in (world.substitution, world.demand, world.supply)),
    )  # fmt: skip
    first, second = world_effects(world), world_effects(other)
    room = 1e-8 * spent(world)
    gap = np.abs(first.value_after_usd[across] - second.value_after_usd / factor)
    assert (gap <= room).all()
    gap = np.abs(first.welfare_usd[order] - second.welfare_usd / factor)
    assert (np.nan_to_num(gap) <= room).all()


@given(worlds())
def test_a_world_of_one_buyer_is_a_market(world: World) -> None:
    """Exporters that sell to one importer alone: the flat market with the same elasticities."""
    value = np.zeros_like(world.value)
    value[:, 0] = world.value[:, 0]
    alone = replace(world, value=value)
    market = Market(
        value=value[:, 0],
        is_domestic=np.zeros(value.shape[0], dtype=bool),
        before=Schedule(Duty(world.before[:, 0])),
        after=Schedule(Duty(world.after[:, 0])),
        responses=Responses(
            world.substitution[0], world.substitution[0], world.demand[0], world.supply
        ),
    )
    first, second = world_effects(alone), effects_of(market)
    room = 1e-8 * spent(alone)
    gap = np.abs(first.value_after_usd[:, 0] - second.by_source.value_after_usd)
    assert (gap <= room).all()
    gap = first.consumer_surplus_usd[0] - second.by_market.consumer_surplus_usd
    assert (np.abs(gap) <= room).all()


def test_retaliation_is_solved_with_the_measure() -> None:
    """Two like countries that hit each other: both lose the same; alone, the first gains."""
    each = np.ones((2, 1))
    world = World(
        value=np.array([[80.0, 20.0], [20.0, 80.0]])[:, :, None],
        before=np.zeros((2, 2, 1)),
        after=np.array([[0.0, 0.0], [0.1, 0.0]])[:, :, None],
        substitution=each * 4.0,
        demand=each * -1.0,
        supply=each * 1.0,
    )
    alone = world_effects(world).welfare_usd[:, 0]
    answered = replace(world, after=np.array([[0.0, 0.1], [0.1, 0.0]])[:, :, None])
    both = world_effects(answered).welfare_usd[:, 0]
    assert alone[0] > 0 > alone[1]
    assert both[0] == pytest.approx(both[1], rel=1e-9)
    assert both[0] < 0


@pytest.mark.parametrize(
    ("part", "figure", "verdict"),
    [
        ("value", 0.0, Verdict.NO_TRADE),
        ("value", -1.0, Verdict.INPUT_OUT_OF_BOUNDS),
        ("after", np.nan, Verdict.UNKNOWN_INPUT),
        ("before", -1.0, Verdict.INPUT_OUT_OF_BOUNDS),
        ("substitution", 0.0, Verdict.INPUT_OUT_OF_BOUNDS),
        ("demand", 0.5, Verdict.INPUT_OUT_OF_BOUNDS),
        ("supply", np.nan, Verdict.UNKNOWN_INPUT),
        ("supply", 1e6, Verdict.INPUT_OUT_OF_BOUNDS),
    ],
)
def test_a_world_that_cannot_be_solved_is_told(part: str, figure: float, verdict: Verdict) -> None:
    whole = world_of(vector("gsim_4x4_us_eu_fta_prices", "published")["inputs"])
    wrong = replace(whole, **{part: np.full_like(getattr(whole, part), figure)})
    for effects in (world_effects(wrong), gsim(wrong)):
        assert effects.verdict.tolist() == [verdict]
        assert np.isnan(effects.welfare_usd).all()


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [(-1.0, Verdict.INPUT_OUT_OF_BOUNDS), (INF, Verdict.INPUT_OUT_OF_BOUNDS),
     (np.nan, Verdict.UNKNOWN_INPUT)],
)  # fmt: skip
def test_one_flow_is_enough_to_make_a_world_unsolved(figure: float, verdict: Verdict) -> None:
    whole = world_of(vector("gsim_4x4_us_eu_fta_prices", "published")["inputs"])
    value = whole.value.copy()
    value[(0, 1, *([0] * (value.ndim - 2)))] = figure
    wrong = replace(whole, value=value)
    for effects in (world_effects(wrong), gsim(wrong)):
        assert effects.verdict.tolist() == [verdict]


@pytest.mark.parametrize("part", ["substitution", "demand", "supply"])
def test_one_elasticity_that_is_not_known_makes_a_world_unknown(part: str) -> None:
    whole = world_of(vector("gsim_4x4_us_eu_fta_prices", "published")["inputs"])
    figures = np.array(getattr(whole, part), dtype=float).copy()
    figures[0] = np.nan
    assert gsim(replace(whole, **{part: figures})).verdict.tolist() == [Verdict.UNKNOWN_INPUT]


def test_an_elasticity_is_at_most_a_thousand() -> None:
    """Of supply: so steep a demand would not be solved for another reason."""
    whole = world_of(vector("gsim_4x4_us_eu_fta_prices", "published")["inputs"])
    found = {}
    for figure in (1000.0, 1000.5):
        wrong = replace(whole, supply=np.full_like(whole.supply, figure))
        found[figure] = gsim(wrong).verdict.tolist()
    assert found == {1000.0: [Verdict.SOLVED], 1000.5: [Verdict.INPUT_OUT_OF_BOUNDS]}
