"""Uncertainty carried to figures: against single solutions, chunks, failures, the example."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calc.effects import uncertainty
from calc.effects.drawn import drawn_market, held_share, responses_of
from calc.effects.draws import Lognormal, Plan, Range, distribution, standard_normals
from calc.effects.model import Duty, Market, Responses, Schedule, Verdict
from calc.effects.results import effects_of
from calc.effects.shifts import Shift, Shifts
from calc.effects.uncertainty import Uncertain, lean_all, rank_correlation, simulate, spread
from calc.tables.elasticities import PARAMETERS

NAN = float("nan")
RANGES = {
    "between-imports": (2.0, 4.0, 8.0),
    "with-domestic": (1.3, 2.28, 4.5),
    "demand": (-1.5, -1.0, -0.5),
    "supply-foreign": (5.0, 10.0, 20.0),
    "supply-domestic": (1.0, 2.0, 4.0),
}


def distributions(count: int, **ranges: Any) -> dict[str, Lognormal]:
    """The same range of each parameter for all markets; those given instead, or by market."""
    made = {}
    for name, of in (RANGES | ranges).items():
        ends = [np.broadcast_to(np.array(part, dtype=float), count) for part in of]
        whole = Range(ends[0], ends[1], ends[2], np.full(count, 0.9))
        is_substitution = name in ("between-imports", "with-domestic")
        made[name] = distribution(whole, is_substitution=is_substitution)
    return made


def uncertain(count: int = 4, **ranges: Any) -> Uncertain:
    """Markets of 60, 30 and 10 and multiples, 25 points on the second source."""
    size = np.arange(1, count + 1)
    rates = np.array([[0.0], [0.25], [0.0]])
    centrals = {name: np.full(count, of[1]) for name, of in RANGES.items()}
    is_domestic = np.array([True, False, False])
    market = Market(
        value=np.array([[60.0], [30.0], [10.0]]) * size,
        is_domestic=is_domestic,
        before=Schedule(Duty(np.zeros((3, 1)))),
        after=Schedule(Duty(rates)),
        responses=responses_of(
            Market(np.ones((3, 1)), is_domestic, Schedule(Duty(rates)), Schedule(Duty(rates)),
                   Responses(*[np.ones(1)] * 4)), centrals),
    )  # fmt: skip
    names = [f"USA 8708{at:02}" for at in range(count)]
    headings = ["8708" if at % 2 else "8517" for at in range(count)]
    return Uncertain(market, names, headings, distributions(count, **ranges))


def test_a_draw_is_the_market_at_its_elasticities() -> None:
    """Each draw solved by itself gives the same spread."""
    asked, plan = uncertain(2), Plan(count=16, seed=5)
    outcome = simulate(asked, plan)
    normals = standard_normals(asked.names, asked.headings, PARAMETERS, plan)
    lost = []
    for draw in range(plan.count):
        drawn = {
            name: asked.distributions[name].at(normals[at][:, [draw]])[:, 0]
            for at, name in enumerate(PARAMETERS)
        }
        responses = responses_of(asked.market, drawn)
        lost.append(effects_of(replace(asked.market, responses=responses)).by_market.welfare_usd)
    by_draw = np.array(lost).T
    told = outcome.by_market["welfare_usd"]
    assert told.median == pytest.approx(np.median(by_draw, axis=1), rel=1e-9)
    assert told.low == pytest.approx(np.quantile(by_draw, 0.05, axis=1), rel=1e-9)
    assert told.share_below.tolist() == (by_draw < 0).mean(axis=1).tolist()
    assert outcome.totals["welfare_usd"].median == pytest.approx(
        np.median(by_draw.sum(axis=0)), abs=1e-3
    )


def test_reference_spread_of_25_points() -> None:
    """Reference: subject volume -37 percent (-51 to -26), sign of welfare not settled.

    The reference drew the flat market with sigma 2 to 8 and demand fixed at -1.
    """
    fixed = {"demand": (NAN, -1.0, NAN)}
    flat = uncertain(1, **fixed)
    between = flat.distributions["between-imports"]
    plan = Plan(count=4096, seed=1)
    normals = standard_normals(flat.names, flat.headings, PARAMETERS, plan)
    drawn = {
        name: flat.distributions[name].at(normals[at]) for at, name in enumerate(PARAMETERS)
    } | {"with-domestic": between.at(normals[0])}
    market = drawn_market(flat.market, flat.distributions, slice(0, 1), normals)
    effects = effects_of(replace(market, responses=responses_of(market, drawn)))
    volume = spread(effects.by_source.quantity_change)
    found = [float(end[1, 0]) for end in (volume.low, volume.median, volume.high)]
    assert found == pytest.approx([-0.51, -0.37, -0.26], abs=0.03)
    welfare = spread(effects.by_market.welfare_usd)
    assert welfare.low[0] < 0 < welfare.high[0]
    assert 0.5 < welfare.share_below[0] < 0.95


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, plan = uncertain(5), Plan(count=50, seed=2)
    whole = simulate(asked, plan)
    monkeypatch.setattr(uncertainty, "CELLS", 3 * 50 * 2)
    parts = simulate(asked, plan)
    for name, told in whole.totals.items():
        assert [float(end) for end in parts.totals[name]] == pytest.approx(
            [float(end) for end in told], rel=1e-12, abs=2e-4, nan_ok=True
        ), name
    assert parts.by_market["welfare_usd"].median == pytest.approx(
        whole.by_market["welfare_usd"].median, rel=1e-9
    )
    assert parts.ranks["welfare_usd"] == pytest.approx(whole.ranks["welfare_usd"], abs=1e-6)


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    first, second, third = (
        simulate(uncertain(2), Plan(count=32, seed=seed)).totals["welfare_usd"]
        for seed in (1, 1, 2)
    )
    assert [float(end) for end in first] == [float(end) for end in second]
    assert float(first.median) != float(third.median)


def test_an_unchanged_schedule_is_certain() -> None:
    asked = uncertain(3)
    same = replace(asked, market=replace(asked.market, after=asked.market.before))
    outcome = simulate(same, Plan(count=20))
    for name in ("consumer_surplus_usd", "revenue_change_usd", "welfare_usd"):
        told = outcome.totals[name]
        assert [float(end) for end in told] == [0.0] * 5, name
    assert outcome.by_source["quantity_change"].high.tolist() == [[0.0] * 3] * 3


def test_a_market_without_a_central_answer_is_left_out_of_totals() -> None:
    """Its trade is unknown: every draw of it fails, and the total is that of the others."""
    asked = uncertain(3)
    value = asked.market.value.copy()
    value[1, 1] = NAN
    outcome = simulate(replace(asked, market=replace(asked.market, value=value)), Plan(count=40))
    alone = simulate(
        Uncertain(
            replace(
                asked.market,
                value=asked.market.value[:, [0, 2]],
                responses=Responses(*(part[..., [0, 2]] for part in asked.market.responses)),
            ),
            [asked.names[0], asked.names[2]],
            [asked.headings[0], asked.headings[2]],
            distributions(2),
        ),
        Plan(count=40),
    )
    assert outcome.is_left_out.tolist() == [False, True, False]
    assert outcome.failed_share.tolist() == [0.0, 1.0, 0.0]
    assert np.isnan(outcome.by_market["welfare_usd"].median).tolist() == [False, True, False]
    assert outcome.total_failed_share == 0.0
    assert float(outcome.totals["welfare_usd"].median) == float(alone.totals["welfare_usd"].median)


def test_a_draw_in_which_a_market_fails_is_told() -> None:
    """Demand wide enough for draws beyond the bounds: they fail, alone and in the total."""
    asked = uncertain(2, demand=([-1.5, -1e9], [-1.0, -1.0], [-0.5, -1e-3]))
    outcome = simulate(asked, Plan(count=200, seed=3))
    assert outcome.central.by_market.verdict.tolist() == [Verdict.SOLVED] * 2
    assert outcome.failed_share[0] == 0.0
    assert 0 < outcome.failed_share[1] < 1
    assert outcome.total_failed_share == outcome.failed_share[1]
    assert np.isfinite(outcome.by_market["welfare_usd"].median).all()
    assert np.isfinite(outcome.totals["revenue_change_usd"].median)


def test_ranks_name_the_parameter_that_matters() -> None:
    """More substitution between imports, less duty; nothing else moves it as much."""
    ranks = simulate(uncertain(3), Plan(count=512)).ranks["revenue_change_usd"]
    assert ranks["between-imports"] < -0.5
    assert max(ranks, key=lambda name: abs(ranks[name])) == "between-imports"


def test_rank_correlation_by_hand() -> None:
    """Ranks 1 2 3 4 against 1 3 2 4: 1 - 6 x 2 / (4 x 15) = 0.8; unknown draws do not count."""
    first = np.array([1.0, 2.0, 3.0, 9.0, NAN])
    assert rank_correlation(first, np.array([0.0, 5.0, 4.0, 6.0, 1.0])) == pytest.approx(0.8)
    assert np.isnan(rank_correlation(first, np.ones(5)))
    two = np.array([1.0, 2.0])
    assert rank_correlation(two, -two) == pytest.approx(-1.0)
    assert np.isnan(rank_correlation(two, np.array([np.nan, 1.0])))


def test_spread_of_what_is_known_in_part() -> None:
    """Half a row unknown: the quantiles are of the rest; nothing known: nothing told."""
    told = spread(np.array([[NAN, -1.0, 0.0, 1.0], [NAN] * 4, [1.0, 2.0, 3.0, 4.0]]))
    assert told.median.tolist()[0] == 0.0
    assert np.isnan(told.median).tolist() == [False, True, False]
    assert told.share_above[[0, 2]].tolist() == [1 / 3, 1.0]
    assert np.isnan(told.share_below).tolist() == [False, True, False]


def test_spread_of_sources_by_market_is_of_the_draws_that_are_known() -> None:
    """One source in one market: of 1, 2, 3 and an unknown draw the median is 2."""
    told = spread(np.array([[[1.0, NAN, 3.0, 2.0]]]))
    assert told.median.tolist() == [[2.0]]
    assert told.low.tolist() == [[pytest.approx(1.1)]]
    assert told.share_above.tolist() == [[1.0]]


def test_draws_that_are_held_at_the_least_substitution_are_counted() -> None:
    """Sigma between 1.01 and 1.1: 1.05 is above the median, 1 + sqrt(0.01 0.1) = 1.0316."""
    narrow = uncertain(
        2, **{"between-imports": (np.array([1.01, 2.0]), 1.03, np.array([1.1, 8.0]))}
    )
    plan = Plan(count=4096, seed=1)
    normals = standard_normals(narrow.names, narrow.headings, PARAMETERS, plan)
    sigma = narrow.distributions["between-imports"].at(normals[0])
    found = held_share(narrow.distributions, slice(0, 2), normals)
    assert found[0] == (sigma[0] == 1.05).mean() == pytest.approx(0.745, abs=0.01)
    assert found[1] == 0.0
    assert simulate(narrow, plan).held_share.tolist() == found.tolist()


class Leaned:
    """Where each name leaned, by market, in place of sums."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}

    def lean(self, name: str, _normal: Any, weight: Any) -> None:
        self.found[name] = weight.tolist()


def test_what_moves_nothing_in_a_market_leans_nowhere_in_it() -> None:
    """A share that touches the first of two markets; domestic supply where nothing is sold at home.

    Supply from abroad is certain in both.
    """
    whole = uncertain(2, **{"supply-foreign": (10.0, 10.0, 10.0)})
    value = np.asarray(whole.market.value) * [[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]
    moved = {("high", "rate_after"): np.array([[0.0, 0.0], [0.2, 0.0], [0.0, 0.0]])}
    whole = replace(
        whole, market=replace(whole.market, value=value), shifts=Shifts([Shift("steel", moved)])
    )
    leaned = Leaned()
    normals = (np.zeros((len(PARAMETERS), 2, 4)), [np.zeros((2, 4))])
    lean_all(leaned, whole, slice(0, 2), np.array([5.0, 7.0]), normals)  # type: ignore[arg-type]
    assert leaned.found == {
        "between-imports": [5.0, 7.0], "with-domestic": [5.0, 0.0], "demand": [5.0, 7.0],
        "supply-foreign": [0.0, 0.0], "supply-domestic": [5.0, 0.0], "share steel": [5.0, 0.0],
    }  # fmt: skip
