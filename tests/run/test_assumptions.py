"""ASSUMPTIONS: a result at the ends of each share, worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.policy.expression import AdValorem
from calc.policy.model import Alternative, Policy
from pipelines.run.assumptions import ALL, OVERLAP, assumptions_table
from pipelines.run.compute import answer
from tests.run.asking import law_of, trade_of
from tests.run.policies import policy_for, question_under, share
from tests.run.test_segments import MFN
from tests.strategies import Row

pytestmark = pytest.mark.usefixtures("tables_alone")

CARS = law_of({"cars": {}}, [("cars", "include", "8703")])
CAR = {"code": "870323", "customs_value_usd": 1000.0}
"""25 % on top, on what is among the models and does not claim: 1,000 * 25 % * m * (1 - c)."""


def policy(**facts: Any) -> Policy:
    return policy_for(
        CARS,
        lambda cars: replace(cars, portion="models", alternatives=(Alternative("claimed", None),)),
        portions=("models", "claimed"),
        **facts,
    )


def told(folder: Path, law: Policy, *shares: Row, flows: Sequence[Row] = (CAR,)) -> pl.DataFrame:
    """ASSUMPTIONS of a law on cars."""
    asked = question_under(folder, trade_of(flows), CARS, law, MFN, shares=shares)
    found = assumptions_table(asked, answer(asked), {"models": "control"})
    assert found is not None
    return found


def increments(found: pl.DataFrame) -> dict[tuple[str, str], float | None]:
    rows = found.select("assumption", "end", "duty_increment_usd").iter_rows()
    return {(assumption, end): usd for assumption, end, usd in rows}


MODELS = share("models", 0.3, low=0.2, high=0.4)
CLAIMED = share("claimed", 0.5, low=0.4, high=0.6)


def test_both_ends_of_each_share_of_all_and_of_how_they_meet(tmp_path: Path) -> None:
    flows = (
        CAR | {"customs_value_usd": 400.0},
        CAR | {"code": "870324", "customs_value_usd": 600.0},
    )
    found = told(tmp_path, policy(), MODELS, CLAIMED, flows=flows)
    assert increments(found) == {
        ("models", "low"): 25.0,  # 250 * 0.2 * 0.5
        ("models", "high"): 50.0,  # 250 * 0.4 * 0.5
        ("claimed", "low"): 45.0,  # 250 * 0.3 * 0.6
        ("claimed", "high"): 30.0,  # 250 * 0.3 * 0.4
        (ALL, "least duty"): 20.0,  # 250 * 0.2 * 0.4
        (ALL, "most duty"): 60.0,  # 250 * 0.4 * 0.6
        (OVERLAP, "least overlap"): 75.0,  # no model is claimed: 250 * 0.3
        (OVERLAP, "greatest overlap"): 0.0,  # every model is
    }
    row = found.filter(assumption="models", end="low").row(0, named=True)
    assert (row["kind"], row["calibrated_to"], row["source"]) == ("portion", "control", "made up")
    assert (row["central_least"], row["central_most"]) == (0.3, 0.3)
    assert (row["end_least"], row["end_most"], row["covered_value_usd"]) == (0.2, 0.2, 100.0)


def test_a_share_without_a_range_has_no_figures_and_says_so(tmp_path: Path) -> None:
    found = told(tmp_path, policy(), share("models", 0.3), share("claimed", 0.0))
    assert increments(found) == {
        (name, end): None for name in ("models", "claimed") for end in ("low", "high")
    }
    assert set(found["reason"]) == {"no range is stated"}


def test_a_portion_of_nothing_may_be_some(tmp_path: Path) -> None:
    found = told(tmp_path, policy(), share("models", 0.0, high=0.5), share("claimed", 0.0))
    assert increments(found)["models", "high"] == 125.0
    assert increments(found)["models", "low"] == 0.0


def test_an_end_that_does_not_fit_says_so(tmp_path: Path) -> None:
    law = policy(disjoint=[("models", "claimed")])
    found = told(tmp_path, law, share("models", 0.5, high=0.75), share("claimed", 0.5))
    row = found.filter(assumption="models", end="high").row(0, named=True)
    assert row["duty_increment_usd"] is None
    assert row["reason"].startswith("disjoint portions take more than the whole flow on 1 lines")


def test_shares_by_line_at_their_ends(tmp_path: Path) -> None:
    """100 USD of one line at 0.1 to 0.3, 1,000 of another at 0.4 and no range: 25 % of each."""
    law = replace(
        policy(),
        branches=[replace(one, alternatives=()) for one in policy().branches],
        portions=("models",),
    )
    shares = [share("models", 0.4), share("models", 0.2, low=0.1, high=0.3, prefix="870324")]
    flows = (CAR, CAR | {"code": "870324", "customs_value_usd": 100.0})
    found = told(tmp_path, law, *shares, flows=flows)
    assert increments(found) == {("models", "low"): 102.5, ("models", "high"): 107.5}
    row = found.row(0, named=True)
    assert (row["central_least"], row["central_most"]) == (0.2, 0.4)


def test_a_content_at_its_ends(tmp_path: Path) -> None:
    law = policy_for(CARS, lambda cars: replace(cars, on="steel"), contents=("steel",))
    steel = share("steel", 0.5, low=0.2, high=0.6, kind="content")
    found = told(tmp_path, law, steel)
    assert increments(found) == {("steel", "low"): 50.0, ("steel", "high"): 150.0}


@pytest.mark.parametrize("named", [(), ("other",)])
def test_a_law_without_shares_of_what_it_names_has_no_table(
    tmp_path: Path, named: tuple[str, ...]
) -> None:
    law = policy_for(CARS, lambda cars: replace(cars, rate=AdValorem(0.1)), portions=named)
    shares = [share(name, 0.5, low=0.1) for name in named]
    asked = question_under(tmp_path, trade_of([CAR]), CARS, law, MFN, shares=shares)
    assert assumptions_table(asked, answer(asked), {}) is None
