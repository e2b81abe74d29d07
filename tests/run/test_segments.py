"""Portions, contents, floors and specific duties of measures on one line, worked out by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from calc.errors import ScenarioError
from calc.policy.expression import AdValorem, Expression, Greatest, Specific, Sum
from calc.policy.model import Alternative, Branch, Claim, Policy, Relation, Stacking
from calc.tables.base import Base
from tests.run.asking import law_of, trade_of
from tests.run.assessed import Assessed, assessed_question
from tests.run.policies import ask_under, policy_for, question_under, share
from tests.strategies import Law, Row, table

pytestmark = pytest.mark.usefixtures("tables_alone")

CARS = law_of({"cars": {}}, [("cars", "include", "8703")])
CAR = {"code": "870323", "customs_value_usd": 1000.0}
NAMES = ("segment", "customs_value_usd", "duty_before_usd", "duty_after_usd", "duty_increment_usd")


def base_of(*rows: dict[str, Any]) -> Any:
    """Rows of BASE for cars from all, at 2.5 percent, but for the cells given."""
    plain = {
        "importer": "USA", "partner": "*", "programme": "mfn", "code": "8703",
        "ad_valorem_rate": 0.025, "rate_text": "as given", "valid_from": date(1990, 1, 1),
        "source": "made up",
    }  # fmt: skip
    return table([plain | row for row in rows], Base)


MFN = base_of({})


def run(
    folder: Path,
    policy: Policy,
    *flows: Row,
    law: Law = CARS,
    base: Any = MFN,
    shares: Sequence[Row] = (),
) -> Assessed:
    trade = trade_of(flows or [CAR])
    return assessed_question(question_under(folder, trade, law, policy, base, shares=shares))


def told(found: Assessed, *names: str) -> list[tuple[Any, ...]]:
    return found.lines().select(names or NAMES).rows()


def changed(change: Callable[[Branch], Branch] | None = None, **facts: Any) -> Policy:
    return policy_for(CARS, change, **facts)


def test_a_measure_on_a_portion_of_a_line(tmp_path: Path) -> None:
    """25 % on 30 % of 1,000 USD, on top of 2.5 %; quantities are split as the value is."""
    policy = changed(lambda cars: replace(cars, portion="models"), portions=("models",))
    found = run(
        tmp_path, policy, CAR | {"quantity": 40.0, "quantity_unit": "number"},
        shares=[share("models", 0.3)],
    )  # fmt: skip
    assert told(found) == [
        ("models", 300.0, 7.5, 82.5, 75.0),
        ("not models", 700.0, 17.5, 17.5, 0.0),
    ]
    assert told(found, "status", "quantity") == [("in force", 12.0), ("excluded", 28.0)]
    whole = found.sums()
    assert (whole["lines"], whole["listed_value_usd"]) == (1, 1000.0)
    assert (whole["covered_value_usd"], whole["duty_increment_usd"]) == (300.0, 75.0)


def test_two_portions_are_independent(tmp_path: Path) -> None:
    policy = changed(
        lambda cars: replace(
            cars, portion="models", alternatives=(Alternative("claimed", AdValorem(0.1)),)
        ),
        portions=("models", "claimed"),
    )
    found = run(tmp_path, policy, shares=[share("models", 0.5), share("claimed", 0.2)])
    assert told(found) == [
        ("models; claimed", 100.0, 2.5, 12.5, 10.0),
        ("models; not claimed", 400.0, 10.0, 110.0, 100.0),
        ("not models; claimed", 100.0, 2.5, 2.5, 0.0),
        ("not models; not claimed", 400.0, 10.0, 10.0, 0.0),
    ]


def test_an_odd_ten_thousandth_goes_to_the_part_outside(tmp_path: Path) -> None:
    policy = changed(lambda cars: replace(cars, portion="models"), portions=("models",))
    odd = CAR | {"customs_value_usd": 100.0001}
    found = run(tmp_path, policy, odd, shares=[share("models", 0.5)])
    assert [row[:2] for row in told(found)] == [("models", 50.0001), ("not models", 50.0)]


def test_a_portion_claims_a_preference(tmp_path: Path) -> None:
    """80 % come free under the preference and pay 10 %, the others 2.5 % and 25 %."""
    base = base_of({}, {"partner": "JPN", "programme": "fta", "ad_valorem_rate": 0.0})
    policy = changed(
        lambda cars: replace(cars, alternatives=(Alternative("claimed", AdValorem(0.1)),)),
        portions=("claimed",),
        claims=(Claim("claimed", "fta"),),
    )
    found = run(tmp_path, policy, base=base, shares=[share("claimed", 0.8)])
    assert told(found) == [
        ("claimed", 800.0, 0.0, 80.0, 80.0),
        ("not claimed", 200.0, 5.0, 55.0, 50.0),
    ]
    assert told(found, "base_programme", "rate_before") == [("fta", 0.0), ("mfn", 0.025)]


def test_an_exclusion_takes_a_portion_out(tmp_path: Path) -> None:
    law = law_of({"cars": {}}, [("cars", "include", "8703")], [("cars", 1, "870323", "*")])
    policy = policy_for(
        law,
        lambda cars: replace(cars, exclusion_portions={1: "granted"}),
        portions=("granted",),
    )
    flows = (CAR, CAR | {"code": "870324"})
    found = run(tmp_path, policy, *flows, law=law, shares=[share("granted", 0.1)])
    assert told(found, "code", "segment", "status", "duty_increment_usd") == [
        ("870323", "granted", "excluded", 0.0),
        ("870323", "not granted", "in force", 225.0),
        ("870324", "whole", "in force", 250.0),
    ]
    reasons = found.components().select("segment", "reason").rows()
    assert ("granted", "exclusion 1 takes the portion granted out") in reasons


@pytest.mark.parametrize(
    ("mode", "after", "increment"),
    [
        ("add", 25.0 + 0.4 * 250.0, 0.4 * 250.0),
        ("replace", 0.6 * 25.0 + 0.4 * 250.0, 0.4 * 250.0 - 0.4 * 25.0),
        ("all-in", 25.0 + 0.4 * (250.0 - 25.0), 0.4 * (250.0 - 25.0)),
    ],
)
def test_a_measure_on_a_content(tmp_path: Path, mode: Any, after: float, increment: float) -> None:
    """25 % on the 40 % of the value that are steel: on top of 2.5 %, in lieu of it, topping up."""
    policy = changed(lambda cars: replace(cars, on="steel", mode=mode), contents=("steel",))
    found = run(tmp_path, policy, shares=[share("steel", 0.4, kind="content")])
    assert told(found) == [("whole", 1000.0, 25.0, after, increment)]
    assert found.components()["bites_on"].to_list() == ["content of steel"]


METALS = law_of(
    {
        "steel": {"authority": "section-232", "programme": "steel", "ad_valorem_rate": 0.5},
        "aluminum": {"authority": "section-232", "programme": "aluminum"},
        "all-goods": {"authority": "reciprocal", "ad_valorem_rate": 0.1, "names_products": False},
    },
    [("steel", "include", "8703"), ("aluminum", "include", "8703"), ("all-goods", "include", "*")],
)
REST = Stacking(
    first=(("section-232/steel", "section-232/aluminum"),),
    relations={"reciprocal": Relation("rest of", ("section-232",))},
)


def on_metals(branch: Branch) -> Branch:
    is_metal = branch.authority == "section-232"
    return replace(branch, on=branch.programme) if is_metal and branch.programme else branch


@pytest.mark.parametrize(
    ("steel", "aluminum", "rest", "after"),
    [
        # 2.5 % of the base; 50 % on steel, 25 % on aluminum, 10 % on what they leave
        (0.3, 0.2, 0.5, 25.0 + 150.0 + 50.0 + 50.0),
        (0.3, 0.0, 0.7, 25.0 + 150.0 + 0.0 + 70.0),
        (0.0, 0.0, 1.0, 25.0 + 0.0 + 0.0 + 100.0),
        (0.75, 0.25, 0.0, 25.0 + 375.0 + 62.5 + 0.0),
        (1.0, 1.0, 0.0, 25.0 + 500.0 + 250.0 + 0.0),
    ],
)
def test_the_rest_of_contents(
    tmp_path: Path, steel: float, aluminum: float, rest: float, after: float
) -> None:
    policy = policy_for(METALS, on_metals, contents=("steel", "aluminum"), stacking=REST)
    parts = [share("steel", steel, kind="content"), share("aluminum", aluminum, kind="content")]
    found = run(tmp_path, policy, law=METALS, shares=parts)
    assert told(found) == [("whole", 1000.0, 25.0, after, after - 25.0)]
    duties = found.components().select("measure_id", "measure_duty_usd").rows()
    assert dict(duties) == {
        "steel": 500.0 * steel, "aluminum": 250.0 * aluminum, "all-goods": 100.0 * rest,
    }  # fmt: skip


def test_the_rest_of_contents_in_a_portion(tmp_path: Path) -> None:
    """What claims the preference is exempt from the steel duty: all of it is the rest."""
    policy = policy_for(METALS, on_metals, contents=("steel", "aluminum"), stacking=REST)
    exempt = [
        replace(branch, alternatives=(Alternative("claimed", None),))
        if branch.authority == "section-232" else branch
        for branch in policy.branches
    ]  # fmt: skip
    policy = replace(policy, branches=exempt, portions=("claimed",))
    found = run(
        tmp_path, policy, law=METALS,
        shares=[share("steel", 0.5, kind="content"), share("aluminum", 0.0, kind="content"),
                share("claimed", 0.2)],
    )  # fmt: skip
    assert told(found) == [
        ("claimed", 200.0, 5.0, 5.0 + 20.0, 20.0),
        ("not claimed", 800.0, 20.0, 20.0 + 200.0 + 40.0, 240.0),
    ]


@pytest.mark.parametrize(
    ("base_rate", "after"), [(0.025, 150.0), (0.15, 150.0), (0.2, 200.0), (0.0, 150.0)]
)
def test_an_all_in_rate_tops_up_to_15_percent(
    tmp_path: Path, base_rate: float, after: float
) -> None:
    policy = changed(lambda cars: replace(cars, mode="all-in", rate=AdValorem(0.15)))
    found = run(tmp_path, policy, base=base_of({"ad_valorem_rate": base_rate}))
    before = 1000.0 * base_rate
    assert told(found) == [("whole", 1000.0, before, after, after - before)]
    rates = (base_rate, max(base_rate, 0.15), base_rate < 0.15)
    assert told(found, "rate_before", "rate_after", "is_affected") == [rates]


PER_KG: Expression = Specific(0.5, "kg")
COMPOUND: Expression = Sum((Specific(0.5, "kg"), AdValorem(0.1)))
FIRST: Row = {"quantity": 40.0, "quantity_unit": "kg"}
SECOND: Row = {"quantity_2": 30.0, "quantity_2_unit": "kg"}
MASS: Row = {"net_mass_kg": 20.0}
PIECES: Row = {"quantity": 7.0, "quantity_unit": "number"}


@pytest.mark.parametrize(
    ("amounts", "rate", "duty"),
    [
        (FIRST | SECOND | MASS, PER_KG, 20.0),
        (PIECES | SECOND | MASS, PER_KG, 15.0),
        (PIECES | MASS, PER_KG, 10.0),
        ({"quantity": 0.04, "quantity_unit": "t"}, PER_KG, 20.0),
        (PIECES | MASS, COMPOUND, 110.0),
        (PIECES | MASS, Specific(3.0, "number"), 21.0),
        (PIECES, PER_KG, None),
        (PIECES, COMPOUND, None),
        ({}, PER_KG, None),
        ({"quantity": 0.0, "quantity_unit": "kg"}, PER_KG, 0.0),
    ],
    ids=["first", "second", "net mass", "converted", "compound", "pieces", "other unit",
         "compound, other unit", "no quantity", "zero quantity"],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["add", "replace"])
def test_a_measure_by_quantity(
    tmp_path: Path, mode: Any, amounts: Row, rate: Expression, duty: float | None
) -> None:
    policy = changed(lambda cars: replace(cars, mode=mode, rate=rate))
    found = run(tmp_path, policy, CAR | amounts)
    on_top = mode == "add"
    after = None if duty is None else duty + 25.0 * on_top
    added = None if duty is None else duty - 25.0 * (not on_top)
    assert told(found) == [("whole", 1000.0, 25.0, after, added)]
    rate_after, affected = told(found, "rate_after", "is_affected")[0]
    assert rate_after == (None if after is None else after / 1000.0)
    assert affected == (None if duty is None else duty > 0 or not on_top)
    whole = found.sums()
    assert whole["duty_after_usd"] == after
    assert whole["duty_after_unknown_value_usd"] == (1000.0 if duty is None else 0.0)
    assert found.components()["measure_duty_usd"].to_list() == [duty]


def test_a_specific_duty_of_a_portion_counts_its_part_of_the_quantity(tmp_path: Path) -> None:
    """0.5 USD a kg on a quarter of 40 kg; the base of 0.1 USD a kg is split as well."""
    policy = changed(
        lambda cars: replace(cars, portion="models", rate=PER_KG), portions=("models",)
    )
    base = base_of({"ad_valorem_rate": 0.0, "specific_rate_usd": 0.1, "specific_unit": "kg"})
    found = run(tmp_path, policy, CAR | FIRST, base=base, shares=[share("models", 0.25)])
    assert told(found) == [
        ("models", 250.0, 1.0, 6.0, 5.0),
        ("not models", 750.0, 3.0, 3.0, 0.0),
    ]


def test_a_share_of_a_partner_and_of_a_longer_code_goes_first(tmp_path: Path) -> None:
    policy = changed(lambda cars: replace(cars, portion="models"), portions=("models",))
    shares = [
        share("models", 0.9),
        share("models", 0.5, prefix="8703"),
        share("models", 0.25, prefix="87", partner="JPN"),
        share("models", 0.75, prefix="870324", partner="KOR"),
    ]
    flows = (CAR, CAR | {"code": "870324", "customs_value_usd": 10.0})
    found = run(tmp_path, policy, *flows, shares=shares)
    values = {
        (code, segment): value
        for code, segment, value in told(found, "code", "segment", "customs_value_usd")
    }
    assert values == {
        ("870323", "models"): 250.0,
        ("870323", "not models"): 750.0,
        ("870324", "models"): 2.5,
        ("870324", "not models"): 7.5,
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {},  # independent: 12.5 % of the line is in both
            [
                ("granted; made", 125.0, "excluded"),
                ("granted; not made", 125.0, "excluded"),
                ("not granted; made", 375.0, "excluded"),
                ("not granted; not made", 375.0, "in force"),
            ],
        ),
        (
            {"disjoint": [("granted", "made")]},
            [
                ("granted", 250.0, "excluded"),
                ("made", 500.0, "excluded"),
                ("not granted; not made", 250.0, "in force"),
            ],
        ),
    ],
)
def test_exclusions_that_each_take_a_portion_of_a_line(
    tmp_path: Path, facts: Any, expected: list[tuple[str, float, str]]
) -> None:
    exclusions = [("cars", 1, "870323", "*"), ("cars", 2, "8703", "*")]
    law = law_of({"cars": {}}, [("cars", "include", "8703")], exclusions)
    policy = policy_for(
        law,
        lambda cars: replace(cars, exclusion_portions={1: "granted", 2: "made"}),
        portions=("granted", "made"),
        **facts,
    )
    flows = (CAR, CAR | {"code": "870324"})
    shares = [share("granted", 0.25), share("made", 0.5)]
    found = run(tmp_path, policy, *flows, law=law, shares=shares)
    lines = told(found, "code", "segment", "customs_value_usd", "status")
    assert [line[1:] for line in lines if line[0] == "870323"] == expected
    assert [line[1:] for line in lines if line[0] == "870324"] == [
        ("made", 500.0, "excluded"), ("not made", 500.0, "in force"),
    ]  # fmt: skip
    reasons = found.components().filter(code="870323")["reason"].to_list()
    assert "exclusion 1 takes the portion granted out" in reasons
    assert "exclusion 2 takes the portion made out" in reasons


@pytest.mark.parametrize(
    ("mode", "rate", "base", "increment"),
    [
        ("add", Greatest((AdValorem(0.1), Specific(5.0, "kg"))), MFN, 10 + 50 + 50),
        (
            "all-in",
            AdValorem(0.15),
            base_of({"ad_valorem_rate": 0.0, "specific_rate_usd": 5.0, "specific_unit": "kg"}),
            10 + 0 + 50,
        ),
    ],
)
def test_authorities_add_up_where_the_duties_of_lines_do_not(
    tmp_path: Path, mode: Any, rate: Expression, base: Any, increment: float
) -> None:
    law = law_of(
        {"cars": {}, "more": {"authority": "title-vii"}},
        [("cars", "include", "8703"), ("more", "include", "8703")],
    )
    policy = policy_for(
        law,
        lambda each: replace(each, mode=mode, rate=rate) if each.measure_id == "cars" else each,
        stacking=Stacking(
            relations={"section-301": Relation("adds"), "title-vii": Relation("adds")},
            within={"section-301": "sum", "title-vii": "sum"},
        ),
    )
    flows = [
        CAR | {"code": code, "customs_value_usd": 100.0, "quantity": kg, "quantity_unit": "kg"}
        for code, kg in (("870323", 1.0), ("870324", 10.0))
    ]
    tables = ask_under(tmp_path, trade_of(flows), law, policy, base).tables
    assert tables["by_importer"]["duty_increment_usd"].to_list() == [increment]
    assert tables["by_authority"]["duty_increment_usd"].sum() == increment


def side_by_side(law: Law, **facts: Any) -> Policy:
    """25 % on cars; 10 % in one portion, exempt in the other."""
    pays = (Alternative("claimed", AdValorem(0.1)), Alternative("models", None))
    return policy_for(
        law,
        lambda cars: replace(cars, alternatives=pays),
        portions=("claimed", "models"),
        **facts,
    )


def test_disjoint_portions_share_no_part_of_a_line(tmp_path: Path) -> None:
    """Of 1,000 USD at 2.5 %: 200 pay 10 % more, 500 nothing, and the 300 in neither 25 %."""
    policy = side_by_side(CARS, disjoint=[("claimed", "models")])
    found = run(tmp_path, policy, shares=[share("models", 0.5), share("claimed", 0.2)])
    assert told(found) == [
        ("claimed", 200.0, 5.0, 25.0, 20.0),
        ("models", 500.0, 12.5, 12.5, 0.0),
        ("not claimed; not models", 300.0, 7.5, 82.5, 75.0),
    ]


def test_disjoint_portions_of_all_leave_nothing(tmp_path: Path) -> None:
    policy = side_by_side(CARS, disjoint=[("claimed", "models")])
    found = run(tmp_path, policy, shares=[share("models", 0.7), share("claimed", 0.3)])
    assert told(found) == [
        ("claimed", 300.0, 7.5, 37.5, 30.0),
        ("models", 700.0, 17.5, 17.5, 0.0),
    ]


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize(
    ("inner", "outer", "duties"),
    [
        (AdValorem(0.05), AdValorem(0.1), (10.0, 30.0)),
        (None, AdValorem(0.1), (0.0, 30.0)),
        (AdValorem(0.05), None, (10.0, 0.0)),
    ],
)
def test_what_a_nested_portion_pays_goes_first(
    tmp_path: Path,
    is_turned: bool,
    inner: Expression | None,
    outer: Expression | None,
    duties: tuple[float, float],
) -> None:
    """Of 1,000 USD 200 are models, all of them claimed as 300 more are, and 500 are neither."""
    plain = [Alternative("claimed", outer), Alternative("models", inner)]
    pays = plain[::-1] if is_turned else plain
    policy = changed(
        lambda cars: replace(cars, alternatives=pays),
        portions=("claimed", "models"),
        nested_in={"models": "claimed"},
    )
    found = run(tmp_path, policy, shares=[share("models", 0.2), share("claimed", 0.5)])
    assert told(found, "segment", "customs_value_usd", "duty_increment_usd") == [
        ("claimed; models", 200.0, duties[0]),
        ("claimed; not models", 300.0, duties[1]),
        ("not claimed", 500.0, 125.0),
    ]


def test_a_nested_portion_of_all_of_its_outer_one(tmp_path: Path) -> None:
    policy = side_by_side(CARS, nested_in={"models": "claimed"})
    found = run(tmp_path, policy, shares=[share("models", 0.5), share("claimed", 0.5)])
    assert [row[:2] for row in told(found)] == [("claimed; models", 500.0), ("not claimed", 500.0)]
    found = run(tmp_path, policy, shares=[share("models", 0.25), share("claimed", 1.0)])
    assert [row[:2] for row in told(found)] == [("models", 250.0), ("not models", 750.0)]


@pytest.mark.parametrize(
    ("facts", "shares", "what", "where"),
    [
        (
            {"disjoint": [("claimed", "models")]},
            [share("models", 0.75), share("claimed", 0.5, prefix="870324")],
            "disjoint portions take more than the whole flow on 1 lines, USD 20",
            "first on USA from JPN, code 870324, where claimed is 0.5, models is 0.75",
        ),
        (
            {"nested_in": {"models": "claimed"}},
            [share("models", 0.25), share("claimed", 0.5, prefix="870324")],
            "the portion models takes more than the portion claimed that holds it on 1 lines, "
            "USD 1,000",
            "first on USA from JPN, code 870323, where models is 0.25",
        ),
    ],
)
def test_portions_that_do_not_fit_are_refused(
    tmp_path: Path, facts: Any, shares: Sequence[Row], what: str, where: str
) -> None:
    flows = [CAR, CAR | {"code": "870324", "customs_value_usd": 20.0}]
    with pytest.raises(ScenarioError) as caught:
        run(tmp_path, side_by_side(CARS, **facts), *flows, shares=shares)
    assert [(problem.what, problem.where) for problem in caught.value.problems] == [(what, where)]


def test_the_rates_of_many_firms_on_a_line(tmp_path: Path) -> None:
    """Of 1,001 USD each of 300 firms ships a part; firm n pays n thousandths, the sum of all."""
    names = [f"firm-{number:03}" for number in range(300)]
    pays = tuple(Alternative(name, AdValorem(n / 1000)) for n, name in enumerate(names))
    policy = changed(
        lambda cars: replace(cars, alternatives=pays), portions=tuple(names), disjoint=[names]
    )
    car = CAR | {"customs_value_usd": 1001.0}
    found = run(tmp_path, policy, car, shares=[share(name, 1 / 300) for name in names])
    lines = found.lines()
    assert lines.height == 300
    # 1001 / 300 = 3.33666..., rounded to 3.3367; the last has 1001 - 299 * 3.3367 = 3.3267.
    assert lines["customs_value_usd"].value_counts(sort=True).rows() == [
        (3.3367, 299), (3.3267, 1),
    ]  # fmt: skip
    rates = zip(lines["segment"], lines["rate_after"], strict=True)
    assert dict(rates) == {name: 0.025 + n / 1000 for n, name in enumerate(names)}
    whole = found.sums()
    assert (whole["lines"], whole["covered_value_usd"]) == (1, 1001.0)
