"""Static measures: coverage, restrictiveness, equivalence, the textbook's straight lines."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.effects.linear import Lines, gains_at_home, two_countries
from calc.effects.model import Duty, Floats, Market, Responses, Schedule
from calc.effects.nullification import (
    announced_rate,
    equivalents,
    level_of_disbursements,
    level_of_trade_effect,
    rate_of_the_deficit,
)
from calc.effects.protection import (
    average_duty,
    coverage_ratio,
    frequency_ratio,
    overall_restrictiveness,
    restrictiveness,
)
from calc.effects.results import Effects, effects_of
from tests.effects.markets import figures
from tests.effects.vectors import VECTORS, column, market_of, near, one, vector
from tests.run.tool import Place

INF = float("inf")


def test_reference_accounting_of_four_lines() -> None:
    """Reference: covered is what changes its rate."""
    told = vector("accounting_four_lines", "reference")
    lines = told["inputs"]["lines"]
    value, before, after = (np.array([line[name] for line in lines], dtype=float)
                            for name in ("value", "t0", "t1"))  # fmt: skip
    is_covered = before != after
    found = {
        "total": value.sum(),
        "covered": value[is_covered].sum(),
        "coverage": coverage_ratio(value, is_covered),
        "frequency": frequency_ratio(value, is_covered),
        "duty0": value @ before,
        "duty1": value @ after,
        "incremental": value @ (after - before),
        "simple0": before.mean(),
        "simple1": after.mean(),
        "weighted0": average_duty(value, before),
        "weighted1": average_duty(value, after),
        "effective_collected": (value @ before) / value.sum(),
    }
    for name, expected in told["expected"].items():
        assert found[name] == near(expected, told["tolerance"]), name


def test_reference_restrictiveness() -> None:
    told = vector("tri_otri", "reference")
    value, rate, demand = (np.array(told["inputs"][name], dtype=float) for name in ("v", "t", "e"))
    expected, tolerance = told["expected"], told["tolerance"]
    assert restrictiveness(value, rate, demand) == near(expected["tri"], tolerance)
    assert overall_restrictiveness(value, rate, demand) == near(expected["otri"], tolerance)


@given(st.integers(0, 2**32 - 1), figures(0.0, 2.0))
def test_laws_of_restrictiveness(seed: int, level: float) -> None:
    """A uniform duty is its own index; the square mean is not below the mean; scale is nothing."""
    chance = np.random.default_rng(seed)
    value, rate = chance.lognormal(2, 2, 7), chance.uniform(0, 2, 7)
    demand = -chance.uniform(0.1, 3, 7)
    uniform = np.full(7, level)
    assert restrictiveness(value, uniform, demand) == pytest.approx(level)
    assert overall_restrictiveness(value, uniform, demand) == pytest.approx(level)
    tri, otri = restrictiveness(value, rate, demand), overall_restrictiveness(value, rate, demand)
    assert tri >= otri - 1e-12
    assert restrictiveness(value * 3.0, rate, demand * 0.5) == pytest.approx(tri)
    assert overall_restrictiveness(value, rate, np.full(7, -1.0)) == pytest.approx(
        average_duty(value, rate)
    )


def test_ratios_of_nothing_are_unknown() -> None:
    nothing, covered = np.zeros(2), np.array([True, False])
    assert np.isnan(coverage_ratio(nothing, covered))
    assert np.isnan(frequency_ratio(nothing, covered))
    assert np.isnan(restrictiveness(nothing, nothing, -np.ones(2)))
    assert np.isnan(frequency_ratio(np.array([1.0, np.nan]), np.array([True, True])))


def test_frequency_counts_only_lines_with_trade() -> None:
    value = np.array([5.0, 0.0, 1.0, 4.0])
    covered = np.array([True, True, False, False])
    assert frequency_ratio(value, covered) == 1 / 3
    assert coverage_ratio(value, covered) == 0.5


def test_published_canadian_countermeasures_of_2025() -> None:
    """Published, weakly (press reports): C$29.8 billion covered; 7.45 of static duty is ours."""
    told = vector("canada_2025_countermeasure_total", "published_weak")
    lines = told["inputs"]["lines"]
    value = column([line["value"] for line in lines])
    effects = static(value, column([line["add"] for line in lines]))
    covered = equivalents(effects, np.ones(len(lines), dtype=bool)).covered_usd
    assert covered == near([told["expected"]["covered"]], told["tolerance"])
    assert value[:, 0] @ np.array([line["add"] for line in lines]) == pytest.approx(7.45)


def test_published_luxury_cars_of_1995() -> None:
    """Published: $5.9 billion. Static duty is 5.9 if 100 percent is added, else 5.7525."""
    told = vector("kantor_1995_luxury_cars", "published")
    inputs = told["inputs"]
    value = column([inputs["value"]])
    for after, duty in ((inputs["t0"] + inputs["t_sanction"], 5.9e9), (1.0, 5.7525e9)):
        effects = static(value, column([after]), column([inputs["t0"]]))
        found = equivalents(effects, np.array([True]))
        assert found.covered_usd == near([told["expected"]["covered"]], told["tolerance"])
        assert inputs["value"] * (after - inputs["t0"]) == pytest.approx(duty)
        assert 0 < found.duty_usd[0] < duty
        assert found.displaced_usd[0] > 0


def static(value: Floats, after: Floats, before: Floats | None = None) -> Effects:
    """Partners of one market, sigma 3, demand -1, supply infinite."""
    free = np.zeros_like(value) if before is None else before
    market = Market(
        value=value,
        is_domestic=np.zeros(value.shape[0], dtype=bool),
        before=Schedule(Duty(free)),
        after=Schedule(Duty(after)),
        responses=Responses(one(3.0), one(3.0), one(-1.0), np.full_like(value, INF)),
    )
    return effects_of(market)


def test_three_equivalents_by_hand() -> None:
    """The hit source of 30 beside 60 and 10, sigma 2, 100 points: see the market by hand.

    Covered 30; sold 8.8235 after, which is the duty too at 100 percent; displaced 21.1765.
    """
    inputs = {"v0": [60, 30, 10], "t0": [0] * 3, "t1": [0, 1, 0], "sigma": 2, "eta": -1}
    effects = effects_of(market_of(inputs | {"eps": ["inf"] * 3}))
    found = equivalents(effects, np.array([False, True, False]))
    assert found.covered_usd.tolist() == [30.0]
    assert found.duty_usd == pytest.approx([7.5 / 0.85])
    assert found.displaced_usd == pytest.approx([30 - 7.5 / 0.85])


def test_published_coefficient_of_the_byrd_amendment() -> None:
    told = vector("byrd_072_coefficient", "published")
    level = level_of_disbursements(
        told["inputs"]["disbursement"], coefficient=told["inputs"]["coefficient"]
    )
    assert level == near(told["expected"]["level"], told["tolerance"])
    assert level_of_disbursements(100.0) == 72.0


def test_level_of_a_trade_effect_depends_on_the_counterfactual() -> None:
    actual = np.array([100.0, 100.0, 100.0, np.nan])
    found = level_of_trade_effect(np.array([150.0, 120.0, 90.0, 150.0]), actual)
    assert found[:3].tolist() == [50.0, 20.0, 0.0]
    assert np.isnan(found[3])


def test_published_reciprocal_rate_of_china() -> None:
    """Published: 67.3 percent, half of it announced as 34 (33.65 rounded up)."""
    told = vector("reciprocal_formula_china_2024", "published")
    inputs = told["inputs"]
    full = rate_of_the_deficit(
        inputs["imports"],
        inputs["exports"],
        elasticity=inputs["eps"],
        pass_through=inputs["phi"],
    )
    assert full is not None
    announced = announced_rate(full, share=inputs["discount"], floor=inputs["floor"])
    assert full == near(told["expected"]["full"], told["tolerance"])
    assert announced == near(told["expected"]["announced"], told["tolerance"])
    assert math.ceil(announced * 100) == 34
    assert announced_rate(0.05) == 0.1
    assert rate_of_the_deficit(0.0, 5.0, elasticity=-4, pass_through=0.25) is None


def test_published_small_country() -> None:
    """Published, weakly (an answer site): world price 80, tariff 20, areas by trapezoids."""
    told = vector("linear_small_country_20_tariff", "published_weak")
    inputs, expected = told["inputs"], told["expected"]
    rise, price = inputs["tariff"], inputs["world_price"]
    b = (inputs["D0"] - inputs["D1"]) / rise
    d = (inputs["S1"] - inputs["S0"]) / rise
    country = Lines(a=inputs["D0"] + b * price, b=b, c=inputs["S0"] - d * price, d=d)
    gains = gains_at_home(country, price, price + rise, tariff=rise)
    found = {
        "imports0": country.demand(price) - country.supply(price),
        "imports1": country.demand(price + rise) - country.supply(price + rise),
        "revenue": gains.revenue,
        "dCS": gains.consumers,
        "dPS": gains.producers,
        "net": gains.net,
    }
    for name, figure in expected.items():
        assert found[name] == near(figure, told["tolerance"]), name


def test_published_answers_of_the_textbook() -> None:
    """Published: problems 1 to 3, free trade at 1.5 and 20; tariff 0.5: 1.75, 1.25 and 10."""
    home = Lines(a=100, b=20, c=20, d=20)
    found = two_countries(home, Lines(a=80, b=20, c=40, d=20), tariff=0.5)
    assert (found.world_price, found.trade_before) == (1.5, 20.0)
    assert (found.home_price, found.foreign_price, found.trade_after) == (1.75, 1.25, 10.0)
    assert found.home.producers == 13.125
    assert found.home.consumers == -16.875
    assert found.terms_of_trade_gain == 2.5
    assert found.home.net == 2.5 - 0.625 - 0.625


def test_reference_answers_to_the_fourth_problem() -> None:
    """Reference: its inputs are published, its answers were not visible."""
    told = vector("linear_two_country_krugman_p4_inputs", "reference")
    inputs = told["inputs"]
    home, foreign = Lines(**inputs["home"]), Lines(**inputs["foreign"])
    answer = two_countries(home, foreign, tariff=inputs["specific_tariff"])
    found = {
        "p_world": answer.world_price,
        "trade0": answer.trade_before,
        "p_home": answer.home_price,
        "p_foreign": answer.foreign_price,
        "trade1": answer.trade_after,
        "dCS": answer.home.consumers,
        "dPS": answer.home.producers,
        "revenue": answer.home.revenue,
        "net_home": answer.home.net,
        "dCS_f": answer.foreign.consumers,
        "dPS_f": answer.foreign.producers,
        "net_foreign": answer.foreign.net,
        "tot_gain": answer.terms_of_trade_gain,
    }
    for name, figure in told["expected"].items():
        assert found[name] == near(figure, told["tolerance"]), name


def test_a_tariff_that_stops_all_trade_leaves_each_country_alone() -> None:
    home, foreign = Lines(a=100, b=20, c=20, d=20), Lines(a=80, b=20, c=40, d=20)
    found = two_countries(home, foreign, tariff=5.0)
    assert (found.home_price, found.foreign_price) == (2.0, 1.0)
    assert found.trade_after == pytest.approx(0.0)
    assert found.home.revenue == pytest.approx(0.0)


def test_reference_quota_cases() -> None:
    """Reference: duty, rent and the marginal rate of an unfilled, a full and a passed quota."""
    told = vector("trq_cases", "reference")
    for case, expected in zip(told["inputs"]["cases"], told["expected"]["cases"], strict=True):
        amount = case["quota"] / case["quantity"]
        schedule = Schedule(
            Duty(column([case["t_in"]])), column([amount]), Duty(column([case["t_out"]]))
        )
        market = Market(
            value=column([case["value"]]),
            is_domestic=np.array([False]),
            before=schedule,
            after=schedule,
            responses=Responses(one(3.0), one(3.0), one(-1.0), column([INF])),
        )
        source = effects_of(market).by_source
        within = case["value"] * min(1.0, amount)
        duty, rent = source.duty_before_usd[0, 0], source.rent_before_usd[0, 0]
        marginal = case["t_in"] + rent / within
        found = {
            "value_in": within,
            "value_out": case["value"] - within,
            "duty": duty,
            "effective": duty / case["value"],
            "marginal": marginal,
            "rent": rent,
            "fill": 1.0 / amount,
        }
        for name, figure in expected.items():
            assert found[name] == pytest.approx(figure, rel=1e-11), name
        assert source.duty_after_usd[0, 0] == pytest.approx(duty)


def test_reference_stacking_through_a_run(tmp_path: Path) -> None:
    """Reference: a metal content of 0.4 at 25 percent displaces two measures on that share."""
    told = vector("stacking_generic", "reference")
    rates = {part["id"]: part["rate"] for part in told["inputs"]["components"]}
    (tmp_path / "trade.csv").write_text(
        "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"
        "USA,CHN,2024,import,HTS2024,7326908688,1000000\n"
    )
    (tmp_path / "base.csv").write_text(
        "importer,partner,programme,code,ad_valorem_rate,specific_rate_usd,specific_unit,rate_text,"
        "valid_from,valid_until,source\n"
        f"USA,*,mfn,7326,{rates['mfn']},,,2.5%,2020-01-01,,vector\n"
    )
    measures = "".join(
        f'[[measure]]\nid = "{name}"\nauthority = "{name}"\nproducts = ["7326"]\n'
        f'rate = "{rates[name] * 100:g}%"\n{more}source = "vector"\n'
        for name, more in {"s232": 'on = "metal"\n', "fent": "", "rec": "", "s301": ""}.items()
    )
    (tmp_path / "scenario.toml").write_text(
        'id = "stack"\ntitle = "The stacking vector"\nimporter = "USA"\nnomenclature = "HTS2024"\n'
        'trade = "t"\nas_of = 2025-09-01\nbase = "base.csv"\n'
        '[contents.metal]\ncentral = 0.4\nsource = "vector"\n' + measures + "[[stacking]]\n"
        'source = "vector"\nfirst = ["s232"]\nfent = { on = "rest of s232" }\n'
        'rec = { on = "rest of s232" }\ns301 = "adds"\n'
    )
    place = Place(tmp_path)
    assert place.do("ingest", tmp_path / "trade.csv", "--name", "t").code == 0
    done = place.run(scenario=tmp_path / "scenario.toml")
    assert done.code == 0, done.err
    applied = dict(place.table("components").select("measure_id", "measure_duty_usd").iter_rows())
    expected = told["expected"]["applied"]
    assert place.table("lines")["rate_after"].item() == pytest.approx(told["expected"]["total"])
    for name in ("s232", "fent", "rec", "s301"):
        assert applied[name] / 1e6 == pytest.approx(expected[name]), name


ELSEWHERE = {
    "ave_cases": "tests/policy/test_expression.py",
    "border_cascade": "tests/policy/test_grammar_line_duties.py",
}


def test_every_vector_has_a_test() -> None:
    """A vector that no test reads guards nothing."""
    if not VECTORS.is_dir():
        pytest.skip("the reference vectors are not beside the checkout")
    root = Path(__file__).parents[2]
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    named = {path.stem for path in VECTORS.glob("*.json") if f'"{path.stem}"' in text}
    for name, place in ELSEWHERE.items():
        assert f"{name}.json" in (root / place).read_text(encoding="utf-8")
    missing = {path.stem for path in VECTORS.glob("*.json")} - named - set(ELSEWHERE)
    assert sorted(missing) == []
