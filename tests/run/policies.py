"""A law with portions, contents and stacking put to the run itself, without files of a scenario."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from calc.policy.model import Branch, Policy
from calc.tables.shares import Shares
from pipelines.run.compute import Answer, answer
from pipelines.run.question import Question
from tests.run.asking import NO_BASE, policy_of, question
from tests.strategies import Law, Row, table

SHARE: Row = {
    "importer": "*", "programme": "*", "prefix": "*", "partner": "*",
    "valid_from": date(1990, 1, 1), "source": "made up",
}  # fmt: skip


def share(name: str, central: float, *, kind: str = "portion", **cells: Any) -> Row:
    """A share of all goods of all partners, but for the cells given."""
    return SHARE | {"name": name, "kind": kind, "central": central} | cells


def shares_of(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as SHARES."""
    return table(rows, Shares)


def policy_for(law: Law, change: Callable[[Branch], Branch] | None = None, **facts: Any) -> Policy:
    """The law as objects, each branch changed, with the portions, contents and stacking given."""
    plain = policy_of(law)
    branches = [change(branch) if change else branch for branch in plain.branches]
    return replace(plain, branches=branches, **facts)


def question_under(
    folder: Path,
    trade: pl.DataFrame,
    law: Law,
    policy: Policy,
    base: pl.DataFrame = NO_BASE,
    **parts: Any,
) -> Question:
    """The question of what a law as objects does to a table; ``shares`` are rows of SHARES."""
    shares = shares_of(parts.pop("shares", ()))
    asked = question(folder, trade, law, base, policy=policy, **parts)
    return replace(asked, law=asked.law._replace(shares=shares.lazy()))


def ask_under(
    folder: Path,
    trade: pl.DataFrame,
    law: Law,
    policy: Policy,
    base: pl.DataFrame = NO_BASE,
    **parts: Any,
) -> Answer:
    """What a law as objects does to a table."""
    return answer(question_under(folder, trade, law, policy, base, **parts))
