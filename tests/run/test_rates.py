"""Many rates of one measure at once, against the law computed at each rate by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.accounting import sums_of
from calc.policy.expression import AdValorem, Greatest, Specific
from calc.policy.model import Alternative, Branch, Policy, Relation, Stacking
from calc.policy.readings import HIGHEST
from calc.tables.base import Base
from pipelines.run.question import Question, chosen_period, shape_of
from pipelines.run.rates import FIGURES, KEY, sums_at_rates, with_rate
from pipelines.run.resolve import resolve
from pipelines.run.variants import Variants, variants_of
from tests.run.asking import law_of, trade_of
from tests.run.policies import policy_for, question_under, share
from tests.strategies import Row, table

pytestmark = pytest.mark.usefixtures("tables_alone")

MEASURES: dict[str, dict[str, Any]] = {
    "parts": {"authority": "section-232", "programme": "parts"},
    "steel": {"authority": "section-232", "programme": "steel"},
    "all": {"authority": "reciprocal"},
    "waiting": {"authority": "section-301", "state": "announced", "is_in_force": False},
}
SCOPES = [
    ("parts", "include", "8708"),
    ("steel", "include", "8708"),
    ("steel", "include", "7208"),
    ("all", "include", "87"),
    ("all", "include", "72"),
    ("all", "exclude", "720810"),
    ("waiting", "include", "8703"),
]
LAW = law_of(MEASURES, SCOPES)
STACKING = Stacking(
    first=(("section-232/parts",), ("section-232/steel",)),
    relations={
        "reciprocal": Relation("rest of", ("section-232",)),
        "section-301": Relation("adds"),
    },
)
RATES = (0.0, 0.1, 0.25, 1.0)


def the_policy(mode: str = "add") -> Policy:
    """Contents, a portion that pays a rate of the sweep, and floors, by measure."""

    def change(branch: Branch) -> Branch:
        match branch.measure_id:
            case "parts":
                kept = (Alternative("claimed", AdValorem(0.1)),)
                return replace(branch, alternatives=kept)
            case "steel":
                rate = Greatest((AdValorem(0.05), Specific(2.0, "kg")))
                return replace(branch, on="steel", rate=rate)
            case "all":
                return replace(branch, mode=mode)  # type: ignore[arg-type]
            case _:
                return branch

    shares = {"portions": ("claimed",), "contents": ("steel",)}
    return policy_for(LAW, change, stacking=STACKING, **shares)


def the_variants(folder: Path, policy: Policy) -> Variants:
    flows: list[Row] = [
        {"code": "870810", "customs_value_usd": 1000.0, "quantity": 7.0, "quantity_unit": "kg"},
        {"code": "870829", "customs_value_usd": 333.33, "calculated_duty_usd": 1.0},
        {"code": "870830", "customs_value_usd": 333.33, "calculated_duty_usd": 1.0},
        {"code": "720810", "customs_value_usd": 50.0},
        {"code": "720820", "customs_value_usd": 500.0, "quantity": 100.0, "quantity_unit": "kg"},
        {"code": "870323", "customs_value_usd": 9000.0},
        {"code": "871310", "customs_value_usd": 70.0},
    ]
    base = [
        {"importer": "USA", "partner": "*", "programme": "mfn", "code": code, "source": "made up",
         "ad_valorem_rate": rate, "rate_text": "as given", "valid_from": date(1990, 1, 1)}
        for code, rate in (("8708", 0.15), ("72", 0.0), ("8703", 0.025))
    ]  # fmt: skip
    shares = [share("claimed", 0.4, prefix="8708"), share("steel", 0.3, kind="content")]
    asked = question_under(folder, trade_of(flows), LAW, policy, table(base, Base), shares=shares)
    return _resolved(asked)


def _resolved(asked: Question) -> Variants:
    shape = shape_of(asked)
    period = chosen_period(asked, shape)
    resolved = resolve(asked, asked.imports(period))
    assert resolved is not None
    return variants_of(asked, resolved)


def one_by_one(variants: Variants, measure_id: str, rates: Sequence[float] = RATES) -> pl.DataFrame:
    """The same figures, each law compiled and assessed by itself."""
    policy = variants.question.policy
    found = []
    for rate in rates:
        lines = variants.under(with_rate(policy, measure_id, rate)).lines.lazy()
        found.append(sums_of(lines.with_columns(pl.lit(rate).alias(KEY)), [KEY]))
    return pl.concat(found).select(KEY, *FIGURES).collect()


@pytest.fixture(scope="module", params=["add", "replace", "all-in"])
def variants(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Variants:
    """The law on its lines, all goods in a mode."""
    return the_variants(tmp_path_factory.mktemp("rates"), the_policy(request.param))


@pytest.mark.parametrize("measure_id", ["parts", "steel", "all", "waiting"])
def test_many_rates_at_once_give_what_each_gives(variants: Variants, measure_id: str) -> None:
    found = pl.concat(sums_at_rates(variants, measure_id, RATES)).sort(KEY)

    assert found.equals(one_by_one(variants, measure_id))


def test_a_law_in_which_rates_decide_what_is_charged(tmp_path: Path) -> None:
    """The higher of two is charged: from 0.3 on the swept one, below it the other."""
    law = law_of({"one": {}, "other": {"ad_valorem_rate": 0.3}}, [
        ("one", "include", "8703"), ("other", "include", "8703"),
    ])  # fmt: skip
    policy = policy_for(law, stacking=Stacking(within={"section-301": "highest"}))
    trade = trade_of([{"code": "870323", "customs_value_usd": 1000.0}])
    variants = _resolved(question_under(tmp_path, trade, law, policy))

    found = pl.concat(sums_at_rates(variants, "one", [0.0, 0.2, 0.4, 0.5])).sort(KEY)

    assert found["duty_increment_usd"].to_list() == [300.0, 300.0, 400.0, 500.0]


@pytest.mark.parametrize("other", [AdValorem(0.3), Specific(3.0, "kg")])
@pytest.mark.parametrize("swept", ["one", "two"])
def test_of_two_programmes_the_higher_is_charged_at_each_rate(
    tmp_path: Path, swept: str, other: AdValorem | Specific
) -> None:
    """300 of 1,000 by the other, as a rate or for 100 kg; at 0.3 they are the same."""
    law = law_of({name: {"programme": name} for name in ("one", "two")}, [
        ("one", "include", "8703"), ("two", "include", "8703"),
    ])  # fmt: skip

    def change(branch: Branch) -> Branch:
        return branch if branch.measure_id == swept else replace(branch, rate=other)

    policy = policy_for(law, change, readings={HIGHEST: ("section-301",)})
    flow = {"code": "870323", "customs_value_usd": 1000.0, "quantity": 100.0, "quantity_unit": "kg"}
    variants = _resolved(question_under(tmp_path, trade_of([flow]), law, policy))

    found = pl.concat(sums_at_rates(variants, swept, [0.0, 0.2, 0.3, 0.5])).sort(KEY)

    assert found["duty_increment_usd"].to_list() == [300.0, 300.0, 300.0, 500.0]
