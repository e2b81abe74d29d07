"""A law under a quota put to the run itself, without files of a scenario."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from calc.policy.expression import NOT_KNOWN, Expression
from calc.policy.model import Alternative, Branch, Policy, blind_portion, over_portion
from calc.tables.quotas import Quotas
from pipelines.run.compute import Answer, answer
from tests.run.asking import NO_BASE
from tests.run.policies import policy_for, question_under
from tests.strategies import Law, Row, table

NAME = "beef"
OVER, BLIND = over_portion(NAME, "40%", ["40%"]), blind_portion(NAME)
QUOTA: Row = {
    "quota_id": NAME, "partner": "*", "importer": "USA", "origin": "*", "amount": 100.0,
    "unit": "kg", "counted_unit": "kg", "counted_per_unit": 1.0, "period": "year",
    "observed_split": "none", "over_rate_text": "40%", "over_portion": OVER, "source": "made up",
}  # fmt: skip


def quota(amount: float = 100.0, partner: str = "*", **cells: Any) -> Row:
    """A quota of kilograms a year for all partners, but for the cells given."""
    return QUOTA | {"amount": amount, "partner": partner, "origin": partner} | cells


def under(branch: Branch, over: Expression, *, is_split: bool = True) -> Branch:
    """A branch under the quota, at another rate over it."""
    other = (
        Alternative(OVER, over, branch.on, "over"),
        Alternative(BLIND, NOT_KNOWN, branch.on, "not known"),
    )
    kept = (*branch.alternatives, *(other if is_split else ()))
    return replace(branch, quota=NAME, alternatives=kept)


def policy_under(law: Law, over: Expression, *, is_split: bool = True, **facts: Any) -> Policy:
    """The law as objects, every branch under the quota."""
    stated = tuple(facts.pop("portions", ()))
    change = facts.pop("change", lambda branch: branch)
    derived = (OVER, BLIND) if is_split else ()
    return policy_for(
        law,
        lambda branch: under(change(branch), over, is_split=is_split),
        portions=(*stated, *derived),
        derived=derived,
        **facts,
    )


def ask_quota(
    trade: pl.DataFrame,
    law: Law,
    policy: Policy,
    *quotas: Mapping[str, Any],
    base: pl.DataFrame = NO_BASE,
    **parts: Any,
) -> Answer:
    """What a law under quotas does to a table."""
    with tempfile.TemporaryDirectory() as folder:
        asked = question_under(Path(folder), trade, law, policy, base, **parts)
        rows = table(quotas, Quotas)
        return answer(replace(asked, law=asked.law._replace(quotas=rows.lazy())))
