"""SMART and the TRIST sequence: reference vectors, each choice, caps, laws."""

from dataclasses import replace
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.effects.model import Duty, Floats, Market, Responses, Schedule, Verdict
from calc.effects.results import effects_of
from calc.effects.smart import Choices, Imports, smart, welfare
from calc.effects.trist import Border, Customs, trist
from calc.policy.cascade import border_cascade
from tests.effects.markets import INF, figures, some
from tests.effects.vectors import column, near, one, vector

FORMS = {"jo": Choices(), "ly": Choices(diversion="discrete")}
NAMES = {
    "creation": "creation_usd",
    "diversion": "diversion_usd",
    "price_effect": "price_effect_usd",
    "dp_star": "price_change",
    "imports1": "value_after_usd",
    "revenue_change": "revenue_change_usd",
    "welfare": "welfare_usd",
}
GOODS = 6


@pytest.mark.parametrize(
    "name",
    [
        "smart_mfn_rise",
        "smart_pref_cut_infinite_supply",
        "smart_pref_cut_ly",
        "smart_sanction_100_capped",
    ],
)
def test_reference_vectors_of_smart(name: str) -> None:
    """Reference figures: no published SMART example with inputs and outputs was found."""
    told = vector(name, "reference")
    inputs, expected = told["inputs"], told["expected"]
    imports = Imports(
        value=column(inputs["m"]),
        before=column(inputs["t0"]),
        after=column(inputs["t1"]),
        demand=one(inputs["import_demand_elasticity"]),
        substitution=one(inputs["substitution_elasticity"]),
        supply=one(inputs["export_supply_elasticity"]),
    )
    effects = smart(imports, FORMS[inputs["form"]])
    assert effects.verdict.tolist() == [Verdict.SOLVED]
    for figure, of_effects in NAMES.items():
        found = getattr(effects, of_effects)[:, 0]
        assert found == near(expected[figure], told["tolerance"]), figure
    total = effects.creation_usd + effects.diversion_usd + effects.price_effect_usd
    assert total[:, 0] == near(expected["total"], told["tolerance"])
    capped = [["creation", int(at)] for at in np.flatnonzero(effects.is_creation_capped[:, 0])]
    capped += [["diversion", int(at)] for at in np.flatnonzero(effects.is_diversion_capped[:, 0])]
    assert capped == expected["capped"]


def hit(after: float, *, supply: float = INF, choices: Choices | None = None) -> Any:
    """Partners of 100 and 300 at 10 percent, the first's duty changed; e -1.5, sigma 2."""
    imports = Imports(
        value=column([100, 300]),
        before=column([0.1, 0.1]),
        after=column([after, 0.1]),
        demand=one(-1.5),
        substitution=one(2.0),
        supply=one(supply),
    )
    return smart(imports, choices or Choices())


def test_finite_supply_by_hand() -> None:
    """Supply 3, duty 10 to 21 percent: g 0.1. Creation -15 x 3 / 4.5 = -10, diversion -15.

    The world price falls by 0.1 x 1.5 / 4.5 = 1/30 on the 75 that are left: -2.5, and 2.5 gained.
    """
    effects = hit(0.21, supply=3.0)
    assert effects.creation_usd[:, 0] == pytest.approx([-10, 0])
    assert effects.diversion_usd[:, 0] == pytest.approx([-15, 15])
    assert effects.price_change[:, 0] == pytest.approx([-1 / 30, 0])
    assert effects.price_effect_usd[:, 0] == pytest.approx([-2.5, 0])
    assert effects.terms_of_trade_usd[:, 0] == pytest.approx([2.5, 0])
    assert effects.value_after_usd[:, 0] == pytest.approx([72.5, 315])
    assert effects.revenue_change_usd[:, 0] == pytest.approx([72.5 * 0.21 - 10, 1.5])
    assert effects.welfare_usd[:, 0] == pytest.approx([0.5 * 0.31 * -25, 1.5])


def test_each_choice_by_hand() -> None:
    """The same case, each choice that the publications leave open taken the other way.

    Diversion dampened too: -15 x 2 / 3. On the quantity before: 100 / 30. The triangle:
    0.055 x -25. The log of 1.21 / 1.1 is 0.09531. The discrete shift: k = 0.8, and 400 x 80 / 380
    leaves 84.21.
    """

    def other(**choice: Any) -> Any:
        return hit(0.21, supply=3.0, choices=Choices(**choice))

    damped = other(supply_scales="creation and diversion")
    assert damped.diversion_usd[:, 0] == pytest.approx([-10, 10])
    assert other(price_effect_on="quantity before").price_effect_usd[0, 0] == pytest.approx(-10 / 3)
    assert other(welfare="triangle").welfare_usd[0, 0] == pytest.approx(-1.375)
    assert other(price_change="log").creation_usd[0, 0] == pytest.approx(-100 * np.log(1.1))
    assert other(diversion="discrete").diversion_usd[0, 0] == pytest.approx(32000 / 380 - 100)


def test_rivals_in_turn_or_together() -> None:
    """Two of three partners hit, discrete shift: not the same. By hand, all of 100, z = -0.2.

    In turn: each hit loses 100 x 200 x 0.2 / (300 - 20) = 14.2857 and half of that goes to the
    other: -7.1429 net. Together: shares 0.8, 0.8, 1 of 2.6: 300 x 0.8 / 2.6 - 100 = -7.6923.
    """
    imports = Imports(
        value=column([100, 100, 100]),
        before=column([0, 0, 0]),
        after=column([0.1, 0.1, 0]),
        demand=one(-1.0),
        substitution=one(2.0),
        supply=one(INF),
    )
    together = smart(imports, Choices(diversion="discrete")).diversion_usd[:, 0]
    in_turn = smart(imports, Choices(diversion="discrete", rivals="each in turn"))
    assert together == pytest.approx([-100 / 13, -100 / 13, 200 / 13])
    assert in_turn.diversion_usd[:, 0] == pytest.approx([-50 / 7, -50 / 7, 100 / 7])


def test_a_large_change_is_marked_and_the_exact_market_differs() -> None:
    """100 points: creation of -117 percent was cut to all trade; the exact market keeps some."""
    told = vector("smart_sanction_100_capped", "reference")["inputs"]
    value, before, after = (column(told[name]) for name in ("m", "t0", "t1"))
    imports = Imports(value, before, after, one(-1.2), one(1.5), one(INF))
    market = Market(
        value=value,
        is_domestic=np.zeros(3, dtype=bool),
        before=Schedule(Duty(before)),
        after=Schedule(Duty(after)),
        responses=Responses(one(1.5), one(1.5), one(-1.2), column([INF] * 3)),
    )
    effects = smart(imports)
    assert effects.is_large.tolist() == [True]
    assert effects.is_capped[:, 0].tolist() == [True, False, False]
    assert effects.value_after_usd[0, 0] == 0.0
    assert effects_of(market).by_source.value_after_usd[0, 0] > 300


def test_a_change_of_fifteen_points_is_not_yet_large() -> None:
    def marked(after: float) -> list[bool]:
        free = Imports(column([100]), column([0.0]), column([after]), one(-1.5), one(2.0), one(INF))
        return list(smart(free).is_large.tolist())

    assert marked(0.15) == [False]
    assert marked(0.1501) == [True]


@st.composite
def imports_of_goods(draw: st.DrawFn) -> Imports:
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = (draw(st.integers(1, 5)), GOODS)
    value = some(chance, chance.lognormal(3.0, 2.0, size), 0.0, 0.2)
    value[0] += 1.0
    return Imports(
        value=value,
        before=some(chance, chance.uniform(0, 1.5, size), 0.0, 0.3),
        after=some(chance, chance.uniform(0, 1.5, size), 0.0, 0.3),
        demand=-some(chance, chance.uniform(0.1, 4.0, GOODS), 1.0, 0.2),
        substitution=some(chance, chance.uniform(0.0, 6.0, GOODS), 1.5, 0.2),
        supply=some(chance, chance.uniform(0.1, 20.0, GOODS), INF, 0.3),
    )


@st.composite
def choices(draw: st.DrawFn) -> Choices:
    """Any of the forms; the words are those of the declaration."""
    options = get_type_hints(Choices)
    return Choices(**{name: draw(st.sampled_from(get_args(of))) for name, of in options.items()})


def total(imports: Imports) -> Floats:
    sums: Floats = imports.value.sum(axis=0)
    return sums


@given(imports_of_goods(), choices())
def test_diversion_adds_up_to_zero_and_trade_is_not_negative(
    imports: Imports, form: Choices
) -> None:
    effects = smart(imports, form)
    assert effects.verdict.tolist() == [Verdict.SOLVED] * GOODS
    assert (np.abs(effects.diversion_usd.sum(axis=0)) <= 1e-9 * total(imports)).all()
    quantity = imports.value + effects.creation_usd + effects.diversion_usd
    assert (quantity >= -1e-9 * total(imports)).all()
    gap = quantity + effects.price_effect_usd - effects.value_after_usd
    assert (np.abs(gap) <= 1e-9 * (total(imports) + np.abs(quantity))).all()


@given(imports_of_goods(), choices(), figures(0.0, 1.0))
def test_smart_without_a_change_or_with_the_same_for_all(
    imports: Imports, form: Choices, rate: float
) -> None:
    """No change gives exactly nothing; one factor on 1 + t diverts nothing."""
    same = smart(replace(imports, after=imports.before), form)
    for name in NAMES.values():
        figure = getattr(same, name) - (imports.value if name == "value_after_usd" else 0.0)
        assert not figure.any(), name
    level = np.full_like(imports.value, 0.1)
    uniform = smart(replace(imports, before=level, after=level + rate), form)
    if form.rivals == "together" or form.diversion == "linear":
        assert not uniform.diversion_usd[:, uniform.verdict == Verdict.SOLVED].any()


@given(imports_of_goods(), st.randoms(use_true_random=False))
def test_small_changes_in_smart_are_as_in_the_exact_market(imports: Imports, chance: Any) -> None:
    """With one partner hit and the demand that agrees: E, and e = E in both, supply infinite."""
    moves = np.array([chance.uniform(0, 1e-6) for _ in range(imports.value.size)])
    infinite = np.full(GOODS, INF)
    level = np.full_like(imports.value, 0.1)
    small = replace(
        imports, before=level, after=level + moves.reshape(level.shape), supply=infinite,
        substitution=np.maximum(imports.substitution, 0.5),
    )  # fmt: skip
    market = Market(
        value=imports.value,
        is_domestic=np.zeros(level.shape[0], dtype=bool),
        before=Schedule(Duty(level)),
        after=Schedule(Duty(small.after)),
        responses=Responses(
            small.substitution, small.substitution, small.demand, np.full_like(level, INF)
        ),
    )
    linear, exact = smart(small), effects_of(market).by_source
    change = linear.diversion_usd - exact.diversion_usd
    largest = np.abs(exact.diversion_usd).max(axis=0)
    assert (np.abs(change) <= 1e-4 * largest + 1e-12 * total(imports)).all()
    moved = linear.creation_usd.sum(axis=0) - exact.creation_usd.sum(axis=0)
    assert (np.abs(moved) <= 1e-4 * np.abs(exact.creation_usd.sum(axis=0)) + 1e-12).all()


@pytest.mark.parametrize(
    ("part", "figure", "verdict"),
    [
        ("value", 0.0, Verdict.NO_TRADE),
        ("value", np.nan, Verdict.UNKNOWN_INPUT),
        ("demand", 1.0, Verdict.INPUT_OUT_OF_BOUNDS),
        ("supply", 0.0, Verdict.INPUT_OUT_OF_BOUNDS),
        ("after", -1.0, Verdict.INPUT_OUT_OF_BOUNDS),
    ],
)
def test_goods_that_smart_cannot_do_are_told(part: str, figure: float, verdict: Verdict) -> None:
    imports = Imports(
        column([100, 300]), column([0, 0]), column([0.1, 0]), one(-1), one(1.5), one(INF)
    )
    wrong = replace(imports, **{part: np.full_like(getattr(imports, part), figure)})
    effects = smart(wrong)
    assert effects.verdict.tolist() == [verdict]
    assert np.isnan(effects.value_after_usd).all()
    assert not effects.is_capped.any()
    assert not effects.is_large.any()


def customs(after: float, *, domestic: float | None = 600.0) -> Customs:
    """Exporters of 100 and 300 at 10 percent, the first's duty changed; VAT 20, excise 5."""
    charges = {"other": 0.01, "excise": 0.05, "vat": 0.2}
    return Customs(
        value=column([100, 300]),
        domestic=None if domestic is None else one(domestic),
        before=Border(column([0.1, 0.1]), **charges),
        after=Border(column([after, 0.1]), **charges),
        between_exporters=one(2.0),
        with_domestic=one(1.0),
        demand=one(-0.5),
    )


def test_trist_sequence_by_hand() -> None:
    """Duty 10 to 21.1 percent with other charges of 1: g = 0.111 / 1.11 = 0.1 for the first.

    1: k 0.8, 400 x 80 / 380 = 84.2105 and 315.7895. G = 8.42105 / 400 = 0.0210526.
    2: K = 0.9789474: imports 391.5789 of 991.5789, brought to 1000: 394.9045.
    3: 1 - 0.5 x 0.0210526 x 0.3949045 = 0.9958431.
    """
    effects = trist(customs(0.211))
    assert effects.by_exporters_usd[:, 0] == pytest.approx([-15.78947, 15.78947], abs=1e-5)
    assert effects.value_after_usd.sum() == pytest.approx(394.9045 * 0.9958431, rel=1e-6)
    assert effects.domestic_after_usd == pytest.approx([605.0955 * 0.9958431], rel=1e-6)
    assert effects.value_after_usd[0] == pytest.approx(84.2105 * 0.9872612 * 0.9958431, rel=1e-5)
    assert not effects.is_floored.any()


def test_trist_without_domestic_sales_leaves_the_second_step_out() -> None:
    effects = trist(customs(0.211, domestic=None))
    assert not effects.by_domestic_usd.any()
    assert np.isnan(effects.domestic_after_usd).all()
    assert effects.value_after_usd.sum() == pytest.approx(400 * (1 - 0.5 * 0.0210526), rel=1e-6)


def test_trist_with_domestic_sales_of_nothing_has_nothing_to_substitute() -> None:
    """A duty of 500 percent moves the mean by 1.1: substitution would meet its floor.

    That there are no domestic sales is known and no fault, so demand alone answers.
    """
    none = replace(customs(5.0, domestic=0.0), between_exporters=one(0.0))
    effects = trist(none)
    unknown = trist(replace(none, domestic=None))

    assert effects.verdict.tolist() == [Verdict.SOLVED]
    assert not effects.is_floored.any()
    assert not effects.by_domestic_usd.any()
    assert effects.domestic_after_usd.tolist() == [0.0]
    rise = 4.9 / 1.11 / 4
    assert effects.value_after_usd.sum() == pytest.approx(400 * (1 - 0.5 * rise), rel=1e-9)
    assert effects.value_after_usd.tolist() == unknown.value_after_usd.tolist()


def test_reference_cascade_is_the_revenue_of_trist() -> None:
    """Reference: the border cascade of a line, from nothing to all charges, trade unchanged."""
    told = vector("border_cascade", "reference")
    inputs = told["inputs"]
    border = Border(column([inputs["duty_rate"]]), inputs["other"], inputs["excise"], inputs["vat"])
    given = Customs(column([inputs["cif"]]), None, border, border, one(0.0), one(0.0), one(-1e-9))
    free = replace(given, before=Border(column([0.0])))
    charged = trist(free).revenue_change_usd[:, 0]
    assert charged == pytest.approx([told["expected"]["total"]], rel=1e-8)
    line = border_cascade(
        inputs["cif"],
        {"duty": inputs["cif"] * inputs["duty_rate"]},
        other_rate=inputs["other"],
        excise_rate=inputs["excise"],
        vat_rate=inputs["vat"],
    )
    for name in ("duty", "other", "excise", "vat", "total", "statutory_incidence"):
        assert getattr(line, name) == near(told["expected"][name], told["tolerance"]), name


@given(imports_of_goods(), st.booleans(), figures(0.0, 0.5))
def test_laws_of_trist(imports: Imports, has_domestic: bool, vat: float) -> None:
    given_customs = Customs(
        value=imports.value,
        domestic=imports.value.sum(axis=0) * 2.0 if has_domestic else None,
        before=Border(imports.before, vat=vat),
        after=Border(imports.after, vat=vat),
        between_exporters=imports.substitution,
        with_domestic=imports.substitution / 2.0,
        demand=imports.demand,
    )
    effects = trist(given_customs)
    room = 1e-9 * total(imports)
    assert (np.abs(effects.by_exporters_usd.sum(axis=0)) <= room).all()
    assert (effects.value_after_usd >= -room).all()
    parts = effects.by_exporters_usd + effects.by_domestic_usd + effects.by_demand_usd
    assert (np.abs(imports.value + parts - effects.value_after_usd) <= room).all()
    same = trist(replace(given_customs, after=given_customs.before))
    for name in (
        "by_exporters_usd",
        "by_domestic_usd",
        "by_demand_usd",
        "revenue_change_usd",
        "duty_change_usd",
    ):
        assert not getattr(same, name).any(), name
    assert (
        trist(replace(given_customs, demand=-imports.demand)).verdict.tolist()
        == [Verdict.INPUT_OUT_OF_BOUNDS] * GOODS
    )


@pytest.mark.parametrize(("price_change", "factor"), [("relative", 1.5), ("log", np.exp(0.5))])
def test_no_area_lies_beyond_the_duty_that_chokes_demand(price_change: Any, factor: float) -> None:
    """At an elasticity of -2 imports end at 1.5 times the price, by the log at e^0.5 times."""
    duties = np.array([[0.1]]), np.array([[1.0]])
    imports = Imports(
        np.array([[100.0]]), *duties, *(np.array([value]) for value in (-2.0, 3.0, INF))
    )
    area = welfare(
        imports, np.array([[-10.0]]), np.ones(1), choices=Choices(price_change=price_change)
    )
    assert area[0, 0] == pytest.approx(-5.0 * (0.1 + 1.1 * factor - 1.0))
